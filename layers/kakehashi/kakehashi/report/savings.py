"""Person-days of hand work saved in a school year, by the Tsukuba trial's table 4-3.

Every pupil who came, moved or left counts once for each system that had to be told; every school
whose pupils went up a grade counts once a year. Only what was carried out counts. Where it is not
plain what hand work would have been, nothing counts: the first night, a night larger than the
limits, first graders in April and leavers of the last grade (they are part of the turn).
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kakehashi.actions import Action, Kind
from kakehashi.city import City, Savings
from kakehashi.diff.header import PlanHeader
from kakehashi.people.pupil import Pupil
from kakehashi.people.staff import StaffMember
from kakehashi.state_records import RunRecord

_FIRST, _LAST = "P1", "J3"


@dataclass(frozen=True, slots=True)
class Work:
    """What one run took off people's hands. ``rolled_over`` are MEXT codes. ``staff`` are arrivals,
    moves and ends of staff, who stand in ``staff_systems``."""

    transfers: int = 0
    systems: int = 1
    rolled_over: frozenset[str] = frozenset()
    staff: int = 0
    staff_systems: int = 1

    def record(self) -> dict[str, Any]:
        """Facts of the run's own ``RunRecord``: a run reported twice counts once."""
        return {
            "transfers": self.transfers + self.staff,
            "transfers_in_systems": self.transfers * self.systems + self.staff * self.staff_systems,
            "rolled_over": tuple(sorted(self.rolled_over)),
        }


@dataclass(frozen=True, slots=True)
class Saved:
    """A school year up to now: transfers, the same times systems, and schools rolled over."""

    rates: Savings
    since: date
    transfers: int = 0
    transfers_in_systems: int = 0
    schools: int = 0

    @property
    def person_days(self) -> float:
        days = self.transfers_in_systems * self.rates.transfer + self.schools * self.rates.rollover
        return round(days, 2)


def work_of(
    actions: Iterable[Action],
    done: Set[tuple[str, str]],
    plan: PlanHeader,
    city: City,
    as_of: date,
) -> Work:
    """``done`` are (pupil, kind) that succeeded."""
    systems = 1 + len(city.tools)  # Microsoft 365, and every tool
    turning = city.calendar.rollover.covers(as_of)
    usual = bool(plan.serial) and not plan.breaches
    transfers, schools = 0, set[str]()
    for action in actions:
        if (action.pupil, action.kind) not in done:
            continue
        before = action.before.pupil if action.before else None
        if before and action.after and _went_up(before, action.after):
            schools.add(action.after.school)
        elif usual:
            transfers += _is_transfer(action.kind, before, action.after, turning=turning)
    return Work(transfers, systems, frozenset(schools))


def with_staff(
    work: Work, actions: Iterable[Action[StaffMember]], done: Set[tuple[str, str]], city: City
) -> Work:
    """The same with what was done for staff; on a first night, when everybody is new, nothing."""
    carried_out = [action for action in actions if (action.pupil, action.kind) in done]
    if not any(action.before for action in carried_out):
        return work
    told = sum(tool.staff != "none" for tool in city.tools.values())
    count = sum(_is_work(action) for action in carried_out)
    return replace(work, staff=count, staff_systems=1 + told)


def _is_work(action: Action[StaffMember]) -> bool:
    before = action.before.pupil if action.before else None
    moved = before and action.after and before.school != action.after.school
    return bool(action.kind in {Kind.CREATE, Kind.SUSPEND} or moved)


def school_year(day: date) -> date:
    """The 1st of April on which the school year of ``day`` began."""
    return date(day.year - (day.month < 4), 4, 1)  # noqa: PLR2004 - April


def saved(records: Iterable[RunRecord], rates: Savings, since: date) -> Saved:
    """``records`` of all runs since then."""
    records = list(records)
    schools = {code for record in records for code in record.rolled_over}
    return Saved(
        rates,
        since,
        sum(record.transfers for record in records),
        sum(record.transfers_in_systems for record in records),
        len(schools),
    )


def _went_up(before: Pupil, after: Pupil) -> bool:
    return before.school_year != after.school_year and before.grade != after.grade


def _is_transfer(kind: Kind, before: Pupil | None, after: Pupil | None, *, turning: bool) -> bool:
    if kind is Kind.CREATE:
        return not (turning and after is not None and after.grade == _FIRST)
    if kind is Kind.SUSPEND:
        return before is None or before.grade != _LAST
    moved = before is not None and after is not None and before.school != after.school
    return kind is Kind.RESTORE or (kind is Kind.UPDATE and moved)
