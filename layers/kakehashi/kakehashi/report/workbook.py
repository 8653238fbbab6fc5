"""report.xlsx: the same facts as rows, for handing on and for writing decisions into.

Texts are written as texts whatever they look like, so nothing in the file can execute.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from kakehashi.actions import Situation
from kakehashi.catalogue.index import RULES, japanese
from kakehashi.diff.answers import ANSWERS, DECISION, JAPANESE, PUPIL, REHEARSED
from kakehashi.diff.matching import Match
from kakehashi.findings import EFFECT_LABELS, Finding
from kakehashi.guide import Cell
from kakehashi.report import matching, rehearsal, staff_section
from kakehashi.report.night import Night
from kakehashi.report.people import COLUMNS as PEOPLE
from kakehashi.report.people import NOBODY, People, cells_of
from kakehashi.report.staff_section import StaffLine
from kakehashi.report.times import times_of
from kakehashi.report.words import PROPOSALS, SCHOOL_COLUMNS, SITUATIONS, STAGES, VERDICTS, word

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 200_000  # of findings; a sheet ends at 1,048,576
_A4 = 9  # as Excel numbers its papers
_ALWAYS = frozenset({PUPIL, DECISION, REHEARSED})


def xlsx(
    night: Night, matches: Sequence[Match] = (), people: People = NOBODY,
    staff: Sequence[StaffLine] = (),
) -> bytes:  # fmt: skip
    """The workbook's bytes. The sheets 判断, 保留 and 名寄せ name the pupils, as last known, since
    nobody could decide without; the last is there as long as accounts wait to be matched. So does
    教職員, where ``staff`` wait for a person."""
    sheets = list(_sheets(night, matches, people))
    if staff and night.mode != "rehearse":
        lines = staff_section.rows(staff, night.staff.second)
        sheets.append((staff_section.TITLE, staff_section.COLUMNS, lines))
    return book(night.as_of, sheets)


def findings_xlsx(findings: Sequence[Finding], as_of: date) -> bytes:
    """The findings alone, in the same columns: what `kakehashi check` hands on."""
    return book(as_of, [("指摘", _FINDING_COLUMNS, _findings(findings, {}))])


def book(as_of: date, sheets: Iterable[Sheet]) -> bytes:
    """A workbook of sheets with a heading each, made in memory."""
    import xlsxwriter  # noqa: PLC0415 - not in the cold start of who makes none

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": datetime.combine(as_of, time.min)})
        head = book.add_format({"bold": True, "bg_color": "#E7ECF0", "text_wrap": True})
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        for title, columns, rows in sheets:
            _fill(book.add_worksheet(title), columns, rows, head, text)
    return buffer.getvalue()


type Columns = Sequence[tuple[str, int]]  # heading, width in characters
type Sheet = tuple[str, Columns, Iterable[Sequence[Cell]]]


def _sheets(night: Night, matches: Sequence[Match], people: People) -> Iterator[Sheet]:
    yield "概要", (("項目", 28), ("値", 70)), _overview(night)
    headings = [word(SITUATIONS, name).ja for name in _used(night)]
    per_school = (("学校コード", 16), ("学校名", 28), *((h, 12) for h in headings))
    yield "学校別", per_school, _schools(night)
    rows = _findings(night.findings, night.schools)
    yield "指摘", _FINDING_COLUMNS, (night.guide.row(row, night.city) for row in rows)
    yield "保留", _HELD_COLUMNS, (night.guide.row(row, night.city) for row in _held(night, people))
    elsewhere = {one.pupil for one in matches}
    yield "判断", _asked(night, _DECISION_COLUMNS), _proposals(night, elsewhere, people)
    if night.comparison and night.comparison.differences:
        yield rehearsal.SHEET, rehearsal.COLUMNS, rehearsal.rows(night)
    if matches:
        columns = _asked(night, matching.COLUMNS)
        yield matching.TITLE, columns, matching.rows(matches, night.schools)


def _asked(night: Night, columns: Columns) -> Columns:
    """The same columns; in a rehearsal, where nobody is asked yet, 決定 is told apart: a sheet with
    that heading is not taken."""
    if night.mode != "rehearse":
        return columns
    return [(REHEARSED if heading == DECISION else heading, width) for heading, width in columns]


_FINDING_COLUMNS = (
    ("番号", 8), ("効果", 10), ("ファイル", 20), ("行", 8), ("列", 26), ("学校コード", 16),
    ("学校名", 24), ("内容", 60), ("すること", 60), ("生じたもの", 10),
)  # fmt: skip
_HELD_COLUMNS = (
    (PUPIL, 38), ("番号", 8), ("すること", 50), *PEOPLE, ("学校コード", 16), ("学校名", 28),
)  # fmt: skip
_DECISION_COLUMNS = (
    (PUPIL, 38), (DECISION, 10), ("状況", 36), *PEOPLE, ("学校コード", 16), ("学校名", 28),
    ("候補", 14), ("いっしょに決まる児童生徒", 38),
)  # fmt: skip


def _overview(night: Night) -> Iterator[Sequence[Cell]]:
    verdict = VERDICTS[night.verdict]
    yield "結果", f"{verdict.mark} {verdict.ja}"
    yield "市", night.city_name
    yield "日付", night.as_of.isoformat()
    yield "実行", night.run_id
    if night.undo:
        yield "取り消す実行", night.undo.run_id
    yield "計画の照合番号", night.plan.checksum
    yield "児童生徒", night.pupils
    yield "反映した変更", night.done
    yield "失敗", night.failures
    if times := times_of(night.progress):
        yield "アカウント反映の終了(予測)", times.forecast
        yield "アカウント反映の終了(実際)", times.ended
    for name, count in night.plan.counts.items():
        yield word(SITUATIONS, name).ja, count
    for stage, spent in night.seconds.items():
        yield f"{word(STAGES, stage).ja}(秒)", spent


def _used(night: Night) -> list[str]:
    """The situations in which any school has a pupil, in the report's order."""
    per_school = night.plan.schools.values()
    return [name for name in SCHOOL_COLUMNS if any(counts.get(name) for counts in per_school)]


