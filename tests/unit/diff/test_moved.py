"""Children whose userMasterIdentifier changes: one record each, and one id for all tools."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.actions import Action, Kind, Situation, settled
from kakehashi.diff.answers import Decision, Decisions
from kakehashi.diff.plan import Plan
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.provision.results import Readiness, standing
from tests.builders import TODAY, a_held, a_known, a_pupil, a_tenant_account, an_id
from tests.unit.diff.nights import carried_out, in_tenant, knowing, night

CHILD, OTHER = a_pupil(1), a_pupil(2)
OLD, NEW, THIRD = CHILD.id, an_id("new 1"), an_id("third 1")
MOVED = replace(CHILD, id=NEW)
HERE = knowing([CHILD, OTHER])


def linked(child: Pupil, known: list[Record], tenant: list[Listed] | None = None,
           ) -> tuple[list[Record], list[Listed]]:  # fmt: skip
    """State and tenant after staff have linked ``child``."""
    tenant = in_tenant(known) if tenant is None else tenant
    plan = night([child, OTHER], known, tenant=tenant, decisions={child.id: "link"})
    assert [action.kind for action in plan.actions] == [Kind.LINK]
    return carried_out(plan, known, tenant)


def doubled(**facts: Any) -> tuple[list[Record], list[Listed]]:
    """What a link of the first release left: two records of one account."""
    old = a_known(pupil=CHILD, run_id="demo-20261101T021000-00000000")
    later: dict[str, Any] = {"run_id": "demo-20261102T021000-00000000", "object_id": old.object_id}
    new = a_known(pupil=MOVED, **(later | facts))
    account = a_tenant_account(new, enabled=new.status is Status.ACTIVE)
    return [old, new, HERE[1]], [account, a_tenant_account(HERE[1])]


def of(plan: Plan) -> Action:
    (action,) = plan.actions
    return action


def plain(known: list[Record]) -> list[Record]:
    """Without what a merge changes: who wrote last, and what tools know the child by."""
    return [replace(one, tool_id="", run_id="") for one in known]


def codes(plan: Plan) -> list[str]:
    return [finding.code for finding in plan.findings]


# -- a link moves ---------------------------------------------------------------------------------


def test_a_linked_child_has_one_record_and_the_id_that_tools_know() -> None:
    state, tenant = linked(MOVED, HERE)
    (child,) = [one for one in state if one.pupil.id in {OLD, NEW}]
    assert (child.pupil.id, child.sourced_id) == (NEW, OLD)
    after = night([MOVED, OTHER], state, tenant=tenant)
    assert (after.actions, after.counts, after.held) == ((), {"CONFIRMED": 2}, {})


def test_whatever_becomes_of_the_child_the_id_of_the_tools_stays() -> None:
    state, tenant = linked(MOVED, HERE)
    changed = replace(MOVED, class_title="3年9組")
    steps: tuple[tuple[list[Pupil], Decisions, Kind], ...] = (
        ([changed, OTHER], {}, Kind.UPDATE),
        ([OTHER], {}, Kind.RECORD),
        ([OTHER], {NEW: "suspend"}, Kind.SUSPEND),
        ([changed, OTHER], {}, Kind.RESTORE),
    )
    for roster, decisions, kind in steps:
        plan = night(roster, state, tenant=tenant, decisions=decisions)
        assert of(plan).kind is kind
        state, tenant = carried_out(plan, state, tenant)
        assert {one.pupil.id: one.sourced_id for one in state} == {NEW: OLD, OTHER.id: OTHER.id}


def test_a_second_new_id_changes_nothing_for_the_tools() -> None:
    state, tenant = linked(MOVED, HERE)
    state, _ = linked(replace(CHILD, id=THIRD), state, tenant)
    assert {one.pupil.id: one.sourced_id for one in state} == {THIRD: OLD, OTHER.id: OTHER.id}


def test_the_old_id_that_comes_back_is_a_link_like_any_other_and_all_is_as_it_was() -> None:
    state, tenant = linked(MOVED, HERE)
    asked = night([CHILD, OTHER], state, tenant=tenant)
    assert asked.proposals[Situation.UNLINKED] == (OLD,)
    assert asked.held["S046"] == (NEW, OLD) if NEW < OLD else (OLD, NEW)
    state, _ = linked(CHILD, state, tenant)
    assert {one.pupil.id: one.tool_id for one in state} == {OLD: "", OTHER.id: ""}


def test_an_id_that_another_child_gets_is_not_what_tools_know_that_child_by() -> None:
    """They would hand the one's learning history to the other."""
    state, tenant = linked(MOVED, HERE)
    another = a_pupil(3, id=OLD)
    plan = night([MOVED, OTHER, another], state, tenant=tenant)
    assert (of(plan).kind, codes(plan)) == (Kind.CREATE, ["S101"])
    state, _ = carried_out(plan, state, tenant)
    told = {one.pupil.id: one.sourced_id for one in state}
    assert (told[NEW], len(set(told.values()))) == (OLD, 3)
    again = night([MOVED, OTHER, another], state, tenant=carried_out(plan, state, tenant)[1])
    assert (again.actions, codes(again)) == ((), [])


