"""A night in a few words: what the roster says, what we know, what the tenant holds, the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from kakehashi.actions import Action, Kind, settled
from kakehashi.diff.answers import Decision, Proposed
from kakehashi.diff.counting import LastNight
from kakehashi.diff.plan import Plan
from kakehashi.diff.planning import make_plan
from kakehashi.diff.sources import Missing
from kakehashi.diff.sums import PastNights
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from kakehashi.roster import Desired, Held, PasswordAt
from tests.builders import TODAY, a_city, a_code, a_known, a_pupil, a_tenant_account

PRIMARY, OTHER, JUNIOR, UNIFIED = a_code(1), a_code(2), a_code(3, "C1"), a_code(4, "C2")
SERIAL = 7


def in_tenant(known: Iterable[Record]) -> list[Listed]:
    """Every account as we left it."""
    return [
        a_tenant_account(
            one, sign_in=one.account["userPrincipalName"], enabled=one.status == "active"
        )
        for one in known
    ]


def wanting(pupils: Iterable[Pupil], *, password: bool = True) -> list[Desired]:
    return [
        Desired(p, PasswordAt("inbox/demo/passwords/a.csv", "v1", p.line) if password else None)
        for p in pupils
    ]


def knowing(pupils: Iterable[Pupil], **facts: Any) -> list[Record]:
    return [a_known(pupil=pupil, **facts) for pupil in pupils]


def night(
    roster: Iterable[Pupil | Desired],
    known: Sequence[Record] = (),
    *,
    held: Iterable[Held] = (),
    tenant: Iterable[Listed] | None = None,
    also: Iterable[Listed] = (),
    rules: Mapping[str, Any] | None = None,
    as_of: date = TODAY,
    decisions: Mapping[str, Decision] | None = None,
    asked: Mapping[str, Proposed] | None = None,
    last_night: LastNight | None = None,
    missing: Missing | None = None,
    past: PastNights | None = None,
    serial: int = SERIAL,
) -> Plan:
    """The plan of a night. Unless ``tenant`` is given it holds what we left there, and ``also``."""
    desired = [one if isinstance(one, Desired) else wanting([one])[0] for one in roster]
    return make_plan(
        desired,
        held,
        known,
        [*(in_tenant(known) if tenant is None else tenant), *also],
        a_city(**(rules or {})),
        shape=account_of,
        city_code="demo",
        serial=serial,
        as_of=as_of,
        decisions=decisions,
        asked=asked,
        last_night=last_night,
        missing=missing,
        past=past,
    )


def kinds(plan: Plan) -> list[tuple[str, Kind]]:
    return [(action.pupil, action.kind) for action in plan.actions]


def codes(plan: Plan) -> list[str]:
    return sorted({finding.code for finding in plan.findings})


def breaches(plan: Plan) -> list[tuple[str, str, int, int]]:
    return [(b.code, b.scope, b.count, b.bound) for b in plan.breaches]


def carried_out(
    plan: Plan, known: Iterable[Record], tenant: Iterable[Listed], as_of: date = TODAY
) -> tuple[list[Record], list[Listed]]:
    """State and tenant after every action succeeded."""
    state = {one.pupil.id: one for one in known}
    accounts = {one.object_id: one for one in tenant}
    for action in plan.actions:
        item = settled(action, as_of=as_of, run_id="r", object_id=_object_id(action))
        for umi in {*action.ids()} - {item.pupil.id if item else ""}:
            state.pop(umi, None)
        if item is None:
            accounts.pop(action.object_id, None)
            continue
        state[item.pupil.id] = item
        if action.kind is Kind.SUSPEND and action.object_id not in accounts:
            continue  # written down only
        if action.kind is not Kind.RECORD:
            accounts[item.object_id] = Listed(
                item.object_id,
                sign_in=item.account["userPrincipalName"],
                mark=item.pupil.id,
                enabled=item.status == "active",
            )
    return list(state.values()), list(accounts.values())


def _object_id(action: Action) -> str:
    return action.object_id or f"object of {action.pupil}"


# -- a small city ---------------------------------------------------------------------------------


def a_school_of(size: int, school: str = PRIMARY, *, grades: Sequence[str] = (), start: int = 1,
                **facts: Any) -> list[Pupil]:  # fmt: skip
    """``size`` pupils for each of the grades, numbered on from ``start``."""
    grades = grades or ("P1", "P2", "P3", "P4", "P5", "P6")
    return [
        a_pupil(start + i, grade=grades[i // size], school=school,
                school_name=f"学校{school[-5:]}", **facts)
        for i in range(size * len(grades))
    ]  # fmt: skip


def a_town(size: int = 20) -> list[Pupil]:
    """Two primary schools, a junior high school and a unified school, ``size`` pupils a grade."""
    junior = ("J1", "J2", "J3")
    return [
        *a_school_of(size, PRIMARY),
        *a_school_of(size, OTHER, start=1001),
        *a_school_of(3 * size, JUNIOR, grades=junior, start=2001),
        *a_school_of(size, UNIFIED, start=3001),
        *a_school_of(size, UNIFIED, grades=junior, start=4001),
    ]


def but(pupils: Iterable[Pupil], *without: str) -> list[Pupil]:
    return [pupil for pupil in pupils if pupil.id not in without]


def renamed(pupil: Pupil, **facts: Any) -> Pupil:
    return replace(pupil, **facts)


def account(pupil: Pupil, **rules: Any) -> dict[str, str]:
    return account_of(pupil, a_city(**rules))


# -- the turn of the year -------------------------------------------------------------------------

APRIL = date(2027, 4, 6)
_NEXT = dict(zip(("P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2"),
                 ("P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3"), strict=True))  # fmt: skip


def gone_up(pupil: Pupil) -> Pupil:
    """The pupil a school year later: P6 of a primary school goes to the junior high school."""
    grade = _NEXT[pupil.grade]
    leaves = grade == "J1" and pupil.school in {PRIMARY, OTHER}
    school = JUNIOR if leaves else pupil.school
    return replace(
        pupil,
        grade=grade,
        school=school,
        school_name=f"学校{school[-5:]}",
        school_year=pupil.school_year + 1,
        class_title=f"{grade}の新しい組",
        class_grades=(grade,),
        attendance_no=(pupil.attendance_no or 0) % 40 + 1,
    )


def first_graders(each: int = 20, start: int = 9001) -> list[Pupil]:
    """This year's P1 of the three schools that take them."""
    return [
        pupil
        for i, school in enumerate((PRIMARY, OTHER, UNIFIED))
        for pupil in a_school_of(each, school, grades=["P1"], start=start + 100 * i,
                                 school_year=2027)
    ]  # fmt: skip


def next_year(pupils: Iterable[Pupil], *, intake: int = 20) -> list[Pupil]:
    """A correct April: all up one grade, J3 gone, P1 there, every class new."""
    stay = [gone_up(pupil) for pupil in pupils if pupil.grade != "J3"]
    return [*stay, *first_graders(intake)]
