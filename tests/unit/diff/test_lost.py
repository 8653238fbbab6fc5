"""Accounts that somebody deleted by hand: taken back, linked, made again, or only written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from kakehashi.actions import Kind, Situation
from kakehashi.diff.answers import Decision
from kakehashi.diff.counting import LastNight
from kakehashi.diff.plan import Plan
from kakehashi.diff.planning import make_plan
from kakehashi.diff.sources import Missing, unseen
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired
from tests.builders import TODAY, a_city, a_held, a_pupil, a_tenant_account, an_id
from tests.unit.diff.nights import (
    SERIAL,
    a_school_of,
    carried_out,
    codes,
    in_tenant,
    kinds,
    knowing,
    night,
    wanting,
)
from tests.unit.diff.test_undo import RUN, carried_back, plain, undo

CHILD, *OTHERS = a_school_of(3)
(KNOWN,) = knowing([CHILD])
REST = knowing(OTHERS)
SUSPENDED = replace(KNOWN, status=Status.SUSPENDED, suspended_on=TODAY, absent_since=TODAY)
NEW_NAME = replace(CHILD, account="another@ed.example.jp")
ANEW = an_id("made anew by hand")


def made_by_hand(pupil: Pupil = CHILD, *, mark: str = "", object_id: str = ANEW) -> Listed:
    return Listed(object_id, pupil.account, mark, enabled=True)


def tonight(
    pupil: Pupil | None,
    *accounts: Listed,
    known: Record = KNOWN,
    decision: Decision | None = None,
    password: bool = False,
    missing: Missing | None = None,
    **more: Any,
) -> Plan:
    """A night on which everybody else is as ever, and the tenant has ``accounts`` of the child."""
    desired: list[Desired] = wanting(OTHERS, password=False)
    desired += wanting([pupil], password=password) if pupil else []
    return make_plan(
        desired,
        more.pop("held", ()),
        [known, *REST],
        [*in_tenant(REST), *accounts],
        a_city(),
        shape=account_of,
        city_code="demo",
        serial=SERIAL,
        as_of=TODAY,
        decisions={(pupil or CHILD).id: decision} if decision else {},
        missing=missing,
        **more,
    )


def after(plan: Plan, known: Record = KNOWN) -> Record:
    state, _ = carried_out(plan, [known, *REST], in_tenant(REST))
    return next(one for one in state if one.pupil.id == CHILD.id)


both = pytest.mark.parametrize("known", [KNOWN, SUSPENDED], ids=["active", "suspended"])


# -- an account with our mark is taken back --------------------------------------------------------


@both
def test_an_account_with_our_mark_is_taken_back_whatever_its_id(known: Record) -> None:
    plan = tonight(CHILD, made_by_hand(mark=CHILD.id), known=known)
    assert (kinds(plan), codes(plan), plan.held) == ([(CHILD.id, Kind.RESTORE)], ["S132"], {})
    settled = after(plan, known)
    assert (settled.object_id, settled.status) == (ANEW, Status.ACTIVE)


def test_it_gets_what_the_roster_says_tonight_and_is_told_of_once() -> None:
    plan = tonight(NEW_NAME, made_by_hand(mark=CHILD.id.upper()))
    settled = after(plan)
    assert (settled.pupil.account, settled.account) == (
        NEW_NAME.account,
        account_of(NEW_NAME, a_city()),
    )
    taken = made_by_hand(NEW_NAME, mark=CHILD.id)
    again = tonight(NEW_NAME, taken, known=settled)
    assert (again.actions, again.findings) == ((), ())


def test_what_else_changes_with_it_is_counted_as_ever() -> None:
    married = replace(CHILD, family="高橋")
    counts = tonight(married, made_by_hand(mark=CHILD.id)).counts
    assert (counts["CHANGED"], counts["RENAMED"]) == (1, 1)


def test_of_two_with_our_mark_none_is_taken() -> None:
    two = (made_by_hand(mark=CHILD.id), made_by_hand(NEW_NAME, mark=CHILD.id, object_id=an_id("2")))
    plan = tonight(CHILD, *two)
    assert (plan.actions, plan.held, plan.lost) == ((), {"S043": (CHILD.id,)}, (CHILD.id,))


def test_a_name_that_is_somebody_elses_is_not_taken_with_it() -> None:
    envious = replace(CHILD, account=OTHERS[0].account)
    desired_by_two = tonight(envious, made_by_hand(mark=CHILD.id))
    assert desired_by_two.actions == ()
    assert CHILD.id in desired_by_two.held["S041"]


# -- an unmarked one is a question -----------------------------------------------------------------


@both
def test_an_unmarked_account_of_that_name_is_proposed_as_a_link(known: Record) -> None:
    plan = tonight(CHILD, made_by_hand(), known=known)
    assert (plan.actions, plan.held) == ((), {"S130": (CHILD.id,)})
    assert plan.proposals[Situation.UNLINKED] == (CHILD.id,)
    decided = tonight(CHILD, made_by_hand(), known=known, decision="link")
    assert (kinds(decided), decided.held) == ([(CHILD.id, Kind.LINK)], {})
    settled = after(decided, known)
    assert (settled.object_id, settled.status) == (ANEW, Status.ACTIVE)


def test_one_under_the_new_name_of_the_roster_is_proposed_as_well() -> None:
    plan = tonight(NEW_NAME, made_by_hand(NEW_NAME))
    assert plan.proposals[Situation.UNLINKED] == (CHILD.id,)


def test_one_that_is_marked_for_another_child_is_left_alone() -> None:
    plan = tonight(CHILD, made_by_hand(mark=an_id("another child")))
    assert (plan.actions, plan.held) == ((), {"S042": (CHILD.id,)})


def test_a_new_name_that_is_a_known_pupils_waits() -> None:
    leaver = replace(REST[0], absent_since=TODAY)
    plan = make_plan(
        wanting([replace(CHILD, account=OTHERS[0].account), *OTHERS[1:]]), [],
        [KNOWN, leaver, *REST[1:]], in_tenant(REST), a_city(),
        shape=account_of, city_code="demo", serial=SERIAL, as_of=TODAY,
    )  # fmt: skip
    assert CHILD.id in plan.held["S045"]
    assert plan.actions == ()


# -- none left is another question -----------------------------------------------------------------


@both
@pytest.mark.parametrize("pupil", [CHILD, NEW_NAME], ids=["same name", "new name"])
def test_without_an_account_a_new_one_is_proposed_and_not_made(known: Record, pupil: Pupil) -> None:
    plan = tonight(pupil, known=known, password=True)
    assert (plan.actions, plan.held) == ((), {"S047": (CHILD.id,)})
    assert (plan.proposals[Situation.LOST], plan.counts["LOST"]) == ((CHILD.id,), 1)


@both
@pytest.mark.parametrize("pupil", [CHILD, NEW_NAME], ids=["same name", "new name"])
def test_decided_it_is_made_with_its_initial_password(known: Record, pupil: Pupil) -> None:
    plan = tonight(pupil, known=known, decision="recreate", password=True)
    (action,) = plan.actions
    assert (action.kind, action.object_id, action.before) == (Kind.CREATE, "", known)
    assert action.password is not None
    assert (plan.held, codes(plan)) == ({}, [])
    settled = after(plan, known)
    assert (settled.status, settled.pupil.account) == (Status.ACTIVE, pupil.account)
    assert settled.object_id not in {"", known.object_id}


def test_decided_without_a_password_it_waits_for_one_as_any_new_pupil_does() -> None:
    plan = tonight(CHILD, decision="recreate")
    assert (plan.actions, plan.held, codes(plan)) == ((), {"M001": (CHILD.id,)}, ["M001"])
    assert plan.proposals[Situation.LOST] == (CHILD.id,), "the decision stands until it is done"


def test_a_deleted_account_that_can_be_had_back_is_told_and_needs_no_password() -> None:
    restorable = Missing(restorable=frozenset({CHILD.id}))
    plan = tonight(CHILD, missing=restorable)
    assert (plan.actions, plan.held) == ((), {"S131": (CHILD.id,)})
    decided = tonight(CHILD, missing=restorable, decision="recreate")
    assert (kinds(decided), decided.held) == ([(CHILD.id, Kind.CREATE)], {})


def test_a_new_pupil_whose_deleted_account_can_be_had_back_needs_no_password_either() -> None:
    child = a_pupil(77)
    missing = Missing(restorable=frozenset({child.id}))
    books: Any = ([*wanting(OTHERS), Desired(child)], [], REST, in_tenant(REST), a_city())
    plan = make_plan(
        *books, shape=account_of, city_code="demo", serial=SERIAL, as_of=TODAY, missing=missing
    )
    assert kinds(plan) == [(child.id, Kind.CREATE)]


@pytest.mark.parametrize("word", ["suspend", "delete", "link"])
def test_another_word_does_nothing_and_is_told(word: Decision) -> None:
    plan = tonight(CHILD, decision=word, password=True)
    assert (plan.actions, codes(plan)) == ((), ["S047", "S062"])


def test_once_it_is_made_the_decision_says_nothing_more() -> None:
    settled = after(tonight(CHILD, decision="recreate", password=True))
    again = tonight(CHILD, a_tenant_account(settled), known=settled, decision="recreate")
    assert (again.actions, again.findings) == ((), ())


def test_a_pupil_whose_row_is_held_waits_with_the_row() -> None:
    plan = tonight(None, held=[a_held(pupil=CHILD.id, code="R040")], decision="recreate")
    assert (plan.actions, plan.held) == ((), {"R040": (CHILD.id,)})


def test_whoever_was_lost_last_night_is_not_newly_held_when_a_password_is_missing() -> None:
    lost = LastNight.of(tonight(CHILD).header())
    limits = tonight(CHILD, decision="recreate", last_night=lost)
    assert lost.held == {CHILD.id}
    assert limits.breaches == ()


# -- nobody knows ----------------------------------------------------------------------------------


@pytest.mark.parametrize("accounts", [(), (made_by_hand(mark=CHILD.id),), (made_by_hand(),)])
def test_whoever_was_not_asked_for_is_held_and_neither_lost_nor_proposed(
    accounts: Sequence[Listed],
) -> None:
    unsure = Missing(unsure=frozenset({KNOWN.object_id}))
    plan = tonight(CHILD, *accounts, missing=unsure, decision="recreate", password=True)
    assert (plan.actions, plan.held, plan.lost) == ((), {"S133": (CHILD.id,)}, ())
    assert not any(plan.proposals.values())


def test_a_leaver_who_was_not_asked_for_is_not_written_down_as_suspended() -> None:
    unsure = Missing(unsure=frozenset({KNOWN.object_id}))
    plan = tonight(
        None, missing=unsure, decision="suspend", known=replace(KNOWN, absent_since=TODAY)
    )
    assert (plan.actions, codes(plan)) == ((), ["S133"])


def test_asked_for_are_those_of_the_drop_and_the_active_whom_the_listing_lacks() -> None:
    left, away = replace(REST[0], absent_since=TODAY), replace(REST[1], status=Status.SUSPENDED)
    back = replace(REST[2], status=Status.SUSPENDED)
    there, *_ = in_tenant([REST[3]])
    wanted = wanting([CHILD, OTHERS[2], OTHERS[3]])
    asked = unseen(wanted, [KNOWN, left, away, back, REST[3]], [there])
    assert asked == [*sorted([KNOWN.object_id, back.object_id]), left.object_id]


# -- leavers ---------------------------------------------------------------------------------------


def test_suspending_whose_account_is_gone_is_written_down_so_that_tools_are_told() -> None:
    gone = replace(KNOWN, absent_since=TODAY)
    plan = tonight(None, known=gone, decision="suspend")
    assert (kinds(plan), plan.findings, plan.lost) == ([(CHILD.id, Kind.SUSPEND)], (), (CHILD.id,))
    assert after(plan, gone).status is Status.SUSPENDED


def test_a_leaver_whose_account_was_made_anew_with_our_mark_is_suspended_there() -> None:
    gone = replace(KNOWN, absent_since=TODAY)
    plan = tonight(None, made_by_hand(mark=CHILD.id), known=gone, decision="suspend")
    (action,) = plan.actions
    assert (action.kind, action.object_id) == (Kind.SUSPEND, ANEW)
    assert after(plan, gone).object_id == ANEW


def test_a_leaver_with_two_accounts_of_our_mark_is_held() -> None:
    gone = replace(KNOWN, absent_since=TODAY)
    two = (made_by_hand(mark=CHILD.id), made_by_hand(NEW_NAME, mark=CHILD.id, object_id=an_id("2")))
    plan = tonight(None, *two, known=gone, decision="suspend")
    assert (plan.actions, plan.held) == ((), {"S043": (CHILD.id,)})


# -- what the groups are told ----------------------------------------------------------------------


def test_lost_is_every_active_pupil_without_an_account_and_nobody_else() -> None:
    assert tonight(CHILD).lost == (CHILD.id,)
    assert tonight(CHILD, made_by_hand()).lost == (CHILD.id,)
    assert tonight(None, held=[a_held(pupil=CHILD.id)]).lost == (CHILD.id,)
    assert tonight(CHILD, *in_tenant([KNOWN])).lost == ()
    assert tonight(None, known=SUSPENDED).lost == ()
    header = tonight(CHILD).header()
    assert header.lost == (CHILD.id,)


# -- slips -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "accounts", "decision"),
    [
        (SUSPENDED, in_tenant([SUSPENDED]), None),
        (KNOWN, [made_by_hand(mark=CHILD.id)], None),
        (KNOWN, [made_by_hand()], "link"),
    ],
    ids=["returned", "taken back", "linked"],
)
def test_a_slip_for_an_account_that_keeps_its_password_is_told(
    known: Record, accounts: Sequence[Listed], decision: Decision | None
) -> None:
    plan = tonight(CHILD, *accounts, known=known, decision=decision, password=True)
    assert [f.pupil for f in plan.findings if f.code == "S134"] == [CHILD.id]
    assert "S134" not in codes(tonight(CHILD, *accounts, known=known, decision=decision))


def test_the_slip_of_an_account_that_only_our_state_forgot_is_right() -> None:
    """Killed between Graph and the table: it was made with the very password of the file."""
    ours = in_tenant([KNOWN])
    books: Any = (wanting([CHILD, *OTHERS]), [], REST, [*in_tenant(REST), *ours], a_city())
    plan = make_plan(*books, shape=account_of, city_code="demo", serial=SERIAL, as_of=TODAY)
    assert (kinds(plan), codes(plan)) == ([(CHILD.id, Kind.LINK)], [])


# -- the way back ----------------------------------------------------------------------------------


def turned_back(plan: Plan, known: Record) -> tuple[list[Kind], Record]:
    state = [replace(after(plan, known), run_id=RUN), *REST]
    back = undo(plan, state)
    return [action.kind for action in back.actions], carried_back(back, state)[CHILD.id]


def test_an_account_made_again_is_suspended_by_an_undo_which_deletes_nobody() -> None:
    plan = tonight(CHILD, decision="recreate", password=True)
    found, item = turned_back(plan, KNOWN)
    assert (found, item.status) == ([Kind.SUSPEND], Status.SUSPENDED)
    assert item.object_id == after(plan).object_id


def test_a_link_to_an_account_made_by_hand_is_undone_and_the_pupil_stays_known() -> None:
    plan = tonight(CHILD, made_by_hand(), decision="link")
    found, item = turned_back(plan, KNOWN)
    assert found == [Kind.UNLINK]
    assert item == plain([KNOWN])[CHILD.id]


def test_an_undo_never_goes_back_to_an_account_that_is_gone() -> None:
    plan = tonight(replace(CHILD, family="高橋"), made_by_hand(mark=CHILD.id))
    found, item = turned_back(plan, KNOWN)
    assert (found, item.pupil.family, item.object_id) == ([Kind.UPDATE], CHILD.family, ANEW)


def test_a_suspended_account_taken_back_is_suspended_again_where_it_is_now() -> None:
    plan = tonight(CHILD, made_by_hand(mark=CHILD.id), known=SUSPENDED)
    found, item = turned_back(plan, SUSPENDED)
    assert (found, item.status, item.object_id) == ([Kind.SUSPEND], Status.SUSPENDED, ANEW)


# -- the child has got a new id meanwhile ----------------------------------------------------------

REKEYED = replace(CHILD, id=an_id("re-keyed"))


@pytest.mark.parametrize("known", [KNOWN, SUSPENDED])
def test_a_new_id_and_an_account_that_is_gone_are_one_question(known: Record) -> None:
    plan = tonight(REKEYED, known=known)
    assert plan.actions == ()
    assert plan.proposals[Situation.LOST] == (REKEYED.id,)
    assert plan.proposals[Situation.GONE] == ()
    assert [(f.pupil, dict(f.facts)) for f in plan.findings if f.code == "S180"] == [
        (REKEYED.id, {"old": CHILD.id})
    ]


@pytest.mark.parametrize("restorable", [False, True])
def test_the_new_account_is_the_childs_whom_tools_know_by_the_former_id(restorable: bool) -> None:
    missing = Missing(restorable={CHILD.id}) if restorable else None
    plan = tonight(REKEYED, decision="recreate", password=not restorable, missing=missing)
    (action,) = plan.actions
    assert (action.kind, action.pupil, action.before) == (Kind.CREATE, REKEYED.id, KNOWN)
    state, tenant = carried_out(plan, [KNOWN, *REST], in_tenant(REST))
    (item,) = [one for one in state if one.pupil == REKEYED]
    assert (len(state), item.sourced_id) == (len(REST) + 1, CHILD.id)
    after = tonight(REKEYED, *(one for one in tenant if one.mark == REKEYED.id), known=item)
    assert (after.actions, after.held) == ((), {})


def test_without_a_password_or_a_deleted_account_the_decision_waits() -> None:
    plan = tonight(REKEYED, decision="recreate")
    assert (plan.actions, set(plan.held)) == ((), {"M001", "S046"})


@pytest.mark.parametrize("mark", ["", CHILD.id, REKEYED.id])
def test_an_account_made_in_its_place_is_a_link_for_a_person(mark: str) -> None:
    account = made_by_hand(REKEYED, mark=mark)
    plan = tonight(REKEYED, account)
    assert (plan.actions, plan.proposals[Situation.UNLINKED]) == ((), (REKEYED.id,))
    said = tonight(REKEYED, account, decision="link")
    (action,) = said.actions
    assert (action.kind, action.object_id, action.before) == (Kind.LINK, ANEW, KNOWN)
    state, _ = carried_out(said, [KNOWN, *REST], [*in_tenant(REST), account])
    assert {one.pupil.id for one in state} == {REKEYED.id, *(one.id for one in OTHERS)}


def test_an_account_of_somebody_else_in_its_place_is_left_alone() -> None:
    plan = tonight(REKEYED, made_by_hand(REKEYED, mark=OTHERS[0].id), decision="link")
    assert plan.actions == ()
    assert "S042" in codes(plan)
    twice = tonight(REKEYED, made_by_hand(REKEYED, mark=CHILD.id),
                    made_by_hand(mark=REKEYED.id, object_id=an_id("second")))  # fmt: skip
    assert "S043" in codes(twice)


def test_under_a_new_id_too_a_gap_in_the_listing_proves_nothing() -> None:
    plan = tonight(REKEYED, decision="recreate", password=True,
                   missing=Missing(unsure={KNOWN.object_id}))  # fmt: skip
    assert plan.actions == ()
    assert "S133" in codes(plan)
    suspended = replace(SUSPENDED, object_id=an_id("of a suspended"))
    assert unseen(wanting([REKEYED]), [suspended], []) == [suspended.object_id]


def test_the_name_of_a_leaver_whose_account_is_gone_is_free_once_no_tool_lets_it_in() -> None:
    other = replace(OTHERS[0], account=CHILD.account)
    rows = [other, *OTHERS[1:]]
    plan = night(rows, [KNOWN, *REST], tenant=in_tenant(REST))
    assert plan.held == {"S044": (other.id,)}
    assert plan.proposals[Situation.GONE] == (CHILD.id,)
    said = night(rows, [KNOWN, *REST], tenant=in_tenant(REST), decisions={CHILD.id: "suspend"})
    assert (CHILD.id, Kind.SUSPEND) in kinds(said)
    state, tenant = carried_out(said, [KNOWN, *REST], in_tenant(REST))
    after = night(rows, state, tenant=tenant)
    assert (kinds(after), after.held) == ([(other.id, Kind.UPDATE)], {})
