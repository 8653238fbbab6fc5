"""April: the whole city changes, a correct turn needs nobody, and a wrong one is still caught."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.actions import Situation
from kakehashi.diff.inverse import Undone
from kakehashi.diff.plan import Plan
from kakehashi.diff.undo import make_undo
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from tests.builders import a_city
from tests.unit.diff.nights import (
    APRIL,
    JUNIOR,
    OTHER,
    PRIMARY,
    UNIFIED,
    a_school_of,
    a_town,
    breaches,
    carried_out,
    codes,
    first_graders,
    gone_up,
    in_tenant,
    knowing,
    next_year,
    night,
)

TOWN = a_town()
KNOWN = knowing(TOWN)
CORRECT = next_year(TOWN)


def april(roster: list[Pupil], known: list[Record] = KNOWN, **facts: Any) -> Plan:
    return night(roster, known, **({"as_of": APRIL} | facts))


def settled(plan: Plan, known: list[Record] = KNOWN, as_of: date = APRIL) -> list[Record]:
    return carried_out(plan, known, in_tenant(known), as_of)[0]


def by_code(plan: Plan) -> set[tuple[str, str]]:
    return {(breach.code, breach.scope) for breach in plan.breaches}


def test_a_correct_april_needs_no_approval() -> None:
    plan = april(CORRECT)
    assert breaches(plan) == []
    assert plan.counts == {"CHANGED": 520, "PROMOTED": 520, "MOVED": 40, "NEW": 60, "GONE": 80}
    assert plan.explained == {"gone": 80, "grade": 520, "moved": 40, "new": 60}
    assert [(f.code, dict(f.facts)) for f in plan.findings] == [
        ("S060", {"promoted": 520, "gone": 80, "new": 60, "moved": 40})
    ]
    assert len(plan.proposals[Situation.GONE]) == 80, "graduates are on the staff list too"


@pytest.mark.parametrize("as_of", [date(2027, 3, 24), date(2027, 4, 16), date(2026, 11, 24)])
def test_the_same_turn_outside_the_dates_waits(as_of: date) -> None:
    plan = april(CORRECT, as_of=as_of)
    assert {"S001", "S004", "S006"} <= set(codes(plan))
    assert plan.explained == {}


def test_the_dates_are_the_citys() -> None:
    rules = {"calendar": {"rollover": {"from": "04-10", "until": "04-20"}}}
    assert april(CORRECT, rules=rules, as_of=date(2027, 4, 18)).breaches == ()
    assert april(CORRECT, rules=rules, as_of=date(2027, 4, 6)).breaches != ()


def test_before_the_turn_shows_nothing_is_expected_of_anybody() -> None:
    for day in (date(2027, 3, 26), date(2027, 4, 2)):
        plan = april(TOWN, as_of=day)
        assert (plan.breaches, plan.findings, plan.actions) == ((), (), ())


def test_a_new_school_year_in_the_old_grades_is_not_a_turn_yet() -> None:
    first = april([replace(p, school_year=2027) for p in TOWN], as_of=date(2027, 4, 1))
    assert first.breaches == ()
    later = april(CORRECT, settled(first), as_of=date(2027, 4, 8))
    assert later.breaches == ()


def test_graduates_may_leave_before_the_rest_go_up() -> None:
    first = april([p for p in TOWN if p.grade != "J3"], as_of=date(2027, 3, 26))
    assert (first.breaches, first.explained) == ((), {"gone": 80})
    assert april(CORRECT, settled(first)).breaches == ()


def test_graduates_gone_in_march_and_a_new_year_in_old_grades_are_not_the_turn() -> None:
    rest = [p for p in TOWN if p.grade != "J3"]
    march = settled(april(rest, as_of=date(2027, 3, 26)), as_of=date(2027, 3, 26))
    flipped = april([replace(p, school_year=2027) for p in rest], march, as_of=date(2027, 4, 1))
    assert flipped.breaches == ()
    later = april(CORRECT, settled(flipped, march), as_of=date(2027, 4, 8))
    assert later.breaches == ()


def test_first_graders_may_come_on_any_night_of_the_season() -> None:
    early = april([*TOWN, *first_graders()], as_of=date(2027, 3, 30))
    assert (early.breaches, early.explained) == ((), {"new": 60})
    turned = april(CORRECT, settled(early))
    assert turned.breaches == ()
    late = april(next_year(TOWN, intake=0))
    assert april(CORRECT, settled(late), as_of=date(2027, 4, 7)).breaches == ()


def test_first_graders_without_passwords_do_not_stop_the_night() -> None:
    from tests.unit.diff.nights import wanting

    new = {p.id for p in first_graders()}
    roster = [one for p in CORRECT for one in wanting([p], password=p.id not in new)]
    plan = night(roster, KNOWN, as_of=APRIL)
    assert (plan.breaches, len(plan.held["M001"])) == ((), 60)


def test_the_night_after_the_turn_is_quiet() -> None:
    after = settled(april(CORRECT))
    plan = april(CORRECT, after, as_of=date(2027, 4, 7))
    assert (plan.actions, plan.breaches, plan.findings) == ((), (), ())


def test_classes_may_be_announced_a_week_after_the_turn() -> None:
    plain = [replace(p, class_title="", class_grades=()) for p in CORRECT]
    first = april(plain, as_of=date(2027, 4, 1))
    assert first.breaches == ()
    second = april(CORRECT, settled(first), as_of=date(2027, 4, 7))
    assert second.breaches == ()


def test_the_transfers_of_spring_are_expected_too() -> None:
    """Some P6 go to other junior high schools, and 1 in 100 of all comes and goes."""
    p6 = [p.id for p in TOWN if p.grade == "P6"][::7][:8]
    others = [p.id for p in TOWN if p.grade == "P2"][::10]
    roster = [p for p in CORRECT if p.id not in {*p6, *others}]
    newcomers = a_school_of(6, JUNIOR, grades=["J2"], start=9901, school_year=2027)
    assert april([*roster, *newcomers]).breaches == ()


def test_one_school_turning_first_is_no_departure() -> None:
    first = [gone_up(p) if p.school == UNIFIED and p.grade != "J3" else p for p in TOWN
             if (p.school, p.grade) != (UNIFIED, "J3")]  # fmt: skip
    plan = april(first, as_of=date(2027, 4, 1))
    assert plan.breaches == ()
    assert april(CORRECT, settled(plan, as_of=date(2027, 4, 1))).breaches == ()


# -- what departs from it -------------------------------------------------------------------------


def test_a_school_that_was_not_promoted_is_caught() -> None:
    roster = [p for p in CORRECT if p.school != OTHER and p.id not in ids(OTHER, "P6")]
    roster += [p for p in TOWN if p.school == OTHER]
    found = by_code(april(roster))
    assert {("S023", OTHER), ("S016", OTHER), ("S006", "city")} == found


def test_a_school_of_three_that_was_not_promoted_is_caught() -> None:
    branch = a_school_of(1, PRIMARY[:-2] + "99", grades=["P1", "P2", "P3"], start=8001)
    plan = april([*CORRECT, *branch], knowing([*TOWN, *branch]))
    assert by_code(plan) == {("S023", branch[0].school)}


def test_a_school_that_follows_a_night_later_is_expected() -> None:
    behind = [p for p in TOWN if p.school == OTHER]
    roster = [p for p in CORRECT if p.school != OTHER and p.id not in ids(OTHER, "P6")] + behind
    after = settled(april(roster))
    assert april(CORRECT, after, as_of=date(2027, 4, 7)).breaches == ()


def test_a_grade_that_was_promoted_twice_is_caught() -> None:
    roster = [gone_up(p) if p.id in ids(PRIMARY, "P2") else p for p in CORRECT]
    assert by_code(april(roster)) == {("S006", "city"), ("S016", PRIMARY)}


def test_a_city_that_was_promoted_twice_on_two_nights_is_caught() -> None:
    after = settled(april(CORRECT))
    twice = [replace(gone_up(p), school_year=2027) for p in CORRECT if p.grade != "J3"]
    found = by_code(april(twice, after, as_of=date(2027, 4, 7)))
    assert {("S006", "city"), ("S004", "city"), ("S016", PRIMARY)} <= found


def test_a_grade_that_stayed_behind_is_caught() -> None:
    behind = ids(UNIFIED, "P4")
    roster = [p for p in CORRECT if p.id not in behind] + [p for p in TOWN if p.id in behind]
    assert by_code(april(roster)) == {("S006", "city"), ("S016", UNIFIED)}


def test_a_grade_left_behind_by_the_first_school_to_turn_is_caught() -> None:
    behind = ids(UNIFIED, "P4")
    roster = [gone_up(p) if p.school == UNIFIED and p.id not in behind else p for p in TOWN
              if (p.school, p.grade) != (UNIFIED, "J3")]  # fmt: skip
    assert by_code(april(roster)) == {("S006", "city"), ("S016", UNIFIED)}


def test_graduates_who_are_still_there_are_caught() -> None:
    roster = [*CORRECT, *(p for p in TOWN if p.grade == "J3")]
    assert by_code(april(roster)) == {("S007", "city"), ("S017", JUNIOR), ("S017", UNIFIED)}


def test_graduates_who_come_back_are_caught() -> None:
    after = settled(april(CORRECT))
    roster = [*CORRECT, *(p for p in TOWN if p.grade == "J3")]
    assert ("S007", "city") in by_code(april(roster, after, as_of=date(2027, 4, 7)))


def test_this_years_third_graders_are_no_graduates() -> None:
    after = settled(april(CORRECT))
    plan = april([p for p in CORRECT if p.grade != "J3"], after, as_of=date(2027, 4, 7))
    assert {("S004", "city"), ("S021", JUNIOR), ("S021", UNIFIED)} <= by_code(plan)


def test_a_grade_that_vanished_in_the_turn_is_caught() -> None:
    lost = ids(PRIMARY, "P3")
    found = by_code(april([p for p in CORRECT if p.id not in lost]))
    assert found == {("S004", "city"), ("S014", PRIMARY), ("S021", PRIMARY)}


def test_all_of_p6_vanishing_is_not_the_way_to_another_school() -> None:
    lost = ids(PRIMARY, "P6")
    found = by_code(april([p for p in CORRECT if p.id not in lost]))
    assert {("S014", PRIMARY), ("S021", PRIMARY), ("S004", "city")} == found


def test_a_school_that_vanished_in_the_turn_is_caught() -> None:
    found = by_code(april([p for p in CORRECT if p.school != UNIFIED]))
    assert {("S020", UNIFIED), ("S004", "city")} <= found


@pytest.mark.parametrize("keep", [slice(None, None, 2), slice(0, 300)])
def test_half_the_rows_in_april_are_caught(keep: slice) -> None:
    assert ("S004", "city") in by_code(april(CORRECT[keep]))


def test_half_the_enrolments_in_april_are_caught() -> None:
    roster = [replace(p, class_title="") if i % 2 else p for i, p in enumerate(CORRECT)]
    assert ("S009", "city") in by_code(april(roster))


def test_twice_as_many_first_graders_are_caught() -> None:
    assert by_code(april(next_year(TOWN, intake=45))) == {("S001", "city")}


def test_a_second_intake_is_caught_however_it_is_spread_over_nights() -> None:
    after = settled(april(CORRECT))
    more = first_graders(start=9501)
    plan = april([*CORRECT, *more], after, as_of=date(2027, 4, 7))
    assert by_code(plan) == {("S001", "city")}


def test_a_second_intake_before_the_turn_is_caught() -> None:
    early = settled(april([*TOWN, *first_graders()], as_of=date(2027, 3, 28)))
    more = [*first_graders(), *first_graders(start=9501)]
    plan = april([*TOWN, *more], early, as_of=date(2027, 3, 29))
    assert by_code(plan) == {("S001", "city")}


def test_primary_schools_whose_pupils_all_change_places_are_caught() -> None:
    swap = {PRIMARY: OTHER, OTHER: PRIMARY}
    roster = [replace(p, school=swap.get(p.school, p.school)) for p in CORRECT]
    assert {("S002", "city"), ("S012", PRIMARY)} <= by_code(april(roster))


def test_a_renamed_city_in_april_is_caught() -> None:
    roster = [replace(p, family="高橋") for p in CORRECT]
    assert by_code(april(roster)) == {("S003", "city")}


def ids(school: str, grade: str) -> set[str]:
    return {p.id for p in TOWN if (p.school, p.grade) == (school, grade)}


# -- nobody goes up twice -------------------------------------------------------------------------

FIRST_OF_APRIL = date(2027, 4, 1)


def in_the_old_year(pupils: list[Pupil]) -> list[Pupil]:
    """The grades have gone up, and the export still says last year's 年度."""
    return [replace(p, school_year=2026) for p in pupils]


