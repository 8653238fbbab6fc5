"""教職員: the plan of a night, from how each member of staff stands (``staff_standing``).

A plan of its own beside the pupils', with its own limits: what stops it does not stop theirs. While
theirs waits for approval the night changes nothing, of staff either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.actions import in_order
from kakehashi.catalogue import staffing as rules
from kakehashi.diff.staff_limits import StaffChange, judge
from kakehashi.diff.staff_plan import StaffPlan, StaffQuestions
from kakehashi.diff.staff_standing import StaffInputs, StaffLook, StaffObservation, StaffStanding
from kakehashi.directories.port import StaffShape
from kakehashi.findings import Finding, Place, Rule
from kakehashi.people.record import Status

if TYPE_CHECKING:
    from kakehashi.city import City, Staff


def make_staff_plan(
    sources: StaffInputs,
    city: City,
    rules_: Staff,
    *,
    shape: StaffShape,
    city_code: str,
    as_of: date,
) -> StaffPlan:
    """Never raises for data. ``as_of`` is a Japan date. Linear in the number of staff."""
    look = StaffLook(sources, city, rules_, shape, as_of)
    observations = [look.at(who) for who in look.everybody()]
    actions = in_order(observation.action for observation in observations if observation.action)
    asks = {observation.id: observation.asks for observation in observations if observation.asks}
    asked = StaffQuestions.of(asks, sources.before, sources.decisions.files, sources.run_id)
    plan = StaffPlan(
        city=city_code,
        as_of=as_of,
        actions=actions,
        asked=asked,
        counts=dict(
            sorted(Counter(str(observation.standing) for observation in observations).items())
        ),
        held=_held(observations),
        second=tuple(sorted(look.second)),
        alone=tuple(
            observation.id
            for observation in observations
            if observation.standing is StaffStanding.ALONE
        ),
    ).sealed()
    known = {one.pupil.id for one in look.known.values() if one.status is not Status.SUSPENDED}
    breaches = judge(
        _changes(observations, sources.before),
        known=known,
        listed=look.employments.keys(),
        rules=rules_,
        as_of=as_of,
    )
    told = tuple(_tell(observations, look, plan))
    blind = sources.privileged is None
    return plan.judged(breaches, sources.decisions, told, stopped=blind)


def _changes(
    observations: Iterable[StaffObservation], before: StaffQuestions
) -> dict[StaffChange, int]:
    """What the limits count: persons who end tonight for the first time, move, or are new."""
    counted: Counter[StaffChange] = Counter()
    for observation in observations:
        if observation.standing is StaffStanding.ENDED and not before.since(
            observation.id, "suspend"
        ):
            counted[StaffChange.ENDED] += 1
        elif observation.standing is StaffStanding.MOVED:
            counted[StaffChange.MOVED] += 1
        elif observation.standing in {StaffStanding.NEW, StaffStanding.PREPARED}:
            counted[StaffChange.NEW] += 1
    return dict(counted)


def _held(observations: Iterable[StaffObservation]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for observation in observations:
        if observation.code:
            found.setdefault(observation.code, []).append(observation.id)
    return {code: tuple(ids) for code, ids in sorted(found.items())}


_OURS: Mapping[str, Rule] = {
    rule.code: rule for rule in (rules.NAME_TAKEN, rules.NO_FIRST_PASSWORD, rules.STAFF_LOST)
}


def _tell(
    observations: Iterable[StaffObservation], look: StaffLook, plan: StaffPlan
) -> Iterator[Finding]:
    observations = list(observations)
    standing = Counter(observation.standing for observation in observations)
    unasked = [
        observation
        for observation in observations
        if observation.asks and observation.action is None
    ]
    waits = Counter(observation.asks for observation in unasked)
    numbers = {
        rules.ABSENT: standing[StaffStanding.ABSENT],
        rules.LEAVING: waits["suspend"],
        rules.LINKS: waits["link"],
        rules.EXPIRED_STAFF: waits["delete"],
        rules.LEFT_ALONE: standing[StaffStanding.ALONE],
        rules.SECOND_NEEDED: len(look.second),
        rules.OTHER_ACCOUNT: sum(observation.other_account for observation in observations),
        rules.UNFIT_DECISION: look.sources.decisions.unfit(plan.asked, look.sources.before),
    }
    for rule, count in numbers.items():
        if count:
            yield rule.at(count=count)
    if look.sources.privileged is None:
        yield rules.ROLES_UNREADABLE.at()
    for observation in observations:
        held_by = _OURS.get(observation.code)
        if held_by:
            yield held_by.at(Place(), pupil=observation.id)
