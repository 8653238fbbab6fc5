"""What is said of a file before anything is started with it."""

from __future__ import annotations

import pytest

from kakehashi.deliver.dialect import ReceiptForm
from kakehashi.refusal import Refusal
from kakehashi.staff import checking
from kakehashi.staff.checking import Looked
from tests.builders import a_drop, a_password_file, a_pupil, an_id
from tests.decisions import a_csv, a_workbook

PUPILS = [a_pupil(n) for n in range(1, 5)]


def counted(looked: Looked | Refusal) -> list[int]:
    assert isinstance(looked, Looked)
    return [n for _, n in looked.checked.counts]


def test_a_roster_is_told_by_its_lines() -> None:
    looked = checking.roster(a_drop(3).zip())
    assert isinstance(looked, Looked)
    assert looked.good
    assert looked.checked.lines["users.csv"] == 3


@pytest.mark.parametrize("body", [b"a photograph", b"PK\x03\x04broken"])
def test_what_is_no_roster_is_none(body: bytes) -> None:
    assert isinstance(checking.roster(body), Refusal)


def test_answers_are_counted_and_those_about_nobody_who_is_asked_about_are_seen() -> None:
    rows = [(PUPILS[0].id, "停止"), (PUPILS[1].id, "保留"), (PUPILS[2].id, ""), ("見本", "停止")]
    looked = checking.decisions(a_csv(rows), {PUPILS[0].id})
    assert looked.good
    assert counted(looked) == [2, 1]
    assert [f.place.line for f in looked.checked.findings] == [5]


@pytest.mark.parametrize("body", [b"", b"\x00\xff", a_csv([], heading=("氏名", "決定"))])
def test_a_list_without_answers_starts_nothing_and_says_why(body: bytes) -> None:
    looked = checking.decisions(body, ())
    assert not looked.good
    assert looked.checked.findings


def test_a_workbook_is_named_as_one() -> None:
    sheet = [("userMasterIdentifier", "決定"), (an_id("a"), "停止")]
    assert checking.decisions(a_workbook({"候補": sheet}), ()).checked.file == "decisions.xlsx"


def test_a_receipt_is_counted_and_quotes_nothing() -> None:
    body = "file,sourcedId,result,reason\nusers.csv,a,NG,山田 花子\nusers.csv,b,OK,\n".encode()
    looked = checking.receipt(body, ReceiptForm(), "lgate")
    assert counted(looked) == [1, 1, 1]
    assert "山田" not in repr(looked)
    refused = checking.receipt(b"name,age\n", ReceiptForm(), "lgate")
    assert isinstance(refused, Refusal)


def test_passwords_end_the_wait_of_whom_they_fit_and_none_is_told() -> None:
    given = {PUPILS[0].account: "Sakura-2026a", PUPILS[1].account: "Momiji-2026b",
             PUPILS[2].account: "weak"}  # fmt: skip
    looked, ended = checking.passwords(a_password_file(given), PUPILS, {PUPILS[0].id}, "wait")
    assert looked.good
    assert counted(looked) == [2, 1]
    assert ended == {PUPILS[0].id}
    assert [f.pupil for f in looked.checked.findings] == [PUPILS[2].id]
    assert "2026" not in repr(looked)


def test_a_file_without_a_password_that_can_be_used_ends_no_wait() -> None:
    looked, ended = checking.passwords(b"name,age\n1,2\n", PUPILS, {PUPILS[0].id}, "wait")
    assert (looked.good, ended) == (False, frozenset())
    assert looked.checked.findings
