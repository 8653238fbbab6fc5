"""Members of staff in a tool's file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kakehashi.city import Tool
from kakehashi.deliver import Board, Dialect, Records, build, load, records_of
from kakehashi.deliver.staff_rows import with_staff
from kakehashi.people.pupil import class_id, school_id
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember
from tests.builders import TODAY, YEAR, a_code, a_known, a_post, a_pupil, a_teacher
from tests.unit.deliver.tools import an_order

GENERIC = load("generic_oneroster_1_2")
HOME = class_id(a_code(1), YEAR, "3年2組")


def told(
    *staff: Record[StaffMember], dialect: str = "generic_oneroster_1_2", on: date = TODAY,
    pupils: int = 1, **rules: Any,
) -> Records:  # fmt: skip
    known = [a_known(n) for n in range(1, pupils + 1)]
    records = records_of(known, load(dialect), Board.of("082201", "見本市"))
    tool = Tool.model_validate({"dialect": dialect, "staff": "home-school"} | rules)
    return with_staff(records, staff, tool, load(dialect), on, tool="keisan").records


def rows(records: Records, file: str) -> list[dict[str, str]]:
    """Those that are of staff."""
    columns = records.shape.header[file]
    found = [dict(zip(columns, row, strict=True)) for row in records.rows[file].values()]
    pupils = {a_pupil(n).id for n in (1, 2)}
    return [one for one in found if one.get("userSourcedId", one["sourcedId"]) not in pupils]


def test_a_tool_that_asks_for_no_staff_is_told_of_none() -> None:
    assert told(a_teacher(), staff="none") == told()


def test_a_teacher_is_one_user_with_a_role_and_the_class() -> None:
    teacher, records = a_teacher(), told(a_teacher())
    (user,), (role,) = rows(records, "users.csv"), rows(records, "roles.csv")
    (enrollment,) = rows(records, "enrollments.csv")
    assert user["sourcedId"] == user["userMasterIdentifier"] == teacher.pupil.master
    assert (role["role"], role["roleType"]) == ("teacher", "primary")
    assert role["orgSourcedId"] == school_id(a_code(1))
    assert (enrollment["classSourcedId"], enrollment["primary"]) == (HOME, "true")


def test_after_the_last_post_no_class_is_told_and_none_of_the_next_year() -> None:
    known = [a_known(pupil=a_pupil(1, school_year=2027))]
    records = records_of(known, GENERIC, Board.of("082201", "見本市"))
    tool = Tool.model_validate({"dialect": GENERIC.name, "staff": "home-school"})
    day = date(2027, 4, 1)
    over = with_staff(records, [a_teacher()], tool, GENERIC, day, tool="keisan").records
    assert len(rows(over, "users.csv")) == 1, "the account stays until somebody decides"
    assert rows(over, "enrollments.csv") == []
    before = a_teacher(3, a_post(end=None, homerooms=("3年2組",)))
    assert before.pupil.year == 2026
    of_last_year = with_staff(records, [before], tool, GENERIC, day, tool="keisan").records
    assert rows(of_last_year, "enrollments.csv") == [], "of the same title, and not that class"
    on = a_teacher(2, a_post(day, None, homerooms=("3年2組",)))
    told_of = with_staff(records, [on], tool, GENERIC, day, tool="keisan").records
    (theirs,) = rows(told_of, "enrollments.csv")
    assert theirs["userSourcedId"] == on.pupil.master


def test_a_class_has_one_teacher_of_record() -> None:
    enrollments = rows(told(a_teacher(1), a_teacher(2)), "enrollments.csv")
    assert sorted(one["primary"] for one in enrollments) == ["false", "true"]


def test_a_second_school_is_told_only_where_the_city_says_so() -> None:
    side = a_post(main=False, school=a_code(2, "C1"), school_name="見本市立第2中学校")
    told_as = {
        how: rows(told_in_two_schools(a_teacher(1, a_post(), side), how), "roles.csv")
        for how in ("home-school", "all-schools")
    }
    assert [one["roleType"] for one in told_as["home-school"]] == ["primary"]
    assert sorted(one["roleType"] for one in told_as["all-schools"]) == [
        "primary",
        "secondary",
    ]


def told_in_two_schools(
    teacher: Record[StaffMember], how: str, dialect: Dialect = GENERIC
) -> Records:
    known = [a_known(1), a_known(2, pupil=a_pupil(2, grade="J1"))]
    records = records_of(known, dialect, Board.of("082201", "見本市"))
    tool = Tool.model_validate({"dialect": dialect.name, "staff": how})
    return with_staff(records, [teacher], tool, dialect, TODAY, tool="keisan").records


def test_nobody_is_told_of_at_a_school_that_the_tool_does_not_know() -> None:
    there = a_post(school=a_code(9), school_name="別の学校")
    assert rows(told(a_teacher(1, there)), "users.csv") == []


@pytest.mark.parametrize("status", [Status.PREPARED, Status.DELETED])
def test_who_has_not_begun_is_not_told_of(status: Status) -> None:
    assert rows(told(a_teacher(status=status)), "users.csv") == []


@pytest.mark.parametrize("facts", [{"status": Status.SUSPENDED}, {"away": True}])
def test_who_is_suspended_or_away_is_disabled_and_teaches_no_class(facts: Any) -> None:
    records = told(a_teacher(**facts))
    assert [one["enabledUser"] for one in rows(records, "users.csv")] == ["false"]
    assert rows(records, "enrollments.csv") == []


def test_a_filler_stands_only_where_the_city_asks_for_it() -> None:
    plain = a_teacher(1, a_post())
    (own,) = rows(told(plain, dialect="japan_k12_v1_0"), "users.csv")
    assert (own["metadata.jp.homeClass"], own["grades"]) == ("", "")
    filled = told(plain, dialect="lgate", staff_home_class="first", staff_grade="zz")
    (user,) = rows(filled, "users.csv")
    assert (user["metadata.jp.homeClass"], user["grades"]) == (HOME, "zz")


def test_ids_are_of_the_form_that_the_tool_holds() -> None:
    side = a_post(main=False, school=a_code(2, "C1"), school_name="見本市立第2中学校")
    teacher = a_teacher(1, a_post(homerooms=("3年2組",)), side)
    records = told_in_two_schools(teacher, "all-schools", load("japan_k12_v1_0"))
    (user,), roles = rows(records, "users.csv"), rows(records, "roles.csv")
    (enrollment,) = rows(records, "enrollments.csv")
    assert len(roles) == len({one["orgSourcedId"] for one in roles}) == 2
    assert user["metadata.jp.homeClass"] == enrollment["classSourcedId"] != HOME
    for file in ("orgs.csv", "classes.csv", "roles.csv", "enrollments.csv"):
        assert {one["sourcedId"][14] for one in rows(records, file)} == {"4"}


def test_where_enabled_user_is_always_true_it_is_so_of_staff() -> None:
    (user,) = rows(told(a_teacher(status=Status.SUSPENDED), dialect="eportal_v6"), "users.csv")
    assert user["enabledUser"] == "true"


def test_an_identifier_goes_out_only_in_the_form_that_the_tool_reads() -> None:
    (plain,) = rows(told(a_teacher(), dialect="lgate"), "users.csv")
    (narrow,) = rows(told(a_teacher(), dialect="interactive_study"), "users.csv")
    assert (plain["userIds"], narrow["userIds"]) == ("{MS:t1@ed.example.jp}", "")


def test_a_tool_without_pupils_gets_no_staff() -> None:
    assert len(told(a_teacher(), pupils=0)) == 0


def said(*staff: Record[StaffMember], **rules: Any) -> dict[str, int]:
    """How many, by code."""
    records = records_of([a_known(1), a_known(2, pupil=a_pupil(2, grade="J1"))], load("lgate"),
                         Board.of("082201", "見本市"))  # fmt: skip
    tool = Tool.model_validate({"dialect": "lgate", "staff": "home-school"} | rules)
    told = with_staff(records, staff, tool, load("lgate"), TODAY, tool="keisan")
    assert {one.facts["tool"] for one in told.findings} <= {"keisan"}, "the city's name for it"
    return {one.code: int(one.facts["count"]) for one in told.findings}


def test_lgate_which_wants_a_class_of_everybody_is_told_in_one_sentence_whom_it_lacks() -> None:
    subject, homeroom = a_teacher(1, a_post()), a_teacher(2)
    assert said(subject, homeroom) == {"D126": 1}
    (user,) = rows(told(subject, homeroom, dialect="lgate"), "users.csv")
    assert user["sourcedId"] == homeroom.pupil.master, "the others go out"
    assert said(subject, homeroom, staff_home_class="first", staff_grade="zz") == {}


def test_lgate_which_refuses_two_schools_of_one_user_is_told_of_the_first_alone() -> None:
    side = a_post(main=False, school=a_code(2, "C1"), school_name="見本市立第2中学校")
    both = a_teacher(1, a_post(homerooms=("3年2組",)), side)
    assert said(both, a_teacher(2), staff="all-schools") == {"D125": 1}
    roles = rows(told_in_two_schools(both, "all-schools", load("lgate")), "roles.csv")
    assert [one["orgSourcedId"] for one in roles] == [school_id(a_code(1))]
    assert said(both) == {}, "whoever asked for the home school is told nothing"


def test_teachers_are_counted_apart_from_pupils() -> None:
    for dialect in ("lgate", "generic_oneroster_1_1", "microsoft_sds_v2_1"):
        records = told(a_teacher(1), a_teacher(2), dialect=dialect, pupils=2)
        assert (len(records.pupils()), len(records.staff())) == (2, 2), dialect


def test_a_full_file_in_which_only_teachers_are_left_is_never_sent() -> None:
    """As one without anybody: it would clear the tool of its pupils."""
    before = told(a_teacher(), dialect="lgate")
    only = Records(before.shape, {file: dict(rows) for file, rows in before.rows.items()})
    only.drop(("users.csv", a_pupil(1).id))
    delivery = build(an_order("lgate"), only, before)
    assert [one.code for one in delivery.findings] == ["T002"]
    assert delivery.verdict == "refused"