def up_again(pupils: list[Pupil]) -> list[Pupil]:
    return [replace(gone_up(p), school_year=p.school_year) for p in pupils if p.grade != "J3"]


def test_grades_that_rise_before_the_school_year_does_are_a_quiet_april() -> None:
    first = april(in_the_old_year(CORRECT), as_of=FIRST_OF_APRIL)
    assert breaches(first) == []
    after = settled(first, as_of=FIRST_OF_APRIL)
    assert breaches(april(in_the_old_year(CORRECT), after, as_of=date(2027, 4, 2))) == []
    flipped = april(CORRECT, after, as_of=date(2027, 4, 8))
    assert breaches(flipped) == []
    assert april(CORRECT, settled(flipped, after), as_of=date(2027, 4, 9)).actions == ()


@pytest.mark.parametrize("then", [in_the_old_year, list], ids=["old year", "new year"])
def test_a_second_rise_the_night_after_is_caught_in_whatever_school_year(then: Any) -> None:
    after = settled(april(in_the_old_year(CORRECT), as_of=FIRST_OF_APRIL), as_of=FIRST_OF_APRIL)
    again = then(up_again(CORRECT))
    found = by_code(april(again, after, as_of=date(2027, 4, 2)))
    assert {("S006", "city"), ("S004", "city"), ("S016", PRIMARY), ("S016", UNIFIED)} <= found


