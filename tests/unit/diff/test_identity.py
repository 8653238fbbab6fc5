"""Whose account is it: names, sign-in names and ids that change hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from kakehashi.actions import Kind, Situation, stands_aside
from kakehashi.diff.answers import Decision
from kakehashi.diff.counting import LastNight
from kakehashi.diff.exchanges import LARGEST, freed, hands
from kakehashi.diff.plan import Plan
from kakehashi.diff.rooms import as_one
from kakehashi.diff.situations import classify
from kakehashi.diff.sources import Missing, index_sources
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import SIGN_IN as UPN
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired
from tests.builders import TODAY, a_city, a_code, a_held, a_known, a_pupil, a_tenant_account, an_id
from tests.unit.diff.nights import (
    OTHER,
    account,
    carried_out,
    codes,
    in_tenant,
    kinds,
    knowing,
    night,
    wanting,
)
from tests.unit.diff.towns import Town

A, B, C, D, E, F = (a_pupil(n) for n in range(1, 7))
ALL = [A, B, C, D, E, F]
TWIN = replace(
    B, family=A.family, kana_family=A.kana_family, given="月", kana_given="ルナ",
    class_title=A.class_title,
)  # fmt: skip
NAMES = ("family", "given", "kana_family", "kana_given")
ROW = (*NAMES, "grade", "school", "school_name", "class_title", "attendance_no")


def with_names_of(pupil: Pupil, other: Pupil, *which: str) -> Pupil:
    return replace(pupil, **{name: getattr(other, name) for name in which or NAMES})


def exchanged(*pupils: Pupil, which: tuple[str, ...] = ROW) -> list[Pupil]:
    """Each with what the next one had."""
    nexts = [*pupils[1:], pupils[0]]
    return [with_names_of(one, other, *which) for one, other in zip(pupils, nexts, strict=True)]


def with_accounts(*pupils: Pupil) -> list[Pupil]:
    return exchanged(*pupils, which=("account",))


def asked(plan: Plan, situation: Situation) -> set[str]:
    return set(plan.proposals[situation])


# -- two and more, with each other -----------------------------------------------------------------


@pytest.mark.parametrize("which", [ROW, NAMES, ("family", "given")])
def test_two_children_exchanged_behind_id_and_account_are_one_question(
    which: tuple[str, ...],
) -> None:
    plan = night([*exchanged(A, B, which=which), C, D], knowing([A, B, C, D]))
    assert (plan.actions, plan.held) == ((), {"S112": (A.id, B.id)})
    assert asked(plan, Situation.EXCHANGED) == {A.id, B.id}
    (finding,) = plan.findings
    assert (finding.pupil, finding.facts) == (A.id, {"count": 2, "others": B.id})


def test_twins_who_are_exchanged_share_half_of_their_names_and_are_asked_about_too() -> None:
    plan = night([*exchanged(A, TWIN), C], knowing([A, TWIN, C]))
    assert (plan.actions, asked(plan, Situation.EXCHANGED)) == ((), {A.id, TWIN.id})


def test_names_that_go_round_among_three_are_one_question() -> None:
    plan = night([*exchanged(A, B, C), D], knowing([A, B, C, D]))
    assert (plan.actions, plan.held) == ((), {"S112": (A.id, B.id, C.id)})
    assert plan.findings[0].facts == {"count": 3, "others": f"{B.id}, {C.id}"}


def test_rows_that_slipped_down_by_one_are_one_question_down_to_the_last() -> None:
    slipped = [with_names_of(A, B), with_names_of(B, C), with_names_of(C, a_pupil(40))]
    plan = night([*slipped, D, E, F], knowing(ALL))
    assert (plan.actions, asked(plan, Situation.EXCHANGED)) == ((), {A.id, B.id, C.id})


@pytest.mark.parametrize("on", [A, B])
def test_right_on_any_one_of_them_carries_the_whole_exchange_out(on: Pupil) -> None:
    known, roster = knowing([A, B, C]), [*exchanged(A, B), C]
    plan = night(roster, known, decisions={on.id: "right"})
    assert kinds(plan) == [(A.id, Kind.UPDATE), (B.id, Kind.UPDATE)]
    assert (plan.held, codes(plan)) == ({}, [])
    after, tenant = carried_out(plan, known, in_tenant(known))
    again = night(roster, after, tenant=tenant, decisions={on.id: "right"})
    assert (again.actions, again.findings, again.counts) == ((), (), {"CONFIRMED": 3})


def test_wrong_holds_all_of_them_as_yesterday_and_nobody_is_asked() -> None:
    plan = night([*exchanged(A, B), C], knowing([A, B, C]), decisions={B.id: "wrong"})
    assert (plan.actions, plan.held) == ((), {"S115": (A.id, B.id)})
    assert asked(plan, Situation.EXCHANGED) == set()
    assert (codes(plan), plan.counts["HELD"]) == (["S115"], 2)


def test_answers_that_contradict_each_other_are_none() -> None:
    said: dict[str, Decision] = {A.id: "right", B.id: "wrong"}
    plan = night([*exchanged(A, B), C], knowing([A, B, C]), decisions=said)
    assert (plan.actions, codes(plan)) == ((), ["S112", "S116"])
    assert asked(plan, Situation.EXCHANGED) == {A.id, B.id}


def test_one_who_is_exchanged_with_a_child_whose_row_is_held_is_asked_about() -> None:
    """Twins: the other row cannot be read tonight, so nobody sees the other half."""
    one = with_names_of(A, TWIN)
    known = knowing([A, TWIN, C])
    plan = night([one, C], known, held=[a_held(2)])
    assert (plan.actions, asked(plan, Situation.RENAMING)) == ((), {A.id})


def test_the_name_of_a_held_row_is_a_question_in_whatever_school_it_stands() -> None:
    """Only the family name changes: the two have one given name."""
    other = replace(B, given=A.given, kana_given=A.kana_given, school=a_code(9))
    one = with_names_of(A, other, "family", "kana_family")
    plan = night([one, C], knowing([A, other, C]), held=[a_held(2)])
    assert (plan.actions, asked(plan, Situation.RENAMING)) == ((), {A.id})
    followed = night([one, C], knowing([A, C]))
    assert kinds(followed) == [(A.id, Kind.UPDATE)]


def test_a_child_who_gets_a_name_that_another_keeps_is_a_namesake() -> None:
    plan = night([replace(A, given=TWIN.given, kana_given=TWIN.kana_given), TWIN],
                 knowing([A, TWIN]))  # fmt: skip
    assert kinds(plan) == [(A.id, Kind.UPDATE)]


def test_more_than_a_few_are_a_column_that_slipped_and_each_is_asked_alone() -> None:
    class_of = [replace(a_pupil(n), family=f"姓{n}", given=f"名{n}", kana_family=f"セイ{n}",
                        kana_given=f"メイ{n}") for n in range(1, LARGEST + 2)]  # fmt: skip
    plan = night(exchanged(*class_of), knowing(class_of))
    assert plan.actions == ()
    assert asked(plan, Situation.RENAMING) == {pupil.id for pupil in class_of}


# -- sign-in names ---------------------------------------------------------------------------------


def test_accounts_typed_the_wrong_way_round_are_one_question() -> None:
    plan = night([*with_accounts(A, B), C], knowing([A, B, C]))
    assert (plan.actions, plan.held) == ((), {"S113": (A.id, B.id)})
    assert asked(plan, Situation.EXCHANGED) == {A.id, B.id}


@pytest.mark.parametrize("ring", [[A, B], [A, B, C], [A, B, C, D]])
def test_right_gives_each_its_name_after_all_have_stepped_aside(ring: list[Pupil]) -> None:
    known, roster = knowing(ALL), [*with_accounts(*ring), *ALL[len(ring) :]]
    plan = night(roster, known, decisions={B.id: "right"})
    ids = sorted(pupil.id for pupil in ring)
    assert kinds(plan) == [*((umi, Kind.VACATE) for umi in ids), *((u, Kind.UPDATE) for u in ids)]
    names = {one.pupil.id: one.account[UPN] for one in known}
    for action in plan.actions:  # no two accounts have one name, not for a moment
        names[action.pupil] = action.account[UPN]
        assert len(set(names.values())) == len(names)
    after, tenant = carried_out(plan, known, in_tenant(known))
    assert {one.pupil.id: one.account for one in after} == {p.id: account(p) for p in roster}
    assert night(roster, after, tenant=tenant).counts == {"CONFIRMED": len(ALL)}


@pytest.mark.parametrize("done", range(5))
def test_cut_short_anywhere_the_next_night_ends_it_without_asking_again(done: int) -> None:
    known, roster = knowing(ALL), [*with_accounts(A, B), *ALL[2:]]
    plan = night(roster, known, decisions={A.id: "right"})
    part = replace(plan, actions=plan.actions[:done])
    state, tenant = carried_out(part, known, in_tenant(known))
    for _ in range(3):  # the answer is there as long as the question is
        answer: dict[str, Decision] = {A.id: "right"}
        after = night(roster, state, tenant=tenant, decisions=answer)
        state, tenant = carried_out(after, state, tenant)
    assert {one.pupil.id: one.account for one in state} == {p.id: account(p) for p in roster}
    assert not any(stands_aside(one) for one in state)


def test_cut_short_and_corrected_back_in_c4th_everybody_gets_the_old_name() -> None:
    known, roster = knowing(ALL), [*with_accounts(A, B), *ALL[2:]]
    plan = night(roster, known, decisions={A.id: "right"})
    aside = replace(plan, actions=plan.actions[:2])
    state, tenant = carried_out(aside, known, in_tenant(known))
    back = night(ALL, state, tenant=tenant)
    assert kinds(back) == [(A.id, Kind.UPDATE), (B.id, Kind.UPDATE)]
    state, _ = carried_out(back, state, tenant)
    assert {one.pupil.id: one.account for one in state} == {p.id: account(p) for p in ALL}


def test_names_exchanged_by_hand_in_the_tenant_are_taken_as_settled() -> None:
    known, roster = knowing([A, B, C]), [*with_accounts(A, B), C]
    one, other, third = in_tenant(known)
    by_hand = [replace(one, sign_in=B.account), replace(other, sign_in=A.account), third]
    plan = night(roster, known, tenant=by_hand)
    assert kinds(plan) == [(A.id, Kind.UPDATE), (B.id, Kind.UPDATE)]
    after, tenant = carried_out(plan, known, by_hand)
    assert night(roster, after, tenant=tenant).counts == {"CONFIRMED": 3}


def test_a_name_that_somebody_freed_by_hand_is_free() -> None:
    known, roster = knowing([A, B, C]), [*with_accounts(A, B), C]
    one, *rest = in_tenant(known)
    plan = night(roster, known, tenant=[replace(one, sign_in="free@ed.example.jp"), *rest])
    assert kinds(plan) == [(B.id, Kind.UPDATE)]
    assert plan.held == {"S044": (A.id,)}


def test_a_name_whose_owner_no_listing_shows_is_not_free() -> None:
    known = knowing([A, B, C])
    plan = night([replace(A, account=B.account), C], known, tenant=in_tenant([known[0], known[2]]),
                 held=[a_held(2)])  # fmt: skip
    assert (plan.actions, plan.held["S044"]) == ((), (A.id,))


def test_an_exchange_waits_for_the_one_whose_new_name_a_stranger_has() -> None:
    names, stranger = (
        exchanged(A, B),
        a_tenant_account(a_known(50), sign_in="x@ed.example.jp", mark=""),
    )
    roster = [replace(names[0], account="x@ed.example.jp"), names[1], C]
    plan = night(roster, knowing([A, B, C]), also=[stranger], decisions={A.id: "right"})
    assert (plan.actions, plan.held) == ((), {"S044": (A.id, B.id)})
    assert codes(plan) == ["S044"]


def test_ids_alone_exchanged_take_names_and_sign_in_names_along() -> None:
    roster = [*exchanged(A, B, which=(*ROW, "account")), C]
    plan = night(roster, knowing([A, B, C]))
    assert (plan.actions, plan.held) == ((), {"S112": (A.id, B.id)})
    done = night(roster, knowing([A, B, C]), decisions={A.id: "right"})
    assert [kind for _, kind in kinds(done)] == [Kind.VACATE] * 2 + [Kind.UPDATE] * 2


def test_what_was_done_by_stepping_aside_is_one_change_from_end_to_end() -> None:
    known = knowing([A, B, C])
    plan = night([*with_accounts(A, B), C], known, decisions={A.id: "right"})
    assert [(action.kind, action.before) for action in as_one(plan.actions)] == [
        (Kind.UPDATE, known[0]),
        (Kind.UPDATE, known[1]),
    ]


# -- one alone -------------------------------------------------------------------------------------


def test_a_child_of_whose_names_nothing_is_left_is_asked_about() -> None:
    plan = night([with_names_of(A, a_pupil(40), *ROW), B, C], knowing([A, B, C]))
    assert (plan.actions, plan.held) == ((), {"S110": (A.id,)})
    assert asked(plan, Situation.RENAMING) == {A.id}
    assert plan.counts == {"CONFIRMED": 2, "RENAMING": 1}


def test_rename_carries_it_out_with_all_else_that_waited() -> None:
    after = with_names_of(A, a_pupil(40), *ROW)
    plan = night([after, B, C], knowing([A, B, C]), decisions={A.id: "rename"})
    (action,) = plan.actions
    assert (action.kind, action.after, plan.held) == (Kind.UPDATE, after, {})


def test_a_proposal_is_held_against_the_limits_once_and_an_answered_one_never() -> None:
    rules = {"limits": {"city": {"held": {"share": 0.01, "number": 0, "floor": 0},
                                 "renamed": {"share": 0.01, "number": 0, "floor": 0}}}}  # fmt: skip
    roster, known = [with_names_of(A, a_pupil(40)), B, C], knowing([A, B, C])
    first = night(roster, known, rules=rules)
    assert [breach.code for breach in first.breaches] == ["S005"]
    last = LastNight.of(first.header())
    assert night(roster, known, rules=rules, last_night=last).breaches == ()
    agreed = night(roster, known, rules=rules, last_night=last, decisions={A.id: "rename"})
    assert (agreed.breaches, kinds(agreed)) == ((), [(A.id, Kind.UPDATE)])


@pytest.mark.parametrize("changes", [
    {"family": "高橋", "kana_family": "タカハシ"},
    {"given": "花子", "kana_given": "ハナコ"},
    {"family": "高橋", "given": "花子"},
    {"family": "スミス", "given": "ジョン", "kana_family": "スミス"},
])  # fmt: skip
def test_a_change_that_leaves_something_of_the_names_is_followed(changes: dict[str, Any]) -> None:
    before = replace(A, kana_family="スミス") if "スミス" in changes.values() else A
    plan = night([replace(before, **changes), B, C], knowing([before, B, C]))
    assert kinds(plan) == [(A.id, Kind.UPDATE)]


@pytest.mark.parametrize("rename", [False, True])
def test_a_suspended_account_comes_back_under_another_name_only_when_a_person_says_so(
    rename: bool,
) -> None:
    back = a_known(pupil=A, status=Status.SUSPENDED, suspended_on=date(2026, 9, 1),
                   absent_since=date(2026, 8, 1))  # fmt: skip
    after = replace(with_names_of(A, a_pupil(40)), grade="P5", school=OTHER)
    said: dict[str, Decision] = {A.id: "rename"} if rename else {}
    plan = night([after, B, C], [back, *knowing([B, C])], decisions=said)
    if rename:
        assert (kinds(plan), plan.held) == ([(A.id, Kind.RESTORE)], {})
    else:
        assert (plan.actions, plan.held) == ((), {"S111": (A.id,)})


def test_an_unsafe_name_is_looked_at_although_it_does_not_go_out() -> None:
    """The other child's row holds 外字: without a look the class of one child reached the other."""
    one, other = exchanged(A, B)
    roster: list[Desired | Pupil] = [Desired(one, None, "N001"), other, C]
    plan = night(roster, knowing([A, B, C]))
    assert (plan.actions, asked(plan, Situation.EXCHANGED)) == ((), {A.id, B.id})


