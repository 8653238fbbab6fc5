"""What passes every night and is too much over weeks: sums, and what does not count in them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.diff.counting import Counted, LastNight
from kakehashi.diff.header import PlanHeader
from kakehashi.diff.plan import Plan, read_plan
from kakehashi.diff.sums import NightCount, PastNights, night_count
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from tests.builders import TODAY, a_pupil
from tests.unit.diff.nights import (
    APRIL,
    OTHER,
    PRIMARY,
    a_town,
    breaches,
    carried_out,
    in_tenant,
    knowing,
    next_year,
    night,
)

TOWN = a_town()  # 600 pupils
TIGHT = {
    "city_7_nights": {"renamed": {"share": 0.01, "number": 8, "floor": 8}},
    "city_28_nights": {"renamed": {"share": 0.01, "number": 14, "floor": 14}},
}


@dataclass
class Weeks:
    """A town, night after night; what stops is approved or left as the test says."""

    known: list[Record]
    day: date = TODAY
    rules: dict[str, Any] = field(default_factory=dict)
    past: list[NightCount] = field(default_factory=list)
    last: LastNight = field(default_factory=LastNight)

    def plan(self, roster: Sequence[Pupil]) -> Plan:
        past = PastNights(tuple(reversed(self.past)))
        return night(roster, self.known, as_of=self.day, rules={"limits": self.rules}, past=past,
                     last_night=self.last)  # fmt: skip

    def apply(self, plan: Plan, accept: Sequence[str] = (), failed: Sequence[str] = ()) -> None:
        """Carried out, but for the pupils in ``failed``; and it is the next day."""
        undone = [action for action in plan.actions if action.pupil in failed]
        header = json.loads(json.dumps(plan.header().to_json()))
        kept = read_plan(header, ())
        self.past.append(night_count(plan.as_of, kept.counted, kept.breaches, accept, undone))
        done = replace(plan, actions=tuple(a for a in plan.actions if a not in undone))
        self.known, _ = carried_out(done, self.known, in_tenant(self.known), self.day)
        self.last, self.day = (
            LastNight.of(PlanHeader.from_json(header)),
            self.day + timedelta(days=1),
        )

    def asked(self, rosters: Iterator[list[Pupil]], most: int = 60) -> tuple[int, Plan]:
        """How many nights pass unasked, and the plan that then is not."""
        for passed in range(most):
            plan = self.plan(next(rosters))
            if plan.breaches:
                return passed, plan
            self.apply(plan)
        raise AssertionError(f"{most} nights passed")


def drift(change: Callable[[Pupil], Pupil], each: int) -> Iterator[list[Pupil]]:
    """Every night ``each`` more pupils of the town differ."""
    town = list(TOWN[::7] + TOWN[1::7] + TOWN[2::7] + TOWN[3::7] + TOWN[4::7] + TOWN[5::7])
    for end in range(each, len(town), each):
        yield [change(p) if i < end else p for i, p in enumerate(town)] + TOWN[6::7]


def to_another_school(p: Pupil) -> Pupil:
    return replace(p, school=OTHER if p.school == PRIMARY else PRIMARY)


CHANGES: dict[str, tuple[Callable[[Pupil], Pupil], int]] = {
    "S144": (to_another_school, 5),
    "S145": (lambda p: replace(p, family="高橋"), 5),
    "S146": (lambda p: replace(p, account=f"new-{p.account}"), 5),
    "S147": (lambda p: replace(p, grade="P6" if p.grade == "P5" else "P5"), 5),
    "S148": (lambda p: replace(p, class_title="9年9組"), 15),
    "S149": (lambda p: replace(p, class_title="", class_grades=()), 5),
}


@pytest.mark.parametrize("code", CHANGES)
def test_a_drift_that_every_night_lets_pass_is_asked_about_within_weeks(code: str) -> None:
    weeks = Weeks(knowing(TOWN))
    passed, plan = weeks.asked(drift(*CHANGES[code]))
    assert 0 < passed < 28
    assert code in {breach.code for breach in plan.breaches}
    assert {b.code for b in plan.breaches} <= {code, "S022", "S012"}
    finding = next(f for f in plan.findings if f.code == code)
    assert finding.facts["nights"] in {7, 28}


def newcomers() -> Iterator[list[Pupil]]:
    for count in range(10, 500, 10):
        yield [*TOWN, *(a_pupil(9000 + i, school=PRIMARY) for i in range(count))]


def test_new_pupils_night_after_night_are_asked_about() -> None:
    passed, plan = Weeks(knowing(TOWN)).asked(newcomers())
    assert 0 < passed < 28
    assert [b.code for b in plan.breaches] == ["S143"]


def test_pupils_who_return_night_after_night_are_asked_about() -> None:
    since = date(2026, 5, 1)
    away = {"status": Status.SUSPENDED, "suspended_on": since, "absent_since": since}
    weeks = Weeks([*knowing(TOWN[:300], **away), *knowing(TOWN[300:])])
    passed, plan = weeks.asked(TOWN[300:] + TOWN[:n] for n in range(4, 300, 4))
    assert 0 < passed < 28
    assert [b.code for b in plan.breaches] == ["S150"]


def renamed(count: int) -> list[Pupil]:
    return [replace(p, family="高橋") if i < count else p for i, p in enumerate(TOWN)]


def test_the_last_seven_nights_are_asked_about_before_the_last_28() -> None:
    weeks = Weeks(knowing(TOWN), rules=TIGHT)
    weeks.apply(weeks.plan(renamed(5)))
    assert breaches(weeks.plan(renamed(9))) == [("S145", "city", 9, 8)]
    weeks.day += timedelta(days=6)  # the eighth night counts no more for the first
    assert breaches(weeks.plan(renamed(9))) == []
    weeks.apply(weeks.plan(renamed(9)))
    weeks.apply(weeks.plan(renamed(13)))
    plan = weeks.plan(renamed(14))
    assert breaches(plan) == [("S145", "city", 9, 8)]
    weeks.day += timedelta(days=7)
    assert breaches(weeks.plan(renamed(15))) == [("S145", "city", 15, 14)]
    weeks.day += timedelta(days=28)
    assert breaches(weeks.plan(renamed(15))) == []


def test_what_a_person_accepts_begins_the_sum_anew() -> None:
    weeks = Weeks(knowing(TOWN), rules=TIGHT)
    weeks.apply(weeks.plan(renamed(5)))
    weeks.apply(weeks.plan(renamed(9)), accept=["S145"])
    assert breaches(weeks.plan(renamed(14))) == []
    weeks.apply(weeks.plan(renamed(14)))
    assert breaches(weeks.plan(renamed(18))) == [("S145", "city", 9, 8)]


def test_a_night_that_a_person_accepted_does_not_count_and_nothing_before_it() -> None:
    weeks = Weeks(knowing(TOWN), rules=TIGHT)
    weeks.apply(weeks.plan(renamed(5)))
    large = weeks.plan(renamed(30))
    assert breaches(large) == [("S003", "city", 25, 6)], "one question, not two"
    weeks.apply(large, accept=["S003"])
    assert breaches(weeks.plan(renamed(35))) == []


def test_another_code_accepted_begins_nothing_anew() -> None:
    weeks = Weeks(knowing(TOWN), rules=TIGHT)
    weeks.apply(weeks.plan(renamed(5)), accept=["S001", "S002"])
    assert breaches(weeks.plan(renamed(9))) == [("S145", "city", 9, 8)]


def test_a_night_that_adds_nothing_is_not_stopped_for_the_nights_before() -> None:
    weeks = Weeks(knowing(TOWN), rules=TIGHT)
    weeks.apply(weeks.plan(renamed(5)))
    weeks.rules = {"city_7_nights": {"renamed": {"share": 0.001, "number": 1}}}
    assert breaches(weeks.plan(renamed(5))) == []
    assert [b[0] for b in breaches(weeks.plan(renamed(6)))] == ["S145"]


def test_who_could_not_be_changed_counts_on_the_night_on_which_it_is_done() -> None:
    """Or an account that refuses every night would add itself up."""
    weeks = Weeks(knowing(TOWN), rules=TIGHT)
    stuck = [p.id for p in TOWN[:5]]
    for _ in range(20):
        plan = weeks.plan(renamed(5))
        assert breaches(plan) == []
        weeks.apply(plan, failed=stuck)
    weeks.apply(weeks.plan(renamed(5)))
    assert breaches(weeks.plan(renamed(9))) == [("S145", "city", 9, 8)]


def test_what_the_calendar_explains_is_in_no_sum() -> None:
    plan = night(next_year(TOWN), knowing(TOWN), as_of=APRIL)
    assert plan.counted == {}


def test_an_accepted_school_begins_anew_and_is_left_out_of_the_citys_sum() -> None:
    school = {"moved": {"share": 0.01, "number": 3}}
    weeks = Weeks(knowing(TOWN), rules={"school": school})
    movers = {p.id for p in TOWN[:5]}
    roster = [to_another_school(p) if p.id in movers else p for p in TOWN]
    plan = weeks.plan(roster)
    assert {b[:2] for b in breaches(plan)} == {("S012", PRIMARY), ("S012", OTHER)}
    assert plan.counted == {"moved": {"city": 5, PRIMARY: 5, OTHER: 5}}
    weeks.apply(plan, accept=["S012"])
    (count,) = weeks.past
    assert count.counts == {}
    assert PastNights((count,)).sum(Counted.MOVED, PRIMARY, TODAY, 7) == 0


# -- the sums themselves --------------------------------------------------------------------------

kinds = st.sampled_from([Counted.NEW, Counted.MOVED])
scopes = st.sampled_from(["city", PRIMARY, OTHER])
pairs = st.tuples(kinds, scopes)
night_counts = st.builds(
    NightCount,
    st.integers(0, 40).map(lambda days: TODAY - timedelta(days=days)),
    st.dictionaries(pairs, st.integers(1, 9)),
    st.frozensets(pairs, max_size=1),
)


@given(st.lists(night_counts, max_size=12), kinds, scopes, st.sampled_from([7, 28]))
def test_a_sum_is_what_was_counted_in_its_nights_after_the_last_acceptance(
    nights: list[NightCount], kind: Counted, scope: str, window: int
) -> None:
    nights = sorted(nights, key=lambda one: one.as_of, reverse=True)
    fresh: list[NightCount] = []
    for one in nights:
        if {(kind, scope), (kind, "city")} & one.accepted:
            break
        fresh.append(one)
    inside = [one for one in fresh if 0 <= (TODAY - one.as_of).days < window]
    expected = sum((Counter(one.counts) for one in inside), Counter[Any]())[kind, scope]
    past = PastNights(tuple(nights))
    assert past.sum(kind, scope, TODAY, window) == expected
    again = [NightCount.from_json(json.loads(json.dumps(one))) for one in past.to_json()]
    assert tuple(again) == past.nights


def test_a_plan_of_an_earlier_release_has_counted_nothing() -> None:
    header = night(renamed(5), knowing(TOWN)).header().to_json()
    del header["counted"]
    assert read_plan(header, ()).counted == {}
