"""The way back of a plan, as values: what was applied and undone is as it was before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.actions import Action, Kind, Situation, settled
from kakehashi.diff.approval import Approval, admit
from kakehashi.diff.inverse import Undone
from kakehashi.diff.plan import Plan, read_plan
from kakehashi.diff.undo import make_undo
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from tests.builders import (
    DOMAIN,
    TODAY,
    a_city,
    a_known,
    a_post,
    a_pupil,
    a_tenant_account,
    an_employment,
    an_id,
)
from tests.unit.diff.nights import SERIAL, a_school_of, breaches, carried_out, in_tenant, night

RUN = "demo-20261124T021000-0000abcd"
SCHOOL = a_school_of(2)


def applied(plan: Plan, known: Sequence[Record]) -> list[Record]:
    state, _ = carried_out(plan, known, in_tenant(known))
    touched = {action.pupil for action in plan.actions}
    return [replace(one, run_id=RUN) if one.pupil.id in touched else one for one in state]


def undo(plan: Plan, known: Iterable[Record], **facts: object) -> Plan:
    outcomes = {action.pupil: "done" for action in plan.actions}
    undone = replace(Undone(RUN, TODAY, plan.actions, outcomes), **facts)  # type: ignore[arg-type]
    return make_undo(undone, known, a_city(), city_code="demo", serial=SERIAL, as_of=TODAY)


def plain(known: Iterable[Record]) -> dict[str, Record]:
    return {k.pupil.id: replace(k, run_id="", account=dict(k.account)) for k in known}


def carried_back(plan: Plan, known: Iterable[Record]) -> dict[str, Record]:
    state = plain(known)
    for action in plan.actions:
        item = settled(action, as_of=TODAY, run_id="")
        for umi in action.ids():
            state.pop(umi, None)
        state |= plain([item] if item else [])
    return state


pupils = st.builds(
    a_pupil,
    st.integers(1, 9),
    family=st.sampled_from(["佐藤", "高橋"]),
    class_title=st.sampled_from(["3年1組", "3年2組", ""]),
    grade=st.sampled_from(["P3", "P4"]),
)
rosters = st.lists(pupils, min_size=1, unique_by=lambda pupil: pupil.id)


@settings(max_examples=60, deadline=None)
@given(before=rosters, after=rosters)
def test_every_pupil_who_was_known_is_as_before_and_every_newcomer_suspended(
    before: list[Pupil], after: list[Pupil]
) -> None:
    known = [a_known(pupil=pupil) for pupil in before]
    plan = night(after, known)
    state = applied(plan, known)
    way_back = undo(plan, state)
    end = carried_back(way_back, state)
    assert {umi: one for umi, one in end.items() if umi in plain(known)} == plain(known)
    newcomers = end.keys() - plain(known).keys()
    assert all(end[umi].status is Status.SUSPENDED for umi in newcomers)
    assert way_back.refused == (not plan.actions)
    assert way_back.held == {}


@settings(max_examples=30, deadline=None)
@given(before=rosters, after=rosters, cut=st.integers(0, 9))
def test_an_undo_that_was_cut_short_goes_on_where_it_stopped(
    before: list[Pupil], after: list[Pupil], cut: int
) -> None:
    known = [a_known(pupil=pupil) for pupil in before]
    plan = night(after, known)
    state = applied(plan, known)
    whole = undo(plan, state)
    halfway = carried_back(replace(whole, actions=whole.actions[:cut]), state)
    rest = undo(plan, halfway.values())
    assert carried_back(rest, halfway.values()) == carried_back(whole, state)
    assert rest.held == {}


def a_change(n: int = 1, **facts: object) -> tuple[Plan, list[Record]]:
    known = [a_known(n)]
    plan = night([a_pupil(n, **facts)], known)
    return plan, applied(plan, known)


def test_a_plan_to_undo_always_waits_and_can_be_approved_and_read_back() -> None:
    plan, state = a_change(family="高橋")
    way_back = undo(plan, state)
    assert way_back.verdict(rehearse=False) == "awaiting-approval"
    assert breaches(way_back) == [("S080", "city", 1, 0)]
    again = read_plan(
        way_back.header().to_json(), (action.to_json() for action in way_back.actions)
    )
    assert (again.undoes, again.altered(), again.actions) == (RUN, False, way_back.actions)
    good = Approval(way_back.checksum, ("S080",), "学務課")
    assert admit(again, good, serial=SERIAL, today=TODAY) == ()
    assert [f.code for f in admit(again, replace(good, accept=()), serial=SERIAL, today=TODAY)] == [
        "S904"
    ]


def test_a_sign_in_name_given_by_hand_is_not_turned_back() -> None:
    here, gone = a_known(pupil=a_pupil(1)), a_known(pupil=a_pupil(2), absent_since=TODAY)
    tenant = [*in_tenant([here]), a_tenant_account(gone, sign_in="left@ed.example.jp")]
    plan = night([here.pupil], [here, gone], tenant=tenant)
    assert [action.kind for action in plan.actions] == [Kind.RECORD]
    assert undo(plan, applied(plan, [here, gone])).actions == ()


def test_an_undo_of_what_stands_in_no_account_can_be_undone_too() -> None:
    known = [a_known(1)]
    plan = night([a_pupil(1, attendance_no=40)], known)
    state = applied(plan, known)
    first = undo(plan, state)
    assert [action.kind for action in first.actions] == [Kind.RECORD]
    after = [replace(one, run_id=RUN) for one in carried_back(first, state).values()]
    second = undo(first, after)
    assert carried_back(second, after) == plain(state)


def test_a_field_that_has_changed_again_holds_the_pupil_and_another_one_does_not() -> None:
    plan, (item,) = a_change(family="高橋")
    pupil = replace(item.pupil, family="森")
    assert undo(plan, [replace(item, pupil=pupil)]).held == {"S083": (item.pupil.id,)}
    moved = replace(item, pupil=replace(item.pupil, class_title="3年9組"))
    (action,) = undo(plan, [moved]).actions
    assert action.back is not None
    back = action.back.pupil
    assert (back.family, back.class_title) == (a_pupil().family, "3年9組")


def test_who_has_meanwhile_been_forgotten_or_noted_absent_is_held() -> None:
    plan, (item,) = a_change(family="高橋")
    assert undo(plan, []).held == {"S083": (item.pupil.id,)}
    made = night([a_pupil(5)], [])
    (newcomer,) = applied(made, [])
    absent = replace(newcomer, absent_since=TODAY)
    assert undo(made, [absent]).held == {"S083": (newcomer.pupil.id,)}


def test_what_the_run_did_not_carry_out_is_left_alone() -> None:
    plan, _ = a_change(family="高橋")
    outcomes = {a_pupil().id: "failed"}
    way_back = undo(plan, [a_known()], outcomes=outcomes)
    assert (way_back.refused, way_back.actions, way_back.held) == (True, (), {})
    assert [finding.code for finding in way_back.findings] == ["S914"]


def test_an_account_that_was_handed_on_goes_back_to_the_former_id() -> None:
    former = a_known(1)
    child = a_pupil(2, **{n: getattr(former.pupil, n) for n in
                          ("account", "family", "given", "kana_family", "kana_given")})  # fmt: skip
    plan = night([child], [former], decisions={child.id: "link"})
    assert [(action.kind, action.pupil) for action in plan.actions] == [(Kind.LINK, child.id)]
    state = applied(plan, [former])
    way_back = undo(plan, state)
    (action,) = way_back.actions
    assert (action.kind, dict(action.account)) == (Kind.UNLINK, dict(former.account))
    assert carried_back(way_back, state) == plain([former])
    assert undo(plan, [former]).actions == (), "it is undone already"
    assert undo(plan, []).held == {"S083": (child.id,)}, "it has moved on to a third id"


def test_an_id_that_another_child_has_meanwhile_is_not_given_back() -> None:
    former, child, plan = a_child_that_moved()
    another = a_known(pupil=a_pupil(7, id=former.pupil.id))
    state = [*applied(plan, [former]), another]
    assert undo(plan, state).held == {"S083": (child.id,)}


def test_a_link_of_an_earlier_release_is_turned_back_though_it_left_the_former_record() -> None:
    former, _, plan = a_child_that_moved()
    (linked,) = applied(plan, [former])
    state = [former, replace(linked, tool_id="")]
    way_back = undo(plan, state)
    assert carried_back(way_back, state) == plain([former])
    assert way_back.held == {}


def test_a_link_that_was_turned_back_can_be_turned_back_too() -> None:
    former, _, plan = a_child_that_moved()
    state = applied(plan, [former])
    way_back = undo(plan, state)
    (again,) = undo(way_back, carried_back(way_back, state).values()).actions
    assert again.kind is Kind.LINK
    assert [one.pupil for one in again.given_up] == [former.pupil]
    assert settled(again, as_of=TODAY, run_id=RUN) == state[0]


def a_child_that_moved() -> tuple[Record, Pupil, Plan]:
    former = a_known(1)
    child = replace(former.pupil, id=a_pupil(2).id)
    return former, child, night([child], [former], decisions={child.id: "link"})


def test_many_who_lose_their_account_are_counted_against_the_limit_for_leavers() -> None:
    made = night([a_pupil(n) for n in range(1, 9)], [])
    plan = undo(made, applied(made, []))
    assert {action.kind for action in plan.actions} == {Kind.SUSPEND}
    assert breaches(plan) == [("S080", "city", 8, 0), ("S081", "city", 8, 3)]


def test_a_suspension_long_ago_comes_back_with_its_own_dates() -> None:
    since = TODAY - timedelta(days=40)
    known = [a_known(1, status=Status.SUSPENDED, suspended_on=since, absent_since=since)]
    plan = night([a_pupil(1)], known)
    (action,) = undo(plan, applied(plan, known)).actions
    assert (action.kind, action.back) == (Kind.SUSPEND, replace(known[0], run_id=RUN))


def of_deletion(as_of: date = TODAY) -> tuple[Action, Record]:
    old = as_of - timedelta(days=100)
    item = a_known(1, status=Status.SUSPENDED, suspended_on=old, absent_since=old)
    plan = night([a_pupil(2)], [item, a_known(2)], decisions={item.pupil.id: "delete"})
    (action,) = plan.actions
    return action, item


def test_a_deletion_is_turned_back_only_while_its_account_is_within_reach() -> None:
    action, item = of_deletion()
    plan = night([a_pupil(2)], [a_known(2)])
    deletion = replace(plan, actions=(action,))
    reach = frozenset({item.object_id})
    (back,) = undo(deletion, [a_known(2)], within_reach=reach).actions
    assert (back.kind, back.back) == (Kind.UNDELETE, item)
    assert undo(deletion, [a_known(2)]).held == {"S084": (item.pupil.id,)}
    again = replace(plan, actions=(back,))
    assert undo(again, [item, a_known(2)]).held == {"S085": (item.pupil.id,)}


def test_an_undo_that_suspends_a_head_needs_two_persons_and_a_teachers_does_not() -> None:
    """Two persons decide about a head, whatever the way by which the account is taken away."""
    city = a_city(staff={})

    def made(*jobs: str) -> Plan:
        actions: list[Action[Any]] = []
        known: list[Record[Any]] = []
        for n, job in enumerate(jobs, 1):
            one = an_employment(n, a_post(job=job), account=f"t{n}@{DOMAIN}")
            _, member = one.on(TODAY, gap=7, prepare=10)
            action = Action(member.id, Kind.CREATE, Situation.NEW, None, member, {})
            item = settled(action, as_of=TODAY, run_id=RUN, object_id=an_id(one.id))
            assert item
            actions, known = [*actions, action], [*known, item]
        undone = Undone(RUN, TODAY, tuple(actions), {a.pupil: "done" for a in actions})
        return make_undo(undone, known, city, city_code="demo", serial=SERIAL, as_of=TODAY)

    assert "S193" not in {breach.code for breach in made("教諭", "講師").breaches}
    plan = made("教諭", "校長", "副校長")
    assert ("S193", "city", 2, 0) in breaches(plan)
    accept = tuple(breach.code for breach in plan.breaches)

    def codes(second: str, signed_in: set[str], **told_by: Any) -> list[str]:
        word = Approval(plan.checksum, accept, "甲", second, signed_in)
        return [f.code for f in admit(plan, word, serial=SERIAL, today=TODAY, **told_by)]

    for second in ("", "甲", "乙"):
        assert codes(second, {"甲"}) == ["S915"], "the other has not signed in"
        assert codes(second, {"甲"}, told_by="name") == ["S915"]
    assert codes("甲", {"甲", "乙"}) == ["S915"]
    assert codes("乙", {"甲", "乙"}) == []
    assert codes("甲 ", set(), told_by="name") == ["S915"]
    assert codes("乙", set(), told_by="name") == []
    first = Approval(plan.checksum, accept, "甲")
    assert admit(plan, first, serial=SERIAL, today=TODAY, first=True) == ()
