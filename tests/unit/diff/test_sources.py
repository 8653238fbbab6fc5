"""What tonight's roster, our state and the tenant say of one pupil, and of whom they say it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from kakehashi.diff.sources import (
    Grouped,
    Missing,
    Sources,
    binned_perhaps,
    index_sources,
    same_child,
    unseen,
)
from kakehashi.directories.port import Listed
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired, Held
from tests.builders import a_desired, a_held, a_known, a_pupil, a_tenant_account

A, B, C, D = (a_pupil(n) for n in range(1, 5))


def sources(
    desired: Iterable[Desired] = (),
    known: Iterable[Record] = (),
    *,
    held: Iterable[Held] = (),
    tenant: Sequence[Listed] | None = None,
    missing: Missing | None = None,
) -> Sources:
    """Unless ``tenant`` is given it holds every account as we left it."""
    known = list(known)
    listed = [a_tenant_account(one) for one in known] if tenant is None else tenant
    return index_sources(desired, held, known, listed, missing)


def capitals(n: int) -> str:
    return a_pupil(n).account.upper()


# -- values by key ---------------------------------------------------------------------------------


def test_values_come_in_the_order_in_which_they_came() -> None:
    grouped = Grouped([("a", 1), ("b", 2), ("a", 3), ("a", 4)])
    assert (grouped.of("a"), grouped.of("b"), grouped.of("c")) == ((1, 3, 4), (2,), ())
    assert [grouped.has_several(key) for key in "abc"] == [True, False, False]


def test_what_was_asked_of_missing_accounts_is_told_in_order() -> None:
    missing = Missing(frozenset({"b", "a"}), frozenset({"d", "c"}))
    assert missing.to_json() == {"unsure": ["a", "b"], "in_bin": ["c", "d"]}


# -- the index -------------------------------------------------------------------------------------


def test_names_and_marks_are_found_whatever_their_case() -> None:
    known = a_known(1, account={"userPrincipalName": capitals(1)})
    listed = a_tenant_account(known, sign_in=capitals(1), mark=A.id.upper())
    found = sources([a_desired(2, account=capitals(2))], [known], tenant=[listed])
    assert found.by_sign_in == {A.account: listed}
    assert found.by_mark.of(A.id) == (listed,)
    assert found.owner(capitals(1)) == known
    assert found.wanted_by.of(B.account) == (B.id,)
    assert found.by_object == {known.object_id: listed}


def test_an_account_without_a_mark_bears_none() -> None:
    found = sources(known=[a_known(1)], tenant=[a_tenant_account(a_known(1), mark="")])
    assert found.by_mark.of("") == ()


def test_an_account_that_a_listing_shows_twice_is_one() -> None:
    listed = a_tenant_account(a_known(1))
    found = sources(known=[a_known(1)], tenant=[listed, listed])
    assert found.by_mark.of(A.id) == (listed,)


def test_ids_on_several_rows_are_known_and_whatever_their_order_the_same_row_stands_for_them() -> (
    None
):
    rows = [a_desired(1), a_desired(1, family="別"), a_desired(2)]
    for order in (rows, rows[::-1]):
        found = sources(order)
        assert found.twice == {A.id}
        assert found.desired.keys() == {A.id, B.id}
        assert found.desired[A.id] == sources(rows).desired[A.id]
        assert found.desired[B.id] == a_desired(2)


def test_a_name_on_two_rows_of_one_id_is_wanted_once_and_two_names_by_the_same_pupil() -> None:
    same = sources([a_desired(1), a_desired(1, family="別")])
    assert same.wanted_by.of(A.account) == (A.id,)
    two = sources([a_desired(1), a_desired(1, account=B.account)])
    assert (two.wanted_by.of(A.account), two.wanted_by.of(B.account)) == ((A.id,), (A.id,))


def test_whoever_is_still_to_come_wants_a_name_apart_from_those_who_are_here() -> None:
    ahead = replace(a_desired(2, account=capitals(1)), ahead=True)
    found = sources([a_desired(1), ahead])
    assert found.wanted_by.of(A.account) == (A.id,)
    assert found.wanted_ahead.of(A.account) == (B.id,)


def test_namesakes_are_looked_for_while_somebody_is_to_come_and_among_the_active_alone() -> None:
    ahead = replace(a_desired(2), ahead=True)
    assert sources([a_desired(1)], [a_known(1)]).namesakes == frozenset()
    here = sources([ahead], [a_known(1)]).namesakes
    assert here
    assert sources([ahead], [a_known(1, status=Status.SUSPENDED)]).namesakes == frozenset()
    both = sources([a_desired(1), ahead], [a_known(1), a_known(3)]).namesakes
    assert here < both


# -- who has a name --------------------------------------------------------------------------------


def test_the_owner_of_a_name_is_who_got_it_from_us_and_is_not_meant_by_the_question() -> None:
    found = sources(known=[a_known(1)])
    assert found.owner(A.account) == a_known(1)
    assert found.owner(A.account, B.id) == a_known(1)
    assert found.owner(A.account, A.id) is None
    assert found.owner(B.account) is None
    shared = a_known(2, account=a_known(1).account)
    two = sources(known=[a_known(1), shared])
    assert two.owner(A.account, A.id) == shared
    assert two.owner(A.account, A.id, B.id) is None


def test_a_deleted_record_owns_nothing() -> None:
    assert sources(known=[a_known(1, status=Status.DELETED)]).owner(A.account) is None


def test_the_name_of_now_is_the_tenants_and_what_we_wrote_where_it_shows_none() -> None:
    renamed = a_tenant_account(a_known(1), sign_in="New@ed.example.jp")
    assert sources(known=[a_known(1)], tenant=[renamed]).name_now(a_known(1)) == "new@ed.example.jp"
    assert sources(known=[a_known(1)], tenant=[]).name_now(a_known(1)) == A.account


def test_absent_is_who_is_known_and_on_no_row_or_on_one_that_says_left() -> None:
    known = [a_known(n) for n in range(1, 5)]
    found = sources([a_desired(1)], known, held=[a_held(2), a_held(3, leaving=True)])
    assert [found.absent(pupil.id) for pupil in (A, B, C, D)] == [False, False, True, True]
    assert found.absent(a_pupil(5).id) is False


def test_gone_is_an_account_that_was_asked_for_by_itself_and_not_found() -> None:
    known = [a_known(1), a_known(2)]
    there = [a_tenant_account(known[0])]
    found = sources(known=known, tenant=there)
    assert [found.without_account(one) for one in known] == [False, True]
    unasked = sources(known=known, tenant=there, missing=Missing(frozenset({known[1].object_id})))
    assert unasked.without_account(known[1]) is False


@pytest.mark.parametrize(
    ("row", "shown", "kept"),
    [
        (A.account, A.account, True),
        (A.account, "new@ed.example.jp", True),  # its row still asks for it
        ("new@ed.example.jp", A.account, True),  # the tenant still shows it
        ("new@ed.example.jp", "new@ed.example.jp", False),
        (None, "new@ed.example.jp", False),  # a leaver, renamed
        (None, A.account, True),
    ],
)
def test_a_name_is_kept_while_the_tenant_shows_it_or_its_owners_row_asks_for_it(
    row: str | None, shown: str, *, kept: bool
) -> None:
    desired = [a_desired(1, account=row)] if row else []
    found = sources(desired, [a_known(1)], tenant=[a_tenant_account(a_known(1), sign_in=shown)])
    assert found.keeps(capitals(1)) is kept
    assert found.keeps(A.account, A.id) is False


def test_the_name_of_a_held_pupil_is_kept_whatever_the_tenant_shows() -> None:
    renamed = [a_tenant_account(a_known(1), sign_in="new@ed.example.jp")]
    assert sources(known=[a_known(1)], tenant=renamed, held=[a_held(1)]).keeps(A.account)
    left = sources(known=[a_known(1)], tenant=renamed, held=[a_held(1, leaving=True)])
    assert not left.keeps(A.account)


@pytest.mark.parametrize(
    ("status", "listed", "enrolled", "kept"),
    [
        (Status.SUSPENDED, False, False, False),
        (Status.SUSPENDED, True, False, True),
        (Status.SUSPENDED, False, True, True),
        (Status.ACTIVE, False, False, True),  # tools still let it in by that name
    ],
)
def test_the_name_of_a_leaver_without_an_account_is_free_once_suspended(
    status: Status, *, listed: bool, enrolled: bool, kept: bool
) -> None:
    known = a_known(1, status=status)
    found = sources([a_desired(1)] if enrolled else [], [known],
                    tenant=[a_tenant_account(known)] if listed else [])  # fmt: skip
    assert found.keeps(A.account) is kept


def test_a_successor_is_the_one_stranger_who_wants_an_absent_pupils_account() -> None:
    known, wants = a_known(1), a_desired(2, account=capitals(1))
    assert sources([wants], [known]).successor(known) == wants.pupil
    assert sources([], [known]).successor(known) is None
    assert sources([wants, a_desired(3, account=A.account)], [known]).successor(known) is None
    assert sources([wants], [known, a_known(2)]).successor(known) is None, "is no stranger"
    enrolled = sources([wants, a_desired(1, account="new@ed.example.jp")], [known])
    assert enrolled.successor(known) is None, "is not absent"


def test_an_account_is_claimed_by_the_known_pupil_on_whose_row_it_stands() -> None:
    known, other = a_known(1), a_known(2)
    wants = a_desired(2, account=A.account)
    assert sources([wants], [known, other]).claimed(known) == B.id
    assert sources([wants], [known]).claimed(known) == "", "nobody we know"
    assert sources([], [known, other]).claimed(known) == ""
    gone = sources([wants], [known, other], tenant=[a_tenant_account(other)])
    assert gone.claimed(known) == "", "what is gone cannot be claimed"
    several = [a_known(n) for n in (1, 2, 3)]
    rows = [a_desired(n, account=A.account) for n in (3, 2)]
    assert sources(rows, several).claimed(known) == min(B.id, C.id)


def test_it_is_claimed_under_the_name_that_the_tenant_shows() -> None:
    renamed = a_tenant_account(a_known(1), sign_in="New@ed.example.jp")
    wants = a_desired(2, account="new@ed.example.jp")
    found = sources([wants], [a_known(1), a_known(2)], tenant=[renamed])
    assert found.claimed(a_known(1)) == B.id


# -- held rows -------------------------------------------------------------------------------------


TWO = (a_known(1), a_known(2))


def tied(
    *held: Held, desired: Iterable[Desired] = (), known: Iterable[Record] = TWO
) -> tuple[dict[str, str], int]:
    found = sources(desired, known, held=held)
    return {umi: one.code for umi, one in found.held.items()}, found.untied


def test_a_held_row_is_of_the_pupil_whose_id_it_bears() -> None:
    assert tied(a_held(1, account=None)) == ({A.id: "D050"}, 0)
    assert tied(a_held(3, account=None)) == ({C.id: "D050"}, 0), "known or not"


def test_a_held_row_without_an_id_is_of_whoever_has_its_account() -> None:
    assert tied(a_held(1, pupil=None, account=capitals(1))) == ({A.id: "D050"}, 0)
    assert tied(a_held(3, pupil=None)) == ({}, 1)
    assert tied(a_held(3, pupil=None, account=None), a_held(4, pupil=None)) == ({}, 2)


def test_a_held_row_under_a_strange_id_is_of_both() -> None:
    assert tied(a_held(3, account=A.account)) == ({C.id: "D050", A.id: "D050"}, 0)
    on_a_row = tied(a_held(3, account=A.account), desired=[a_desired(1)])
    assert on_a_row == ({C.id: "D050", A.id: "D050"}, 0), "on a row or not"
    assert tied(a_held(3, account=A.account, leaving=True))[0].keys() == {C.id, A.id}


def test_a_held_row_with_a_known_id_and_anothers_account_holds_the_other_who_is_on_no_row() -> None:
    row = a_held(1, account=B.account)
    assert tied(row) == ({A.id: "D050", B.id: "D050"}, 0)
    assert tied(row, desired=[a_desired(2)]) == ({A.id: "D050"}, 0)
    assert tied(a_held(1, account=B.account, leaving=True)) == ({A.id: "D050"}, 0)


def test_of_several_rows_one_that_says_left_gives_way_and_then_the_smallest_code_counts() -> None:
    rows = [a_held(1, "D010", leaving=True), a_held(1, "D060"), a_held(1, "D050")]
    for order in (rows, rows[::-1]):
        assert tied(*order)[0] == {A.id: "D050"}
    assert sources(known=[a_known(1)], held=rows).held[A.id].leaving is False
    first = [a_held(1, line=9), a_held(1, line=4)]
    assert sources(known=[a_known(1)], held=first).held[A.id].line == 4


def test_a_row_under_an_id_that_was_given_up_is_of_the_child_and_says_nothing_of_one_on_a_row() -> (
    None
):
    moved = a_known(1, tool_id=C.id)  # tools know it by an id that it had before
    assert tied(a_held(3, account=None), known=[moved]) == ({A.id: "D050"}, 0)
    assert tied(a_held(3, account=None), known=[moved], desired=[a_desired(1)]) == ({}, 0)
    again = tied(a_held(3, account=None), known=[moved, a_known(3)])
    assert again == ({C.id: "D050"}, 0), "the id is another child's by now"
    after = [a_held(3, account=None), a_held(2, "D060", account=None)]
    assert tied(*after, known=[moved, a_known(2)], desired=[a_desired(1)])[0] == {B.id: "D060"}


# -- the same child --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        ({}, True),
        ({"family": "別", "kana_family": "ベツ"}, True),
        ({"given": "別"}, False),
        ({"kana_given": "ベツ"}, False),
        ({"kana_given": "ﾐﾅﾄ"}, True),  # the same in another width
    ],
)
def test_the_same_child_has_the_same_given_name_and_reading(
    facts: dict[str, Any], *, same: bool
) -> None:
    assert same_child(A, replace(A, **facts)) is same


@pytest.mark.parametrize(
    ("facts", "same"),
    [({}, True), ({"family": "サラ", "kana_family": "サラ"}, False), ({"given": "サラ"}, False)],
)
def test_of_a_child_with_one_name_blanks_agree_with_nothing(
    facts: dict[str, Any], *, same: bool
) -> None:
    one = replace(A, family="アリ", kana_family="アリ", given="", kana_given="")
    assert same_child(one, replace(one, **facts)) is same


def test_nobody_is_not_the_same_child() -> None:
    assert same_child(A, None) is False


# -- what is to be asked for by itself -------------------------------------------------------------


def asked(desired: Iterable[Desired], known: Iterable[Record],
          tenant: Iterable[Listed] = ()) -> list[str]:  # fmt: skip
    return unseen(desired, known, tenant)


def test_asked_for_is_whom_the_listing_lacks_those_of_the_drop_first() -> None:
    known = [a_known(n) for n in (1, 2, 3)]
    listed = [a_tenant_account(known[2])]
    rest = sorted(one.object_id for one in known[:2])
    assert asked([], known, listed) == rest
    assert asked([a_desired(1)], known, listed) == [known[0].object_id, known[1].object_id]
    assert asked([a_desired(2)], known, listed) == [known[1].object_id, known[0].object_id]


@pytest.mark.parametrize(
    ("status", "desired", "is_asked"),
    [
        (Status.ACTIVE, [], True),
        (Status.PREPARED, [], True),
        (Status.SUSPENDED, [], False),
        (Status.SUSPENDED, [a_desired(1)], True),
        (Status.SUSPENDED, [a_desired(2, account=capitals(1))], True),
        (Status.SUSPENDED, [replace(a_desired(2), former=(A.id,))], True),
        (Status.SUSPENDED, [a_desired(2)], False),
        (Status.DELETED, [a_desired(1)], False),
    ],
)
def test_of_a_suspended_pupil_it_is_asked_only_where_the_drop_speaks_of_it(
    status: Status, desired: list[Desired], *, is_asked: bool
) -> None:
    known = a_known(1, status=status)
    assert asked(iter(desired), [known]) == ([known.object_id] if is_asked else [])


def test_a_former_id_on_a_row_is_of_the_drop_too() -> None:
    known = [a_known(1), a_known(2)]
    row = replace(a_desired(3), former=(B.id,))
    assert asked([row], known) == [known[1].object_id, known[0].object_id]


def test_a_deleted_account_may_be_had_back_for_whoever_has_none_of_ours() -> None:
    mine = a_tenant_account(a_known(1), mark=A.id.upper())
    assert binned_perhaps([a_desired(1)], [mine]) is False
    assert binned_perhaps([a_desired(1), a_desired(2)], [mine]) is True
    assert binned_perhaps([a_desired(1)], [replace(mine, mark="")]) is True
    assert binned_perhaps([], []) is False