def test_an_exchange_that_is_right_waits_while_one_of_the_names_must_not_go_out() -> None:
    one, other = exchanged(A, B)
    roster: list[Desired | Pupil] = [Desired(one, None, "N001"), other, C]
    plan = night(roster, knowing([A, B, C]), decisions={A.id: "right"})
    assert (plan.actions, plan.held) == ((), {"N001": (A.id, B.id)})


# -- the same child anew ---------------------------------------------------------------------------

ANEW = replace(A, id=an_id("anew"), account="anew@ed.example.jp")


def test_a_child_registered_anew_is_one_question_and_nobody_is_asked_to_suspend() -> None:
    plan = night([ANEW, B, C], knowing([A, B, C]))
    assert (plan.actions, plan.held) == ((), {"S114": tuple(sorted((A.id, ANEW.id)))})
    assert asked(plan, Situation.SAME_CHILD) == {ANEW.id}
    assert asked(plan, Situation.GONE) == set()
    (finding,) = plan.findings
    assert (finding.pupil, finding.facts) == (ANEW.id, {"old": A.id})


@pytest.mark.parametrize("password", [True, False])
def test_link_takes_the_present_account_over_and_makes_none(
    password: bool,
) -> None:
    known = knowing([A, B, C])
    roster: list[Desired | Pupil] = [*wanting([ANEW], password=password), B, C]
    plan = night(roster, known, decisions={ANEW.id: "link"})
    (action,) = plan.actions
    assert (action.kind, action.pupil, action.object_id) == (
        Kind.LINK, ANEW.id, known[0].object_id,
    )  # fmt: skip
    assert (action.before, action.account) == (known[0], account(ANEW))


