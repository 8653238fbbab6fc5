"""A decision answers the proposal that a person saw: never another one, and never twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.actions import Kind, Situation
from kakehashi.diff.answers import Decision
from kakehashi.diff.consent import MOST_DAYS, Book, weigh
from kakehashi.diff.decisions import DecisionFile, DecisionMark, Reading
from kakehashi.diff.plan import Plan
from tests.builders import TODAY, a_pupil, a_tenant_account, an_id
from tests.unit.diff.nights import codes, kinds, knowing
from tests.unit.diff.towns import Town

STAY = [a_pupil(n) for n in range(1, 25)]
CHILD, OTHER = a_pupil(900), a_pupil(901)


def taken(plan: Plan) -> list[tuple[str, Kind]]:
    """What takes something from a child."""
    return [one for one in kinds(plan) if one[1] in {Kind.SUSPEND, Kind.DELETE}]


@pytest.fixture
def town() -> Town:
    """A child is missing, and the report of that night is out."""
    town = Town.of([*STAY, CHILD])
    assert taken(town.night(STAY)) == []
    return town


# -- what a decision does not do -------------------------------------------------------------------


def test_a_suspension_decided_before_the_child_was_missing_does_nothing() -> None:
    town = Town.of([*STAY, CHILD])
    town.upload({CHILD.id: "停止"})
    town.night([*STAY, CHILD])
    for _ in range(3):
        assert taken(town.night(STAY)) == []


def test_a_file_that_comes_in_the_very_night_of_the_first_absence_does_nothing() -> None:
    town = Town.of([*STAY, CHILD])
    town.upload({CHILD.id: "停止"})
    assert taken(town.night(STAY)) == []
    assert town.told() == [("0.csv", 2, "決定", "S062")]
    assert taken(town.night(STAY)) == [], "nobody could have seen the list"
    assert town.told() == [], "and it was told once"


def test_a_decision_is_used_once(town: Town) -> None:
    town.upload({CHILD.id: "停止"})
    assert taken(town.night(STAY)) == [(CHILD.id, Kind.SUSPEND)]
    assert kinds(town.night([*STAY, CHILD])) == [(CHILD.id, Kind.RESTORE)]
    for _ in range(3):
        assert taken(town.night(STAY)) == []


def test_a_child_who_was_back_for_one_night_is_asked_about_again(town: Town) -> None:
    town.upload({CHILD.id: "停止"})
    town.night([*STAY, CHILD])
    assert taken(town.night(STAY)) == []
    town.upload({CHILD.id: "停止"})
    assert taken(town.night(STAY)) == [(CHILD.id, Kind.SUSPEND)]


def test_a_child_whose_row_was_only_broken_for_a_night_is_asked_about_again(town: Town) -> None:
    town.upload({CHILD.id: "停止"})
    town.night(STAY, held=[900])
    assert taken(town.night(STAY)) == []


def test_deletion_is_not_decided_together_with_the_suspension(town: Town) -> None:
    town.upload({CHILD.id: "停止"})
    town.night(STAY)
    town.upload({CHILD.id: "削除"})
    town.night(STAY)
    assert town.told() == [("1.csv", 2, "決定", "S062")]
    expired = town.night(STAY, after=90)
    assert (taken(expired), expired.proposals[Situation.EXPIRED]) == ([], (CHILD.id,))
    assert taken(town.night(STAY)) == []


def test_the_word_delete_does_not_even_suspend(town: Town) -> None:
    town.upload({CHILD.id: "削除"})
    assert taken(town.night(STAY)) == []
    assert town.told() == [("0.csv", 2, "決定", "S062")]


def test_a_contradiction_cancels_an_older_file_too(town: Town) -> None:
    town.upload({CHILD.id: "停止"})
    town.upload({CHILD.id: "なに"})
    assert taken(town.night(STAY)) == []


def test_the_newest_file_wins(town: Town) -> None:
    town.upload({CHILD.id: "停止"})
    town.upload({CHILD.id: "保留"})
    assert taken(town.night(STAY)) == []
    town.upload({CHILD.id: "停止"})
    assert taken(town.night(STAY)) == [(CHILD.id, Kind.SUSPEND)]


@pytest.mark.parametrize(("days", "counts"), [(MOST_DAYS, True), (MOST_DAYS + 1, False)])
def test_a_decision_that_was_never_carried_out_expires(
    town: Town, days: int, *, counts: bool
) -> None:
    town.upload({CHILD.id: "停止"})
    town.night(STAY, dies=True)
    assert bool(taken(town.night(STAY, after=days))) is counts


def test_a_decision_on_nobody_or_on_a_child_at_school_is_told_and_does_nothing(town: Town) -> None:
    town.upload({an_id("nobody"): "停止", STAY[0].id: "削除", STAY[1].id: "連携"})
    plan = town.night(STAY)
    assert kinds(plan) == []
    assert town.told() == [("0.csv", line, "決定", "S062") for line in (2, 3, 4)]


def test_when_what_was_remembered_is_lost_nobody_is_touched(town: Town) -> None:
    town.upload({CHILD.id: "停止"})
    town.book = Book()
    for _ in range(3):
        assert taken(town.night(STAY)) == []


# -- what it does ----------------------------------------------------------------------------------


def test_a_night_that_died_is_made_good_by_the_next(town: Town) -> None:
    town.upload({CHILD.id: "停止"})
    town.night(STAY, dies=True)
    assert taken(town.night(STAY)) == [(CHILD.id, Kind.SUSPEND)]


def test_suspended_then_after_the_grace_period_marked_again_and_deleted(town: Town) -> None:
    town.upload({CHILD.id: "停止"})
    town.night(STAY)
    town.night(STAY, after=90)
    town.upload({CHILD.id: "削除"})
    assert taken(town.night(STAY)) == [(CHILD.id, Kind.DELETE)]
    assert CHILD.id not in {one.pupil.id for one in town.known}


def test_a_link_waits_for_its_decision_and_is_made_once() -> None:
    town = Town.of(STAY)
    town.tenant.append(a_tenant_account(knowing([CHILD])[0], mark=""))
    town.upload({CHILD.id: "連携"})
    assert kinds(town.night([*STAY, CHILD])) == [], "it came before anybody was asked"
    town.upload({CHILD.id: "連携"})
    assert kinds(town.night([*STAY, CHILD])) == [(CHILD.id, Kind.LINK)]
    assert kinds(town.night([*STAY, CHILD])) == []


MADE_BY_HAND = a_tenant_account(knowing([CHILD])[0], mark="")
ANOTHER_ACCOUNT = a_tenant_account(knowing([OTHER])[0], mark="")


def marked_for_a_link() -> Town:
    """Staff have said 連携 of a child beside whom the list had shown ``MADE_BY_HAND``."""
    town = Town.of(STAY)
    town.tenant += [MADE_BY_HAND, ANOTHER_ACCOUNT]
    town.night([*STAY, CHILD])
    town.upload({CHILD.id: "連携"})
    return town


def test_a_link_is_to_the_account_that_the_list_showed_and_to_no_other() -> None:
    town, corrected = marked_for_a_link(), replace(CHILD, account=OTHER.account)
    for told in (["S062", "S065"], ["S065"]):
        plan = town.night([*STAY, corrected])
        assert (kinds(plan), plan.proposals[Situation.UNLINKED]) == ([], (CHILD.id,))
        assert codes(plan) == told
    town.upload({CHILD.id: "連携"})
    (action,) = town.night([*STAY, corrected]).actions
    assert (action.kind, action.object_id) == (Kind.LINK, ANOTHER_ACCOUNT.object_id)


def test_a_link_to_a_strangers_account_is_none_to_one_that_we_knew_under_another_id() -> None:
    town = marked_for_a_link()
    former = replace(CHILD, id=an_id("former"))
    town.known += [replace(one, object_id=MADE_BY_HAND.object_id) for one in knowing([former])]
    town.tenant[:] = [one for one in town.tenant if one != MADE_BY_HAND]
    town.tenant.append(replace(MADE_BY_HAND, mark=former.id))
    plan = town.night([*STAY, CHILD])
    assert (kinds(plan), plan.proposals[Situation.UNLINKED]) == ([], (CHILD.id,))
    town.upload({CHILD.id: "連携"})
    assert kinds(town.night([*STAY, CHILD])) == [(CHILD.id, Kind.LINK)]


def test_a_link_that_a_night_did_not_get_to_is_made_by_the_next() -> None:
    town = marked_for_a_link()
    for dies in (True, False):
        assert kinds(town.night([*STAY, CHILD], dies=dies)) == [(CHILD.id, Kind.LINK)]


def test_a_link_that_an_earlier_release_proposed_is_asked_about_once_more() -> None:
    town = marked_for_a_link()
    data = town.book.to_json()
    data["pupils"] = {umi: row[:2] for umi, row in data["pupils"].items()}
    town.book = Book.from_json(data)
    for _ in range(2):
        plan = town.night([*STAY, CHILD])
        assert (kinds(plan), plan.proposals[Situation.UNLINKED]) == ([], (CHILD.id,))
    town.upload({CHILD.id: "連携"})
    assert kinds(town.night([*STAY, CHILD])) == [(CHILD.id, Kind.LINK)]


def test_the_newest_word_on_everybody_is_written_down_with_its_place(town: Town) -> None:
    town.upload({CHILD.id: "停止", STAY[0].id: "停止"})
    town.night(STAY)
    rows = [one.note() for one in town.consent.weighed]
    assert [(row.pupil, row.line, row.counts) for row in rows] == sorted(
        [(CHILD.id, 2, True), (STAY[0].id, 3, False)]
    )
    assert {row.file for row in rows} == {"inbox/demo/approvals/0.csv"}


# -- whatever people upload ------------------------------------------------------------------------

CHILDREN = [CHILD, OTHER, STAY[0]]
WORDS: list[Decision | None] = ["suspend", "delete", "link", "keep", None]
marks = st.dictionaries(st.sampled_from([c.id for c in CHILDREN]), st.sampled_from(WORDS))
evenings = st.lists(
    st.tuples(
        marks,
        st.sets(st.sampled_from(range(3))),
        st.sampled_from([1, 1, 30, 90, 100]),
        st.booleans(),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(evenings)
def test_no_files_whatever_touch_a_child_without_a_proposal_that_was_seen(
    life: list[tuple[dict[str, Decision | None], set[int], int, bool]],
) -> None:
    """Only who was on last night's list for it, and stands in a file that came after that list."""
    town = Town.of([*STAY, CHILD, OTHER])
    last: Mapping[Situation, Sequence[str]] = {}
    for words, here, days, dies in life:
        town.upload({umi: word or "?" for umi, word in words.items()})
        roster = [*STAY[1:], *(CHILDREN[n] for n in sorted(here))]
        plan = town.night(roster, after=days, dies=dies)
        present = {pupil.id for pupil in roster}
        for umi, kind in taken(plan):
            asked = Situation.GONE if kind is Kind.SUSPEND else Situation.EXPIRED
            assert umi in last.get(asked, ())
            assert umi not in present
            assert umi in plan.proposals[asked]
        last = plan.proposals if not plan.refused else last


@given(marks, marks)
def test_only_the_newest_file_that_names_a_child_counts(
    older: dict[str, Decision | None], newer: dict[str, Decision | None]
) -> None:
    book = Book().after({Situation.GONE: [child.id for child in CHILDREN]}, [], TODAY)
    readings = [
        Reading(
            DecisionFile(name, name, name, b""),
            tuple(DecisionMark(u, d, 2) for u, d in words.items()),
        )
        for name, words in (("a", older), ("b", newer))
    ]
    decisions = weigh(readings, book, TODAY).decisions
    words = {umi: word for umi, word in (older | newer).items() if word in {"suspend", "keep"}}
    assert decisions == words
