"""One cause behind many answers: what keeps most of a shard from happening is told once.

One account that Microsoft refuses is a fact about that account. When it refuses most of them, the
account is not the reason: a permission, a consent, a quota or the service itself is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from kakehashi.catalogue import provision as rules
from kakehashi.catalogue import refusals as told
from kakehashi.provision.answers import TOO_MANY, Stopped

LEAST = 3  # fewer are each an exception, however few the others are


class Cause(StrEnum):
    """The name under which the state machine, the report and the runbook speak of it."""

    PERMISSION_LOST = "PermissionLost"
    TENANT_FULL = "TenantFull"
    THROTTLED = "Throttled"
    DIRECTORY_DOWN = "DirectoryDown"
    DOMAIN_UNVERIFIED = "DomainUnverified"


def cause_of(stopped: Stopped) -> Cause | None:
    """What would be behind this stop if it were not alone; None where it is about the pupil."""
    match stopped.rule:
        case rules.NOT_PERMITTED:
            return Cause.PERMISSION_LOST
        case rules.TENANT_FULL | told.APP_FULL:
            return Cause.TENANT_FULL
        case told.DOMAIN_UNVERIFIED:
            return Cause.DOMAIN_UNVERIFIED
        case rules.GAVE_UP:
            busy = stopped.facts.get("status") == TOO_MANY
            return Cause.THROTTLED if busy else Cause.DIRECTORY_DOWN
    return None


def one_cause(stops: Iterable[Stopped], answered: int) -> Cause | None:
    """The cause that kept most of ``answered`` actions from happening, if there is one."""
    causes = Counter(cause for stop in stops if (cause := cause_of(stop)))
    for cause, count in causes.most_common(1):
        if count >= LEAST and 2 * count > answered:
            return cause
    return None