def test_a_link_that_got_as_far_as_the_mark_is_gone_on_with_and_nobody_is_asked() -> None:
    known = knowing([A, B, C])
    marked = replace(in_tenant(known)[0], mark=ANEW.id, sign_in=ANEW.account)
    plan = night([ANEW, B, C], known, tenant=[marked, *in_tenant(known[1:])])
    (action,) = plan.actions
    assert (action.kind, action.pupil, action.before) == (Kind.LINK, ANEW.id, known[0])
    assert not any(plan.proposals.values())


def test_wrong_makes_two_children_of_them() -> None:
    plan = night([ANEW, B, C], knowing([A, B, C]), decisions={ANEW.id: "wrong"})
    assert kinds(plan) == [(ANEW.id, Kind.CREATE), (A.id, Kind.RECORD)]
    assert asked(plan, Situation.GONE) == {A.id}
    assert plan.held == {}


@pytest.mark.parametrize("other", [
    {"given": "花子"}, {"kana_given": "ハナコ"}, {"grade": "P5"}, {"grade": "P2"},
    {"school": OTHER, "family": "森"}, {"family": "森", "attendance_no": None},
    {"class_title": "3年1組", "kana_family": "", "kana_given": ""},
])  # fmt: skip
def test_whoever_has_less_than_that_in_common_is_a_new_child(other: dict[str, Any]) -> None:
    plan = night([replace(ANEW, **other), B, C], knowing([A, B, C]))
    assert kinds(plan) == [(ANEW.id, Kind.CREATE), (A.id, Kind.RECORD)]


