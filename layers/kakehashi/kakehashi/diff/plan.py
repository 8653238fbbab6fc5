"""The plan as a value: what will be done, what is only proposed, what stands in the way.

A plan has a name, its checksum. Two plans that would do the same to the same state have the same
checksum, whatever the run, the night or the order of rows: so a rehearsal is recognised, and what
staff approved is what happens.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import batched, chain
from typing import Any

from kakehashi.actions import Action, Kind, Situation, essence
from kakehashi.diff.header import FORM, PlanFacts, PlanHeader
from kakehashi.findings import Finding
from kakehashi.jsonlines import canonical
from kakehashi.stored import VERSION
from kakehashi.verdict import Verdict

# Actions of one Lambda: a minute at Graph's write limit, nine at our slowest pace. Each shard waits
# for its last stragglers; shards of 200 took three times as long where one call in twenty failed.
SHARD = 1000

# Without one of these nobody can tell what a plan would do.
_NEEDED = frozenset({
    "city", "serial", "as_of", "rules", "checksum", "refused", "undoes", "export", "proposals",
    "counts", "schools", "held", "untied", "breaches", "explained",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(PlanFacts):
    """``proposals`` name the pupils who wait for a person, by situation.

    ``findings`` are not part of the header, nor are ``links``: of each pupil proposed for a
    link, which account it would be (a digest, for the book of decisions). ``found`` is the checksum
    of what stands in the files of a plan that was read.
    """

    city_code: str
    as_of: date
    actions: tuple[Action, ...] = ()
    proposals: Mapping[Situation, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict, compare=False)
    found: str = field(default="", compare=False)

    def sealed(self) -> Plan:
        """The same with its checksum: what a planner hands out."""
        return dataclasses.replace(self, checksum=self.computed_checksum())

    def computed_checksum(self) -> str:
        """SHA-256 over canonical lines: city and serial, each action, each breach."""
        actions = (action.essence() for action in self.actions)
        breaches = (breach.to_json() for breach in self.breaches)
        return _checksum(self.city_code, self.serial, self.undoes, actions, breaches)

    def altered(self) -> bool:
        """Whether actions or breaches are no longer what the checksum was made of."""
        return self.checksum != (self.found or self.computed_checksum())

    def verdict(self, *, rehearse: bool) -> str:
        """The word for the state machine's next Choice."""
        if self.refused:
            return Verdict.REFUSED
        if rehearse:
            return Verdict.REHEARSED
        return Verdict.AWAITING if self.breaches else "apply"

    def shards(self) -> Iterator[tuple[Action, ...]]:
        """The actions in order, ``SHARD`` at a time; deletions are never among others."""
        first = len([action for action in self.actions if action.kind is not Kind.DELETE])
        yield from batched(self.actions[:first], SHARD, strict=False)
        yield from batched(self.actions[first:], SHARD, strict=False)

    def header(self) -> PlanHeader:
        """What stands in plan.json: everything but the actions and the findings."""
        kinds = [action.kind for action in self.actions]
        return PlanHeader(
            city=self.city_code,
            as_of=self.as_of.isoformat(),
            actions={str(kind): kinds.count(kind) for kind in Kind if kind in kinds},
            shards=sum(1 for _ in self.shards()),
            proposals={str(s): tuple(ids) for s, ids in self.proposals.items()},
            **self.shared(),
        )


def read_plan(stored: Mapping[str, Any], actions: Iterable[Mapping[str, Any]] = ()) -> Plan:
    """A plan as it was written, with the checksum it was written with and without findings.

    ``stored`` is plan.json. Whether it still is that plan, ``altered`` tells; ``admit`` asks. It
    may be an earlier release's: its checksum is that of what stands there, not of what we would
    write today. Raises KeyError and TooNew.
    """
    stored = FORM.upgrade(stored)
    if missing := _NEEDED - stored.keys():
        raise KeyError(*sorted(missing))
    header, read = PlanHeader.from_json(stored), list[Action]()
    found = _checksum(header.city, header.serial, header.undoes,
                      _noted(actions, read), stored["breaches"])  # fmt: skip
    return dataclasses.replace(plan_of(header), actions=tuple(read), found=found)


def plan_of(header: PlanHeader) -> Plan:
    """The plan without its actions. Raises TooNew."""
    FORM.upgrade({VERSION: header.v})
    return Plan(
        city_code=header.city,
        as_of=date.fromisoformat(header.as_of),
        proposals={Situation(s): ids for s, ids in header.proposals.items()},
        found=header.checksum,
        **header.shared(),
    )


def _noted(rows: Iterable[Mapping[str, Any]], read: list[Action]) -> Iterator[Mapping[str, Any]]:
    """What each row is, in passing: two copies of a large plan would be held otherwise."""
    for row in rows:
        read.append(Action.from_json(row))
        yield essence(row)


def _checksum(
    city: str,
    serial: int,
    undoes: str,
    actions: Iterable[Mapping[str, Any]],
    breaches: Iterable[Mapping[str, Any]],
) -> str:
    digest = hashlib.sha256()
    head = {"city": city, "serial": serial, "undoes": undoes}
    for line in chain((head,), actions, breaches):
        digest.update(canonical(line) + b"\n")
    return digest.hexdigest()
