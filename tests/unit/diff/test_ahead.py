"""Pupils whose first day is still to come: made ahead where nothing is anybody's, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kakehashi.actions import Kind, Situation
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Status
from kakehashi.roster import Desired
from tests.builders import a_desired, a_known, a_pupil, a_tenant_account, an_id
from tests.unit.diff.nights import (
    APRIL,
    a_town,
    breaches,
    carried_out,
    codes,
    first_graders,
    in_tenant,
    knowing,
    next_year,
    night,
)

A, B, COMING = (a_pupil(n) for n in (1, 2, 3))
SOON = replace(a_desired(3), ahead=True)


def test_a_pupil_to_come_is_made_ahead_and_waits() -> None:
    known = knowing([A, B])
    plan = night([A, B, SOON], known)
    (action,) = plan.actions
    assert (action.kind, action.prepared, action.opens) == (Kind.CREATE, True, True)
    assert "S190" in codes(plan)
    state, tenant = carried_out(plan, known, in_tenant(known))
    assert {one.pupil.id: one.status for one in state}[COMING.id] is Status.PREPARED
    assert night([A, B, SOON], state, tenant=tenant).actions == (), "the next night"


def test_on_the_first_day_it_opens_and_is_not_new_again() -> None:
    known = [*knowing([A, B]), a_known(pupil=replace(COMING, class_title=""),
                                       status=Status.PREPARED)]  # fmt: skip
    tenant = in_tenant(known)
    plan = night([A, B, COMING], known, tenant=[replace(one, enabled=True) for one in tenant])
    (action,) = plan.actions
    assert (action.kind, action.situation) == (Kind.UPDATE, Situation.CHANGED)
    state, _ = carried_out(plan, known, tenant)
    assert {one.status for one in state} == {Status.ACTIVE}
    assert plan.counted.get("city", {}) == {}
    same = night([A, B, COMING], [*knowing([A, B]), a_known(3, status=Status.PREPARED)],
                 tenant=[replace(one, enabled=True) for one in tenant])  # fmt: skip
    assert [one.prepared for one in same.actions] == [False], "also where nothing else differs"


def test_one_who_misses_a_roster_meanwhile_still_waits_for_the_day() -> None:
    known = knowing([A, B])
    state, tenant = carried_out(night([A, B, SOON], known), known, in_tenant(known))
    rosters: list[list[Pupil | Desired]] = [[A, B], [A, B, SOON]]
    for roster in rosters:
        tenant = [replace(one, enabled=True) for one in tenant]
        state, tenant = carried_out(night(roster, state, tenant=tenant), state, tenant)
    assert {one.pupil.id: one.status for one in state}[COMING.id] is Status.PREPARED


def test_whoever_is_called_like_a_child_who_is_here_waits_and_is_asked_about_on_the_day() -> None:
    """A child who moves, and is registered anew, shows two rows until the day."""
    anew = replace(A, id=an_id("anew"), account="anew@ed.example.jp")
    known = knowing([A, B])
    soon = Desired(anew, a_desired(1).password, ahead=True)
    ahead = night([A, B, soon], known)
    assert (ahead.actions, set(ahead.held)) == ((), {"P032"})
    day = night([B, anew], known)
    assert day.proposals[Situation.SAME_CHILD] == (anew.id,)


def test_what_is_somebodys_already_waits_for_the_day() -> None:
    known = knowing([A, B])
    there = a_tenant_account(a_known(3), mark="")
    taken = replace(SOON, pupil=replace(COMING, account=A.account))
    for row, also in ((SOON, [there]), (taken, [])):
        plan = night([A, B, row], known, also=also)
        assert (plan.actions, plan.held) == ((), {"P032": (COMING.id,)})
    back = night([A, replace(a_desired(2), ahead=True)], known)
    assert (back.actions, back.held) == ((), {"P032": (B.id,)}), "who is here stays as yesterday"
    blocked = a_known(2, status=Status.SUSPENDED, suspended_on=date(2026, 11, 1))
    waits = night([A, replace(a_desired(2), ahead=True)], [*knowing([A]), blocked])
    assert (waits.actions, waits.held) == ((), {"P032": (B.id,)})


def test_two_to_come_who_want_one_account_wait_and_hold_up_nobody() -> None:
    other = replace(SOON, pupil=replace(a_pupil(4), account=COMING.account))
    plan = night([A, B, SOON, other], knowing([A, B]))
    assert plan.held == {"P032": tuple(sorted((COMING.id, other.pupil.id)))}


def test_one_to_come_without_a_password_is_told_in_time() -> None:
    plan = night([A, replace(a_desired(3, password=False), ahead=True)], knowing([A]))
    assert plan.held == {"M001": (COMING.id,)}


def test_who_was_made_ahead_and_never_comes_is_only_proposed() -> None:
    known = [*knowing([A, B]), a_known(3, status=Status.PREPARED)]
    plan = night([A, B], known, tenant=[replace(one, enabled=True) for one in in_tenant(known)])
    assert plan.proposals[Situation.GONE] == (COMING.id,)
    assert [one.kind for one in plan.actions] == [Kind.RECORD], "the first absent night"


@pytest.mark.parametrize("grade", ["P1", "P4"])
def test_who_was_made_ahead_does_not_disturb_the_guard_on_the_first_of_april(grade: str) -> None:
    """A whole intake is expected on that night of the season on which it is made; and children of
    another grade who come from elsewhere are not left behind by those who go up."""
    town, march = a_town(20), date(2027, 3, 28)
    size = (20,) if grade == "P1" else (1, 8001)
    new = [replace(one, grade=grade, family="来年") for one in first_graders(*size)]
    known = knowing(town)
    ahead = night([*town, *(_soon(one) for one in new)], known, as_of=march)
    assert breaches(ahead) == []
    assert len(ahead.actions) == len(new)
    state, tenant = carried_out(ahead, known, in_tenant(known), march)
    tenant = [replace(one, enabled=True) for one in tenant]
    roster = [*next_year(town, intake=0 if grade == "P1" else 20), *new]
    plan = night(roster, state, tenant=tenant, as_of=APRIL)
    assert breaches(plan) == []
    opened = {one.pupil for one in plan.actions
              if one.before and one.before.status is Status.PREPARED}  # fmt: skip
    assert opened == {one.id for one in new}
    assert {one.situation for one in plan.actions if one.pupil in opened} == {Situation.CHANGED}


def _soon(pupil: Pupil) -> Desired:
    return Desired(replace(pupil, class_title=""), a_desired(1).password, ahead=True)
