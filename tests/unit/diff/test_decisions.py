"""The destructive branches first: nothing is taken from a child unless a person named the child."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kakehashi.actions import Kind, Situation
from kakehashi.diff.answers import Decision
from kakehashi.people.record import Record, Status
from tests.builders import TODAY, a_held, a_known, a_pupil, a_tenant_account, an_id
from tests.unit.diff.nights import (
    a_school_of,
    account,
    carried_out,
    codes,
    in_tenant,
    kinds,
    knowing,
    night,
)

STAY = a_school_of(10)
GONE = a_pupil(900)


def gone(**facts: Any) -> list[Record]:
    return [*knowing(STAY), a_known(pupil=GONE, absent_since=date(2026, 11, 20), **facts)]


def suspended(days: int) -> list[Record]:
    return gone(status=Status.SUSPENDED, suspended_on=TODAY - timedelta(days=days))


def test_a_pupil_missing_from_the_file_is_only_proposed() -> None:
    plan = night(STAY, gone())
    assert plan.proposals[Situation.GONE] == (GONE.id,)
    assert plan.actions == ()


def test_the_first_night_of_an_absence_is_noted_and_nothing_else() -> None:
    known = [*knowing(STAY), a_known(pupil=GONE)]
    plan = night(STAY, known)
    assert kinds(plan) == [(GONE.id, Kind.RECORD)]
    state, tenant = carried_out(plan, known, in_tenant(known))
    assert state[-1] == replace(known[-1], absent_since=TODAY, run_id="r")
    assert tenant == in_tenant(known)


def test_a_pupil_whom_staff_marked_is_suspended() -> None:
    plan = night(STAY, gone(), decisions={GONE.id: "suspend"})
    assert kinds(plan) == [(GONE.id, Kind.SUSPEND)]
    (action,) = plan.actions
    assert (action.object_id, action.after) == (an_id(f"object {GONE.id}"), None)


def test_a_suspension_on_the_first_night_notes_the_absence_too() -> None:
    known = [*knowing(STAY), a_known(pupil=GONE)]
    plan = night(STAY, known, decisions={GONE.id: "suspend"})
    state, tenant = carried_out(plan, known, in_tenant(known))
    assert kinds(plan) == [(GONE.id, Kind.SUSPEND)]
    assert (state[-1].status, state[-1].suspended_on, state[-1].absent_since) == (
        Status.SUSPENDED, TODAY, TODAY)  # fmt: skip
    assert not tenant[-1].enabled


def test_the_account_of_a_pupil_in_the_drop_is_never_suspended() -> None:
    plan = night([*STAY, GONE], gone(), decisions={GONE.id: "suspend"})
    assert kinds(plan) == [(GONE.id, Kind.RECORD)], "back again: only the absence is over"
    assert codes(plan) == ["S062"]


def test_a_held_pupil_is_not_suspended_even_when_marked() -> None:
    plan = night(STAY, gone(), held=[a_held(900)], decisions={GONE.id: "suspend"})
    assert (plan.actions, codes(plan)) == ((), ["S062"])


@pytest.mark.parametrize("mark", ["", an_id("somebody else")])
def test_an_account_without_our_mark_is_not_suspended(mark: str) -> None:
    known = gone()
    tenant = [*in_tenant(known[:-1]), a_tenant_account(known[-1], mark=mark)]
    plan = night(STAY, known, tenant=tenant, decisions={GONE.id: "suspend"})
    assert (plan.actions, codes(plan)) == ((), ["S048"])


def test_an_account_that_is_no_longer_there_is_written_down_as_suspended() -> None:
    known = gone()
    plan = night(STAY, known, tenant=in_tenant(known[:-1]), decisions={GONE.id: "suspend"})
    assert (kinds(plan), codes(plan)) == ([(GONE.id, Kind.SUSPEND)], [])


def test_suspending_twice_changes_nothing_and_says_nothing() -> None:
    plan = night(STAY, suspended(days=3), decisions={GONE.id: "suspend"})
    assert (plan.actions, plan.findings) == ((), ())
    assert plan.counts["SUSPENDED"] == 1


@pytest.mark.parametrize(("days", "proposed"), [(89, ()), (90, (GONE.id,)), (2000, (GONE.id,))])
def test_deletion_is_proposed_after_the_grace_period_and_never_done(
    days: int, proposed: tuple[str, ...]
) -> None:
    plan = night(STAY, suspended(days))
    assert (plan.proposals[Situation.EXPIRED], plan.actions) == (proposed, ())


def test_the_grace_period_is_the_citys() -> None:
    plan = night(STAY, suspended(30), rules={"leaving": {"grace_days": 30}})
    assert plan.proposals[Situation.EXPIRED] == (GONE.id,)


def test_a_pupil_marked_again_after_the_grace_period_is_deleted() -> None:
    known = suspended(90)
    plan = night(STAY, known, decisions={GONE.id: "delete"})
    assert kinds(plan) == [(GONE.id, Kind.DELETE)]
    state, tenant = carried_out(plan, known, in_tenant(known))
    assert GONE.id not in {one.pupil.id for one in state}
    assert GONE.id not in {one.mark for one in tenant}


@pytest.mark.parametrize("known", [gone(), suspended(89)])
def test_nobody_is_deleted_before_suspension_and_grace_period(known: list[Record]) -> None:
    plan = night(STAY, known, decisions={GONE.id: "delete"})
    assert (plan.actions, codes(plan)) == ((), ["S062"])


def test_an_account_without_our_mark_is_not_deleted() -> None:
    known = suspended(100)
    tenant = [*in_tenant(known[:-1]), a_tenant_account(known[-1], mark="")]
    plan = night(STAY, known, tenant=tenant, decisions={GONE.id: "delete"})
    assert (plan.actions, codes(plan)) == ((), ["S048"])


def test_a_returned_pupil_is_restored_not_deleted() -> None:
    plan = night([*STAY, GONE], suspended(100), decisions={GONE.id: "delete"})
    assert kinds(plan) == [(GONE.id, Kind.RESTORE)]


@pytest.mark.parametrize("known", [gone(), suspended(100)])
def test_keep_leaves_a_pupil_on_the_list(known: list[Record]) -> None:
    plan = night(STAY, known, decisions={GONE.id: "keep"})
    assert (plan.actions, plan.findings) == ((), ())
    assert GONE.id in {umi for ids in plan.proposals.values() for umi in ids}


@pytest.mark.parametrize("decision", ["suspend", "delete", "link"])
def test_a_decision_about_nobody_is_told(decision: Decision) -> None:
    plan = night(STAY, knowing(STAY), decisions={an_id("nobody"): decision})
    assert (plan.actions, codes(plan)) == ((), ["S062"])


def test_a_pupil_whose_row_says_left_stays_as_yesterday_and_is_proposed() -> None:
    known = [*knowing(STAY), a_known(pupil=GONE)]
    plan = night(STAY, known, held=[a_held(900, "D060", leaving=True)])
    assert (plan.actions, plan.held) == ((), {"D060": (GONE.id,)})
    assert plan.proposals[Situation.GONE] == (GONE.id,)


def test_a_pupil_whose_row_says_left_is_suspended_when_staff_say_so() -> None:
    known = [*knowing(STAY), a_known(pupil=GONE)]
    leaving = [a_held(900, leaving=True)]
    plan = night(STAY, known, held=leaving, decisions={GONE.id: "suspend"})
    assert kinds(plan) == [(GONE.id, Kind.SUSPEND)]


def test_linking_needs_a_decision_and_then_writes_our_mark() -> None:
    child = a_pupil(900)
    there = a_tenant_account(a_known(pupil=child), mark="")
    waiting = night([*STAY, child], knowing(STAY), also=[there])
    assert (waiting.actions, waiting.proposals[Situation.UNLINKED]) == ((), (child.id,))
    linked = night([*STAY, child], knowing(STAY), also=[there], decisions={child.id: "link"})
    (action,) = linked.actions
    assert (action.kind, action.object_id) == (Kind.LINK, there.object_id)
    assert action.account == account(child)
    assert action.account["extensionAttribute1"] == child.id


def test_linking_again_is_harmless() -> None:
    child = a_pupil(900)
    plan = night([*STAY, child], knowing([*STAY, child]), decisions={child.id: "link"})
    assert (plan.actions, plan.findings) == ((), ())


def test_an_account_of_another_pupil_is_not_linked_whatever_staff_say() -> None:
    child = a_pupil(900)
    there = a_tenant_account(a_known(pupil=child), mark=an_id("another"))
    plan = night([*STAY, child], knowing(STAY), also=[there], decisions={child.id: "link"})
    assert (plan.actions, codes(plan)) == ((), ["S042", "S062"])


def test_what_takes_away_comes_last() -> None:
    old = a_pupil(901)
    known = [
        *gone(),
        a_known(pupil=old, status=Status.SUSPENDED, suspended_on=date(2026, 1, 1)),
    ]
    roster = [replace(STAY[0], class_title="3年9組"), *STAY[1:], a_pupil(902)]
    plan = night(roster, known, decisions={GONE.id: "suspend", old.id: "delete"})
    assert [action.kind for action in plan.actions] == [
        Kind.UPDATE, Kind.CREATE, Kind.SUSPEND, Kind.DELETE]  # fmt: skip
