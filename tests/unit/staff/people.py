"""Invented members of staff, and what a plan says of them."""

from __future__ import annotations

from datetime import date

from kakehashi.actions import Action, Kind, Situation
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember, master_identifier, staff_id
from tests.builders import DOMAIN, a_code, an_id
from tests.unit.staff.scenes import SCHOOLS


def a_member(number: str, *, school: str = "", job: str = "教諭") -> StaffMember:
    code = school or a_code(1)
    return StaffMember(
        id=staff_id(number),
        number=number,
        account=f"t{number.lower()}@{DOMAIN}",
        family="見本",
        given=number,
        kana_family="ミホン",
        kana_given="キョウ",
        job=job,
        school=code,
        school_name=SCHOOLS.get(code, code),
        master=master_identifier("082201", number),
        begins=date(2026, 4, 1),
        until=date(2027, 3, 31),
    )


def an_action(before: StaffMember | None, after: StaffMember | None, kind: str = "update"
              ) -> Action[StaffMember]:  # fmt: skip
    one = after or before
    assert one is not None
    known = None
    if before:
        known = Record(pupil=before, status=Status.ACTIVE, object_id=an_id(before.number),
                       account={}, run_id="r")  # fmt: skip
    return Action(one.id, Kind(kind), Situation.CHANGED, known, after)