def test_a_leaver_who_comes_back_under_another_id_is_linked_and_active_again() -> None:
    old = a_known(pupil=CHILD, status=Status.SUSPENDED, suspended_on=TODAY, absent_since=TODAY)
    state, _ = linked(MOVED, [old, HERE[1]])
    (child,) = [one for one in state if one.pupil.id == NEW]
    assert (child.status, child.suspended_on, child.sourced_id) == (Status.ACTIVE, None, OLD)


def test_a_link_that_died_between_account_and_table_goes_on_without_a_new_decision() -> None:
    """The mark is the new id's already: it was set because a person had said so."""
    account = replace(a_tenant_account(HERE[0]), mark=NEW)
    tenant = [account, a_tenant_account(HERE[1])]
    action = of(night([MOVED, OTHER], HERE, tenant=tenant))
    assert (action.kind, action.given_up) == (Kind.LINK, (HERE[0],))
    stranger = replace(MOVED, family="森", kana_family="モリ", given="蓮", kana_given="レン")
    assert of(night([stranger, OTHER], HERE, tenant=tenant)).kind is Kind.RECORD, "of an absence"


@pytest.mark.parametrize("leaving", [True, False])
def test_a_row_that_is_left_under_the_former_id_holds_nobody_who_has_a_row(leaving: bool) -> None:
    state, tenant = linked(MOVED, HERE)
    row = a_held(1, leaving=leaving)
    plan = night([MOVED, OTHER], state, tenant=tenant, held=[row])
    assert (plan.counts, plan.held, plan.untied) == ({"CONFIRMED": 2}, {}, 0)


def test_a_broken_row_under_the_former_id_is_no_absence_of_the_child() -> None:
    state, tenant = linked(MOVED, HERE)
    plan = night([OTHER], state, tenant=tenant, held=[a_held(1)])
    assert plan.counts == {"CONFIRMED": 1, "HELD": 1}
    assert plan.held == {"D050": (NEW,)}


# -- doubled records of the first release ---------------------------------------------------------


def test_a_doubled_child_heals_by_itself_and_it_is_said() -> None:
    state, tenant = doubled()
    plan = night([MOVED, OTHER], state, tenant=tenant)
    assert (of(plan).kind, codes(plan)) == (Kind.RECORD, ["S100"])
    state, tenant = carried_out(plan, state, tenant)
    assert {one.pupil.id: one.sourced_id for one in state} == {NEW: OLD, OTHER.id: OTHER.id}
    after = night([MOVED, OTHER], state, tenant=tenant)
    assert (after.actions, after.findings) == ((), ())


@pytest.mark.parametrize(
    ("roster", "decision", "facts", "kind"),
    [
        ([replace(MOVED, class_title="3年9組")], None, {}, Kind.UPDATE),
        ([], None, {}, Kind.RECORD),
        ([], None, {"absent_since": TODAY}, Kind.RECORD),
        ([], "suspend", {"absent_since": TODAY}, Kind.SUSPEND),
        ([MOVED], None, {"status": Status.SUSPENDED, "suspended_on": TODAY}, Kind.RESTORE),
        ([], None, {"status": Status.SUSPENDED, "suspended_on": TODAY}, Kind.RECORD),
    ],
)
def test_it_heals_whatever_else_happens(
    roster: list[Pupil], decision: Decision | None, facts: dict[str, Any], kind: Kind
) -> None:
    state, tenant = doubled(**facts)
    decisions: Decisions = {NEW: decision} if decision else {}
    plan = night([*roster, OTHER], state, tenant=tenant, decisions=decisions)
    assert of(plan).kind is kind
    healed, _ = carried_out(plan, state, tenant)
    assert {one.pupil.id: one.sourced_id for one in healed} == {NEW: OLD, OTHER.id: OTHER.id}
    alone = night([*roster, OTHER], [one for one in state if one.pupil.id != OLD], tenant=tenant,
                  decisions=decisions)  # fmt: skip
    single, _ = carried_out(alone, state[1:], tenant)
    assert plain(healed) == plain(single), "nothing else is different"