def _schools(night: Night) -> Iterator[Sequence[Cell]]:
    told = _used(night)
    for code, counts in sorted(night.plan.schools.items()):
        numbers = [counts.get(name, 0) for name in told]
        yield [code, night.schools.get(code, ""), *numbers]


def _findings(findings: Sequence[Finding], schools: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    for finding in findings[:MOST_ROWS]:
        rule = RULES.get(finding.code)
        yield [
            finding.code,
            EFFECT_LABELS[finding.effect],
            finding.place.file,
            finding.place.line,
            finding.place.column,
            finding.school,
            schools.get(finding.school or "", ""),
            japanese(finding) if rule else "",
            rule.todo if rule else "",
            finding.children or None,
        ]


def _held(night: Night, people: People) -> Iterator[Sequence[Cell]]:
    for code, pupils in night.held().items():
        rule = RULES.get(code)
        for umi in pupils:
            who = cells_of(people, umi)
            yield [umi, code, rule.todo if rule else "", *who, *_school(night, umi)]


def _proposals(night: Night, elsewhere: Set[str], people: People) -> Iterator[Sequence[Cell]]:
    """``決定`` is left blank: a person fills it in, and a blank row stays as it is.

    Whoever stands on the sheet 名寄せ is asked about there, once.
    """
    for situation, pupils in night.proposed().items():
        asked = set(pupils) - elsewhere
        for umi in sorted(asked, key=lambda umi: (night.school_of.get(umi, ""), umi)):
            answers = "・".join(JAPANESE[answer] for answer in ANSWERS[Situation(situation)])
            who, where = cells_of(people, umi), _school(night, umi)
            others = _others(night, umi, people)
            yield [umi, "", PROPOSALS[situation].ja, *who, *where, answers, others]


def _others(night: Night, umi: str, people: People) -> str:
    """Those for whom the same decision holds: one proposal may be about several."""
    asked = night.plan.asked_with(umi)
    return "、".join(f"{other} {people[other].name}" if other in people else other
                    for other in asked if other != umi)  # fmt: skip


def _school(night: Night, umi: str) -> tuple[str, str]:
    code = night.school_of.get(umi, "")
    return code, night.schools.get(code, "")


def _fill(
    sheet: Worksheet, columns: Columns, rows: Iterable[Sequence[Cell]], head: Format, text: Format
) -> None:
    filled = list(rows)
    shown = _shown(columns, filled)
    for at, column in enumerate(shown):
        heading, width = columns[column]
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, heading, head)
    for number, row in enumerate(filled, 1):
        for at, column in enumerate(shown):
            _put(sheet, number, at, row[column] if column < len(row) else None, text)
    sheet.freeze_panes(1, 0)
    _on_paper(sheet)
    last = len(filled)
    if last:
        sheet.autofilter(0, 0, last, len(shown) - 1)
    for at, column in enumerate(shown):
        if columns[column][0] == DECISION and last:
            answers = {"validate": "list", "source": list(JAPANESE.values())}
            sheet.data_validation(1, at, last, at, answers)


def _shown(columns: Columns, rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Columns in which something stands, and the two that a person needs to answer; all of them
    above no rows."""
    used = {at for row in rows for at, cell in enumerate(row) if cell not in {None, ""}}
    kept = {at for at, (heading, _) in enumerate(columns) if heading in _ALWAYS}
    return sorted(used | kept) if rows else list(range(len(columns)))


def _on_paper(sheet: Worksheet) -> None:
    """A4 landscape, as wide as a page, with the headings above and the sheet's name below."""
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&A&R&P / &N")


def _put(sheet: Worksheet, row: int, at: int, cell: Cell, text: Format) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(row, at, cell)
    elif cell:
        sheet.write_string(row, at, cell, text)
    else:  # a blank that stays text when somebody types into it
        sheet.write_blank(row, at, None, text)
