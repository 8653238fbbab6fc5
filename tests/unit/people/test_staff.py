"""Posts with dates: where a day lies in them, and what somebody is on it."""

from __future__ import annotations

from datetime import date

from kakehashi.people.population import PUPILS, STAFF
from kakehashi.people.staff import Employment, Presence, StaffMember, staff_id
from tests.builders import a_code, a_post, an_employment

YEAR_ENDS, YEAR_BEGINS = date(2027, 3, 31), date(2027, 4, 1)


def _on(one: Employment, day: date) -> tuple[Presence, StaffMember]:
    return one.on(day, gap=7, prepare=10)


def test_a_post_that_ends_on_the_last_of_march_and_goes_on_from_april_is_one_span() -> None:
    one = an_employment(1, a_post(), a_post(YEAR_BEGINS, date(2028, 3, 31)))
    before, member = _on(one, YEAR_ENDS)
    after, _ = _on(one, YEAR_BEGINS)
    assert (before, after) == (Presence.HERE, Presence.HERE)
    assert (member.begins, member.until) == (date(2026, 4, 1), date(2028, 3, 31))


def test_a_gap_of_seven_days_is_none_and_one_of_eight_is() -> None:
    seven = an_employment(1, a_post(), a_post(date(2027, 4, 8), None))
    eight = an_employment(1, a_post(), a_post(date(2027, 4, 9), None))
    assert _on(seven, date(2027, 4, 3))[0] is Presence.HERE
    assert _on(eight, date(2027, 4, 8))[0] is Presence.COMING
    assert _on(eight, date(2027, 4, 9))[0] is Presence.HERE


def test_in_a_short_gap_somebody_is_what_they_were() -> None:
    other = a_post(date(2027, 4, 5), None, school=a_code(3), school_name="別の学校")
    one = an_employment(1, a_post(), other)
    assert _on(one, date(2027, 4, 2))[1].school == a_code(1)
    assert _on(one, date(2027, 4, 5))[1].school == a_code(3)


def test_a_class_is_somebodys_until_the_last_day_and_not_in_a_gap_between_school_years() -> None:
    room = (a_code(1), "3年2組")
    taught = a_post(homerooms=("3年2組",))
    _, member = _on(an_employment(1, taught), date(2027, 4, 2))
    assert (member.rooms(YEAR_ENDS), member.rooms(YEAR_BEGINS)) == ((room,), ())
    stored = {name: told for name, told in member.to_json().items() if name != "year"}
    before = StaffMember.from_json(stored)
    assert before.rooms(YEAR_ENDS) == (room,), "as an earlier release has stored it"
    _, member = _on(an_employment(1, taught, a_post(date(2027, 4, 5), None)), date(2027, 4, 2))
    assert member.rooms(date(2027, 4, 2)) == ()
    halves = a_post(end=date(2026, 9, 29), homerooms=("3年2組",)), a_post(date(2026, 10, 1))
    _, member = _on(an_employment(1, *halves), date(2026, 9, 30))
    assert member.rooms(date(2026, 9, 30)) == (room,), "contracts leave a day out"


def test_ten_days_before_the_first_day_somebody_is_coming_and_eleven_before_later() -> None:
    one = an_employment(1, a_post(YEAR_BEGINS, None))
    assert _on(one, date(2027, 3, 21))[0] is Presence.LATER
    coming, member = _on(one, date(2027, 3, 22))
    assert coming is Presence.COMING
    assert member.begins == YEAR_BEGINS


def test_a_week_after_the_last_day_somebody_has_ended_as_what_they_were() -> None:
    assert _on(an_employment(), date(2027, 4, 7))[0] is Presence.HERE  # a renewal may come late
    presence, member = _on(an_employment(), date(2027, 4, 8))
    assert presence is Presence.ENDED
    assert member.school == a_code(1)
    assert member.until == YEAR_ENDS


def test_the_main_post_gives_the_school_and_the_others_stand_beside_it() -> None:
    side = a_post(main=False, school=a_code(7), school_name="兼務校", homerooms=("3年2組",))
    main = a_post(homerooms=("1年1組",))
    _, member = _on(an_employment(1, side, main), YEAR_ENDS)
    assert member.schools() == (a_code(1), a_code(7))
    assert set(member.homerooms) == {(a_code(1), "1年1組"), (a_code(7), "3年2組")}


def test_what_is_stored_is_read_as_it_was() -> None:
    one = an_employment(1, a_post(), a_post(YEAR_BEGINS, None, homerooms=("1年1組",)), away=True)
    assert Employment.from_json(one.to_json()) == one
    _, member = _on(one, YEAR_BEGINS)
    assert StaffMember.from_json(member.to_json()) == member


def test_a_mark_of_staff_is_told_from_a_pupils() -> None:
    assert STAFF.has(staff_id("G-0012"))
    assert staff_id("G-0012") == "staff-g-0012"
    assert PUPILS.has("3f2a7b1c-0000-4000-8000-000000000001")