def test_first_graders_who_came_with_the_turn_do_not_go_up_in_it() -> None:
    after = settled(april(in_the_old_year(CORRECT), as_of=FIRST_OF_APRIL), as_of=FIRST_OF_APRIL)
    new = {p.id for p in first_graders()}
    again = [replace(p, grade="P2") if p.id in new else p for p in in_the_old_year(CORRECT)]
    assert ("S006", "city") in by_code(april(again, after, as_of=date(2027, 4, 2)))


def test_a_second_intake_in_the_old_school_year_is_caught() -> None:
    after = settled(april(in_the_old_year(CORRECT), as_of=FIRST_OF_APRIL), as_of=FIRST_OF_APRIL)
    more = in_the_old_year([*CORRECT, *first_graders(start=9501)])
    assert by_code(april(more, after, as_of=date(2027, 4, 7))) == {("S001", "city")}


def test_next_april_everybody_goes_up_again() -> None:
    after = settled(april(CORRECT))
    following = date(2028, 4, 6)
    roster = [gone_up(p) for p in CORRECT if p.grade != "J3"]
    roster += [replace(p, school_year=2028) for p in first_graders(start=7001)]
    graduates = [one for one in after if one.absent_since is None]
    assert breaches(april(roster, graduates, as_of=following)) == []


