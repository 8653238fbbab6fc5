"""The staff's plan as a value: what will be done, who is asked about, what stands in the way.

``personnel/plan.json`` in the run folder is its header, ``personnel/actions/NNNN.jsonl`` hold its
actions.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import batched
from typing import TYPE_CHECKING, Self

from kakehashi.actions import Action, Kind, Situation
from kakehashi.catalogue import staff_list
from kakehashi.catalogue import staffing as rules
from kakehashi.diff.plan import SHARD
from kakehashi.diff.staff_limits import StaffBreach
from kakehashi.findings import Finding
from kakehashi.jsonlines import canonical
from kakehashi.people.staff import StaffMember
from kakehashi.stored import VERSION, Form

if TYPE_CHECKING:
    from kakehashi.diff.staff_decisions import StaffDecisions

HEADER = Form("staff plan")
SHOWN = 12  # characters of the checksum: what a person copies into a decision


_WHOSE = tuple(
    rule.code
    for rule in (rules.NAME_TAKEN, rules.STAFF_LOST, staff_list.TWO_PEOPLE,
                 staff_list.ACCOUNT_TWICE, staff_list.ACCOUNT_OF_A_PUPIL)
)  # fmt: skip
"""Holds that leave open whose account it is."""


@dataclass(frozen=True, slots=True)
class StaffQuestions:
    """What is asked about whom, and since which run: decision → id → run. ``files`` are those of
    decisions that were there, and the run that saw each first."""

    by_decision: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, asks: Mapping[str, str], before: StaffQuestions, files: Mapping[str, str], run_id: str
    ) -> Self:
        """Who was asked about yesterday already has been since then."""
        found: dict[str, dict[str, str]] = {}
        for who, what in sorted(asks.items()):
            found.setdefault(what, {})[who] = before.since(who, what) or run_id
        return cls(found, files)

    def since(self, who: str, what: str) -> str:
        """ "" where nobody asks that."""
        return self.by_decision.get(what, {}).get(who, "")

    def without(self, people: Collection[str]) -> StaffQuestions:
        """As if none of these had been asked about: whatever is asked tonight is a new question."""
        left = {what: {who: run for who, run in asked.items() if who not in people}
                for what, asked in self.by_decision.items()}  # fmt: skip
        return StaffQuestions(left, self.files)


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """``stopped``: a limit keeps all of it from being done tonight. ``counts`` are people by how
    they stand, ``held`` ids by the code that holds them, ``second`` those who wait for a second
    person, ``alone`` those whose account is never touched."""

    city: str
    as_of: date
    actions: tuple[Action[StaffMember], ...] = ()
    asked: StaffQuestions = field(default_factory=StaffQuestions)
    counts: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    second: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    breaches: tuple[StaffBreach, ...] = ()
    stopped: bool = False
    findings: tuple[Finding, ...] = ()
    checksum: str = ""

    def sealed(self) -> StaffPlan:
        """With its checksum: the same for the same changes to the same state, on any night, and
        whatever is decided about single people meanwhile: that is no part of what a limit counts.
        """
        digest = hashlib.sha256(self.city.encode())
        for action in self.actions:
            if by_decision(action):
                continue
            digest.update(canonical(action.essence()) + b"\n")
        return dataclasses.replace(self, checksum=digest.hexdigest())

    def judged(
        self, breaches: Iterable[StaffBreach], decisions: StaffDecisions, told: Iterable[Finding],
        *, stopped: bool = False,
    ) -> StaffPlan:  # fmt: skip
        """With what the limits say; accepted breaches are told no more, and stop nothing.
        ``stopped``: for another reason."""
        name = self.checksum[:SHOWN]
        left = tuple(b for b in breaches if name not in decisions.accepted.get(b.code, ()))
        return dataclasses.replace(
            self,
            breaches=left,
            stopped=stopped or bool(left),
            findings=(*told, *_breaches(left, name)),
        )

    def shards(self) -> Iterator[tuple[Action[StaffMember], ...]]:
        """What is done tonight; deletions are never among others."""
        for deletes in (False, True):
            mine = (a for a in self.actions if (a.kind is Kind.DELETE) is deletes)
            yield from batched(() if self.stopped else mine, SHARD, strict=False)

    def header(self) -> StaffPlanHeader:
        kinds = [str(action.kind) for action in self.actions]
        return StaffPlanHeader(
            city=self.city,
            as_of=self.as_of.isoformat(),
            checksum=self.checksum,
            stopped=self.stopped,
            shards=sum(1 for _ in self.shards()),
            actions={kind: kinds.count(kind) for kind in sorted(set(kinds))},
            counts=self.counts,
            asked=self.asked.by_decision,
            files=self.asked.files,
            held=self.held,
            second=self.second,
            alone=self.alone,
            to_delete=tuple(a.pupil for a in self.actions if a.kind is Kind.DELETE),
            breaches=self.breaches,
        )


@dataclass(frozen=True, slots=True)
class StaffPlanHeader:
    """personnel/plan.json: the plan without its actions; false where there is none.

    ``as_of`` is the ISO date of a Japan day, ``actions`` counts by kind, ``shards`` are the files
    that hold them; ``asked`` says about whom what is asked and since which run, ``files`` which
    files of decisions were there and the run that saw each first. ``to_delete`` are those whom a
    person's decision of this run names for deletion.
    """

    city: str = ""
    as_of: str = ""
    checksum: str = ""
    stopped: bool = False
    shards: int = 0
    actions: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    asked: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    second: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    breaches: tuple[StaffBreach, ...] = ()
    to_delete: tuple[str, ...] = ()
    v: int = HEADER.v

    @property
    def in_doubt(self) -> frozenset[str]:
        """Of whom nobody can tell whether the account is still theirs. Whoever waits for another
        reason, a date or a school that cannot be read, is who they were."""
        return frozenset(one for code in _WHOSE for one in self.held.get(code, ()))

    def __bool__(self) -> bool:
        return self != NO_STAFF_PLAN

    @property
    def questions(self) -> StaffQuestions:
        """Whom it asked about; of one of a later release, nobody can tell. Raises TooNew."""
        HEADER.upgrade({VERSION: self.v})
        return StaffQuestions(self.asked, self.files)


NO_STAFF_PLAN = StaffPlanHeader()


def by_decision(action: Action[StaffMember]) -> bool:
    """Whether it is done because somebody has named this person."""
    linked = action.kind is Kind.LINK and action.situation is Situation.UNLINKED
    return linked or action.kind in {Kind.SUSPEND, Kind.DELETE}


def _breaches(breaches: Iterable[StaffBreach], plan: str) -> Iterator[Finding]:
    for one in breaches:
        match one.code:
            case rules.OTHER_NUMBERS.code:
                yield rules.OTHER_NUMBERS.at(count=one.count, same=one.bound, plan=plan)
            case rules.MANY_ENDED.code:
                yield rules.MANY_ENDED.at(count=one.count, bound=one.bound, plan=plan)
            case rules.MANY_MOVED.code:
                yield rules.MANY_MOVED.at(count=one.count, bound=one.bound, plan=plan)
            case _:
                yield rules.MANY_NEW.at(count=one.count, bound=one.bound, plan=plan)
