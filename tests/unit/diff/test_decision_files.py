"""Files that people filled in by hand: whatever they are, nobody is named by mistake."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.diff.answers import ANSWERS, JAPANESE, WORDS, fits
from kakehashi.diff.decisions import DecisionFile, Reading, read
from kakehashi.diff.reactions import PROPOSED
from kakehashi.diff.sheets import MOST_BYTES
from tests.builders import an_id
from tests.decisions import a_csv, a_workbook

ONE, TWO, THREE = an_id("one"), an_id("two"), an_id("three")
NAME = "list.csv"


def reading(body: bytes, name: str = NAME) -> Reading:
    return read(DecisionFile(f"inbox/demo/approvals/{name}", "v1", "2026-11-24T09:00:00", body))


def marks(found: Reading) -> list[tuple[str, str | None, int]]:
    return [(mark.pupil, mark.decision, mark.line) for mark in found.marks]


def rows(found: Reading) -> list[tuple[str, int | None, str | None, str]]:
    return [finding.row() for finding in found.findings]


# -- what must not be followed ---------------------------------------------------------------------


def test_a_pupil_who_is_marked_in_two_ways_is_not_marked_at_all() -> None:
    found = reading(a_csv([(ONE, "停止"), (TWO, "停止"), (ONE, "保留")]))
    assert marks(found) == [(ONE, None, 2), (TWO, "suspend", 3)]
    assert rows(found) == [(NAME, 2, "決定", "S070"), (NAME, 4, "決定", "S070")]
    assert {finding.pupil for finding in found.findings} == {ONE}


def test_a_word_nobody_knows_takes_the_other_row_of_the_pupil_with_it() -> None:
    found = reading(a_csv([(ONE, "停止"), (ONE, "ていし")]))
    assert marks(found) == [(ONE, None, 2)]
    assert [code for *_, code in rows(found)] == ["S068", "S070", "S070"]


def test_the_same_mark_twice_is_one_mark() -> None:
    found = reading(a_csv([(ONE, "停止"), (ONE, "suspend")]))
    assert (marks(found), rows(found)) == ([(ONE, "suspend", 2)], [])


@pytest.mark.parametrize("cell", ["", "佐藤 陽菜", "s000001@ed.example.jp", ONE[:-1], ONE + "0"])
def test_a_cell_that_is_no_id_is_told_by_its_line_and_never_repeated(cell: str) -> None:
    found = reading(a_csv([(cell, "削除")]))
    assert (marks(found), rows(found)) == ([], [(NAME, 2, "userMasterIdentifier", "S069")])
    assert found.findings[0].pupil is None
    assert not cell or cell not in str(found.findings[0].to_json())


def test_an_unknown_word_is_not_repeated_either() -> None:
    found = reading(a_csv([(ONE, "佐藤陽菜を停止")]))
    assert rows(found) == [(NAME, 2, "決定", "S068")]
    assert "佐藤" not in str(found.findings[0].to_json())


def test_a_file_whose_own_name_tells_something_is_not_called_by_it() -> None:
    found = reading(b"", name="佐藤陽菜.xlsx")
    assert rows(found) == [("decisions", None, None, "S066")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00\x00",
        b"\xd0\xcf\x11\xe0 an old workbook \xff\xff",
        b"PK\x03\x04 cut short",
        b'userMasterIdentifier,decision\r\n"never closed,suspend\r\n',
        b"x" * (MOST_BYTES + 1),
    ],
    ids=["empty", "utf-16", "xls", "cut zip", "open quote", "too large"],
)
def test_a_file_that_cannot_be_read_marks_nobody(body: bytes) -> None:
    assert (marks(reading(body)), rows(reading(body))) == ([], [(NAME, None, None, "S066")])


def test_a_small_zip_that_holds_a_huge_sheet_is_not_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 101_000_000)
    assert rows(reading(packed.getvalue())) == [(NAME, None, None, "S066")]


@pytest.mark.parametrize(
    "heading",
    [
        ("userMasterIdentifier", "状況"),
        ("氏名", "決定"),
        ("userMasterIdentifier", "決定", "decision"),
    ],
)
def test_a_list_without_exactly_the_two_columns_marks_nobody(heading: Sequence[str]) -> None:
    found = reading(a_csv([(ONE, "停止", "削除")], heading=heading))
    assert (marks(found), rows(found)) == ([], [(NAME, None, None, "S067")])


# -- what people do send ---------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("word", ["停止", "suspend", " SUSPEND ", "Suspend"])
def test_a_csv_is_read_in_any_of_the_usual_codings(codec: str, word: str) -> None:
    found = reading(a_csv([(ONE, word)], codec=codec))
    assert (marks(found), rows(found)) == ([(ONE, "suspend", 2)], [])


def test_every_word_means_what_it_says_in_both_languages() -> None:
    words = ["停止", "削除", "連携", "保留", "suspend", "delete", "link", "keep"]
    found = reading(a_csv([(an_id(word), word) for word in words]))
    assert [decision for _, decision, _ in marks(found)] == [
        "suspend",
        "delete",
        "link",
        "keep",
    ] * 2


def test_other_columns_titles_above_and_blank_rows_are_left_alone() -> None:
    table = [
        ("", "", ""),
        ("佐藤", ONE.upper(), "停止"),
        ("鈴木", TWO, ""),
        ("田中", THREE, "保留"),
    ]
    body = a_csv(table, heading=("氏名", "userMasterIdentifier", "決定"), above=["退出の一覧", ""])
    assert marks(reading(body)) == [(ONE, "suspend", 5), (THREE, "keep", 7)]


def test_a_line_break_in_a_cell_does_not_shift_the_lines() -> None:
    table = [("一\n二", ONE, "停止"), ("三", TWO, "なに")]
    found = reading(a_csv(table, heading=("備考", "userMasterIdentifier", "decision")))
    assert (marks(found)[0][2], rows(found)) == (2, [(NAME, 4, "決定", "S068")])


def test_a_workbook_is_read_from_the_sheet_that_has_the_columns() -> None:
    heading = ("userMasterIdentifier", "決定", "状況")
    overview = [("項目", "値")]
    body = a_workbook({"概要": overview, "判断": [heading, (ONE, "停止", "x"), (TWO, None, "x")]})
    found = reading(body)
    assert (marks(found), rows(found)) == ([(ONE, "suspend", 2)], [])


def test_two_sheets_that_contradict_each_other_are_a_contradiction() -> None:
    heading = ("userMasterIdentifier", "decision")
    found = reading(a_workbook({"a": [heading, (ONE, "suspend")], "b": [heading, (ONE, "keep")]}))
    assert (marks(found), [code for *_, code in rows(found)]) == ([(ONE, None, 2)], ["S070"] * 2)


def test_numbers_dates_and_formulas_in_a_workbook_are_only_cells() -> None:
    heading = ("userMasterIdentifier", "決定")
    found = reading(a_workbook({"判断": [heading, (12, "停止"), (ONE, 3), (TWO, "=1+1")]}))
    assert marks(found) == [(ONE, None, 3)], "a formula that was never computed is blank"
    assert [code for *_, code in rows(found)] == ["S069", "S068"]


# -- whatever comes --------------------------------------------------------------------------------

WORKBOOK = a_workbook({"判断": [("userMasterIdentifier", "決定"), (ONE, "停止"), (TWO, "削除")]})


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(WORKBOOK) - 1), st.binary(max_size=12), st.booleans())
def test_a_damaged_workbook_never_raises(at: int, junk: bytes, cut: bool) -> None:
    reading(WORKBOOK[:at] + junk + (b"" if cut else WORKBOOK[at + len(junk) :]))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=60))
def test_a_workbook_with_any_part_replaced_never_raises(junk: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for spoilt in parts:
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, junk if name == spoilt else part)
        reading(body.getvalue())


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "cp932"]))
def test_any_bytes_below_a_good_heading_never_raise(junk: bytes, codec: str) -> None:
    found = reading("userMasterIdentifier,決定\r\n".encode(codec) + junk)
    assert all(len(mark.pupil) == 36 for mark in found.marks)


def test_the_words_that_a_report_offers_are_understood() -> None:
    assert {WORDS[japanese] for japanese in JAPANESE.values()} == set(JAPANESE)
    assert set(ANSWERS) == set(PROPOSED)
    assert all(fits(answer, asked) for asked, answers in ANSWERS.items() for answer in answers)
    assert {answer for answers in ANSWERS.values() for answer in answers} | {"keep"} == set(
        JAPANESE
    )
