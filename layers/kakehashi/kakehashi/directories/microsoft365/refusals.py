"""What a final answer that is no success means for the pupil: the rule, and the facts it names.

Graph gives most refusals one code (``Request_BadRequest``); where a code or a detail does not tell
them apart, its sentence is the only sign. No more of a sentence is repeated than the name of a
property that we know.
"""

from __future__ import annotations

from kakehashi.catalogue import provision as rules
from kakehashi.catalogue import refusals as told
from kakehashi.directories.microsoft365.answers import (
    BAD_REQUEST,
    BUSY,
    NOT_FOUND,
    NOT_PERMITTED,
    Answer,
)
from kakehashi.directories.port import FULL, Stopped
from kakehashi.findings import Rule

SIGN_IN_NAMES = frozenset({"userPrincipalName", ""})
GONE = "Request_ResourceNotFound"
_SENTENCES: tuple[tuple[str, Rule], ...] = (
    ("on-premises mastered", told.SYNCED),
    ("directory sync", told.SYNCED),
    ("originated within an external service", told.ONCE_SYNCED),
    ("verified domain", told.DOMAIN_UNVERIFIED),
    ("domain portion", told.DOMAIN_UNVERIFIED),
)
"""Of 400, what its sentence holds → what that means; the first that fits."""


def refusal(answer: Answer, *, new: bool = False) -> Stopped:
    """``new``: an account was to be made, so a taken name may be one that waits to be linked."""
    code, status = answer.code, answer.status
    if code == FULL:
        # The quota of whoever makes objects is far smaller than the tenant's, and mended elsewhere.
        full = told.APP_FULL if answer.says("principal") else rules.TENANT_FULL
        return Stopped(full, failed=True)
    if answer.conflicts():
        return taken(answer, new=new)
    if status == NOT_PERMITTED:
        return Stopped(rules.NOT_PERMITTED, {"code": code})
    if status == NOT_FOUND and code == GONE:
        return Stopped(rules.ACCOUNT_LOST)
    if status == BAD_REQUEST and code != "Directory_ObjectNotFound":
        return _refused_value(answer)
    # Not found under another code is the service's own trouble: the account may be there.
    rule = rules.GAVE_UP if status in BUSY or status == NOT_FOUND else told.UNEXPECTED
    return Stopped(rule, {"code": code, "status": status}, failed=True)


def taken(answer: Answer, *, new: bool) -> Stopped:
    """Another object has a value of this account's; only a new account's name can be linked."""
    if new and answer.about() in SIGN_IN_NAMES:
        return Stopped(rules.ACCOUNT_TAKEN)
    return Stopped(
        told.VALUE_TAKEN,
        {"property": answer.about() or "-", "holder": answer.holder() or "-"},
    )


def _refused_value(answer: Answer) -> Stopped:
    for text, rule in _SENTENCES:
        if answer.says(text):
            return Stopped(rule)
    if answer.about_password():
        return Stopped(rules.PASSWORD_REFUSED)
    if name := answer.about():
        return Stopped(told.PROPERTY_REFUSED, {"property": name})
    return Stopped(rules.VALUE_REFUSED, {"code": answer.code, "status": answer.status})