NEXT_YEAR = A.school_year + 1


@pytest.mark.parametrize(("other", "code"), [
    ({"school": OTHER}, "S182"),
    ({"class_title": "3年1組", "attendance_no": 30}, "S182"),
    ({"school": OTHER, "class_title": "", "attendance_no": None}, "S182"),
    ({"grade": "P4", "school": OTHER, "school_year": NEXT_YEAR, "class_title": "4年1組"}, "S182"),
    ({"grade": "P4"}, "S182"),
    ({"family": "森", "kana_family": "モリ"}, "S183"),
])  # fmt: skip
def test_a_child_who_moved_or_got_another_family_name_meanwhile_is_asked_about(
    other: dict[str, Any], code: str
) -> None:
    anew, known = replace(ANEW, **other), knowing([A, B, C])
    plan = night([anew, B, C], known)
    assert (plan.actions, asked(plan, Situation.SAME_CHILD)) == ((), {anew.id})
    assert plan.held == {code: tuple(sorted((A.id, anew.id)))}
    assert [(f.pupil, dict(f.facts)) for f in plan.findings if f.code == code] == [
        (anew.id, {"old": A.id})
    ]
    said = night([anew, B, C], known, decisions={anew.id: "link"})
    (action,) = said.actions
    assert (action.kind, action.before, action.after) == (Kind.LINK, known[0], anew)
    apart = night([anew, B, C], known, decisions={anew.id: "wrong"})
    assert kinds(apart) == [(anew.id, Kind.CREATE), (A.id, Kind.RECORD)]


