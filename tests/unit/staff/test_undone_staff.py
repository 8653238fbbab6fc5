"""A member of staff whom an undo turns back, among the changes that people read."""

from __future__ import annotations

from dataclasses import replace

from kakehashi import jsonlines
from kakehashi.actions import Action, Kind, Situation
from kakehashi.people.record import Record
from kakehashi.people.staff import StaffMember
from kakehashi.report.school_facts import moves
from kakehashi.run_folder.actions import change_of
from kakehashi.staff.changes import row_of
from kakehashi.staff.searching import texts_of
from tests.builders import TODAY, a_code, an_employment


def a_line() -> bytes:
    _, member = an_employment(1, account="t1@ed.example.jp").on(TODAY, gap=7, prepare=10)
    known: Record[StaffMember] = Record(replace(member, school=a_code(2)), {}, "object")
    action = Action(member.id, Kind.UPDATE, Situation.UNDONE, known, member, {})
    (line,) = jsonlines.write([action.to_json()])
    return line


def test_the_page_of_an_undo_shows_staff_and_finds_them() -> None:
    row = row_of(change_of(a_line()))
    assert (row.pupil, row.class_title, row.grade) == ("staff-t0001", "", "")
    assert row.school_name == "見本市立第1小学校"
    after = change_of(a_line()).after
    assert after
    assert texts_of(after)


def test_a_schools_page_of_pupils_tells_of_no_staff() -> None:
    assert moves([a_line()]) == {}
