"""Microsoft's answers as errors: the kind says the cause, and nothing else is handed on."""

from __future__ import annotations

from kakehashi.directories.microsoft365.answers import BUSY, NOT_PERMITTED, TOO_MANY, Answer
from kakehashi.edges.errors import (
    DirectoryDown,
    DirectoryError,
    DomainUnverified,
    PermissionLost,
    TenantFull,
    Throttled,
)
from kakehashi.provision.causes import Cause

_BY_CAUSE: dict[Cause, type[DirectoryError]] = {
    Cause.PERMISSION_LOST: PermissionLost,
    Cause.TENANT_FULL: TenantFull,
    Cause.THROTTLED: Throttled,
    Cause.DIRECTORY_DOWN: DirectoryDown,
    Cause.DOMAIN_UNVERIFIED: DomainUnverified,
}


def refused(answer: Answer) -> DirectoryError:
    """What to raise for an answer without which nothing can go on."""
    return of_status(answer.code, answer.status)


def of_status(code: str, status: int) -> DirectoryError:
    if status == NOT_PERMITTED:
        return PermissionLost(code, status)
    if status == TOO_MANY:
        return Throttled(code, status)
    return (DirectoryDown if status in BUSY else DirectoryError)(code, status)


def of_cause(cause: Cause) -> DirectoryError:
    """What to raise when most actions of a shard had this one cause."""
    return _BY_CAUSE[cause](cause, 0)
