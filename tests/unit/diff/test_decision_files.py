"""Files that people filled in by hand: whatever they are, nobody is named by mistake."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.diff import decisions
from kakehashi.diff.answers import ANSWERS, JAPANESE, WORDS, fits, meant
from kakehashi.diff.decisions import MOST_TOLD, DecisionFile, Reading, read
from kakehashi.diff.reactions import PROPOSED
from kakehashi.diff.sheets import MOST_BYTES, TooLarge, sheets
from kakehashi.diff.workbooks import WorkbookLimits
from kakehashi.report.words import KINDS
from kakehashi.report.workbook import book
from tests.builders import an_id
from tests.decisions import HEADING, a_csv, a_workbook

ONE, TWO, THREE = an_id("one"), an_id("two"), an_id("three")
NAME = "list.csv"
WORKBOOK = a_workbook({"判断": [HEADING, (ONE, "停止"), (TWO, "削除")]})


EXCEL = book(date(2026, 11, 24), [("判断", [(h, 10) for h in HEADING],
                                   [(ONE, "停止"), (TWO, "削除")])])  # fmt: skip
"""With shared texts, as Excel itself writes them."""


def parts_of(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return body.getvalue()


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
    ],
    ids=["empty", "utf-16", "xls or under a password", "cut zip", "open quote"],
)
def test_a_file_that_cannot_be_read_marks_nobody(body: bytes) -> None:
    assert (marks(reading(body)), rows(reading(body))) == ([], [(NAME, None, None, "S066")])


def test_a_file_beyond_any_list_is_told_as_too_large() -> None:
    found = reading(b"x" * (MOST_BYTES + 1))
    assert (marks(found), rows(found)) == ([], [(NAME, None, None, "S171")])


def test_a_small_zip_that_holds_a_huge_sheet_is_unpacked_no_further_than_the_limit() -> None:
    parts = parts_of(WORKBOOK)
    parts["xl/worksheets/sheet1.xml"] = b" " * 101_000_000
    found = reading(zipped(parts))
    assert (marks(found), rows(found)) == ([], [(NAME, None, None, "S171")])


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


def merged(word: str) -> bytes:
    """Two pupils, and one cell of 決定 for both."""
    heading = ("userMasterIdentifier", "決定")
    rows = [heading, (ONE, word), (TWO, "")]
    made, out = openpyxl.load_workbook(io.BytesIO(a_workbook({"判断": rows}))), io.BytesIO()
    made.worksheets[0].merge_cells("B2:B3")
    made.save(out)
    return out.getvalue()


def test_one_merged_cell_for_several_pupils_decides_about_the_first_and_tells_of_the_others() -> (
    None
):
    """A person sees the word beside both."""
    found = reading(merged("停止"))
    assert marks(found) == [(ONE, "suspend", 2), (TWO, None, 3)]
    assert [(one.code, one.place.line, one.pupil) for one in found.findings] == [("S174", 3, TWO)]
    assert reading(merged("")).findings == (), "nothing is written there"


def test_numbers_dates_and_formulas_in_a_workbook_are_only_cells() -> None:
    heading = ("userMasterIdentifier", "決定")
    found = reading(a_workbook({"判断": [heading, (12, "停止"), (ONE, 3), (TWO, "=1+1")]}))
    assert marks(found) == [(ONE, None, 3), (TWO, None, 4)]
    assert [code for *_, code in rows(found)] == ["S069", "S068", "S170"]


def test_a_formula_whose_value_was_saved_is_that_value() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    parts = parts_of(a_workbook({"判断": [HEADING, (ONE, "=A1"), (TWO, "=A1")]}))
    for cell, value in (("B2", "停止"), ("B3", "")):
        bare = f'<c r="{cell}"><f>A1</f><v></v></c>'.encode()
        parts[sheet] = parts[sheet].replace(b"<v />", b"<v></v>")
        assert bare in parts[sheet]
        saved = f'<c r="{cell}" t="str"><f>A1</f><v>{value}</v></c>'.encode()
        parts[sheet] = parts[sheet].replace(bare, saved)
    found = reading(zipped(parts))
    assert (marks(found), rows(found)) == ([(ONE, "suspend", 2)], [])


def test_a_strict_open_xml_workbook_is_read_like_any_other() -> None:
    strict = {
        name: part.replace(
            b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, part in parts_of(WORKBOOK).items()
    }
    assert any(b"purl.oclc.org" in part for part in strict.values())
    found = reading(zipped(strict))
    assert (marks(found), rows(found)) == ([(ONE, "suspend", 2), (TWO, "delete", 3)], [])


def test_readings_that_excel_writes_above_a_word_are_no_part_of_it() -> None:
    parts = parts_of(EXCEL)
    shared = "xl/sharedStrings.xml"
    bare, with_reading = "<t>停止</t>", '<t>停止</t><rPh sb="0" eb="2"><t>テイシ</t></rPh>'
    assert bare.encode() in parts[shared]
    parts[shared] = parts[shared].replace(bare.encode(), with_reading.encode())
    found = reading(zipped(parts))
    assert (marks(found), rows(found)) == ([(ONE, "suspend", 2), (TWO, "delete", 3)], [])


@pytest.mark.parametrize(
    "word", ["停止\r", "停止\r\n", "停止_x000D_\n", "\u3000停止\u200b", "利用停止_x000d_"]
)
def test_line_ends_and_signs_that_nobody_sees_do_not_matter(word: str) -> None:
    heading = ("userMasterIdentifier_x000D_", "決定\n")
    for body in (
        a_csv([(ONE, word)], heading=heading),
        a_workbook({"判断": [heading, (ONE, word)]}),
    ):
        found = reading(body)
        assert ([mark.decision for mark in found.marks], rows(found)) == (["suspend"], [])


def test_what_a_cell_may_not_hold_is_not_smuggled_in_by_an_escape() -> None:
    found = reading(a_csv([(ONE, "_x0000_"), (TWO, "_xD800_停止")]))
    assert (marks(found), rows(found)) == ([(TWO, "suspend", 3)], [])


# -- a book that is small and holds much -----------------------------------------------------------


def formatted(rows: int, columns: int = 2) -> bytes:
    """A workbook with so many rows of blank formatted cells below two decisions, and one more."""
    sheet = "xl/worksheets/sheet1.xml"
    parts = parts_of(WORKBOOK)
    blank = "".join(f'<row r="{4 + n}">{"<c/>" * columns}</row>' for n in range(rows))
    last = f'<row r="{4 + rows}"><c t="inlineStr"><is><t>{THREE}</t></is></c>'
    last += '<c t="inlineStr"><is><t>保留</t></is></c></row>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", (blank + last + "</sheetData>").encode())
    return zipped(parts)


def read_within(body: bytes, **limits: int) -> list[tuple[int, Sequence[str]]]:
    (sheet,) = (list(rows) for rows in sheets(body, WorkbookLimits(**limits)))
    return [(line, cells) for line, cells in sheet if cells]


def test_reading_stops_after_a_run_of_blank_rows_and_says_nothing_of_it() -> None:
    lines = [line for line, _ in read_within(formatted(10), blank_rows=9)]
    assert lines == [1, 2, 3], "the fourth stands behind ten blank rows"
    assert [line for line, _ in read_within(formatted(10), blank_rows=10)] == [1, 2, 3, 14]


def test_cells_are_counted_whether_blank_or_not_and_over_all_sheets() -> None:
    assert len(read_within(formatted(3), cells=14)) == 4
    with pytest.raises(TooLarge):
        read_within(formatted(3), cells=13)
    two = a_workbook({name: [HEADING, (ONE, "停止")] for name in "ab"})
    assert [len(list(sheet)) for sheet in sheets(two, WorkbookLimits(cells=8))] == [2, 2]
    with pytest.raises(TooLarge):
        _ = [list(sheet) for sheet in sheets(two, WorkbookLimits(cells=7))]


@pytest.mark.parametrize("limits", [{"texts": 3}, {"unpacked": 500}])
def test_shared_texts_and_bytes_have_limits_of_their_own(limits: dict[str, int]) -> None:
    with pytest.raises(TooLarge):
        read_within(EXCEL, **limits)


def test_a_sheet_without_the_columns_is_not_read_to_its_end() -> None:
    """The findings of a large city may fill a sheet that nobody decides on."""
    body = a_workbook({"指摘": [("番号",)] * 5_000, "判断": [HEADING, (ONE, "停止")]})
    ask = [next(iter(sheet)) for sheet in sheets(body, WorkbookLimits(cells=3_000))]
    assert [cells for _, cells in ask] == [["番号"], list(HEADING)]


def test_a_file_of_nothing_but_wrong_rows_does_not_fill_the_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = a_csv([(an_id(str(n)), "なに") for n in range(MOST_TOLD + 5)])
    found = reading(body)
    assert (len(found.findings), len(found.marks)) == (MOST_TOLD, MOST_TOLD + 5)
    monkeypatch.setattr(decisions, "MOST_DECIDED", MOST_TOLD)
    assert rows(reading(body)) == [(NAME, None, None, "S171")]


def test_entities_of_its_own_have_no_place_in_a_workbook() -> None:
    parts = parts_of(EXCEL)
    name = "xl/sharedStrings.xml"
    doctype = b'<!DOCTYPE sst [<!ENTITY a "aaaaaaaa">]>'
    parts[name] = parts[name].replace(b"<sst", doctype + b"<sst", 1)
    assert rows(reading(zipped(parts))) == [(NAME, None, None, "S066")]


_cells = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=12),
    st.integers(-(10**6), 10**6),
    st.booleans(),
    st.none(),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(_cells, max_size=5), max_size=6))
def test_what_openpyxl_has_written_is_read_cell_by_cell(table: list[list[object]]) -> None:
    table = [[f"'{cell}" if isinstance(cell, str) else cell for cell in row] for row in table]
    (sheet,) = (dict(rows) for rows in sheets(a_workbook({"一": table})))
    for number, row in enumerate(table, 1):
        texts = ["" if c is None else str(int(c)) if isinstance(c, bool) else str(c) for c in row]
        while texts and not texts[-1]:
            texts.pop()
        assert list(sheet.get(number, ())) == texts


# -- whatever comes --------------------------------------------------------------------------------


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(WORKBOOK) - 1), st.binary(max_size=12), st.booleans())
def test_a_damaged_workbook_never_raises(at: int, junk: bytes, cut: bool) -> None:
    reading(WORKBOOK[:at] + junk + (b"" if cut else WORKBOOK[at + len(junk) :]))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=60))
def test_a_workbook_with_any_part_replaced_never_raises(junk: bytes) -> None:
    parts = parts_of(WORKBOOK)
    for spoilt in parts:
        reading(zipped(parts | {spoilt: junk}))


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


def test_the_words_that_a_report_prints_for_what_is_done_are_understood_too() -> None:
    """利用停止 stands all over the report, and a person writes what stands there."""
    for kind in ("suspend", "delete", "link"):
        assert {meant(KINDS[kind].ja), meant(KINDS[kind].en), meant(f"{KINDS[kind].ja}する")} == {
            kind
        }
    assert (meant("そのまま"), meant("保留します"), meant("停止しない")) == ("keep", "keep", None)
