"""A workbook as clerks make them: merged cells, furigana, real dates, full-width digits."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from string import ascii_uppercase
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from kakehashi.catalogue import preprocess as names
from kakehashi.catalogue import staff_list as rules
from kakehashi.diff.sheets import sheets, whole_sheets
from kakehashi.preprocess.staff import StaffListFile
from tests.builders import a_code
from tests.unit.preprocess.staff.test_sources import GOOD, HEADINGS, a_list, read, rows_of

FURIGANA = '<rPh sb="0" eb="2"><t>サトウ</t></rPh><phoneticPr fontId="1"/>'


def a_workbook(
    *rows: Mapping[str, Any], merge: str = "", epoch: datetime = CALENDAR_WINDOWS_1900,
    shown: str = "yyyy-mm-dd",
) -> bytes:  # fmt: skip
    """``epoch`` is where days are counted from, ``shown`` the format of a cell that holds one."""
    book = openpyxl.Workbook()
    book.epoch = epoch
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "令和8年度 教職員名簿"
    sheet.merge_cells("A1:E1")
    for column, name in enumerate(HEADINGS, 1):
        sheet.cell(3, column, name)
    for line, row in enumerate(rows, 4):
        for column, name in enumerate(HEADINGS, 1):
            value = {**GOOD, **row}.get(name, "")
            cell = sheet.cell(line, column, value)
            if isinstance(value, datetime):
                cell.number_format = shown
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_furigana(body: bytes, text: str) -> bytes:
    """What Excel keeps beside a name that was typed with a Japanese keyboard."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            if name == "xl/sharedStrings.xml":
                told = re.sub(f"(<t>{text}</t>)", rf"\1{FURIGANA}", part.decode())
                assert FURIGANA in told
                part = told.encode()
            after.writestr(name, part)
    return out.getvalue()


def two_sheets(*rows: Sequence[Mapping[str, Any]]) -> StaffListFile:
    laid = [list(sheet) for one in rows for sheet in sheets(a_workbook(*one))]
    return StaffListFile("list.xlsx", laid)


def listed(body: bytes) -> StaffListFile:
    return StaffListFile("list.xlsx", whole_sheets(body))


def test_of_merged_numbers_only_the_first_row_has_one_and_the_others_are_told() -> None:
    """Nothing is guessed from the row above, and nobody else is lost."""
    rows = {"職員番号": "Ｔ０００１"}, {"職員番号": ""}, {"職員番号": "T0003"}
    roster = read(listed(a_workbook(*rows, merge="A4:A5")))
    assert rows_of(roster) == [(5, "職員番号", rules.NO_NUMBER.code)]
    assert [one.number for one in roster.employments] == ["T0001", "T0003"]


@pytest.mark.parametrize(("column", "word"), [("担任学級", "3年2組"), ("状態", "休職")])
def test_what_a_merged_cell_says_of_a_second_person_holds_that_person(
    column: str, word: str
) -> None:
    """An empty cell there would say: no class, and at work."""
    at = ascii_uppercase[list(HEADINGS).index(column)]
    rows = {"職員番号": "T0001", column: word}, {"職員番号": "T0002"}, {"職員番号": "T0003"}
    roster = read(listed(a_workbook(*rows, merge=f"{at}4:{at}5")))
    assert [one for one in rows_of(roster) if one[0] == 5] == [(5, column, rules.COVERED_CELL.code)]
    assert [one.number for one in roster.employments] == ["T0001", "T0003"]


def test_a_merged_cell_without_a_text_says_nothing_of_anybody() -> None:
    at = ascii_uppercase[list(HEADINGS).index("状態")]
    rows = {"職員番号": "T0001", "状態": ""}, {"職員番号": "T0002", "状態": ""}
    roster = read(listed(a_workbook(*rows, merge=f"{at}4:{at}5")))
    assert (len(roster.employments), roster.findings) == (2, ())


def test_merged_cells_beside_the_list_and_below_it_hold_nobody() -> None:
    rows = {"職員番号": "T0001"}, {"職員番号": "T0002"}
    for merge in ("Z4:Z5", "A6:O9", "F1:H2", "P3:P5"):
        roster = read(listed(a_workbook(*rows, merge=merge)))
        assert (len(roster.employments), roster.findings) == (2, ())


def test_furigana_above_a_name_is_no_part_of_it() -> None:
    body = with_furigana(a_workbook({"姓(使用名)": "佐藤"}), "佐藤")
    (one,) = read(listed(body)).employments
    assert (one.family, one.kana_family) == ("佐藤", "スズキ")


def test_dates_are_read_as_excel_keeps_them_and_as_they_are_written() -> None:
    rows: list[dict[str, Any]] = [
        {"開始日": datetime(2026, 4, 1), "終了日": "令和9年3月31日"},  # noqa: DTZ001 - of a cell
        {"職員番号": "T0002", "開始日": "Ｒ８．４．１", "終了日": datetime(2027, 3, 31)},  # noqa: DTZ001
    ]
    roster = read(listed(a_workbook(*rows)))
    assert rows_of(roster) == []
    found = {(one.posts[0].begin, one.posts[0].end) for one in roster.employments}
    assert found == {(date(2026, 4, 1), date(2027, 3, 31))}


def test_a_name_that_lost_a_letter_on_its_way_through_shift_jis_holds_its_person() -> None:
    """A spreadsheet saves 𠮷田 as ?田 there, and says so once at the most."""
    lossy = a_list(
        {"姓(使用名)": "𠮷田".encode("cp932", "replace").decode("cp932")}, {"職員番号": "T2"}
    )
    roster = read(lossy)
    assert rows_of(roster) == [(2, "姓(使用名)", names.LETTER_LOST.code)]
    assert [one.number for one in roster.employments] == ["T2"]


