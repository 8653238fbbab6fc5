"""What can go wrong at the edges, as one short tree.

KakehashiError
├── TryLater            the same call may succeed in a while: a state machine retries these alone
│   ├── LostRace            somebody else wrote what we were about to write
│   ├── SignInBusy          the login host is throttled, or does not answer
│   ├── Throttled           Microsoft Graph answers 429 for longer than one call can wait
│   └── DirectoryDown       Microsoft Graph answers 5xx, or nothing, for as long
├── Refused             a person's order cannot be followed (stale plan, wrong checksum)
│   └── Overtaken           another run has gone ahead of this one
├── DirectoryError      Microsoft Graph said no; holds its error code
│   ├── CredentialRefused   Microsoft does not let us sign in: our credential expired, mostly
│   │   └── AppRefused          nor would it with a new one: the app is gone, disabled, or unknown
│   ├── PermissionLost      we may not do what the app was permitted to do
│   ├── TenantFull, DomainUnverified    most changes were refused for this one reason
│   └── Throttled, DirectoryDown        as above
├── OtherRelease        what is stored was written by a release that we cannot read
└── BadConfiguration    settings, rules or input name something that is not there

The state machine hands on nothing but an error's *name*: so each cause that people are told of has
one of its own (``kakehashi.report.causes``).

The text of an exception that leaves a handler is copied into the execution history, so it holds
ids of runs, shard and line numbers and codes only; never a cell of the roster.
"""

from __future__ import annotations

from kakehashi.provision.causes import Cause


class KakehashiError(Exception):
    """Base of everything we raise at the edges."""


class TryLater(KakehashiError):
    """Busy or throttled: nothing was half-done, call again."""


class LostRace(TryLater):
    """Somebody else wrote what we were about to write."""


class SignInBusy(TryLater):
    """The login host is throttled or does not answer; our credential is not in doubt."""


class Refused(KakehashiError):
    """A person's order cannot be followed."""


class Overtaken(Refused):
    """Another run has gone ahead of this one."""


class DirectoryError(KakehashiError):
    """Microsoft Graph refused a call. ``code`` is Graph's error code, ``status`` the HTTP one."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(f"{code} ({status})")
        self.code = code
        self.status = status


class CredentialRefused(DirectoryError):
    """Microsoft does not let us sign in. ``code`` is the AADSTS number; nothing was sent."""


class AppRefused(CredentialRefused):
    """The app itself is gone from the tenant, disabled or not consented to."""


class PermissionLost(DirectoryError):
    """The app may not do what it was permitted to do."""


class TenantFull(DirectoryError):
    """The tenant, or the app, may hold no more objects."""


class DomainUnverified(DirectoryError):
    """The tenant does not know the domain of the accounts."""


class Throttled(DirectoryError, TryLater):
    """Graph answers 429 for longer than one call can wait."""


class DirectoryDown(DirectoryError, TryLater):
    """Graph does not answer, or with 5xx, for longer than one call can wait."""


class OtherRelease(KakehashiError):
    """What is stored was written by a release of ours that this one cannot read."""


UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
"""What reading a stored value raises where it lacks a fact, or has one that we do not know."""


class BadConfiguration(KakehashiError):
    """Settings, rules or input name something that is not there."""


_BY_CAUSE: dict[Cause, type[DirectoryError]] = {
    Cause.PERMISSION_LOST: PermissionLost,
    Cause.TENANT_FULL: TenantFull,
    Cause.THROTTLED: Throttled,
    Cause.DIRECTORY_DOWN: DirectoryDown,
    Cause.DOMAIN_UNVERIFIED: DomainUnverified,
}


def of_cause(cause: Cause) -> DirectoryError:
    """What to raise when most actions of a shard had this one cause."""
    return _BY_CAUSE[cause](cause, 0)
