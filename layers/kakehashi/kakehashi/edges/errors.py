"""What can go wrong at the edges, as one short tree.

KakehashiError
├── TryLater          the same call may succeed in a while: the only one a state machine retries
├── Refused           a person's order cannot be followed (stale plan, wrong checksum)
├── DirectoryError    Microsoft Graph said no; holds its error code
│   └── CredentialRefused   Microsoft does not let us sign in: our credential expired, mostly
└── BadConfiguration  settings, rules or input name something that is not there

The text of an exception that leaves a handler is copied into the execution history, so it holds
ids of runs, shard and line numbers and codes only; never a cell of the roster.
"""

from __future__ import annotations


class KakehashiError(Exception):
    """Base of everything we raise at the edges."""


class TryLater(KakehashiError):
    """Busy or throttled: nothing was half-done, call again."""


class Refused(KakehashiError):
    """A person's order cannot be followed."""


class DirectoryError(KakehashiError):
    """Microsoft Graph refused a call. ``code`` is Graph's error code, ``status`` the HTTP one."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(f"{code} ({status})")
        self.code = code
        self.status = status


class CredentialRefused(DirectoryError):
    """Microsoft does not let us sign in. ``code`` is the AADSTS number; nothing was sent."""


class BadConfiguration(KakehashiError):
    """Settings, rules or input name something that is not there."""
