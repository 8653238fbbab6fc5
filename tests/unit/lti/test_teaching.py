"""Members of staff at the launcher: in which context, as what, and what tools are told of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from kakehashi.lti import claims, memberships
from kakehashi.lti.claims import CLAIM, FACULTY, INSTRUCTOR, Message, ResourceLink
from kakehashi.lti.contexts import among, context_of
from kakehashi.lti.memberships import instructors_of, members_of
from kakehashi.lti.pages import TeachersTools, staff_launcher
from kakehashi.lti.teaching import Teaching, teachings
from kakehashi.people.pupil import class_id, school_id
from kakehashi.people.record import Status
from kakehashi.people.staff import StaffMember
from tests.builders import TODAY, YEAR, a_code, a_known, a_post, a_teacher, an_employment
from tests.unit.lti.test_claims import PLATFORM, a_registration

SIDE = a_post(main=False, school=a_code(2, "C1"), school_name="第2中", homerooms=("1年1組",))


def a_member(*posts: Any, **facts: Any) -> StaffMember:
    held = posts or (a_post(homerooms=("3年2組",)),)
    return an_employment(1, *held, **facts).on(TODAY, gap=7, prepare=10)[1]


def seats(member: StaffMember, *grades: str, day: date = TODAY) -> tuple[Teaching, ...]:
    return teachings(member, day, lambda _room: grades, gap=7)


def told(who: Teaching, **settings: Any) -> dict[str, Any]:
    tool = a_registration(staff=True, **settings)
    message = Message(PLATFORM, tool, who, "sub", "nonce", 1_800_000_000)
    return claims.resource_link(message, ResourceLink.whole(tool, who))


def test_a_teacher_is_launched_in_the_class_whose_id_the_roster_files_have() -> None:
    (seat,) = seats(a_member(), "P3")
    found = told(seat)
    assert found[f"{CLAIM}context"]["id"] == class_id(a_code(1), YEAR, "3年2組")
    assert found[f"{CLAIM}roles"] == [FACULTY, INSTRUCTOR]
    assert found[f"{CLAIM}deployment_id"] == f"S_{a_code(1)}"
    assert found[f"{CLAIM}custom"] == {"grade": "P3"}


def test_of_several_classes_the_home_school_s_come_first_and_each_has_its_deployment() -> None:
    one, other = seats(a_member(a_post(homerooms=("6年1組",)), SIDE), "P6")
    assert (one.class_title, other.class_title) == ("6年1組", "1年1組")
    assert told(other)[f"{CLAIM}deployment_id"] == f"S_{a_code(2, 'C1')}"
    assert among((one, other), context_of(other).id) == other
    assert among((one, other), "") == one
    assert among((one, other), "somebody else's class") is None


def test_without_a_class_it_is_the_school_and_no_custom_for_want_of_a_grade() -> None:
    (seat,) = seats(a_member(a_post()))
    found = told(seat, custom={"unit": "3"})
    assert found[f"{CLAIM}context"]["id"] == school_id(a_code(1))
    assert f"{CLAIM}custom" not in found, "some tools refuse one that lacks the grade"


def test_a_class_of_several_grades_has_none_to_tell() -> None:
    assert f"{CLAIM}custom" not in told(seats(a_member(), "P3", "P4")[0])


def test_the_board_s_staff_stand_under_the_board() -> None:
    (seat,) = seats(a_member(a_post(school="082201", school_name="見本市教育委員会")))
    assert told(seat)[f"{CLAIM}deployment_id"] == "B_082201"


def test_after_the_last_post_no_class_is_theirs_and_none_of_the_next_year() -> None:
    (last,) = seats(a_member(), day=date(2027, 3, 31))
    (after,) = seats(a_member(), day=date(2027, 4, 1))
    assert (last.class_title, last.school_year) == ("3年2組", YEAR)
    assert (after.class_title, after.school_year) == ("", 2027)


def test_a_post_that_is_over_for_longer_than_a_gap_opens_no_tools() -> None:
    assert seats(a_member(), day=date(2027, 4, 7)) != (), "a renewal may be told late"
    assert seats(a_member(), day=date(2027, 4, 8)) == (), "whatever becomes of the account"
    assert seats(a_member(a_post(end=None)), day=date(2027, 4, 8)) != ()


def test_a_class_is_of_the_year_in_which_it_was_told() -> None:
    member = a_member(a_post(end=None, homerooms=("3年2組",)))
    (last,), (next_year,) = (
        seats(member, day=date(2027, 3, 31)),
        seats(member, day=date(2027, 4, 1)),
    )
    assert (last.class_title, next_year.class_title) == ("3年2組", "")


def test_somebody_on_leave_has_no_tools() -> None:
    assert seats(a_member(away=True)) == ()


def test_a_tool_is_for_staff_only_where_the_city_says_so_and_for_the_grades_of_the_class() -> None:
    (third,), (none,) = seats(a_member(), "P3"), seats(a_member(a_post()))
    assert not a_registration().is_for(third)
    assert a_registration(staff=True).is_for(third)
    assert not a_registration(staff=True, grades=["P4"]).is_for(third)
    assert a_registration(staff=True, grades=["P4"]).is_for(none), "who has no class has any grade"
    assert not a_registration(staff=True, schools=[a_code(9)]).is_for(none)


def test_a_list_of_members_names_the_teacher_as_instructor_where_the_tool_may_know() -> None:
    tool = a_registration(staff=True)
    assert instructors_of([a_teacher()], tool) == [
        {"user_id": a_member().master, "status": "Active", "roles": [INSTRUCTOR]}
    ]
    assert instructors_of([a_teacher()], a_registration()) == []
    assert instructors_of([a_teacher()], tool, "Learner") == []
    assert len(instructors_of([a_teacher()], tool, "Instructor")) == 1
    assert instructors_of([a_teacher(status=Status.PREPARED), a_teacher(away=True)], tool) == []
    (blocked,) = instructors_of([a_teacher(status=Status.SUSPENDED)], tool)
    assert blocked["status"] == "Inactive"


def test_a_teacher_who_goes_is_told_as_one() -> None:
    tool = a_registration(staff=True)
    before = [*members_of([a_known(1)], tool), *instructors_of([a_teacher()], tool)]
    gone = memberships.differences(memberships.fingerprints(before), [])
    assert {one["user_id"]: one["roles"] for one in gone} == {
        one["user_id"]: one["roles"] for one in before
    }


def test_a_page_of_several_classes_has_a_heading_and_tiles_for_each() -> None:
    both = seats(a_member(a_post(homerooms=("6年1組",)), SIDE), "P6")
    tool = a_registration(staff=True, deep_linking=True)
    desks = [TeachersTools(one, context_of(one), [tool]) for one in both]
    page = staff_launcher(desks, "鈴木", "<湊>").html
    assert page.count("<h2") == 2
    for one in both:
        assert f'href="/launch/drill?context={context_of(one).id}"' in page
        assert f'href="/choose/drill?context={context_of(one).id}"' in page
    assert "&lt;湊&gt; 先生" in page
    assert "いま使える教材はありません" in staff_launcher([], "鈴木", "湊").html
