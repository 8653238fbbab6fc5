"""The turn of the year in a city of one primary school, night after night."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import Drop, a_known, a_password_file, a_pupil
from tests.integration.test_night import CITY
from tests.nights import Night, Nights

EACH = 10
GRADES = ("P1", "P2", "P3", "P4", "P5", "P6")


def roster(years_up: int, *, session: int) -> Drop:
    """The school after so many turns: pupil n was in grade n // EACH + 1 before, newcomers are -n.

    The last session of the old 年度 runs on into April.
    """
    drop = Drop()
    drop.session(session)["endDate"] = f"{session + 1}-04-30"
    begin, end = f"{session}-04-01", f"{session + 1}-04-30"
    for n in range(-EACH * years_up, EACH * (6 - years_up)):
        grade = GRADES[n // EACH + years_up]
        home = drop.a_class(drop.a_school(), grade)
        number = str(n % EACH + 1)
        drop.add_pupil(n + 100, grade=grade, home=home, attendance_no=number, begin=begin, end=end)
    for role in drop.rows["roles.csv"]:
        role["beginDate"], role["endDate"] = begin, end
    return drop


@pytest.fixture
def city(nights: Nights) -> Nights:
    given_a_school(nights)
    return nights


def given_a_school(nights: Nights) -> None:
    pupils = [a_pupil(n + 100, grade=GRADES[n // EACH], attendance_no=n % EACH + 1)
              for n in range(6 * EACH)]  # fmt: skip
    nights.given(a_known(city=CITY, pupil=pupil) for pupil in pupils)


def grades(nights: Nights) -> dict[str, int]:
    state = [one.pupil.grade for one in nights.state.pupils() if one.absent_since is None]
    return {grade: state.count(grade) for grade in GRADES}


def passwords(first: int, last: int) -> bytes:
    return a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in range(first, last)})


def codes(night: Night) -> set[str]:
    return {breach["code"] for breach in night.summary["breaches"]}


@pytest.mark.parametrize("said", [2026, 2027], ids=["old year", "new year"])
def test_the_school_turns_once_whatever_school_year_the_export_says(
    city: Nights, said: int
) -> None:
    new = passwords(100 - EACH, 100)
    first = city.run(roster(1, session=said).zip(), as_of=date(2027, 4, 1), passwords=new)
    assert (first.verdict, codes(first)) == ("applied", set())
    assert grades(city) == dict.fromkeys(GRADES, EACH)
    broken = city.run(roster(2, session=said).zip(), as_of=date(2027, 4, 2))
    assert (broken.verdict, "S006" in codes(broken)) == ("awaiting-approval", True)
    assert grades(city) == dict.fromkeys(GRADES, EACH)
    for day, session in ((3, said), (8, 2027), (9, 2027)):
        night = city.run(roster(1, session=session).zip(), as_of=date(2027, 4, day))
        assert night.verdict in {"applied", "unchanged"}
    assert night.verdict == "unchanged"


def test_an_undone_turn_can_be_made_again(city: Nights) -> None:
    new = passwords(100 - EACH, 100)
    first = city.run(roster(1, session=2026).zip(), as_of=date(2027, 4, 1), passwords=new)
    back = city.approve(city.undo(first.run["run_id"]).summary)
    assert back.verdict == "applied"
    assert grades(city) == dict.fromkeys(GRADES, EACH), "as in March; newcomers are suspended"
    again = city.run(roster(1, session=2026).zip(), as_of=date(2027, 4, 2))
    assert codes(again) == {"S024"}, "the newcomers return; nobody's grade is in question"