def test_a_turn_that_was_undone_is_due_again() -> None:
    first = april(CORRECT)
    after = settled(first)
    undone = Undone("r", APRIL, first.actions, {a.pupil: "done" for a in first.actions})
    back = make_undo(undone, after, a_city(), city_code="demo", serial=8, as_of=APRIL)
    before_it = carried_out(back, after, in_tenant(after), APRIL)[0]
    assert {one.grade_since for one in before_it} == {None}
    assert by_code(april(CORRECT, before_it)) == {("S024", "city")}, "an undo suspends newcomers"


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([PRIMARY, OTHER, UNIFIED]),
    st.booleans(),
    st.sampled_from([PRIMARY, OTHER, UNIFIED]),
)
def test_whichever_school_turns_first_each_turns_once(
    early: str, old_year: bool, twice: str
) -> None:
    """One school on one night, the others on the next, and then one of them a second time."""
    told = in_the_old_year if old_year else list
    late = [p for p in TOWN if p.school != early]
    behind = {p.id for p in late} | {p.id for p in first_graders() if p.school != early}
    first = [*late, *told([p for p in CORRECT if p.id not in behind])]
    night_one = april(first, as_of=FIRST_OF_APRIL)
    assert "S016" not in codes(night_one)
    after = settled(night_one, as_of=FIRST_OF_APRIL)
    night_two = april(told(CORRECT), after, as_of=date(2027, 4, 2))
    assert "S016" not in codes(night_two)
    after = settled(night_two, after, as_of=date(2027, 4, 2))
    again = {p.id: p for p in told(up_again([p for p in CORRECT if p.school == twice]))}
    night_three = april([again.get(p.id, p) for p in told(CORRECT)], after, as_of=date(2027, 4, 3))
    assert ("S016", twice) in by_code(night_three)