def test_a_held_child_heals_and_stays_as_it_was() -> None:
    state, tenant = doubled()
    plan = night([OTHER], state, tenant=tenant, held=[a_held(pupil=NEW)])
    assert (of(plan).kind, plan.held) == (Kind.RECORD, {"D050": (NEW,)})
    healed, _ = carried_out(plan, state, tenant)
    assert plain(healed) == plain(state[1:])


def test_an_account_is_not_deleted_on_the_night_on_which_it_heals() -> None:
    long_ago = TODAY.replace(year=TODAY.year - 1)
    state, tenant = doubled(status=Status.SUSPENDED, suspended_on=long_ago)
    decided: Decisions = {NEW: "delete"}
    plan = night([OTHER], state, tenant=tenant, decisions=decided)
    assert of(plan).kind is Kind.RECORD
    state, tenant = carried_out(plan, state, tenant)
    assert of(night([OTHER], state, tenant=tenant, decisions=decided)).kind is Kind.DELETE


def test_of_three_records_tools_keep_the_id_they_knew_first() -> None:
    state, _ = doubled()
    third = a_known(pupil=replace(CHILD, id=THIRD), object_id=state[0].object_id,
                    run_id="demo-20261103T021000-0")  # fmt: skip
    tenant = [a_tenant_account(third), a_tenant_account(OTHER_KNOWN)]
    plan = night([third.pupil, OTHER], [*state, third], tenant=tenant)
    healed, _ = carried_out(plan, [*state, third], tenant)
    assert {one.pupil.id: one.sourced_id for one in healed} == {THIRD: OLD, OTHER.id: OTHER.id}
    assert codes(plan) == ["S100", "S100"]


OTHER_KNOWN = HERE[1]


def test_records_of_one_account_stay_where_the_tenant_does_not_say_whose_it_is() -> None:
    state, tenant = doubled()
    for mark in ("", OTHER.id):
        plan = night([MOVED, OTHER], state, tenant=[replace(tenant[0], mark=mark), tenant[1]])
        assert plan.actions == ()
        assert "S100" not in codes(plan)


def test_the_former_id_that_is_back_on_the_healing_night_is_asked_about_afterwards() -> None:
    state, tenant = doubled()
    plan = night([CHILD, OTHER], state, tenant=tenant)
    assert plan.proposals[Situation.UNLINKED] == (OLD,)
    state, tenant = carried_out(plan, state, tenant)
    state, _ = linked(CHILD, state, tenant)
    assert {one.pupil.id: one.tool_id for one in state} == {OLD: "", OTHER.id: ""}


# -- carried out, and cut short -------------------------------------------------------------------


def test_a_move_is_done_only_when_the_item_under_the_former_id_is_gone() -> None:
    action = of(night([MOVED, OTHER], HERE, decisions={NEW: "link"}))
    new = settled(action, as_of=TODAY, run_id="r")
    assert new is not None
    old = HERE[0]
    elsewhere = replace(old, absent_since=TODAY)
    for items, expected in (
        ([old], Readiness.OPEN),
        ([old, new], Readiness.OPEN),
        ([new], Readiness.DONE),
        ([], Readiness.MOVED),
        ([elsewhere], Readiness.MOVED),
        ([elsewhere, new], Readiness.MOVED),
    ):
        assert standing(action, {one.pupil.id: one for one in items}, TODAY) is expected


def test_what_a_death_between_the_two_writes_leaves_is_mended_on_the_next_night() -> None:
    state, tenant = linked(MOVED, HERE)
    plan = night([MOVED, OTHER], [HERE[0], *state], tenant=tenant)
    assert of(plan).kind is Kind.RECORD
    mended, _ = carried_out(plan, [HERE[0], *state], tenant)
    assert {one.pupil.id: one.sourced_id for one in mended} == {NEW: OLD, OTHER.id: OTHER.id}
    assert {one.pupil.id: one for one in plain(mended)} == {
        one.pupil.id: one for one in plain(state)
    }


def test_actions_come_back_from_their_files_with_the_records_they_give_up() -> None:
    state, tenant = doubled()
    plans = [night([MOVED, OTHER], state, tenant=tenant),
             night([MOVED, OTHER, a_pupil(3, id=OLD)], *linked(MOVED, HERE)[:1],
                   tenant=linked(MOVED, HERE)[1])]  # fmt: skip
    for plan in plans:
        action = of(plan)
        assert action.former or action.tool_id
        assert Action.from_json(action.to_json()) == action
