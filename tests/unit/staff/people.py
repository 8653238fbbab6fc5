"""Invented members of staff, and what a plan says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kakehashi.actions import Action, Kind, Situation
from kakehashi.catalogue import staff_list
from kakehashi.catalogue import staffing as rules
from kakehashi.diff.staff_plan import StaffPlanHeader
from kakehashi.findings import Place
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember, master_identifier, staff_id
from kakehashi.run_folder.results import End, Result
from kakehashi.staff.personnel import PersonnelFacts
from kakehashi.staff.staff_story import StaffTrace
from kakehashi.stored import read
from tests.builders import DOMAIN, a_code, an_id
from tests.unit.staff.scenes import CITY, RUN, SCHOOLS


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


HEADER = read(StaffPlanHeader, {
    "as_of": "2027-04-01",
    "checksum": "ab" * 32,
    "stopped": True,
    "actions": {"update": 1},
    "counts": {"MOVED": 460, "CONFIRMED": 1_340, "ENDED": 2},
    "asked": {"suspend": {"staff-t0001": "r", "staff-t0002": "r"}},
    "held": {"S950": ["staff-t0009"]},
    "breaches": [{"code": "S931", "count": 460, "bound": 90}],
})  # fmt: skip
TEACHER, HEAD = a_member("T0001"), a_member("T0002", job="校長")
FACTS = PersonnelFacts(
    city=CITY,
    run_id=RUN,
    header=HEADER,
    actions=[an_action(a_member("T0003"), a_member("T0003", school=a_code(2)))],
    asked={"suspend": [TEACHER.id, HEAD.id]},
    people={one.id: one for one in (TEACHER, HEAD)},
    two={HEAD.id},
    findings=[
        rules.MANY_MOVED.at(count=460, bound=90, plan="ab" * 6),
        staff_list.UNKNOWN_SCHOOL.at(Place("list.xlsx", 7, "所属コード"), pupil="staff-t0009"),
    ],
)


def a_life() -> list[StaffTrace]:
    """A quiet night, one on which the account was made, and one that asks."""
    made = an_action(None, TEACHER, "create")
    done = Result(1, TEACHER.id, str(made.kind), str(made.situation), End.DONE)
    quiet = replace(HEADER, asked={}, held={}, breaches=(), stopped=False, as_of="2026-12-01")
    return [
        StaffTrace(RUN, replace(quiet, as_of="2026-04-01"), made, done),
        StaffTrace(RUN, quiet),
        StaffTrace(RUN, HEADER),
    ]
