"""Rows that a transfer leaves behind: the record under their id becomes the living row's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.actions import Kind, Situation
from kakehashi.catalogue.diff import KNOWN_ACCOUNT
from kakehashi.catalogue.identity import NAME_OF_A_LEAVER
from kakehashi.diff.plan import Plan
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired
from tests.builders import TODAY, a_held, a_known, a_pupil, a_tenant_account, an_id
from tests.unit.diff.nights import OTHER as ELSEWHERE
from tests.unit.diff.nights import carried_out, in_tenant, knowing, night, wanting

CHILD, FRIEND = a_pupil(1), a_pupil(2)
OLD, NEW = CHILD.id, an_id("new 1")
LIVING = replace(CHILD, id=NEW, school=ELSEWHERE, class_title="3年1組")
HERE = knowing([CHILD, FRIEND])


def living(**facts: Any) -> Desired:
    """Tonight's row of the child, beside which the row of the old id has ended."""
    (row,) = wanting([replace(LIVING, **facts)], password=False)
    return replace(row, former=(OLD,))


def the_night(row: Desired, known: list[Record] = HERE, **facts: Any) -> Plan:
    return night([row, FRIEND], known, **facts)


@pytest.mark.parametrize(("name", "moves"), [("アリ", True), ("サラ", False)])
def test_the_record_of_a_child_with_one_name_goes_by_that_one(name: str, *, moves: bool) -> None:
    one: dict[str, Any] = {"family": name, "kana_family": name, "given": "", "kana_given": ""}
    known = knowing([replace(CHILD, **{**one, "family": "アリ", "kana_family": "アリ"}), FRIEND])
    kinds_of_child = {a.kind for a in the_night(living(**one), known).actions}
    assert (kinds_of_child == {Kind.LINK}) is moves


def told_of(plan: Plan) -> set[str]:
    """Everybody of whom the plan says anything, FRIEND apart."""
    held = {umi for umis in plan.held.values() for umi in umis}
    proposed = {umi for umis in plan.proposals.values() for umi in umis}
    return (held | proposed | {action.pupil for action in plan.actions}) - {FRIEND.id}


def test_the_record_goes_to_the_living_row_and_is_neither_gone_nor_held_nor_disputed() -> None:
    plan = the_night(living())
    (action,) = plan.actions
    assert (action.pupil, action.kind, action.object_id) == (NEW, Kind.LINK, HERE[0].object_id)
    assert plan.counts == {"CHANGED": 1, "CONFIRMED": 1, "MOVED": 1}
    assert (plan.held, told_of(plan)) == ({}, {NEW})
    assert [(f.code, f.pupil, dict(f.facts)) for f in plan.findings] == [
        ("D066", NEW, {"old": OLD})
    ]


def test_one_record_is_left_and_the_next_night_has_nothing_to_do() -> None:
    state, tenant = carried_out(the_night(living()), HERE, in_tenant(HERE))
    assert {one.pupil.id for one in state} == {NEW, FRIEND.id}
    (child,) = [one for one in state if one.pupil.id == NEW]
    assert (child.sourced_id, child.object_id) == (OLD, HERE[0].object_id)
    after = the_night(living(), state, tenant=tenant)
    assert (after.actions, after.held, after.findings) == ((), {}, ())


@pytest.mark.parametrize(
    "facts",
    [
        {"kana_family": "カワッタ", "class_title": "3年9組"},  # the name agrees
        {"family": "改姓"},  # the readings do
        {"account": "renamed@ed.example.jp"},  # both rows bear the new one
    ],
)
def test_name_or_readings_are_enough(facts: dict[str, Any]) -> None:
    plan = the_night(living(**facts))
    assert [action.kind for action in plan.actions] == [Kind.LINK]
    assert told_of(plan) == {NEW}


def test_a_record_of_somebody_else_waits_with_the_living_row() -> None:
    named: dict[str, Any] = {
        "family": "別人",
        "kana_family": "ベツジン",
        "given": "一",
        "kana_given": "ハジメ",
    }
    stranger = [a_known(pupil=replace(CHILD, **named)), HERE[1]]
    plan = the_night(living(), stranger)
    assert plan.actions == ()
    assert set(plan.held) == {KNOWN_ACCOUNT.code}
    assert told_of(plan) == {NEW, OLD}
    assert plan.proposals[Situation.GONE] == ()


