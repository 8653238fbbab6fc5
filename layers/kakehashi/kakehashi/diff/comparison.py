"""The plan of the day beside the plan that was rehearsed: what has moved since staff looked."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from kakehashi.actions import Action
from kakehashi.catalogue import exports as rules
from kakehashi.diff.plan import Plan
from kakehashi.findings import Finding
from kakehashi.jsonlines import canonical

LASTS = timedelta(days=7)  # after its own date a rehearsal has nothing to say any more
PROPOSED = "proposal"  # instead of a kind: waits for a person, and is not acted on


class PlanChange(StrEnum):
    ADDED = "added"
    GONE = "gone"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Difference:
    """One pupil; "" stands where one of the plans does not name the pupil.

    ``rehearsed`` and ``now`` are kinds of action, or ``PROPOSED``. ``school`` is a MEXT code, ""
    for a proposal: its pupil's school stands in the report's own list.
    """

    pupil: str
    school: str
    situation: str
    moved: PlanChange
    rehearsed: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class SinceRehearsal:
    """``counts`` are pupils per situation in both plans, where they differ; ``schools`` how much
    has moved per MEXT code."""

    run_id: str
    as_of: date
    differences: tuple[Difference, ...] = ()
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    schools: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def finding(self) -> Finding:
        if not self.differences:
            return rules.AS_REHEARSED.at(run=self.run_id)
        moved = Counter(one.moved for one in self.differences)
        return rules.DIFFERS_FROM_REHEARSAL.at(
            run=self.run_id,
            added=moved[PlanChange.ADDED],
            gone=moved[PlanChange.GONE],
            different=moved[PlanChange.DIFFERENT],
        )


def concerns(rehearsed_for: date, as_of: date) -> bool:
    """Whether a rehearsal made for one day is what a run of another day was rehearsed by."""
    return rehearsed_for <= as_of <= rehearsed_for + LASTS


def compare(run_id: str, rehearsed: Plan, real: Plan) -> SinceRehearsal:
    """``run_id`` is the rehearsal's. What only the state or a line number has moved is equal."""
    then, now = _named(rehearsed), _named(real)
    found = tuple(_differences(then, now))
    schools: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        if one.school:
            schools[one.school][one.moved] += 1
    situations = sorted(rehearsed.counts.keys() | real.counts.keys())
    counts = {s: (rehearsed.counts.get(s, 0), real.counts.get(s, 0)) for s in situations}
    return SinceRehearsal(
        run_id,
        rehearsed.as_of,
        found,
        {situation: both for situation, both in counts.items() if both[0] != both[1]},
        {school: dict(moved) for school, moved in sorted(schools.items())},
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """What a plan says of one pupil; ``digest`` tells what the account shall hold, or what is
    asked."""

    kind: str
    situation: str
    school: str
    digest: str


def _named(plan: Plan) -> dict[str, _Named]:
    proposed = {
        pupil: _Named(PROPOSED, str(situation), "", _about(plan, pupil))
        for situation, pupils in plan.proposals.items()
        for pupil in pupils
    }
    return proposed | {action.pupil: _of(action) for action in plan.actions}


def _about(plan: Plan, pupil: str) -> str:
    question = plan.questions.get(pupil)
    return question.about if question else ""


def _of(action: Action) -> _Named:
    pupil = action.after or (action.before.pupil if action.before else None)
    wanted = action.essence()
    del wanted["before"]
    digest = hashlib.sha256(canonical(wanted)).hexdigest()
    school = pupil.school if pupil else ""
    return _Named(str(action.kind), str(action.situation), school, digest)


def _differences(then: Mapping[str, _Named], now: Mapping[str, _Named]) -> Iterator[Difference]:
    for pupil in sorted(then.keys() | now.keys()):
        old, new = then.get(pupil), now.get(pupil)
        if new is None and old is not None:
            yield Difference(pupil, old.school, old.situation, PlanChange.GONE, old.kind)
        elif old is None and new is not None:
            yield Difference(pupil, new.school, new.situation, PlanChange.ADDED, now=new.kind)
        elif old is not None and new is not None and old != new:
            yield Difference(
                pupil, new.school, new.situation, PlanChange.DIFFERENT, old.kind, new.kind
            )
