"""The first night against a tenant that people have filled by hand, through the state machine."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tests.builders import a_drop, a_known, a_password_file, a_pupil, an_id
from tests.decisions import filled_in
from tests.nights import RULES, Night, Nights
from tests.staff import Board
from tests.tenants import as_graph

MATCHING = RULES + "[matching]\naccount = '^s\\d+$'\n"
MARK = "onPremisesExtensionAttributes"
AT_HOME, RENAMED, NEW, STRAY = (a_pupil(n) for n in (1, 2, 3, 9))


def by_hand(n: int, **facts: Any) -> dict[str, Any]:
    return as_graph(a_known(n)) | {"id": an_id(f"by hand {n}"), MARK: {}} | facts


@pytest.fixture
def first(nights: Nights) -> Night:
    """Two of three pupils have an account already, one of them under another name."""
    nights.put_rules(MATCHING)
    teacher = by_hand(8, userPrincipalName="teacher@ed.example.jp", displayName="先生")
    nights.tenant.give(by_hand(1), by_hand(2, displayName="別 人"), by_hand(9), teacher)
    passwords = a_password_file({NEW.account: "Hinagiku-0003x"})
    return nights.run(a_drop(3).zip(), passwords=passwords)


def sheet(night: Night) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(night.folder.need("report.xlsx")))
    if "名寄せ" not in book.sheetnames:
        return []
    return list(book["名寄せ"].iter_rows(min_row=2, values_only=True))


def accounts(nights: Nights) -> dict[str, dict[str, Any]]:
    return {user["userPrincipalName"]: user for user in nights.tenant.users()}


def test_the_workbook_lists_what_does_not_fit_and_the_rest_of_the_report_names_nobody(
    nights: Nights, first: Night
) -> None:
    assert [(row[0], row[3], row[9]) for row in sheet(first)] == [
        (RENAMED.id, 60, RENAMED.account),
        (AT_HOME.id, 0, AT_HOME.account),
        (NEW.id, 0, None),
        (None, None, STRAY.account),
    ]
    assert sheet(first)[0][4] == "氏名がちがう、学校が一致、学年か学級が一致"
    assert first.summary["matching"] == {
        "doubtful": 1, "no-account": 1, "not-in-roster": 1, "proposed": 2,
    }  # fmt: skip
    told = [first.folder.need(name) for name in ("report.html", "summary.json")]
    told += [first.folder.need(n) for n in first.folder.names("findings/")]
    words = [
        w for p in (AT_HOME, RENAMED, NEW, STRAY) for w in (p.account, f"{p.family} {p.given}")
    ]
    assert not [w for w in [*words, "別 人"] for text in told if w.encode() in text]
    assert not [w for w in [*words, "別 人"] if w in nights.lambdas.said.getvalue()]


def test_staff_decide_row_by_row_and_linking_again_is_harmless(
    nights: Nights, first: Night
) -> None:
    before = accounts(nights)
    linked = Board(nights).fill_in(first, {AT_HOME.id: "連携", RENAMED.id: "保留"})
    assert linked.summary["decisions"]["used"] == {"link": {"done": 1}, "keep": {"kept": 1}}
    after = accounts(nights)
    assert after[AT_HOME.account][MARK]["extensionAttribute1"] == AT_HOME.id
    assert after[AT_HOME.account]["id"] == before[AT_HOME.account]["id"]
    for stranger in (RENAMED.account, STRAY.account, "teacher@ed.example.jp"):
        assert after[stranger] == before[stranger]
    again = nights.rerun()
    assert [row[0] for row in sheet(again)] == [RENAMED.id, None]
    assert (again.verdict, accounts(nights)) == ("unchanged", after)
    body = filled_in(first.folder.need("report.xlsx"), {AT_HOME.id: "連携"})
    once_more = Board(nights).decide(body, "again.xlsx")
    assert once_more.summary["decisions"]["not_used"] == {"link": {"not-listed": 1}}
    assert accounts(nights) == after


def test_when_everybody_is_linked_the_sheet_is_gone(nights: Nights, first: Night) -> None:
    done = Board(nights).fill_in(first, {AT_HOME.id: "連携", RENAMED.id: "連携"})
    assert done.verdict == "applied"
    nights.tomorrow()
    quiet = nights.run(a_drop(3).zip())
    assert (sheet(quiet), quiet.summary["matching"]) == ([], {})
    assert quiet.summary["counts"] == {"CONFIRMED": 3}