@pytest.mark.parametrize("restorable", [False, True])
def test_link_after_the_present_account_was_deleted_moves_the_child_to_another(
    restorable: bool,
) -> None:
    known = knowing([A, B, C])
    missing = Missing(restorable={A.id}) if restorable else None
    roster: list[Desired | Pupil] = [*wanting([ANEW], password=not restorable), B, C]
    facts: dict[str, Any] = {"tenant": in_tenant(known[1:]), "missing": missing}
    asked_first = night(roster, known, **facts)
    assert (asked_first.actions, asked(asked_first, Situation.SAME_CHILD)) == ((), {ANEW.id})
    plan = night(roster, known, decisions={ANEW.id: "link"}, **facts)
    (action,) = plan.actions
    assert (action.kind, action.pupil, action.before, action.object_id) == (
        Kind.CREATE, ANEW.id, known[0], "")  # fmt: skip
    assert bool(action.password) is not restorable
    state, _ = carried_out(plan, known, in_tenant(known[1:]))
    assert sorted(one.pupil.id for one in state) == sorted((ANEW.id, B.id, C.id))
    assert [one.sourced_id for one in state if one.pupil == ANEW] == [A.id], "tools know the child"
    assert "D066" not in codes(plan), "no account goes on under the new id"


def test_and_waits_for_a_password_or_for_a_listing_that_shows_whether_it_is_gone() -> None:
    known = knowing([A, B, C])
    facts: dict[str, Any] = {"tenant": in_tenant(known[1:]), "decisions": {ANEW.id: "link"}}
    without = night([*wanting([ANEW], password=False), B, C], known, **facts)
    assert (without.actions, without.held) == ((), {"M001": (ANEW.id,), "S114": (A.id,)})
    unsure = night([ANEW, B, C], known, missing=Missing({known[0].object_id}), **facts)
    assert (unsure.actions, asked(unsure, Situation.SAME_CHILD)) == ((), {ANEW.id})


@pytest.mark.parametrize(("days", "is_asked"), [(60, True), (61, False)])
def test_a_name_is_evidence_for_as_long_as_a_holiday_lasts(days: int, is_asked: bool) -> None:
    moved = replace(ANEW, school=OTHER)
    gone = a_known(pupil=A, absent_since=TODAY - timedelta(days=days))
    plan = night([moved, B, C], [gone, *knowing([B, C])])
    assert bool(asked(plan, Situation.SAME_CHILD)) is is_asked


LEFT: dict[str, Any] = {"status": Status.SUSPENDED, "absent_since": TODAY, "suspended_on": TODAY}


@pytest.mark.parametrize("days", [0, 200])
@pytest.mark.parametrize(
    ("other", "code"), [({}, "S114"), ({"family": "森", "kana_family": "モリ"}, "S183")]
)
def test_who_comes_back_from_suspension_under_a_new_id_and_account_is_asked_about(
    days: int, other: dict[str, Any], code: str
) -> None:
    since = {**LEFT, "suspended_on": TODAY - timedelta(days=days)}  # 200: to be deleted, perhaps
    anew, known = replace(ANEW, **other), [a_known(pupil=A, **since), *knowing([B, C])]
    plan = night([anew, B, C], known)
    assert (plan.actions, asked(plan, Situation.SAME_CHILD)) == ((), {anew.id})
    assert plan.held == {code: tuple(sorted((A.id, anew.id)))}
    assert asked(plan, Situation.EXPIRED) == set(), "nobody deletes it meanwhile"
    linked = night([anew, B, C], known, decisions={anew.id: "link"})
    (action,) = linked.actions
    assert (action.kind, action.before, action.object_id) == (
        Kind.LINK,
        known[0],
        known[0].object_id,
    )
    state, _ = carried_out(linked, known, in_tenant(known))
    (back,) = (one for one in state if one.pupil == anew)
    assert A.id not in {one.pupil.id for one in state}
    assert (back.status, back.sourced_id) == (Status.ACTIVE, A.id), "tools know the child"
    apart = night([anew, B, C], known, decisions={anew.id: "wrong"})
    assert kinds(apart) == [(anew.id, Kind.CREATE)]


@pytest.mark.parametrize(
    "facts", [{"school": OTHER}, {"school_year": A.school_year + 1}, {"class_title": "3年1組"}]
)
def test_of_whom_less_than_the_class_of_the_year_agrees_a_leaver_is_not(
    facts: dict[str, Any],
) -> None:
    known = [a_known(pupil=A, **LEFT), *knowing([B, C])]
    anew = replace(ANEW, **facts)
    assert kinds(night([anew, B, C], known)) == [(anew.id, Kind.CREATE)]


