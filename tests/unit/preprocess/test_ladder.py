"""The ladder by itself, row by row: who is chosen, who is held, and what is said of whom."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from kakehashi.catalogue import preprocess as rules
from kakehashi.preprocess import names
from kakehashi.preprocess.duplicates import Resolved, resolve
from kakehashi.preprocess.rows import PupilRow
from kakehashi.preprocess.years import When

ONE, OTHER, ACCOUNT = "one", "other", "a@ed.example.jp"
CHILD = ("佐藤", "陽菜", "サトウ", "ヒナ")
SIBLING = ("佐藤", "湊", "サトウ", "ミナト")
ENDED: dict[str, Any] = {"when": When.ENDED}

type Told = tuple[str | int | None, ...]


def a_row(line: int, *, name: tuple[str, str, str, str] = CHILD, **facts: Any) -> PupilRow:
    family, given, kana_family, kana_given = name
    written = {"familyName": family, "givenName": given,
               "metadata.jp.kanaFamilyName": kana_family,
               "metadata.jp.kanaGivenName": kana_given}  # fmt: skip
    defaults: dict[str, Any] = {
        "source": f"source {line}", "pupil": ONE, "account": ACCOUNT, "wrong": None,
        "enabled": True, "when": When.CURRENT, "begin": "2026-04-01", "grade": "P3", "home": "",
        "org": "", "orgs": (), "held": "",
        "spelling": tuple(written.get(column, "") for column in names.COLUMNS),
    }  # fmt: skip
    return PupilRow(line, **(defaults | facts))


def told(found: Resolved) -> list[Told]:
    return [(*f.row(), f.pupil, *f.facts.values()) for f in found.findings]


def held(found: Resolved) -> list[tuple[str, int]]:
    return sorted((one.code, one.line) for one in found.held)


def test_a_row_of_nobody_is_held_for_that_or_for_what_a_check_says() -> None:
    found = resolve([a_row(2, pupil=""), a_row(3, pupil="", held="R010")])
    assert sorted((one.line, one.code) for one in found.held) == [
        (2, rules.NO_IDENTIFIER.code),
        (3, "R010"),
    ]
    assert [f.row() for f in found.findings] == [
        ("users.csv", 2, "userMasterIdentifier", rules.NO_IDENTIFIER.code)
    ]


def test_pupils_without_an_account_are_no_rivals() -> None:
    rows = [a_row(2, account=""), a_row(3, pupil=OTHER, account="", name=SIBLING)]
    found = resolve(rows)
    assert (found.chosen, found.held, found.findings) == (rows, [], [])


def test_everybody_of_an_account_of_their_own_is_chosen_and_those_without_one_first() -> None:
    without = a_row(2, pupil="three", account="", name=SIBLING)
    rows = [a_row(3), a_row(4, pupil=OTHER, account="b@ed.example.jp"), without]
    assert resolve(rows).chosen == [without, *rows[:2]]


def test_two_rows_as_good_of_one_child_under_two_ids_are_told_by_their_account() -> None:
    found = resolve([a_row(2), a_row(3, pupil=OTHER), a_row(4, pupil="old", **ENDED)])
    assert (found.chosen, len(found.held)) == ([], 3)
    assert sorted(told(found)) == [
        ("users.csv", line, "userIds", rules.SHARED_ACCOUNT.code, pupil, 2, 2)
        for line, pupil in ((2, ONE), (3, OTHER))
    ]


def test_one_row_is_chosen_whatever_its_names() -> None:
    row = a_row(2, name=("", "", "", ""))
    assert resolve([row]).chosen == [row]


@pytest.mark.parametrize("turn", list(permutations(range(3))))
def test_only_those_that_nobody_can_choose_between_are_told_and_all_are_held(
    turn: tuple[int, int, int],
) -> None:
    best = [a_row(2, begin="2026-10-01"), a_row(3, begin="2026-10-01", grade="P4")]
    older = a_row(4)
    found = resolve([[*best, older][n] for n in turn])
    assert found.chosen == []
    assert {line for _, line in held(found)} == {2, 3, 4}
    assert sorted(told(found)) == [
        ("users.csv", line, "userMasterIdentifier", rules.SHARED_IDENTIFIER.code, ONE, 2, 2)
        for line in (2, 3)
    ]


def test_two_children_under_one_id_are_told_with_both_lines() -> None:
    found = resolve([a_row(2, begin="2026-10-01"), a_row(3, account="b@x", name=SIBLING)])
    assert found.chosen == []
    assert sorted(told(found)) == [
        ("users.csv", line, "userMasterIdentifier", rules.SHARED_IDENTIFIER.code, ONE, 2, 2)
        for line in (2, 3)
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_a_rival_that_a_check_holds_goes_before_the_newest_row(*, turned: bool) -> None:
    newest = a_row(2, begin="2026-10-01")
    rivals = [a_row(3, held="R010", begin="2026-05-01"), a_row(4, held="R011", grade="P2")]
    rows = [newest, *rivals]
    found = resolve(rows[::-1] if turned else rows)
    (chosen,) = found.chosen
    assert chosen.held == "R010", "by what it says, never by its place"
    assert sorted(told(found)) == [
        ("users.csv", line, None, rules.OLDER_ROW.code, ONE, chosen.line) for line in (2, 4)
    ]  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
def test_of_rows_that_ask_for_nothing_one_with_an_account_tells_of_the_pupil(
    *, turned: bool
) -> None:
    rows = [a_row(2, account="", **ENDED), a_row(3, **ENDED)]
    (chosen,) = resolve(rows[::-1] if turned else rows).chosen
    assert chosen.account == ACCOUNT


def test_what_was_found_before_is_kept() -> None:
    nobody, older, newer = a_row(2, pupil=""), a_row(3), a_row(4, begin="2026-10-01")
    found = resolve([nobody, older, newer])
    assert {f.code for f in found.findings} == {rules.NO_IDENTIFIER.code, rules.OLDER_ROW.code}
    assert found.chosen == [newer]


def test_siblings_on_one_account_are_two_children() -> None:
    found = resolve([a_row(2), a_row(3, pupil=OTHER, name=SIBLING, **ENDED)])
    assert (found.chosen, {code for code, _ in held(found)}) == (
        [],
        {rules.ACCOUNT_OF_ANOTHER_CHILD.code},
    )
    assert sorted(told(found)) == [
        ("users.csv", line, "userIds", rules.ACCOUNT_OF_ANOTHER_CHILD.code, pupil, 2, 2)
        for line, pupil in ((2, ONE), (3, OTHER))
    ]


def test_a_blank_within_a_name_makes_no_other_child() -> None:
    spaced = ("佐 藤", "陽 菜", "", "")
    found = resolve([a_row(2), a_row(3, pupil=OTHER, name=spaced, **ENDED)])
    assert [row.line for row in found.chosen] == [2]
    assert found.left_behind == {ONE: [OTHER]}
    assert told(found) == [("users.csv", 3, "userIds", rules.LEFT_BEHIND.code, OTHER, 2)]


def test_a_row_to_come_is_told_on_its_line() -> None:
    found = resolve([a_row(2), a_row(3, pupil=OTHER, when=When.FUTURE, begin="2026-12-01")])
    assert [row.line for row in found.chosen] == [2]
    assert [(f.place.file, f.place.line, f.pupil) for f in found.findings] == [
        ("users.csv", 3, OTHER)
    ]
