"""A tool's receipt as a file: rows and their results, whatever its columns are called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.deliver.dialect import ReceiptForm
from kakehashi.deliver.receipt_files import (
    MOST_LINES,
    BadReceipt,
    Receipt,
    Rejected,
    read_receipt,
)
from kakehashi.deliver.receipts import Delivered, answer
from tests.unit.deliver.tools import lines

FORM = ReceiptForm()


@pytest.mark.parametrize(
    "header",
    [
        "file,line,result,reason",
        "ファイル名,行番号,取込結果,エラーコード",
        "FILE, Line ,Status,Code",
        "file_name,line no,取込結果,error_code",
        "ファイル,行,結果,理由コード",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_receipt_is_read_whatever_its_columns_are_called(header: str, encoding: str) -> None:
    body = f"{header}\r\nusers.csv,2,OK,\r\nUsers,3,NG,E012\r\n".encode(encoding)
    assert read_receipt(body, FORM) == Receipt(1, (Rejected("users.csv", 3, "", "E012"),))


def test_without_a_result_a_reason_means_rejected() -> None:
    body = lines("sourcedId,reason", "a,", "b,E1")
    assert read_receipt(body, FORM) == Receipt(1, (Rejected("", 0, "b", "E1"),))


def test_a_dialect_may_word_its_receipts_otherwise() -> None:
    form = ReceiptForm(result=("judge",), accepted=("A",))
    assert read_receipt(lines("judge,line", "A,2", "B,3"), form).accepted == 1


@pytest.mark.parametrize(
    "word",
    [
        "◯",
        "○",
        "〇",
        "済",
        "取込済み",
        "取り込み済み",
        "登録",
        "登録済み",
        "更新",
        "更新済",
        "完了",
        "新規",
        "追加",
        "変更なし",
    ],
)
def test_a_row_is_taken_in_whatever_the_word_for_it(word: str) -> None:
    told = read_receipt(lines("結果,行", f"{word},2", f"未{word},3"), ReceiptForm())
    assert (told.accepted, [row.line for row in told.rejected]) == (1, [3])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "columns"),
        (lines("name,age", "a,1"), "columns"),
        (lines("line,file", "2,users.csv"), "columns"),
        (b"\xff\xfe\x00\x81", "encoding"),
        (lines("line,result", '2,"OK'), "csv"),
        (lines("line,result", f'2,"{"x" * 200_000}"'), "csv"),
        (b"line,result\n" + b"2,OK\n" * (MOST_LINES + 1), "size"),
        (b"x" * (17 << 20), "size"),
    ],
)
def test_what_is_no_receipt_is_told_by_a_code(body: bytes, code: str) -> None:
    with pytest.raises(BadReceipt, match=code):
        read_receipt(body, FORM)
    assert answer([body], FORM, Delivered([]), "").unreadable == (code,)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: f"line,result\n{t}".encode()))
def test_whatever_a_tool_sends_nothing_breaks_and_nothing_of_it_is_told(body: bytes) -> None:
    found = answer([body], FORM, Delivered([]), "")
    assert found.refusals == ()
    assert all(f.code in {"T020", "T022"} for f in found.findings("lgate", {}))


# -- reading, line by line -------------------------------------------------------------------------


def test_blank_rows_are_none_and_of_a_row_that_is_cut_nobody_knows_that_it_was_taken() -> None:
    body = lines("line,file,result,reason", "", " , ,,", "2,users.csv,NG,E1", "3", "4,users.csv,OK")
    assert read_receipt(body, FORM) == Receipt(
        1, (Rejected("users.csv", 2, "", "E1"), Rejected("", 3, "", "other"))
    )


def test_cells_are_read_without_the_blanks_around_them() -> None:
    body = lines("line,file,result,reason", " 7 , users.csv , ok , ", "8,users.csv, NG , E1 ")
    assert read_receipt(body, FORM) == Receipt(1, (Rejected("users.csv", 8, "", "E1"),))


@pytest.mark.parametrize(
    ("file", "known"),
    [
        ("users.csv", "users.csv"),
        ("USERS.CSV", "users.csv"),
        ("users", "users.csv"),
        ("out/users.csv", "users.csv"),
        (r"C:\\out\\enrollments.csv", "enrollments.csv"),
        ("enrollments", "enrollments.csv"),
        ("list_20261124_082201.csv", "list_20261124_082201.csv"),
        ("users.csv.txt", "users.csv.txt"),
        ("", ""),
    ],
)
def test_a_file_is_known_by_its_name_whatever_stands_around_it(file: str, known: str) -> None:
    (rejected,) = read_receipt(lines("file,line,result", f"{file},2,NG"), FORM).rejected
    assert rejected == Rejected(known, 2, "", "other")


@pytest.mark.parametrize(
    ("line", "number"),
    [("2", 2), ("9999999", 9999999), ("10000000", 0), ("x", 0), ("-2", 0), ("２", 2), ("2.0", 0)],
)
def test_a_line_is_a_number_or_unknown(line: str, number: int) -> None:
    (rejected,) = read_receipt(lines("line,id,result", f"{line},a,NG"), FORM).rejected
    assert rejected.line == number


def test_of_two_columns_that_mean_the_same_the_first_counts() -> None:
    body = lines("id,sourcedId,result,status", "a,b,NG,OK")
    assert read_receipt(body, FORM) == Receipt(0, (Rejected("", 0, "a", "other"),))


@pytest.mark.parametrize(
    ("header", "readable"),
    [
        ("line,result", True),
        ("id,result", True),
        ("line,reason", True),
        ("id,reason", True),
        ("line,file", False),
        ("result,reason", False),
        ("file,reason", False),
    ],
)
def test_a_receipt_says_which_row_and_what_became_of_it(header: str, *, readable: bool) -> None:
    body = lines(header, "1,2")
    if readable:
        read_receipt(body, FORM)
        return
    with pytest.raises(BadReceipt, match=r"\Acolumns\Z"):
        read_receipt(body, FORM)


@pytest.mark.parametrize(("above", "readable"), [(0, True), (9, True), (10, False)])
def test_headings_stand_within_the_first_ten_rows(above: int, *, readable: bool) -> None:
    answered = answer(
        [lines(*["取込結果"] * above, "line,result", "2,OK")], FORM, Delivered([]), ""
    )
    assert (answered.accepted, answered.unreadable) == ((1, ()) if readable else (0, ("columns",)))


def test_the_size_of_a_receipt_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    body = lines("line,result", "2,OK")
    monkeypatch.setattr("kakehashi.deliver.receipt_files.MOST_BYTES", len(body))
    assert read_receipt(body, FORM).accepted == 1
    with pytest.raises(BadReceipt, match=r"\Asize\Z"):
        read_receipt(body + b"\n", FORM)


def test_the_lines_of_a_receipt_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kakehashi.deliver.receipt_files.MOST_LINES", 3)
    assert read_receipt(lines("line,result", *["2,OK"] * 3), FORM).accepted == 3
    with pytest.raises(BadReceipt, match=r"\Asize\Z"):
        read_receipt(lines("line,result", *["2,OK"] * 4), FORM)


def test_a_reason_of_another_form_is_told_where_the_dialect_says_so() -> None:
    form = ReceiptForm(code=re.compile("[a-z]+"))
    (rejected,) = read_receipt(lines("line,reason", "2,taken"), form).rejected
    assert rejected.reason == "taken"