def test_nor_does_a_leaver_of_last_years_class_make_two_of_the_one_who_fits() -> None:
    past = replace(A, id=an_id("past"), school_year=A.school_year - 1, account=F.account)
    known = [*knowing([A, B, C]), a_known(pupil=past, **LEFT)]
    plan = night([ANEW, B, C], known)
    assert (plan.actions, asked(plan, Situation.SAME_CHILD)) == ((), {ANEW.id})
    assert plan.held == {"S114": tuple(sorted((A.id, ANEW.id)))}


def test_nor_one_whose_account_is_gone() -> None:
    known = [a_known(pupil=A, **LEFT), *knowing([B, C])]
    plan = night([ANEW, B, C], known, tenant=in_tenant(known[1:]))
    assert kinds(plan) == [(ANEW.id, Kind.CREATE)]


def test_a_question_once_asked_stays_however_long_nobody_answers() -> None:
    town = Town.of([A, B, C, D])
    for _ in range(2):
        town.night([B, C, D])
    moved = replace(ANEW, school=OTHER)
    for _ in range(3):
        plan = town.night([moved, B, C, D], after=50)
        assert asked(plan, Situation.SAME_CHILD) == {moved.id}
        assert plan.actions == ()


def test_and_over_two_aprils_in_which_the_child_goes_up() -> None:
    town = Town.of([A, B, C, D])
    for _ in range(2):
        town.night([B, C, D])
    rows = [replace(ANEW, school=OTHER), B, C, D]
    for after, grade, year in ((50, "P3", 0), (330, "P4", 1), (366, "P5", 2)):
        rows = [
            replace(row, grade=grade, class_grades=(grade,), school_year=A.school_year + year)
            for row in rows
        ]
        plan = town.night(rows, after=after)
        assert asked(plan, Situation.SAME_CHILD) == {ANEW.id}


def test_the_same_class_goes_before_the_same_name() -> None:
    elsewhere = replace(A, id=an_id("namesake"), account="namesake@ed.example.jp", school=OTHER)
    plan = night([ANEW, B, C], knowing([elsewhere, A, B, C]))
    assert plan.held == {"S114": tuple(sorted((A.id, ANEW.id)))}
    assert asked(plan, Situation.GONE) == {elsewhere.id}


def test_of_namesakes_who_moved_none_is_proposed() -> None:
    elsewhere = replace(A, id=an_id("namesake"), account="namesake@ed.example.jp", school=OTHER,
                        attendance_no=A.attendance_no)  # fmt: skip
    moved = replace(ANEW, class_title="3年9組")
    plan = night([moved, B, C], knowing([elsewhere, A, B, C]))
    assert asked(plan, Situation.SAME_CHILD) == set()


def test_a_child_registered_anew_on_anothers_account_keeps_its_own_and_then_exchanges() -> None:
    """A new id, and two accounts typed the wrong way round and corrected, on one night."""
    anew = replace(A, id=ANEW.id, account=B.account)
    other = replace(B, account=A.account)
    known = knowing([A, B, C])
    plan = night([anew, other, C], known)
    assert (plan.actions, asked(plan, Situation.SAME_CHILD)) == ((), {ANEW.id})
    linked = night([anew, other, C], known, decisions={ANEW.id: "link"})
    (action,) = linked.actions
    assert (action.kind, action.account[UPN], action.before) == (Kind.LINK, A.account, known[0])
    state, tenant = carried_out(linked, known, in_tenant(known))
    after = night([anew, other, C], state, tenant=tenant)
    assert asked(after, Situation.EXCHANGED) == {ANEW.id, B.id}
    said = night([anew, other, C], state, tenant=tenant, decisions={B.id: "right"})
    state, tenant = carried_out(said, state, tenant)
    names = {account.mark: account.sign_in for account in tenant}
    assert (names[ANEW.id], names[B.id]) == (B.account, A.account)
    assert night([anew, other, C], state, tenant=tenant).counts == {"CONFIRMED": 3}


@pytest.mark.parametrize("school", [A.school, OTHER])
def test_a_row_that_gets_the_name_of_a_child_who_is_missing_is_asked_about(school: str) -> None:
    """Wherever that child was: here, or in the school that the row names now."""
    half = replace(B, family=A.family, kana_family=A.kana_family, school=school)
    missing = replace(A, school=school)
    known = [*knowing([missing, C, D]), a_known(pupil=replace(half, school=A.school))]
    plan = night([with_names_of(half, missing), C, D], known)
    assert asked(plan, Situation.RENAMING) == {B.id}


# -- sign-in names of children who are not there any more ------------------------------------------


def left(pupil: Pupil, *, suspended: bool) -> Record:
    status = Status.SUSPENDED if suspended else Status.ACTIVE
    return a_known(pupil=pupil, status=status, absent_since=TODAY - timedelta(days=3),
                   suspended_on=TODAY if suspended else None)  # fmt: skip


