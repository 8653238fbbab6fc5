"""Members of staff on flat lists, read back by a reader that knows nothing of the code."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from kakehashi import deliver
from kakehashi.city import BadCity, Tool
from kakehashi.deliver import Board, Delivery, Records
from kakehashi.deliver.staff_rows import with_staff
from kakehashi.edges.rules_files import must_name_what_exists
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember
from tests.builders import TODAY, a_city, a_code, a_known, a_post, a_pupil, a_teacher
from tests.unit.deliver.tools import an_order

BOTH: dict[str, Any] = {
    "dialect": "flat_list",
    "headings": ["ID", "氏名", "区分", "学校", "組", "状態"],
    "columns": {
        "ID": "username",
        "氏名": "name",
        "区分": {"fact": "role", "words": {"student": "児童生徒", "teacher": "教員"}},
        "学校": "schoolCode",
        "組": "className",
        "状態": {"fact": "enabledUser", "words": {"true": "1", "false": "0"}},
    },
}
OTHER_SCHOOL = a_post(main=False, school=a_code(2, "C1"), school_name="見本市立第2中学校",
                      homerooms=("1年1組",))  # fmt: skip
PUPILS = (a_known(1), a_known(2, pupil=a_pupil(2, grade="J1", class_title="1年1組")))


def night(
    people: list[Record[StaffMember]],
    before: Records | None = None,
    pupils: tuple[Record, ...] = PUPILS,
    nth: int = 0,
    form: dict[str, Any] | None = None,
    **rules: Any,
) -> tuple[Delivery, list[str]]:
    """The delivery, and the codes that telling of staff gave."""
    tool = Tool.model_validate({**BOTH, "staff": "home-school", **rules})
    dialect, day = deliver.dialect_of(tool), TODAY + timedelta(days=nth)
    if form:
        dialect = replace(dialect, lists=(replace(dialect.lists[0], **form),))
    serves = {one.pupil.master: one.status is Status.ACTIVE for one in people}
    order = replace(an_order("flat_list"), dialect=dialect, tool="keisan", as_of=day, serves=serves)
    wanted = (known for known in pupils if deliver.takes(dialect, (), (), known))
    records = deliver.records_of(wanted, dialect, Board.of("082201", "見本市"))
    told = with_staff(records, people, tool, dialect, day, tool="keisan")
    return deliver.build(order, told.records, before), [one.code for one in told.findings]


def lines(delivery: Delivery, file: str = "") -> list[tuple[str, ...]]:
    (made,) = delivery.files
    body = made.body
    if file:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = archive.read(file)
    return [tuple(row) for row in csv.reader(io.StringIO(body.decode(), newline=""))][1:]


def test_a_row_says_who_is_staff_and_stands_behind_the_pupils_of_its_school() -> None:
    delivery, _ = night([a_teacher(1)])
    assert [(row[0], row[2], row[4]) for row in lines(delivery)] == [
        (a_pupil(1).account, "児童生徒", "2組"),
        ("t1@ed.example.jp", "教員", "2組"),
        (a_pupil(2).account, "児童生徒", "1組"),
    ]
    assert (delivery.pupils, delivery.staff) == (2, 1)


def test_a_city_that_says_nothing_of_staff_gets_the_list_it_had() -> None:
    without, _ = night([a_teacher(1)], staff="none")
    as_before, _ = night([], staff="none")
    assert without.files == as_before.files
    assert {row[2] for row in lines(without)} == {"児童生徒"}


@pytest.mark.parametrize(("how", "schools"), [("home-school", 1), ("all-schools", 2)])
def test_there_is_a_row_a_school_with_the_class_there_where_the_city_says_so(
    how: str, schools: int
) -> None:
    teacher = a_teacher(1, a_post(homerooms=("3年2組",)), OTHER_SCHOOL)
    delivery, _ = night([teacher], staff=how)
    found = [(row[3], row[4]) for row in lines(delivery) if row[2] == "教員"]
    assert found == [(a_code(1), "2組"), (a_code(2, "C1"), "1組")][:schools]


def test_a_template_of_staff_alone_holds_no_pupil_and_none_is_counted() -> None:
    delivery, _ = night([a_teacher(1)], staff_only=True)
    assert [row[2] for row in lines(delivery)] == ["教員"]
    assert (delivery.pupils, delivery.staff) == (0, 1)
    quiet, _ = night([], staff_only=True)
    assert (quiet.verdict, quiet.files) == ("nothing", ())


def test_a_list_of_staff_that_was_told_of_some_is_never_emptied() -> None:
    first, _ = night([a_teacher(1)], staff_only=True)
    emptied, _ = night([], first.records, staff_only=True)
    assert (emptied.verdict, [one.code for one in emptied.findings]) == ("refused", ["T002"])


def test_who_is_suspended_is_off_with_the_day_and_who_left_one_of_two_schools_is_not() -> None:
    form = {"rows": "changed", "pupils": "all"}
    both = a_teacher(1, a_post(homerooms=("3年2組",)), OTHER_SCHOOL)
    asked: dict[str, Any] = {
        "staff": "all-schools",
        "form": form,
        "columns": {**BOTH["columns"], "学校": "leftOn"},
    }
    first, _ = night([both, a_teacher(2)], **asked)
    assert len(lines(first)) == 5
    one_school = replace(both, pupil=replace(both.pupil, others=()))
    again, _ = night([one_school, a_teacher(2)], first.records, nth=1, **asked)
    assert (again.verdict, again.files) == ("nothing", ()), "the account is in use"
    off = replace(a_teacher(2), status=Status.SUSPENDED, suspended_on=date(2026, 11, 20))
    told, _ = night([one_school, off], again.records, nth=1, **asked)
    assert [(row[0], row[3], row[5]) for row in lines(told)] == [
        ("t2@ed.example.jp", "2026-11-20", "0")
    ]


def test_lgates_user_csv_switches_suspended_staff_off_and_on_again() -> None:
    rules: dict[str, Any] = {
        "dialect": "lgate_users",
        "columns": {},
        "headings": ["username", "enabledUser"],
    }
    on, off = a_teacher(1), a_teacher(1, status=Status.SUSPENDED)
    first, _ = night([on], **rules)
    assert first.verdict == "nothing"
    second, _ = night([off], first.records, nth=1, **rules)
    assert lines(second) == [("t1@ed.example.jp", "0")]
    third, _ = night([on], second.records, nth=2, **rules)
    assert lines(third) == [("t1@ed.example.jp", "1")]
    gone, _ = night([], third.records, nth=3, **rules)
    assert lines(gone) == [("t1@ed.example.jp", "0")], "whose account was deleted"


def test_who_goes_to_a_school_that_the_list_does_not_know_is_not_switched_off() -> None:
    rules: dict[str, Any] = {
        "dialect": "lgate_users",
        "columns": {},
        "headings": ["username", "enabledUser"],
    }
    teacher = a_teacher(1)
    first, _ = night([teacher], **rules)
    board = replace(teacher, pupil=replace(teacher.pupil, school="082201", homerooms=()))
    moved, _ = night([board], first.records, nth=1, **rules)
    assert (moved.verdict, moved.files) == ("nothing", ())
    not_told, _ = night([board], moved.records, nth=2, **rules | {"staff": "none"})
    assert (not_told.verdict, not_told.files) == ("nothing", ())
    off, _ = night([replace(board, status=Status.SUSPENDED)], not_told.records, nth=3, **rules)
    assert lines(off) == [("t1@ed.example.jp", "0")]


def test_apple_is_told_of_staff_in_their_own_file_and_of_who_teaches_a_class() -> None:
    rules: dict[str, Any] = {"dialect": "apple_school_manager", "columns": {}, "headings": []}
    both = a_teacher(1, a_post(homerooms=("3年2組",)), OTHER_SCHOOL)
    delivery, said = night([both, a_teacher(2, a_post())], staff="all-schools", **rules)
    assert said == ["D125"], "one location a person"
    masters = [a_teacher(n).pupil.master for n in (1, 2)]
    staff = lines(delivery, "staff.csv")
    assert sorted((row[0], row[-1]) for row in staff) == sorted((m, a_code(1)) for m in masters)
    assert {row[3] for row in lines(delivery, "classes.csv")} == {masters[0], ""}
    pupils = {a_pupil(1).id, a_pupil(2).id}
    assert {row[0] for row in lines(delivery, "students.csv")} == pupils
    assert {row[2] for row in lines(delivery, "rosters.csv")} == pupils
    none, _ = night([both], staff="none", **rules)
    assert lines(none, "staff.csv") == []


def test_a_list_that_cannot_tell_staff_from_pupils_is_refused() -> None:
    rules: dict[str, Any] = {**BOTH, "headings": ["ID", "氏名"], "staff": "home-school"}
    refused, _ = night([a_teacher(1)], headings=rules["headings"])
    assert [one.code for one in refused.findings] == ["D128"]
    with pytest.raises(BadCity, match="D128"):
        must_name_what_exists(a_city(tools={"keisan": rules}))
    must_name_what_exists(a_city(tools={"keisan": rules | {"staff_only": True}}))


def test_a_list_of_pupils_stays_one_and_says_so() -> None:
    headings = ["ID", "Grade 学年(必須)", "Homeroom name 組(必須 6文字まで)"]
    rules: dict[str, Any] = {
        "dialect": "schooltakt",
        "headings": headings,
        "columns": {"ID": "username"},
    }
    delivery, said = night([a_teacher(1)], **rules)
    assert said == ["D127"]
    assert {row[0] for row in lines(delivery)} == {a_pupil(1).account, a_pupil(2).account}


def test_staff_alone_needs_a_list_and_a_city_that_wants_staff_told() -> None:
    with pytest.raises(ValidationError, match="staff_only"):
        Tool.model_validate({**BOTH, "staff_only": True})
    for dialect in ("lgate", "apple_school_manager"):
        asked = {"dialect": dialect, "staff": "home-school", "staff_only": True}
        with pytest.raises(BadCity, match=re.escape("keisan.staff_only")):
            must_name_what_exists(a_city(tools={"keisan": asked}))


def test_what_is_no_word_for_a_pupils_grade_holds_no_member_of_staff_elsewhere() -> None:
    rules: dict[str, Any] = {"dialect": "apple_school_manager", "columns": {}, "headings": []}
    delivery, _ = night([a_teacher(1, a_post())], staff_grade="zz", **rules)
    assert delivery.findings == ()
    assert len(lines(delivery, "staff.csv")) == 1