@pytest.mark.parametrize(
    "shown",
    ["yyyy-mm-dd", 'ggge"年"m"月"d"日"', "[$-411]ge.m.d", "mm-dd-yy", "General;yyyy/m/d", "m/d"],
)
def test_a_day_of_a_workbook_that_counts_from_1904_is_that_day(shown: str) -> None:
    """ECMA-376 Part 1, 18.2.28: Excel for Mac, and LibreOffice 7.4 where one asks for it."""
    begins = datetime(2026, 4, 1)  # noqa: DTZ001 - of a cell
    numbers = {"職員番号": 44651, "開始日": begins, "終了日": "46477"}  # no days, and no cell's day
    body = a_workbook({"開始日": begins, "終了日": datetime(2027, 3, 31, 12)}, numbers,  # noqa: DTZ001
                      epoch=CALENDAR_MAC_1904, shown=shown)  # fmt: skip
    assert b"<v>44651</v>" in zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml")
    roster = read(listed(body))
    assert rows_of(roster) == []
    found = {one.number: (one.posts[0].begin, one.posts[0].end) for one in roster.employments}
    assert found == dict.fromkeys(("T0001", "44651"), (date(2026, 4, 1), date(2027, 3, 31)))


def test_one_fault_of_each_kind_loses_nobody_else() -> None:
    """Two people with one number, a school that is not there, days the wrong way round."""
    rows: list[dict[str, Any]] = [
        {"職員番号": "T0001"},
        {"職員番号": "T0001", "姓(使用名)": "田中", "本務・兼務": "兼務"},
        {"職員番号": "T0002", "所属コード": a_code(9)},
        {"職員番号": "T0003", "開始日": "2027-04-01", "終了日": "2027-03-31"},
        {"職員番号": "T0004"},
    ]  # fmt: skip
    roster = read(listed(a_workbook(*rows)))
    assert {code for _, _, code in rows_of(roster)} == {
        rules.TWO_PEOPLE.code, rules.UNKNOWN_SCHOOL.code, rules.DATES_REVERSED.code}  # fmt: skip
    assert [one.number for one in roster.employments] == ["T0004"]
    assert {one.pupil for one in roster.held} == {"staff-t0001", "staff-t0002", "staff-t0003"}


def test_sums_headings_that_come_again_and_rows_pasted_twice_are_nobody() -> None:
    again = dict(zip(HEADINGS, HEADINGS, strict=True))
    blank = dict.fromkeys(HEADINGS, "")
    rows: tuple[Mapping[str, Any], ...] = (
        {}, {}, again, {"職員番号": "T0002"}, blank | {"職員番号": "小　計", "名(使用名)": "2"},
        {"職員番号": "T0003", "姓(使用名)": "計"}, blank | {"姓(使用名)": "合計"},
        blank | {"職員番号": "3", "姓(使用名)": "計"}, blank,
    )  # fmt: skip
    roster = read(listed(a_workbook(*rows)))
    assert [one.number for one in roster.employments] == ["T0001", "T0002", "T0003"]
    assert roster.held == ()
    assert [(f.code, f.facts) for f in roster.findings] == [
        (rules.ROWS_OF_NOBODY.code, {"count": 5})]  # fmt: skip


def test_headings_in_two_rows_are_read_together() -> None:
    """氏名 over 姓 and 名, and 職員番号 over both rows."""
    above = {"姓(使用名)": "氏名", "名(使用名)": "", "せい(よみ)": "よみ", "めい(よみ)": ""}
    (rows,) = two_sheets([{}]).sheets
    (title, (line, heads), *people) = rows
    upper = [above.get(name, name) for name in heads]
    lower = [name if name in above else "" for name in heads]
    laid = [title, (line, upper), (line + 1, lower), *((n + 1, cells) for n, cells in people)]
    (one,) = read(StaffListFile("list.xlsx", [laid])).employments
    assert (one.number, one.family, one.kana_given, one.line) == ("T0001", "鈴木", "ミナト", 5)


def test_a_second_sheet_is_told_and_only_who_stands_in_both_waits() -> None:
    """A copy of last year that was left in the file: nobody can tell which of the two holds."""
    last_year = {"開始日": "2025-04-01", "職種": "講師"}
    roster = read(two_sheets([{}, {"職員番号": "T0002"}], [last_year, {"職員番号": "T0003"}]))
    assert [one.number for one in roster.employments] == ["T0002", "T0003"]
    assert {one.pupil for one in roster.held} == {"staff-t0001"}
    assert {f.code for f in roster.findings} == {
        rules.SEVERAL_SHEETS.code, rules.TWO_MAIN_POSTS.code}  # fmt: skip
    copied = read(two_sheets([{}, {"職員番号": "T0002"}], [{}]))
    assert [one.number for one in copied.employments] == ["T0001", "T0002"]


def test_a_row_filled_in_by_half_holds_that_person_alone() -> None:
    half = dict.fromkeys(HEADINGS, "") | {"職員番号": "T0001", "姓(使用名)": "鈴木"}
    roster = read(listed(a_workbook(half, {"職員番号": "T0002"})))
    assert [one.number for one in roster.employments] == ["T0002"]
    assert [one.pupil for one in roster.held] == ["staff-t0001"]
    assert {f.place.column for f in roster.findings} == {
        "名(使用名)", "本務・兼務", "所属コード", "開始日", "終了日"}  # fmt: skip