@pytest.mark.parametrize("suspended", [False, True])
def test_accounts_put_right_after_one_of_the_two_left_are_one_question(suspended: bool) -> None:
    stays, gone = replace(A, account=B.account), left(B, suspended=suspended)
    known = [*knowing([A, C, D]), gone]
    plan = night([stays, C, D], known)
    assert plan.actions == ()
    assert plan.held == {"S181": tuple(sorted((A.id, B.id)))}
    assert asked(plan, Situation.EXCHANGED) == {A.id, B.id}
    assert codes(plan) == ["S181"]


@pytest.mark.parametrize("suspended", [False, True])
def test_right_exchanges_the_names_and_the_one_who_left_is_as_before(suspended: bool) -> None:
    stays, gone = replace(A, account=B.account), left(B, suspended=suspended)
    known = [*knowing([A, C, D]), gone]
    plan = night([stays, C, D], known, decisions={B.id: "right"})
    assert plan.held == {}
    assert [kind for _, kind in kinds(plan)] == [Kind.VACATE, Kind.VACATE, Kind.UPDATE, Kind.UPDATE]
    state, tenant = carried_out(plan, known, in_tenant(known))
    (after,) = [one for one in state if one.pupil.id == B.id]
    assert replace(after, run_id="", account={}, pupil=B) == replace(gone, run_id="", account={})
    assert (after.account[UPN], after.account["mailNickname"]) == (
        A.account, A.account.partition("@")[0])  # fmt: skip
    assert {one.mark: (one.sign_in, one.enabled) for one in tenant}[B.id] == (
        A.account, not suspended)  # fmt: skip
    again = night([stays, C, D], state, tenant=tenant, decisions={B.id: "right"})
    assert (again.actions, codes(again)) == ((), [])
    assert asked(again, Situation.GONE) == (set() if suspended else {B.id})


def test_who_comes_back_after_that_gets_the_name_of_the_roster() -> None:
    stays, back = replace(A, account=B.account), replace(B, account=A.account)
    known = [*knowing([A, C, D]), left(B, suspended=False)]
    plan = night([stays, C, D], known, decisions={A.id: "right"})
    state, tenant = carried_out(plan, known, in_tenant(known))
    after = night([stays, back, C, D], state, tenant=tenant)
    state, tenant = carried_out(after, state, tenant)
    assert night([stays, back, C, D], state, tenant=tenant).counts == {"CONFIRMED": 4}


def test_a_round_of_three_of_whom_one_has_left_is_one_question() -> None:
    rows = [replace(A, account=B.account), replace(B, account=C.account), D, E]
    plan = night(rows, [*knowing([A, B, D, E]), left(C, suspended=False)])
    assert asked(plan, Situation.EXCHANGED) == {A.id, B.id, C.id}
    said = night(rows, [*knowing([A, B, D, E]), left(C, suspended=False)],
                 decisions={C.id: "right"})  # fmt: skip
    names = {a.pupil: a.account[UPN] for a in said.actions if a.kind is Kind.UPDATE}
    assert names == {A.id: B.account, B.id: C.account, C.id: A.account}


def test_wrong_holds_the_one_who_is_there_until_c4th_is_right() -> None:
    stays = replace(A, account=B.account)
    known = [*knowing([A, C, D]), left(B, suspended=False)]
    plan = night([stays, C, D], known, decisions={A.id: "wrong"})
    assert (plan.actions, codes(plan)) == ((), ["S115"])
    assert kinds(night([A, C, D], known)) == []


def test_an_id_typed_over_is_not_offered_as_an_exchange() -> None:
    typed_over = replace(B, id=A.id)
    plan = night([typed_over, C, D], knowing([A, B, C, D]))
    assert plan.actions == ()
    assert asked(plan, Situation.EXCHANGED) == set()


class Counted(str):
    """An id that counts how often it is held against another one."""

    times = 0
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        Counted.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_accounts_shifted_by_a_row_through_a_city_are_followed_in_linear_time() -> None:
    pupils = [replace(a_pupil(n), id=Counted(a_pupil(n).id)) for n in range(2_000)]
    shifted = [replace(one, account=other.account)
               for one, other in pairwise(pupils)]  # fmt: skip
    sources = index_sources(wanting(shifted), [], knowing(pupils), in_tenant(knowing(pupils)))
    observations = list(classify(sources, a_city(), TODAY, account_of))
    free = {one.id: one for observation in observations if (one := freed(observation))}
    Counted.times = 0
    hands(observations, free, sources)
    assert Counted.times < 20 * len(pupils)


def test_a_name_that_a_third_child_is_to_get_is_not_given_to_who_has_left() -> None:
    new = replace(E, account=A.account)
    plan = night([replace(A, account=B.account), C, D, new],
                 [*knowing([A, C, D]), left(B, suspended=False)])  # fmt: skip
    assert asked(plan, Situation.EXCHANGED) == set()
    assert {"S044", "S049"} <= set(codes(plan))


# -- namesakes -------------------------------------------------------------------------------------


