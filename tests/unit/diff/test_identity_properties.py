"""However names, accounts and ids are dealt anew among children: nobody gets another's account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kakehashi.actions import Kind, Situation
from kakehashi.diff.answers import Decision
from kakehashi.diff.plan import Plan
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import SIGN_IN as UPN
from kakehashi.people.record import Record
from tests.builders import a_pupil
from tests.unit.diff.nights import account, knowing, night
from tests.unit.diff.towns import Town

NAMES = ("family", "given", "kana_family", "kana_given")
ROW = (*NAMES, "class_title", "attendance_no")
PARTS: Sequence[tuple[str, ...]] = (ROW, NAMES, ("family", "given"), ("account",),
                                    (*ROW, "account"))  # fmt: skip
_PLAIN = [a_pupil(n) for n in range(1, 7)]
# 3 is the twin of 1: half of the name, the class and everything else are the same
CHILDREN = [replace(p, family=_PLAIN[0].family, kana_family=_PLAIN[0].kana_family)
            if p is _PLAIN[2] else p for p in _PLAIN]  # fmt: skip


def dealt(to: Sequence[int], which: tuple[str, ...]) -> list[Pupil]:
    """Child ``i`` with what child ``to[i]`` had."""
    return [replace(child, **{name: getattr(CHILDREN[j], name) for name in which})
            for child, j in zip(CHILDREN, to, strict=True)]  # fmt: skip


def ring_of(start: int, to: Sequence[int]) -> set[str]:
    found, here = set[str](), start
    while CHILDREN[here].id not in found:
        found.add(CHILDREN[here].id)
        here = to[here]
    return found


deals = st.permutations(range(len(CHILDREN)))


@given(deals, st.sampled_from(PARTS))
def test_whatever_is_dealt_among_known_children_waits_for_a_person(
    to: list[int], which: tuple[str, ...]
) -> None:
    plan = night(dealt(to, which), knowing(CHILDREN))
    moved = {CHILDREN[i].id for i, j in enumerate(to) if i != j}
    assert plan.actions == ()
    assert set(plan.proposals[Situation.EXCHANGED]) == moved
    assert {umi for ids in plan.held.values() for umi in ids} == moved
    told = [finding.pupil for finding in plan.findings if finding.code in {"S112", "S113"}]
    assert len(told) == len({question.about for question in plan.questions.values()})


@given(deals, st.sampled_from(PARTS), st.integers(0, 5), st.sampled_from(["right", "wrong"]))
def test_an_answer_is_about_one_ring_and_touches_no_other(
    to: list[int], which: tuple[str, ...], at: int, answer: Decision
) -> None:
    plan = night(dealt(to, which), knowing(CHILDREN), decisions={CHILDREN[at].id: answer})
    moves = to[at] != at and answer == "right"
    touched = {action.pupil for action in plan.actions}
    assert touched == (ring_of(at, to) if moves else set())


@given(deals, st.sampled_from(PARTS), st.lists(st.integers(0, 12), max_size=3))
def test_cut_short_anywhere_everybody_ends_with_exactly_the_account_that_was_agreed_to(
    to: list[int], which: tuple[str, ...], cuts: list[int]
) -> None:
    """Killed after any number of actions, and run again; no name is ever at two accounts, and
    nobody is asked again."""
    roster, known = dealt(to, which), knowing(CHILDREN)
    town = Town.of(CHILDREN)
    town.night(roster)
    town.upload({child.id: "正しい" for child, j in zip(CHILDREN, to, strict=True)
                 if child is min(ring_members(to, j), key=lambda one: one.id)})  # fmt: skip
    for cut in (*cuts, *[None] * len(CHILDREN)):
        tenant = town.tenant
        plan = town.night(roster, cut=cut)
        assert_no_name_is_at_two(plan, tenant)
        assert plan.held.keys() <= {"S044"}, "a name that becomes free tonight follows tomorrow"
    assert {one.pupil.id: dict(one.account) for one in town.known} == {
        pupil.id: account(pupil) for pupil in roster
    }
    assert_nobody_lost(town.known, known)


def ring_members(to: Sequence[int], at: int) -> list[Pupil]:
    return [child for child in CHILDREN if child.id in ring_of(at, to)]


def assert_no_name_is_at_two(plan: Plan, tenant: Sequence[Listed]) -> None:
    names = {one.object_id: one.sign_in for one in tenant}
    for action in plan.actions:
        if action.kind in {Kind.VACATE, Kind.UPDATE}:
            names[action.object_id] = action.account[UPN]
            assert len(set(names.values())) == len(names)


def assert_nobody_lost(state: Sequence[Record], before: Sequence[Record]) -> None:
    """Every child is on record with the account it always had."""
    assert {one.pupil.id: one.object_id for one in state} == {
        one.pupil.id: one.object_id for one in before
    }


@given(deals, st.sets(st.sampled_from(CHILDREN), max_size=3), st.sampled_from(PARTS[:3]))
def test_a_child_whose_row_is_missing_gives_its_names_to_nobody(
    to: list[int], missing: set[Pupil], which: tuple[str, ...]
) -> None:
    """Rows were dealt anew, and some are gone: what is left of them is not applied either."""
    gone = {pupil.id for pupil in missing}
    roster = [pupil for pupil in dealt(to, which) if pupil.id not in gone]
    plan = night(roster, knowing(CHILDREN))
    names = {child.id: (child.family, child.given) for child in CHILDREN}
    for action in plan.actions:
        if action.kind is Kind.UPDATE and action.after:
            took = (action.after.family, action.after.given)
            assert took not in {name for umi, name in names.items() if umi != action.pupil}
