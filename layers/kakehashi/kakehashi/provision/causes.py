"""One cause behind many answers: what keeps most of a shard from happening is told once.

One account that Microsoft refuses is a fact about that account. When it refuses most of them, the
account is not the reason: a permission, a consent, a quota or the service itself is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus

from kakehashi.actions import Kind
from kakehashi.catalogue import provision as rules
from kakehashi.catalogue import refusals as told
from kakehashi.directories.port import FULL, Stopped
from kakehashi.run_folder.results import End, Result

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
            busy = stopped.facts.get("status") == HTTPStatus.TOO_MANY_REQUESTS
            return Cause.THROTTLED if busy else Cause.DIRECTORY_DOWN
    return None


_CODES: Mapping[Cause, frozenset[str]] = {
    Cause.PERMISSION_LOST: frozenset({rules.NOT_PERMITTED.code}),
    Cause.TENANT_FULL: frozenset({rules.TENANT_FULL.code, told.APP_FULL.code}),
    Cause.DOMAIN_UNVERIFIED: frozenset({told.DOMAIN_UNVERIFIED.code}),
    Cause.THROTTLED: frozenset({rules.GAVE_UP.code}),
    Cause.DIRECTORY_DOWN: frozenset({rules.GAVE_UP.code}),
}
"""Under which codes a result was written down that may have had this cause."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the night's other shards were answered: results by code, and how many."""

    codes: Mapping[str, int] = field(default_factory=dict)
    answered: int = 0

    @classmethod
    def of(cls, results: Iterable[Result]) -> Elsewhere:
        """What was done before, or is a mere record, asked nobody."""
        asked = [r for r in results if r.kind != Kind.RECORD and r.outcome is not End.SKIPPED]
        return cls(Counter(one.code for one in asked if one.code), len(asked))


NOWHERE = Elsewhere()


def one_cause(
    stops: Iterable[Stopped], answered: int, elsewhere: Elsewhere = NOWHERE
) -> Cause | None:
    """The cause that kept most of the night's actions so far from happening, if there is one.

    ``answered`` is how many actions of this shard were answered, ``stops`` those that stopped.
    """
    causes = Counter(cause for stop in stops if (cause := cause_of(stop)))
    for cause, here in causes.most_common(1):
        count = here + sum(elsewhere.codes.get(code, 0) for code in _CODES[cause])
        if count >= LEAST and 2 * count > answered + elsewhere.answered:
            return cause
    return None


def cause_of_status(code: str, status: int) -> Cause | None:
    """Of a change that is no account's: groups and licences wait where the service is only busy."""
    if code == FULL:
        return Cause.TENANT_FULL
    return Cause.PERMISSION_LOST if status == HTTPStatus.FORBIDDEN else None
