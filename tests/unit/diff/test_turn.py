"""The turn of the year, pupil by pupil: who is due, what has turned, and who is expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.actions import Situation
from kakehashi.city.limits import Season
from kakehashi.diff.calendar import Base, Rollover, rollover_of
from kakehashi.diff.observation import Observation
from kakehashi.people.record import Record, Status
from tests.builders import a_city, a_code, a_known, a_pupil

HERE, THERE, JUNIOR = a_code(1), a_code(7), a_code(2, "C1")
APRIL = date(2027, 4, 6)
OPEN = Rollover(open=True, season=Season(), year=2027)
RECORDED = replace(OPEN, recorded=True)
ABSENT = date(2027, 3, 26)  # in this season
NEW_YEAR: dict[str, Any] = {"school_year": 2027}


def known(n: int = 1, *, absent_since: date | None = None, status: Status = Status.ACTIVE,
          grade_since: date | None = None, **facts: Any) -> Record:  # fmt: skip
    return a_known(n, pupil=a_pupil(n, **facts), status=status, absent_since=absent_since,
                   grade_since=grade_since)  # fmt: skip


def many(count: int, start: int = 1, **facts: Any) -> list[Record]:
    return [known(n, **facts) for n in range(start, start + count)]


def tonight(record: Record, situation: Situation = Situation.CHANGED, **after: Any) -> Observation:
    return Observation(record.pupil.id, situation, record, replace(record.pupil, **after))


def turn(observations: Iterable[Observation], records: list[Record],
         as_of: date = APRIL) -> Rollover:  # fmt: skip
    return rollover_of(observations, records, a_city(), as_of)


# -- whom the city had last night -----------------------------------------------------------------


def test_a_base_counts_whoever_was_active_and_present_by_school_and_grade() -> None:
    base = Base.of([
        *many(2), known(3, grade="P4"), known(4, school=THERE),
        known(5, status=Status.SUSPENDED), known(6, status=Status.PREPARED),
        known(7, absent_since=date(2026, 11, 20)),
    ])  # fmt: skip
    assert base.pupils == {"city": 4, HERE: 3, THERE: 1}
    assert base.grades == {
        ("city", "P3"): 3, (HERE, "P3"): 2, ("city", "P4"): 1, (HERE, "P4"): 1, (THERE, "P3"): 1,
    }  # fmt: skip


# -- who is due -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rollover", "record", "due"),
    [
        (OPEN, known(), True),
        (replace(OPEN, open=False), known(), False),
        (OPEN, known(**NEW_YEAR), True),  # an export may change its year before its grades
        (RECORDED, known(**NEW_YEAR), False),
        (RECORDED, known(), True),
        (RECORDED, known(school_year=2028), False),
        (OPEN, known(status=Status.PREPARED), False),
        (OPEN, known(grade_since=APRIL), False),
        (OPEN, known(grade_since=date(2026, 4, 6)), True),  # a year ago
        (OPEN, known(grade_since=date(2027, 2, 1)), True),  # a correction, before the season
        (replace(OPEN, risen=frozenset({HERE})), known(grade="P1"), False),
        (replace(OPEN, risen=frozenset({HERE})), known(), True),
        (replace(OPEN, risen=frozenset({THERE})), known(grade="P1"), True),
    ],
)
def test_who_is_due_to_go_up(rollover: Rollover, record: Record, *, due: bool) -> None:
    assert rollover.due(record) is due


@pytest.mark.parametrize(
    ("grade", "after", "promoted", "moves"),
    [
        ("P3", "P4", True, False),
        ("P3", "P3", False, False),
        ("P3", "P5", False, False),
        ("P3", "P2", False, False),
        ("P6", "J1", True, True),
        ("J2", "J3", True, False),
        ("J3", "J3", False, False),
    ],
)
def test_one_grade_up_is_expected_and_from_the_sixth_another_school(
    grade: str, after: str, *, promoted: bool, moves: bool
) -> None:
    record, pupil = known(grade=grade), a_pupil(grade=after)
    assert OPEN.expects_promotion(record, pupil) is promoted
    assert OPEN.expects_move(record, pupil) is moves
    gone_up = known(grade=grade, grade_since=APRIL)
    assert not OPEN.expects_promotion(gone_up, pupil)
    assert not OPEN.expects_move(gone_up, pupil)


def test_nobody_is_promoted_out_of_the_last_grade_of_the_city() -> None:
    primary_only = replace(OPEN, last="P6")
    assert not primary_only.expects_promotion(known(grade="P6"), a_pupil(grade="J1"))
    assert primary_only.expects_leaving(known(grade="P6"))


def test_the_last_grade_is_expected_to_leave_while_it_is_due() -> None:
    assert OPEN.expects_leaving(known(grade="J3"))
    assert not OPEN.expects_leaving(known(grade="J2"))
    assert not OPEN.expects_leaving(known(grade="J3", grade_since=APRIL))
    assert not replace(OPEN, open=False).expects_leaving(known(grade="J3"))


@pytest.mark.parametrize(
    ("facts", "should"),
    [
        ({}, True),
        ({"grade": "P1"}, True),
        ({"grade": "P1", "school_year": 2027}, False),  # has just come
        ({"grade": "P1", "school_year": 2028}, False),
        ({"grade": "P2", "school_year": 2027}, True),
        ({"grade_since": APRIL}, False),
    ],
)
def test_who_should_go_up(facts: dict[str, Any], *, should: bool) -> None:
    assert OPEN.should_go_up(known(**facts)) is should


@pytest.mark.parametrize(
    ("turned", "after", "left"),
    [
        ({"city"}, "P3", True),
        ({HERE}, "P3", True),
        ({THERE}, "P3", False),
        (set(), "P3", False),
        ({"city"}, "P4", False),
    ],
)
def test_left_behind_is_who_stays_when_the_school_or_the_city_turns(
    turned: set[str], after: str, *, left: bool
) -> None:
    rollover = replace(OPEN, turned=frozenset(turned))
    assert rollover.left_behind(known(), a_pupil(grade=after)) is left
    assert not rollover.left_behind(known(grade_since=APRIL), a_pupil(grade=after))


# -- how many first graders are expected ----------------------------------------------------------

GRADES = {("city", "P1"): 40, ("city", "P4"): 61, ("city", "J1"): 200, (HERE, "P2"): 8}
BASE = Base({}, GRADES)


def test_a_quarter_more_than_the_largest_primary_grade_is_expected() -> None:
    assert OPEN.intake(BASE, "city") == 77  # 76.25, rounded up
    assert OPEN.intake(BASE, HERE) == 10
    assert OPEN.intake(BASE, THERE) == 0
    assert replace(OPEN, open=False).intake(BASE, "city") == 0


def test_those_who_came_on_earlier_nights_are_expected_no_more() -> None:
    assert replace(OPEN, arrived={"city": 70}).intake(BASE, "city") == 7
    assert replace(OPEN, arrived={"city": 90}).intake(BASE, "city") == 0
    assert replace(OPEN, arrived={HERE: 70}).intake(BASE, "city") == 77
    # they are in the first grade of last night, and no measure of last year's
    grown = Base({}, {("city", "P1"): 100, ("city", "P4"): 40})
    assert replace(OPEN, arrived={"city": 40}).intake(grown, "city") == 35


def test_where_there_is_no_primary_school_the_largest_junior_grade_is_the_measure() -> None:
    assert replace(OPEN, first="J1").intake(BASE, "city") == 250


# -- where the city stands ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "is_open"),
    [(date(2027, 3, 24), False), (date(2027, 3, 25), True), (date(2027, 4, 15), True),
     (date(2027, 4, 16), False)],
)  # fmt: skip
def test_the_season_is_the_citys(day: date, *, is_open: bool) -> None:
    going = [tonight(one, grade="P4") for one in many(3)]
    found = turn(going, many(3), day)
    assert (found.open, found.season) == (is_open, Season())
    assert found.year == (2027 if is_open else 0)
    assert found.turned == (frozenset({"city", HERE}) if is_open else frozenset())


@pytest.mark.parametrize(
    ("grades", "first", "last"),
    [
        (("P1", "J3"), "P1", "J3"),
        (("P4", "P5"), "P1", "P6"),
        (("J2",), "J1", "J3"),
        ((), "P1", "J3"),
    ],
)
def test_the_first_and_the_last_grade_are_those_of_the_citys_schools(
    grades: tuple[str, ...], first: str, last: str
) -> None:
    records = [known(n, grade=grade) for n, grade in enumerate(grades, 1)]
    found = turn([], records)
    assert (found.first, found.last) == (first, last)
    gone = known(9, grade="J1" if last == "P6" else "P1", status=Status.SUSPENDED)
    assert grades == () or turn([], [*records, gone]).last == last


def test_a_scope_has_risen_when_more_have_gone_up_this_season_than_not() -> None:
    up, not_yet = many(2, grade_since=APRIL), many(1, 10)
    assert turn([], up + not_yet).risen == {"city", HERE}
    assert turn([], up[:1] + not_yet).risen == frozenset()  # as many are none
    elsewhere = many(3, 20, school=THERE)
    assert turn([], up + elsewhere).risen == {HERE}


@pytest.mark.parametrize(
    "facts",
    [{"absent_since": ABSENT}, {"status": Status.SUSPENDED}, {"status": Status.PREPARED},
     {"grade": "P1"}],
)  # fmt: skip
def test_who_is_not_here_or_in_the_first_grade_says_nothing_of_the_rise(
    facts: dict[str, Any],
) -> None:
    silent = many(5, 20, grade_since=APRIL, **facts)
    assert turn([], [*silent, known(1)]).risen == frozenset()
    assert turn([], [*many(5, 20, **facts), known(1, grade_since=APRIL)]).risen == {"city", HERE}


def test_a_rise_of_the_city_is_on_record() -> None:
    assert turn([], many(2, grade_since=APRIL)).recorded
    assert not turn([], many(2)).recorded
    one_school = many(1, grade_since=APRIL) + many(3, 20, school=THERE)
    assert not turn([], one_school).recorded


LEFT = many(4, grade="J3", school=JUNIOR, absent_since=ABSENT)


@pytest.mark.parametrize(
    ("records", "recorded"),
    [
        ([*LEFT, *many(2, 20, grade="J3", school=JUNIOR, **NEW_YEAR)], True),  # half as many
        ([*LEFT, *many(1, 20, grade="J3", school=JUNIOR, **NEW_YEAR)], False),
        ([LEFT[0], *many(1, 20, grade="J3", school=JUNIOR, **NEW_YEAR)], True),  # a tiny school
        ([*many(5, 50, grade="J3", school=JUNIOR, absent_since=ABSENT),
          *many(2, 20, grade="J3", school=JUNIOR, **NEW_YEAR)], False),  # two of five
        ([*LEFT, *many(4, 20, grade="J3", school=JUNIOR)], False),  # still of the old year
        ([*LEFT, *many(4, 20, grade="J2", school=JUNIOR, **NEW_YEAR)], False),
        ([*LEFT, *many(4, 20, grade="J3", status=Status.PREPARED, **NEW_YEAR)], False),
        (many(4, 20, grade="J3", school=JUNIOR, **NEW_YEAR), False),  # nobody has left
        ([known(1, grade="J3", absent_since=date(2026, 3, 26)),
          *many(4, 20, grade="J3", **NEW_YEAR)], False),  # a year ago
        ([known(1, grade="J3", absent_since=date(2027, 2, 1)),
          *many(4, 20, grade="J3", **NEW_YEAR)], False),  # before the season
    ],
)  # fmt: skip
def test_other_last_graders_after_the_graduates_say_that_the_turn_is_on_record(
    records: list[Record], *, recorded: bool
) -> None:
    assert turn([], records).recorded is recorded


def test_graduates_who_are_back_in_the_new_year_are_not_the_others() -> None:
    again = many(4, grade="J3", school=JUNIOR, absent_since=ABSENT, **NEW_YEAR)
    assert not turn([], again).recorded


# -- who has come already -------------------------------------------------------------------------

FIRST: dict[str, Any] = {"grade": "P1", "school_year": 2027}


def test_first_graders_of_the_new_year_have_come() -> None:
    records = [*many(3, **FIRST), *many(1, 10, school=THERE, **FIRST), *many(5, 20, grade="P1"),
               *many(5, 30)]  # fmt: skip
    assert turn([], records).arrived == {"city": 4, HERE: 3, THERE: 1}


def test_where_the_others_have_gone_up_every_first_grader_has_come() -> None:
    risen = many(9, 20, grade_since=APRIL)
    assert turn([], [*risen, *many(2, grade="P1")]).arrived == {"city": 2, HERE: 2}
    late = many(1, 50, school=THERE, grade="P1")  # whose school has not risen yet
    assert turn([], [*risen, *many(2, grade="P1"), *late]).arrived == {"city": 2, HERE: 2}


def test_where_only_the_year_has_changed_the_first_grade_is_last_years() -> None:
    flipped = [*many(3, **FIRST), *many(5, 20, **NEW_YEAR)]
    assert turn([], flipped).arrived == {}
    # as many in the old year as in the new one: it has not changed yet
    mixed = [*many(3, **FIRST), *many(5, 20, **NEW_YEAR), *many(5, 40)]
    assert turn([], mixed).arrived == {"city": 3, HERE: 3}
    assert turn([], [*many(3, **FIRST), *many(5, 20), *many(1, 40, **NEW_YEAR)]).arrived == {
        "city": 3, HERE: 3,
    }  # fmt: skip


def test_whose_grade_leaves_and_who_is_made_ahead_do_not_say_which_year_it_is() -> None:
    ahead = many(5, 20, status=Status.PREPARED, **NEW_YEAR)
    graduates = many(5, 40, grade="J3", **NEW_YEAR)
    assert turn([], [*many(3, **FIRST), *ahead, *graduates, *many(1, 60)]).arrived == {
        "city": 3, HERE: 3,
    }  # fmt: skip
    assert turn([], [*ahead, *many(3, **FIRST)]).arrived == {"city": 3, HERE: 3}
    # and a first grader who is made ahead is one who has come
    prepared = many(2, status=Status.PREPARED, **FIRST)
    assert turn([], [*prepared, *ahead, *many(1, 60)]).arrived == {"city": 2, HERE: 2}


def test_a_turn_on_record_leaves_the_first_graders_of_the_new_year_new() -> None:
    junior_turn = [*LEFT, *many(4, 20, grade="J3", school=JUNIOR, **NEW_YEAR)]
    assert turn([], [*junior_turn, *many(3, 50, **FIRST), *many(5, 60, **NEW_YEAR)]).arrived == {
        "city": 3, HERE: 3,
    }  # fmt: skip


# -- what turns tonight ---------------------------------------------------------------------------


def test_a_scope_turns_when_more_of_the_due_go_up_than_stay() -> None:
    here, there = many(3), many(1, 20, school=THERE)
    up = [tonight(one, grade="P4") for one in here[:2]]
    stay = [tonight(one, Situation.CONFIRMED) for one in (*here[2:], *there)]
    assert turn([*up, *stay[:1]], here + there).turned == {"city", HERE}
    assert turn([*up, *stay], here + there).turned == {HERE}
    assert turn([up[0], stay[0]], here).turned == frozenset()  # as many are none


@pytest.mark.parametrize("situation", [Situation.NEW, Situation.HELD, Situation.GONE,
                                       Situation.RETURNED])  # fmt: skip
def test_only_who_was_here_and_is_says_that_the_year_turns(situation: Situation) -> None:
    assert turn([tonight(one, situation, grade="P4") for one in many(3)], many(3)).turned == set()


def test_without_a_record_or_a_row_nobody_goes_up() -> None:
    one = tonight(known(), grade="P4")
    assert turn([replace(one, record=None), replace(one, pupil=None)], many(1)).turned == set()
    assert turn([replace(one, record=None), one], many(1)).turned == {"city", HERE}


def test_the_last_grade_and_who_is_not_due_do_not_say_that_the_year_turns() -> None:
    third = known(1, grade="J3", school=JUNIOR)
    just_come = known(2, **FIRST)
    done = known(3, grade_since=APRIL)
    others = [tonight(third), tonight(just_come), tonight(done)]
    records = [third, just_come, done, known(4)]
    assert turn([*others, tonight(known(4), grade="P4")], records).turned == {"city", HERE}
    assert turn([tonight(third, grade="P4")], [third]).turned == set()