def test_of_namesakes_in_one_class_the_number_tells_who_is_who() -> None:
    namesake = with_names_of(B, A)
    new = replace(namesake, id=an_id("other anew"), account="other@ed.example.jp")
    plan = night([ANEW, new, C], knowing([A, namesake, C]))
    found = {finding.pupil: finding.facts["old"] for finding in plan.findings}
    assert found == {ANEW.id: A.id, new.id: namesake.id}


def test_of_namesakes_whom_nothing_tells_apart_none_is_proposed() -> None:
    namesake = replace(with_names_of(B, A), attendance_no=A.attendance_no)
    plan = night([ANEW, C, D], knowing([A, namesake, C, D]))
    assert asked(plan, Situation.SAME_CHILD) == set()


# -- over several nights ---------------------------------------------------------------------------


def test_an_answer_is_to_the_question_that_was_asked_and_to_no_other() -> None:
    town = Town.of(ALL)
    town.night([with_names_of(A, a_pupil(40)), *ALL[1:]])
    town.upload({A.id: "改名"})
    other = town.night([with_names_of(A, a_pupil(41)), *ALL[1:]])
    assert (other.actions, codes(other)) == ((), ["S062", "S110"])
    town.upload({A.id: "改名"})
    assert kinds(town.night([with_names_of(A, a_pupil(41)), *ALL[1:]])) == [(A.id, Kind.UPDATE)]


def test_an_exchange_with_another_child_is_another_question() -> None:
    town = Town.of(ALL)
    town.night([*exchanged(A, B), *ALL[2:]])
    town.upload({A.id: "正しい"})
    plan = town.night([*exchanged(A, C), B, *ALL[3:]])
    assert (plan.actions, asked(plan, Situation.EXCHANGED)) == ((), {A.id, C.id})


def test_wrong_is_remembered_after_its_file_is_gone_while_the_roster_says_the_same() -> None:
    town, roster = Town.of(ALL), [*exchanged(A, B), *ALL[2:]]
    town.night(roster)
    town.upload({A.id: "誤り"})
    town.night(roster)
    town.files.clear()
    for _ in range(3):
        plan = town.night(roster, after=60)
        assert (plan.actions, plan.held) == ((), {"S115": (A.id, B.id)})
        assert asked(plan, Situation.EXCHANGED) == set()
    assert town.night(ALL).counts == {"CONFIRMED": len(ALL)}
    assert asked(town.night(roster), Situation.EXCHANGED) == {A.id, B.id}


def test_that_a_child_is_the_one_who_was_missing_says_nothing_of_another_who_is_missing() -> None:
    namesake = replace(A, id=an_id("namesake"), account="namesake@ed.example.jp", school=OTHER,
                       attendance_no=40)  # fmt: skip
    town = Town.of([*ALL, namesake])
    town.night([ANEW, *ALL[1:], namesake])
    town.upload({ANEW.id: "連携"})
    plan = town.night([ANEW, *ALL[1:], namesake], dies=True)
    assert [action.object_id for action in plan.actions] == [knowing([A])[0].object_id]
    for _ in range(2):  # A is back, the namesake is missing
        plan = town.night([ANEW, *ALL])
        assert (kinds(plan), asked(plan, Situation.SAME_CHILD)) == ([], {ANEW.id})


def test_a_link_that_was_not_carried_out_is_remembered_after_its_file_is_gone() -> None:
    town = Town.of(ALL)
    town.night([ANEW, *ALL[1:]])
    town.upload({ANEW.id: "連携"})
    town.night([ANEW, *ALL[1:]], dies=True)
    town.files.clear()
    assert kinds(town.night([ANEW, *ALL[1:]])) == [(ANEW.id, Kind.LINK)]


def test_wrong_can_be_decided_anew() -> None:
    town, roster = Town.of(ALL), [*exchanged(A, B), *ALL[2:]]
    town.night(roster)
    town.upload({A.id: "誤り"})
    town.night(roster)
    town.upload({A.id: "正しい"})
    assert kinds(town.night(roster)) == [(A.id, Kind.UPDATE), (B.id, Kind.UPDATE)]


def test_two_children_are_told_apart_for_as_long_as_a_password_is_missing() -> None:
    town = Town.of(ALL)
    waiting = [*wanting([ANEW], password=False), *ALL[1:]]
    town.night(waiting)  # type: ignore[arg-type]
    town.upload({ANEW.id: "別人"})
    held = town.night(waiting)  # type: ignore[arg-type]
    assert (held.held, asked(held, Situation.GONE)) == ({"M001": (ANEW.id,)}, {A.id})
    town.files.clear()
    assert kinds(town.night([ANEW, *ALL[1:]])) == [(ANEW.id, Kind.CREATE)]


def test_the_same_child_who_is_linked_is_confirmed_from_then_on() -> None:
    town = Town.of(ALL)
    town.night([ANEW, *ALL[1:]])
    town.upload({ANEW.id: "連携"})
    assert kinds(town.night([ANEW, *ALL[1:]])) == [(ANEW.id, Kind.LINK)]
    plan = town.night([ANEW, *ALL[1:]])
    assert (plan.actions, plan.counts["CONFIRMED"]) == ((), len(ALL))
    assert town.day > TODAY