# -- cities of one kind of school -----------------------------------------------------------------

PRIMARY_ONLY = [p for p in TOWN if p.school in {PRIMARY, OTHER}]
JUNIOR_ONLY = [p for p in TOWN if p.school == JUNIOR]


def primary_april(pupils: list[Pupil]) -> list[Pupil]:
    new = [p for p in first_graders() if p.school in {PRIMARY, OTHER}]
    return [*(gone_up(p) for p in pupils if p.grade != "P6"), *new]


def junior_april(pupils: list[Pupil]) -> list[Pupil]:
    new = a_school_of(60, JUNIOR, grades=["J1"], start=8001, school_year=2027)
    return [*(gone_up(p) for p in pupils if p.grade != "J3"), *new]


@pytest.mark.parametrize(
    ("town", "after"), [(PRIMARY_ONLY, primary_april), (JUNIOR_ONLY, junior_april)]
)
@pytest.mark.parametrize("told", [in_the_old_year, list], ids=["old year", "new year"])
def test_a_city_of_one_kind_of_school_has_a_quiet_april_and_turns_once(
    town: list[Pupil], after: Any, told: Any
) -> None:
    known, correct = knowing(town), after(town)
    first = april(told(correct), known)
    assert breaches(first) == []
    state = settled(first, known)
    quiet = april(told(correct), state, as_of=date(2027, 4, 7))
    assert (quiet.actions, quiet.breaches) == ((), ())
    last = correct[0].grade[0] + ("6" if town is PRIMARY_ONLY else "3")
    again = [replace(gone_up(p), school=p.school, school_year=p.school_year)
             for p in told(correct) if p.grade != last]  # fmt: skip
    assert {"S004", "S006", "S016"} <= set(codes(april(again, state, as_of=date(2027, 4, 7))))


def test_who_left_a_primary_school_before_the_rest_went_up_was_expected() -> None:
    known = knowing(PRIMARY_ONLY)
    left = [p for p in PRIMARY_ONLY if p.grade != "P6"]
    march = date(2027, 3, 26)
    first = april(left, known, as_of=march)
    assert (first.breaches, first.explained) == ((), {"gone": 40})
    rest = april(primary_april(PRIMARY_ONLY), settled(first, known, march))
    assert breaches(rest) == []


def test_sixth_graders_who_stay_in_a_city_of_primary_schools_are_caught() -> None:
    roster = [*primary_april(PRIMARY_ONLY), *(p for p in PRIMARY_ONLY if p.grade == "P6")]
    assert ("S007", "city") in by_code(april(roster, knowing(PRIMARY_ONLY)))


def test_sixth_graders_of_such_a_city_do_not_become_seventh_graders_unasked() -> None:
    up = [replace(gone_up(p), school=p.school) for p in PRIMARY_ONLY]
    assert ("S006", "city") in by_code(april(up, knowing(PRIMARY_ONLY)))


def test_sixth_graders_who_vanish_in_november_are_caught_in_such_a_city_too() -> None:
    left = [p for p in PRIMARY_ONLY if p.grade != "P6"]
    assert "S021" in codes(april(left, knowing(PRIMARY_ONLY), as_of=date(2026, 11, 24)))
