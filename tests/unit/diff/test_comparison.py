"""Two plans side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from kakehashi.diff.comparison import Difference, PlanChange, SinceRehearsal, compare, concerns
from kakehashi.diff.plan import Plan
from kakehashi.people.pupil import Pupil
from kakehashi.stored import read, written
from tests.builders import a_pupil
from tests.unit.diff.nights import knowing, night

KNOWN = [a_pupil(n) for n in range(1, 8)]
RUN = "demo-20270320T100000-0000abcd"


def plan(*pupils: Pupil, serial: int = 7) -> Plan:
    there = {pupil.id: pupil for pupil in KNOWN}
    return night([*(there | {p.id: p for p in pupils}).values()], knowing(KNOWN), serial=serial)


def test_equal_plans_have_nothing_to_tell_whatever_the_serial_or_the_lines() -> None:
    changed = a_pupil(1, family="高橋")
    found = compare(RUN, plan(changed), plan(replace(changed, line=99), serial=12))
    assert (found.differences, found.counts, found.schools) == ((), {}, {})
    assert found.finding().code == "S073"


def test_what_came_went_or_changed_is_told_pupil_by_pupil() -> None:
    rehearsed = plan(a_pupil(1, family="高橋"), a_pupil(2, family="高橋"))
    real = plan(a_pupil(2, family="森"), a_pupil(3, family="高橋"), a_pupil(20))
    found = compare(RUN, rehearsed, real)
    told = {(d.pupil, str(d.moved), d.rehearsed, d.now) for d in found.differences}
    assert told == {
        (a_pupil(1).id, "gone", "update", ""),
        (a_pupil(2).id, "different", "update", "update"),
        (a_pupil(3).id, "added", "", "update"),
        (a_pupil(20).id, "added", "", "create"),
    }
    assert found.counts["NEW"] == (0, 1)
    assert found.schools == {a_pupil(1).school: {"added": 2, "different": 1, "gone": 1}}
    assert found.finding().facts == {"run": RUN, "added": 2, "gone": 1, "different": 1}
    assert read(SinceRehearsal, json.loads(json.dumps(written(found)))) == found


def test_who_waits_for_a_person_is_compared_as_well() -> None:
    here = night(KNOWN, knowing(KNOWN))
    away = night(KNOWN[:-1], knowing(KNOWN, absent_since=date(2026, 11, 1)))
    (found,) = [d for d in compare(RUN, here, away).differences if d.pupil == KNOWN[-1].id]
    assert found == Difference(KNOWN[-1].id, "", "GONE", PlanChange.ADDED, now="proposal")


def test_a_rehearsal_speaks_of_its_day_and_the_week_after() -> None:
    day = date(2027, 4, 1)
    asked = [date(2027, 3, 31), day, date(2027, 4, 8), date(2027, 4, 9)]
    assert [concerns(day, as_of) for as_of in asked] == [False, True, True, False]
