"""Person-days saved: what counts as hand work that nobody had to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.actions import Action, Kind, Situation
from kakehashi.city import Savings
from kakehashi.diff.header import Breach, PlanHeader
from kakehashi.report.savings import Work, saved, school_year, work_of
from kakehashi.state_records import RunRecord
from tests.builders import a_city, a_code, a_known, a_pupil

NIGHT, APRIL = date(2026, 11, 10), date(2026, 4, 1)
PLAN = PlanHeader(serial=5)
BREACH = Breach("S001", "city", 12, 8, "new")
CITY = a_city(tools={"lgate": {"dialect": "lgate"}, "tsubasa_book": {"dialect": "tsubasa_book"}})


def an_action(
    kind: str, n: int, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> Action:
    return Action(
        pupil=a_pupil(n).id,
        kind=Kind(kind),
        situation=Situation.CHANGED,
        before=None if before is None else a_known(n, pupil=a_pupil(n, **before)),
        after=None if after is None else a_pupil(n, **after),
    )


CAME = an_action("create", 1, None, {})
MOVED = an_action("update", 2, {}, {"school": a_code(3)})
LEFT = an_action("suspend", 3, {}, None)
BACK = an_action("restore", 4, {}, {})
RENAMED = an_action("update", 5, {}, {"given": "別"})
STARTED = an_action("create", 6, None, {"grade": "P1"})
GRADUATED = an_action("suspend", 7, {"grade": "J3"}, None)
WENT_UP = an_action("update", 8, {"grade": "P2", "school_year": 2025}, {"grade": "P3"})


def work(*actions: Any, plan: Any = PLAN, day: date = NIGHT, done: bool = True) -> Work:
    ended = {(action.pupil, action.kind) for action in actions} if done else set()
    return work_of(actions, ended, plan, CITY, day)


@pytest.mark.parametrize("action", [CAME, MOVED, LEFT, BACK])
def test_who_came_moved_left_or_came_back_counts_in_every_system(action: Any) -> None:
    assert work(action).record() == {"transfers": 1, "transfers_in_systems": 3, "rolled_over": ()}


@pytest.mark.parametrize("action", [RENAMED, GRADUATED])
def test_other_changes_do_not_count(action: Any) -> None:
    assert work(action) == Work(systems=3)


def test_what_was_not_carried_out_does_not_count() -> None:
    assert work(CAME, MOVED, done=False) == Work(systems=3)


@pytest.mark.parametrize("plan", [replace(PLAN, serial=0), replace(PLAN, breaches=(BREACH,))])
def test_neither_the_first_night_nor_one_that_needed_approval_counts(plan: Any) -> None:
    assert work(CAME, LEFT, plan=plan).transfers == 0


def test_a_school_whose_pupils_went_up_counts_and_its_first_graders_do_not() -> None:
    found = work(WENT_UP, STARTED, CAME, day=APRIL)
    assert (found.transfers, found.rolled_over) == (1, frozenset({a_code(1)}))


def test_a_school_counts_once_a_year_and_the_sum_follows_the_rates() -> None:
    records = [
        RunRecord("one", **Work(2, 3, frozenset({"A"})).record()),
        RunRecord("two", **Work(1, 3, frozenset({"A", "B"})).record()),
        RunRecord("three"),
    ]
    found = saved(records, Savings(), APRIL)
    assert (found.transfers, found.transfers_in_systems, found.schools) == (3, 9, 2)
    assert found.person_days == round(9 * 0.02 + 2 * 0.2, 2)
    assert saved(records, Savings(transfer=1, rollover=0), APRIL).person_days == 9


@pytest.mark.parametrize(
    ("day", "begins"), [("2027-03-31", "2026-04-01"), ("2027-04-01", "2027-04-01")]
)
def test_the_school_year_begins_in_april(day: str, begins: str) -> None:
    assert school_year(date.fromisoformat(day)).isoformat() == begins