def test_an_account_that_is_suspended_comes_back_by_a_persons_decision() -> None:
    left = [replace(HERE[0], status=Status.SUSPENDED, suspended_on=TODAY), HERE[1]]
    plan = the_night(living(), left)
    assert plan.actions == ()
    assert plan.proposals[Situation.GONE] == ()
    assert NEW in told_of(plan)


def test_while_the_living_row_is_held_the_record_stays_as_yesterday() -> None:
    held = a_held(1, code="P036", pupil=NEW)
    plan = night([FRIEND], HERE, held=[held])
    assert (plan.actions, plan.proposals[Situation.GONE]) == ((), ())
    assert OLD in told_of(plan)


def test_where_another_pupil_wants_the_account_too_nothing_moves_and_nobody_is_gone() -> None:
    third = replace(a_pupil(3), account=CHILD.account)
    plan = night([living(), FRIEND, third], HERE)
    assert plan.actions == ()
    assert plan.proposals[Situation.GONE] == ()


def test_a_child_known_under_both_ids_waits_where_the_rows_bear_the_older_account() -> None:
    later = a_known(pupil=replace(LIVING, account="later@ed.example.jp"))
    plan = the_night(living(), [HERE[0], later, HERE[1]])
    assert plan.actions == ()
    assert plan.proposals[Situation.GONE] == ()
    assert told_of(plan) == {NEW, OLD}
    assert set(plan.held) == {NAME_OF_A_LEAVER.code}
    said = the_night(living(), [HERE[0], later, HERE[1]], decisions={NEW: "right"})
    assert said.held == {}
    assert {action.pupil for action in said.actions} == {NEW, OLD}


def test_an_account_that_the_living_child_does_not_use_is_proposed_like_a_leavers() -> None:
    later = a_known(pupil=replace(LIVING, account="later@ed.example.jp"))
    plan = the_night(living(account="later@ed.example.jp"), [HERE[0], later, HERE[1]])
    assert plan.proposals[Situation.GONE] == (OLD,)


def test_a_mark_that_somebody_changed_stops_it() -> None:
    foreign = [a_tenant_account(HERE[0], mark=an_id("somebody")), a_tenant_account(HERE[1])]
    plan = the_night(living(), tenant=foreign)
    assert (plan.actions, plan.proposals[Situation.GONE]) == ((), ())


def test_cut_short_after_the_mark_was_written_it_is_done_again() -> None:
    half = [a_tenant_account(HERE[0], mark=NEW), a_tenant_account(HERE[1])]
    plan = the_night(living(), tenant=half)
    assert [(action.pupil, action.kind) for action in plan.actions] == [(NEW, Kind.LINK)]
    state, _ = carried_out(plan, HERE, half)
    assert {one.pupil.id for one in state} == {NEW, FRIEND.id}


def test_what_has_not_been_left_behind_is_still_asked() -> None:
    """A new id beside no row of the old one: one decision, as ever."""
    plan = night([LIVING, FRIEND], HERE)
    assert plan.actions == ()
    assert plan.proposals[Situation.UNLINKED] == (NEW,)


def test_a_record_moves_under_its_present_name_where_the_new_one_is_not_free_yet() -> None:
    """Two accounts typed the wrong way round, corrected on the night of the transfer."""
    friend = replace(FRIEND, account=CHILD.account)
    row = living(account=FRIEND.account)
    plan = night([row, friend], HERE)
    (action,) = plan.actions
    assert (action.kind, action.pupil, action.account["userPrincipalName"]) == (
        Kind.LINK, NEW, CHILD.account)  # fmt: skip
    state, tenant = carried_out(plan, HERE, in_tenant(HERE))
    after = night([row, friend], state, tenant=tenant)
    assert set(after.proposals[Situation.EXCHANGED]) == {NEW, FRIEND.id}
