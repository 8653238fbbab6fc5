"""One story for each row of the table of situations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.actions import Kind, Situation, aside
from kakehashi.diff.answers import Decision
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired, Held
from tests.builders import (
    TODAY,
    a_code,
    a_desired,
    a_held,
    a_known,
    a_pupil,
    a_tenant_account,
    an_id,
)
from tests.unit.diff.nights import (
    OTHER,
    account,
    but,
    carried_out,
    codes,
    in_tenant,
    kinds,
    knowing,
    night,
)

A, B, C, D = (a_pupil(n) for n in range(1, 5))
ALL = [A, B, C, D]


def test_a_new_pupil_with_a_password_is_created() -> None:
    plan = night(ALL, knowing([A, B, C]))
    (action,) = plan.actions
    assert (action.pupil, action.kind, action.before) == (D.id, Kind.CREATE, None)
    assert action.account == account(D)
    assert action.password is not None
    assert (plan.counts["NEW"], plan.counts["TRANSFER_IN"]) == (1, 1)


def test_a_new_pupil_without_a_password_is_held() -> None:
    plan = night([A, B, C, a_desired(4, password=False)], knowing([A, B, C]))
    assert (plan.actions, plan.held, plan.counts["NEW"]) == ((), {"M001": (D.id,)}, 1)
    assert [f.row() for f in plan.findings] == [("users.csv", D.line, "userIds", "M001")]


def test_an_account_that_carries_our_mark_is_taken_back_without_asking() -> None:
    """The state was lost, or a run was killed between Graph and the table."""
    known = knowing(ALL)
    plan = night(ALL, known[:3], tenant=in_tenant(known))
    (action,) = plan.actions
    assert (action.kind, action.situation) == (Kind.LINK, Situation.NEW)
    assert (action.object_id, action.before) == (known[3].object_id, None)


def test_an_account_of_ours_that_is_disabled_is_taken_back_enabled() -> None:
    known = knowing(ALL)
    tenant = [*in_tenant(known[:3]), a_tenant_account(known[3], enabled=False)]
    assert kinds(night(ALL, known[:3], tenant=tenant)) == [(D.id, Kind.RESTORE)]


def test_two_accounts_with_one_mark_hold_the_pupil() -> None:
    twin = a_tenant_account(a_known(4), object_id="o2", sign_in="other@ed.example.jp")
    plan = night(ALL, knowing([A, B, C]), also=[a_tenant_account(a_known(4)), twin])
    assert (plan.actions, plan.held) == ((), {"S043": (D.id,)})


def test_an_unmarked_account_of_that_name_waits_for_a_person_and_the_night_goes_on() -> None:
    there = a_tenant_account(a_known(4), mark="", sign_in=D.account.upper())
    plan = night([replace(A, class_title="3年1組"), B, C, D], knowing([A, B, C]), also=[there])
    assert plan.proposals[Situation.UNLINKED] == (D.id,)
    assert kinds(plan) == [(A.id, Kind.UPDATE)]
    assert (plan.breaches, plan.held, codes(plan)) == ((), {}, ["S065"])


def test_an_account_marked_for_another_pupil_holds_this_one() -> None:
    there = a_tenant_account(a_known(4), mark=an_id("another"))
    plan = night(ALL, knowing([A, B, C]), also=[there])
    assert (plan.actions, plan.held) == ((), {"S042": (D.id,)})
    assert plan.counts["DISPUTED"] == 1


def test_nothing_changed_means_nothing_to_do() -> None:
    plan = night(ALL, knowing(ALL))
    assert (plan.actions, plan.findings, plan.counts) == ((), (), {"CONFIRMED": 4})
    assert plan.verdict(rehearse=False) == "apply"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"school": OTHER, "school_name": "見本市立第二小学校"}, ["MOVED"]),
        ({"grade": "P4"}, ["PROMOTED"]),
        ({"grade": "P5"}, ["UPDATED"]),
        ({"grade": "P2"}, ["UPDATED"]),
        ({"family": "高橋"}, ["RENAMED"]),
        ({"kana_given": "ハナ"}, ["RENAMED"]),
        ({"class_title": "3年1組"}, ["UPDATED"]),
        ({"attendance_no": 40}, ["UPDATED"]),
        ({"school": OTHER, "family": "高橋", "grade": "P4"}, ["MOVED", "PROMOTED", "RENAMED"]),
    ],
)
def test_a_change_is_told_apart_and_updated(facts: dict[str, Any], words: list[str]) -> None:
    known, after = knowing(ALL), replace(A, **facts)
    plan = night([after, B, C, D], known)
    (action,) = plan.actions
    assert (action.kind, action.before, action.after) == (Kind.UPDATE, known[0], after)
    assert action.account == account(after)
    assert plan.counts == {"CHANGED": 1, "CONFIRMED": 3} | dict.fromkeys(words, 1)


def test_a_move_counts_for_both_schools() -> None:
    plan = night([replace(A, school=OTHER), B, C, D], knowing(ALL))
    assert plan.schools[A.school]["MOVED_AWAY"] == 1
    assert plan.schools[OTHER]["MOVED"] == 1


def test_a_changed_rule_of_the_city_is_a_change_of_every_account() -> None:
    plan = night(ALL, knowing(ALL), rules={"names": {"display": "{given} {family}"}})
    assert plan.counts == {"CHANGED": 4, "UPDATED": 4}


def test_a_new_sign_in_name_is_given_when_it_is_free() -> None:
    after = replace(A, account="new@ed.example.jp")
    plan = night([after, B, C, D], knowing(ALL))
    assert plan.actions[0].account["userPrincipalName"] == "new@ed.example.jp"


def test_a_new_sign_in_name_that_somebody_has_in_the_tenant_is_held() -> None:
    after = replace(A, account="new@ed.example.jp")
    there = a_tenant_account(a_known(50), sign_in="NEW@ed.example.jp", mark="")
    plan = night([after, B, C, D], knowing(ALL), also=[there])
    assert (plan.actions, plan.held) == ((), {"S044": (A.id,)})


def test_a_sign_in_name_that_becomes_free_tonight_is_given_tomorrow() -> None:
    known, tenant = knowing(ALL), in_tenant(knowing(ALL))
    roster = [replace(A, account="new@ed.example.jp"), replace(B, account=A.account), C, D]
    first = night(roster, known, tenant=tenant)
    assert (kinds(first), first.held) == ([(A.id, Kind.UPDATE)], {"S044": (B.id,)})
    known, tenant = carried_out(first, known, tenant)
    assert kinds(night(roster, known, tenant=tenant)) == [(B.id, Kind.UPDATE)]


def test_a_name_that_differs_only_in_case_is_still_the_pupils_own() -> None:
    plan = night([replace(A, account=A.account.upper()), B, C, D], knowing(ALL))
    assert kinds(plan) == [(A.id, Kind.UPDATE)]


def test_a_returned_pupil_is_restored_with_the_same_account_up_to_date() -> None:
    back = a_known(pupil=A, status=Status.SUSPENDED, suspended_on=date(2026, 9, 1),
                   absent_since=date(2026, 8, 1))  # fmt: skip
    after, known = replace(A, class_title="3年1組"), [back, *knowing([B, C, D])]
    plan = night([after, B, C, D], known)
    (action,) = plan.actions
    assert (action.kind, action.object_id) == (Kind.RESTORE, back.object_id)
    state, _ = carried_out(plan, known, in_tenant(known))
    assert state[0] == Record(after, account(after), back.object_id, run_id="r")


def test_a_pupil_who_is_back_before_anybody_decided_is_only_noted() -> None:
    known = [a_known(pupil=A, absent_since=date(2026, 11, 1)), *knowing([B, C, D])]
    plan = night(ALL, known)
    assert kinds(plan) == [(A.id, Kind.RECORD)]
    assert carried_out(plan, known, [])[0][0].absent_since is None


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.SUSPENDED])
def test_an_account_deleted_by_hand_is_told_and_not_made_again(status: Status) -> None:
    known = [a_known(pupil=A, status=status, suspended_on=TODAY), *knowing([B, C, D])]
    plan = night(ALL, known, tenant=in_tenant(known[1:]))
    assert (plan.actions, plan.held, plan.counts["LOST"]) == ((), {"S047": (A.id,)}, 1)


NEXT_CITY = "s9@next.example.jp"


@pytest.mark.parametrize("lost", [True, False])
def test_an_account_with_our_mark_that_another_city_of_the_tenant_has_is_not_taken(
    lost: bool,
) -> None:
    """Neither for a new pupil nor in the place of an account that is gone."""
    known = knowing(ALL)
    theirs = replace(in_tenant(known)[3], sign_in=NEXT_CITY, object_id="theirs")
    state = known if lost else known[:3]
    plan = night(ALL, state, tenant=[*in_tenant(known)[:3], theirs])
    assert (plan.actions, plan.held) == ((), {"S184": (D.id,)})
    (finding,) = plan.findings
    assert (finding.pupil, finding.facts) == (D.id, {"domain": "next.example.jp"})


def test_nor_for_a_pupil_whose_id_changed_while_the_account_was_gone() -> None:
    known = knowing(ALL)
    theirs = replace(in_tenant(known)[3], sign_in=NEXT_CITY, object_id="theirs")
    anew = replace(D, id=an_id("anew"))
    plan = night([A, B, C, anew], known, tenant=[*in_tenant(known)[:3], theirs])
    assert plan.actions == ()
    assert anew.id in plan.held["S184"]


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.SUSPENDED])
@pytest.mark.parametrize("decision", ["suspend", "delete"])
def test_who_is_gone_to_another_city_of_the_tenant_is_neither_suspended_nor_deleted(
    status: Status, decision: Decision
) -> None:
    long_ago = date(2026, 1, 1)
    gone = a_known(pupil=D, status=status, absent_since=long_ago, suspended_on=long_ago)
    known = [*knowing([A, B, C]), gone]
    tenant = [*in_tenant(known)[:3], a_tenant_account(gone, sign_in=NEXT_CITY)]
    plan = night([A, B, C], known, tenant=tenant, decisions={D.id: decision})
    assert (plan.actions, plan.held) == ((), {"S185": (D.id,)})
    assert not any(plan.proposals.values())


@pytest.mark.parametrize("mark", ["", an_id("another")])
def test_an_account_that_lost_our_mark_is_left_alone(mark: str) -> None:
    known = knowing(ALL)
    tenant = [a_tenant_account(known[0], mark=mark), *in_tenant(known[1:])]
    plan = night([replace(A, family="高橋"), B, C, D], known, tenant=tenant)
    assert (plan.actions, plan.held) == ((), {"S048": (A.id,)})


def test_a_mark_in_capitals_is_ours() -> None:
    known = knowing(ALL)
    tenant = [a_tenant_account(known[0], mark=A.id.upper()), *in_tenant(known[1:])]
    assert night(ALL, known, tenant=tenant).counts == {"CONFIRMED": 4}


def test_what_was_changed_by_hand_is_told_and_left_alone() -> None:
    known = knowing(ALL)
    tenant = [
        a_tenant_account(known[0], enabled=False),
        a_tenant_account(known[1], sign_in="hand@ed.example.jp"),
        *in_tenant(known[2:]),
    ]
    plan = night(ALL, known, tenant=tenant)
    assert (plan.actions, codes(plan)) == ((), ["S063", "S064"])


@pytest.mark.parametrize("known", [[], knowing([A, B]), knowing([A])])
def test_two_pupils_with_one_account_are_both_held(known: list[Record]) -> None:
    plan = night([A, replace(B, account=A.account.upper()), C, D], [*known, *knowing([C, D])])
    assert plan.actions == ()
    assert set(plan.held["S041"]) == {A.id, B.id}


def test_one_id_on_two_rows_holds_the_pupil_whatever_their_order() -> None:
    rows = [A, replace(A, school=OTHER, line=9)]
    plans = [night([*order, B, C, D], knowing(ALL)) for order in (rows, rows[::-1])]
    assert [plan.held for plan in plans] == [{"S040": (A.id,)}] * 2
    assert plans[0].checksum == plans[1].checksum


def test_accounts_of_nobody_are_never_listed() -> None:
    stranger = a_tenant_account(a_known(70), mark=an_id("who left long ago"))
    plan = night(ALL, knowing(ALL), also=[stranger])
    assert (plan.actions, plan.counts, plan.findings) == ((), {"CONFIRMED": 4}, ())


def test_an_empty_city_has_an_empty_plan_that_is_refused() -> None:
    plan = night([])
    assert (plan.actions, codes(plan)) == ((), ["S030"])
    assert plan.verdict(rehearse=False) == "refused"


# -- held is not absent ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "held",
    [
        a_held(1),
        a_held(1, account=None),
        a_held(1, pupil=None, account=A.account.upper()),
        a_held(1, pupil=an_id("a strange id")),
    ],
    ids=["by id", "by id alone", "by account", "by account, the id being strange"],
)
def test_a_held_pupil_stays_as_yesterday_and_is_not_absent(held: Held) -> None:
    plan = night([B, C, D], knowing(ALL), held=[held])
    assert (plan.actions, plan.proposals[Situation.GONE]) == ((), ())
    assert A.id in plan.held["D050"]


def test_a_held_row_wins_over_a_good_row_of_the_same_pupil() -> None:
    plan = night([replace(A, family="高橋"), B, C, D], knowing(ALL), held=[a_held(1)])
    assert (plan.actions, plan.held) == ((), {"D050": (A.id,)})


def test_a_row_that_says_left_gives_way_to_an_enrolled_row() -> None:
    plan = night(ALL, knowing(ALL), held=[a_held(1, leaving=True)])
    assert plan.counts == {"CONFIRMED": 4}


def test_a_row_that_says_left_about_nobody_we_know_is_simply_held() -> None:
    plan = night([A, B, C], knowing([A, B, C]), held=[a_held(4, leaving=True)])
    assert (plan.held, plan.proposals[Situation.GONE]) == ({"D050": (D.id,)}, ())


def test_rows_that_cannot_be_tied_to_anybody_warn_about_those_who_are_absent() -> None:
    untied = [a_held(1, pupil=None, account=None)]
    plan = night([B, C, D], knowing(ALL), held=untied)
    assert (plan.untied, plan.held, codes(plan)) == (1, {}, ["S061"])


# -- names that must not go out -------------------------------------------------------------------


def unsafe(pupil: Pupil) -> Desired:
    return replace(a_desired(1), pupil=pupil, unsafe_name="N001")


def test_a_new_pupil_with_a_name_that_cannot_go_out_is_held_under_that_code() -> None:
    plan = night([unsafe(A), B, C, D], knowing([B, C, D]))
    assert (plan.actions, plan.held, plan.findings) == ((), {"N001": (A.id,)}, ())


def test_a_known_pupil_keeps_yesterdays_name_while_the_rest_goes_on() -> None:
    after = replace(A, family="\ue000橋", kana_family="タカハシ", class_title="3年1組")
    plan = night([unsafe(after), B, C, D], knowing(ALL))
    (action,) = plan.actions
    assert action.after == replace(A, class_title="3年1組")
    assert (plan.held, plan.counts["UPDATED"]) == ({}, 1)


def test_a_known_pupil_of_whom_only_the_unsafe_name_changed_stays_confirmed() -> None:
    plan = night([unsafe(replace(A, given="\ue001")), B, C, D], knowing(ALL))
    assert plan.counts == {"CONFIRMED": 4}


def in_a_school_with_gaiji(pupil: Pupil) -> Desired:
    pupil = replace(pupil, school_name="葛\U000e0100城小学校")
    return replace(a_desired(1), pupil=pupil, unsafe_school="N012")


def test_who_is_known_in_a_school_keeps_its_name_while_the_rest_goes_on() -> None:
    after = replace(A, class_title="3年1組")
    plan = night([in_a_school_with_gaiji(after), B, C, D], knowing(ALL))
    (action,) = plan.actions
    assert action.after == after
    assert plan.held == {}


@pytest.mark.parametrize("known", [[B, C, D], [replace(A, school=a_code(7)), B, C, D]])
def test_nobody_comes_to_a_school_whose_name_must_not_go_out(known: list[Pupil]) -> None:
    plan = night([in_a_school_with_gaiji(A), B, C, D], knowing(known))
    assert (plan.actions, plan.held) == ((), {"N012": (A.id,)})


# -- a known account under a new id ---------------------------------------------------------------

AGAIN = replace(A, id=an_id("A again"))


def test_the_same_child_under_a_new_id_is_one_decision_and_never_a_leaver() -> None:
    plan = night([AGAIN, B, C, D], knowing(ALL))
    assert (plan.actions, plan.proposals[Situation.GONE]) == ((), ())
    assert plan.proposals[Situation.UNLINKED] == (AGAIN.id,)
    assert set(plan.held["S046"]) == {A.id, AGAIN.id}
    assert [f.facts["old"] for f in plan.findings if f.code == "S046"] == [A.id]


def test_the_old_id_cannot_be_suspended_while_the_same_child_waits_under_the_new_one() -> None:
    plan = night([AGAIN, B, C, D], knowing(ALL), decisions={A.id: "suspend"})
    assert plan.actions == ()


def test_the_account_goes_over_to_the_new_id_when_staff_say_so_and_that_is_the_end_of_it() -> None:
    known = knowing(ALL)
    plan = night([AGAIN, B, C, D], known, decisions={AGAIN.id: "link"})
    (action,) = plan.actions
    assert (action.kind, action.pupil, action.object_id) == (
        Kind.LINK, AGAIN.id, known[0].object_id)  # fmt: skip
    assert action.before == known[0]
    state, tenant = carried_out(plan, known, in_tenant(known))
    after = night([AGAIN, B, C, D], state, tenant=tenant)
    assert (after.actions, after.counts, after.held) == ((), {"CONFIRMED": 4}, {})


def test_an_account_under_a_new_id_and_another_name_is_held_and_the_old_one_proposed() -> None:
    other = replace(AGAIN, given="太郎", kana_given="タロウ")
    plan = night([other, B, C, D], knowing(ALL))
    assert plan.held == {"S045": (other.id,)}
    assert plan.proposals[Situation.GONE] == (A.id,)
    assert plan.proposals[Situation.UNLINKED] == ()


def test_a_family_name_that_changes_with_the_id_is_a_question_and_no_hold_for_ever() -> None:
    married = replace(AGAIN, family="森", kana_family="モリ")
    plan = night([married, B, C, D], knowing(ALL))
    assert (plan.proposals[Situation.UNLINKED], plan.proposals[Situation.GONE]) == ((AGAIN.id,), ())


def test_an_account_whose_owner_is_still_enrolled_is_held_for_the_newcomer() -> None:
    moved = replace(A, account="new@ed.example.jp")
    plan = night([moved, AGAIN, B, C, D], knowing(ALL))
    assert kinds(plan) == [(A.id, Kind.UPDATE)]
    assert plan.held == {"S045": (AGAIN.id,)}


def test_the_suspended_account_of_the_same_child_is_held_and_not_proposed_for_deletion() -> None:
    old = a_known(pupil=A, status=Status.SUSPENDED, suspended_on=date(2026, 1, 1))
    plan = night([AGAIN, B, C, D], [old, *knowing([B, C, D])], decisions={A.id: "delete"})
    assert (plan.actions, plan.proposals[Situation.EXPIRED]) == ((), ())
    assert set(plan.held["S046"]) == {A.id, AGAIN.id}


def test_everybody_but_the_one_is_untouched() -> None:
    plan = night(but(ALL, A.id), knowing(ALL))
    assert plan.counts == {"CONFIRMED": 3, "GONE": 1}


def test_the_same_child_is_one_decision_even_where_the_old_row_says_left() -> None:
    plan = night([AGAIN, B, C, D], knowing(ALL), held=[a_held(1, leaving=True)])
    assert plan.proposals[Situation.GONE] == ()
    assert plan.proposals[Situation.UNLINKED] == (AGAIN.id,)


def test_after_the_account_went_over_the_new_id_lives_on_as_any_other() -> None:
    known = knowing(ALL)
    linked = night([AGAIN, B, C, D], known, decisions={AGAIN.id: "link"})
    state, tenant = carried_out(linked, known, in_tenant(known))
    after = replace(AGAIN, class_title="3年1組")
    assert kinds(night([after, B, C, D], state, tenant=tenant)) == [(AGAIN.id, Kind.UPDATE)]


def test_a_sign_in_name_changed_by_hand_is_free_only_if_its_owner_asks_for_another() -> None:
    known = knowing(ALL)
    tenant = [a_tenant_account(known[1], sign_in="hand@ed.example.jp"), *in_tenant([known[0]]),
              *in_tenant(known[2:])]  # fmt: skip
    roster = [replace(A, account=B.account), replace(B, account="free@ed.example.jp"), C, D]
    assert night(roster, known, tenant=tenant).held == {}
    plan = night([roster[0], C, D], known, tenant=tenant, held=[a_held(2)])
    assert plan.held == {"D050": (B.id,), "S044": (A.id,)}
    left = night([roster[0], C, D], known, tenant=tenant, decisions={B.id: "suspend"})
    assert kinds(left) == [(A.id, Kind.UPDATE), (B.id, Kind.SUSPEND)]


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.SUSPENDED])
def test_the_record_of_who_is_missing_follows_the_sign_in_name_given_by_hand(
    status: Status,
) -> None:
    """Tools would else go on knowing the missing child by what another child signs in with."""
    days: dict[str, Any] = {
        "absent_since": TODAY,
        "suspended_on": TODAY if status is Status.SUSPENDED else None,
    }
    known = [*knowing([A, C]), a_known(pupil=D, status=status, **days)]
    by_hand = a_tenant_account(known[2], sign_in="left@ed.example.jp")
    tenant = [*in_tenant(known[:2]), by_hand]
    roster = [replace(A, account=D.account), C]
    plan = night(roster, known, tenant=tenant)
    assert kinds(plan) == [(A.id, Kind.UPDATE), (D.id, Kind.RECORD)]
    state, after = carried_out(plan, known, tenant)
    (record,) = [one for one in state if one.pupil.id == D.id]
    assert (record.pupil.account, record.sign_in) == ("left@ed.example.jp",) * 2
    assert (record.status, record.absent_since) == (status, TODAY)
    assert night(roster, state, tenant=after).actions == ()


def test_the_record_does_not_follow_the_name_of_an_account_that_stands_aside() -> None:
    known = knowing([A, D])
    tenant = [*in_tenant(known[:1]), a_tenant_account(known[1], sign_in=aside(known[1]))]
    plan = night([A], known, tenant=tenant)
    assert [action.back for action in plan.actions] == [None], "but since when it is missing"


def test_a_decision_about_who_is_missing_goes_before_the_name_given_by_hand() -> None:
    known = knowing([A, D])
    tenant = [*in_tenant(known[:1]), a_tenant_account(known[1], sign_in="left@ed.example.jp")]
    plan = night([A], known, tenant=tenant, decisions={D.id: "suspend"})
    assert kinds(plan) == [(D.id, Kind.SUSPEND)]


def test_an_account_on_the_row_of_another_known_pupil_is_not_gone() -> None:
    """Pupil 2's id was typed over with pupil 1's: neither has left."""
    one, two = a_pupil(1), a_pupil(2)
    known = knowing([one, two])
    plan = night([replace(two, id=one.id)], known, decisions={two.id: "suspend"})
    assert plan.proposals[Situation.GONE] == ()
    assert plan.actions == ()
    assert plan.held == {"S044": (one.id,), "S049": (two.id,)}
    assert plan.counts == {"DISPUTED": 2}


@pytest.mark.parametrize("turned", [False, True])
def test_two_rows_under_one_id_hold_the_pupil_whose_id_was_typed_over(turned: bool) -> None:
    one, two = a_pupil(1), a_pupil(2)
    rows = [one, replace(two, id=one.id)]
    plan = night(rows[::-1] if turned else rows, knowing([one, two]))
    assert plan.held == {"S040": (one.id,), "S049": (two.id,)}
    held = [a_held(1, "D051"), a_held(2, "D051", pupil=one.id)]
    as_preprocess_tells = night([], knowing([one, two]), held=held[::-1] if turned else held)
    assert as_preprocess_tells.proposals[Situation.GONE] == ()
    assert as_preprocess_tells.held == {"D051": tuple(sorted([one.id, two.id]))}


def test_a_held_row_does_not_hold_the_owner_of_its_account_who_is_enrolled() -> None:
    one, two = a_pupil(1), a_pupil(2)
    plan = night([two], knowing([one, two]), held=[a_held(1, account=two.account)])
    assert plan.held == {"D050": (one.id,)}
    assert plan.counts == {"CONFIRMED": 1, "HELD": 1}
