"""report.xlsx: the same facts as rows, for handing on and for writing decisions into.

Texts are written as texts whatever they look like, so nothing in the file can execute.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import xlsxwriter

from kakehashi.catalogue import RULES, japanese
from kakehashi.findings import EFFECT_LABELS, Finding
from kakehashi.report.night import Night
from kakehashi.report.page import SCHOOL_COLUMNS
from kakehashi.report.words import DECISIONS, PROPOSALS, SITUATIONS, STAGES, VERDICTS, word

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

type Cell = str | int | float | None
DECISION, ANSWERS = "決定", ["停止", "削除", "連携", "保留"]
MOST_ROWS = 200_000  # of findings; a sheet ends at 1,048,576


def xlsx(night: Night) -> bytes:
    """The workbook's bytes. Pupils appear as userMasterIdentifier only."""
    return _book(night.as_of, _sheets(night))


def findings_xlsx(findings: Sequence[Finding], as_of: date) -> bytes:
    """The findings alone, in the same columns: what `kakehashi check` hands on."""
    return _book(as_of, [("指摘", _FINDING_COLUMNS, _findings(findings, {}))])


def _book(as_of: date, sheets: Iterable[Sheet]) -> bytes:
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


def _sheets(night: Night) -> Iterator[Sheet]:
    yield "概要", (("項目", 28), ("値", 70)), _overview(night)
    headings = [word(SITUATIONS, name).ja for name in SCHOOL_COLUMNS]
    per_school = (("学校コード", 16), ("学校名", 28), *((h, 12) for h in headings))
    yield "学校別", per_school, _schools(night)
    yield "指摘", _FINDING_COLUMNS, _findings(night.findings, night.schools)
    yield "保留", _PUPIL_COLUMNS[:4], _held(night)
    yield "判断", _DECISION_COLUMNS, _proposals(night)


_FINDING_COLUMNS = (
    ("番号", 8), ("効果", 10), ("ファイル", 20), ("行", 8), ("列", 26), ("学校コード", 16),
    ("学校名", 24), ("内容", 60), ("すること", 60), ("生じたもの", 10),
)  # fmt: skip
_PUPIL_COLUMNS = (
    ("userMasterIdentifier", 38), ("番号", 8), ("学校コード", 16), ("学校名", 28),
)  # fmt: skip
_DECISION_COLUMNS = (
    ("userMasterIdentifier", 38), (DECISION, 10), ("状況", 36), ("学校コード", 16), ("学校名", 28),
    ("候補", 10),
)  # fmt: skip


def _overview(night: Night) -> Iterator[Sequence[Cell]]:
    verdict = VERDICTS[night.verdict]
    yield "結果", f"{verdict.mark} {verdict.ja}"
    yield "市", night.city_name
    yield "日付", night.as_of.isoformat()
    yield "実行", night.run_id
    yield "計画の照合番号", str(night.plan.get("checksum", ""))
    yield "児童生徒", night.pupils
    yield "反映した変更", night.done
    yield "失敗", night.failures
    for name, count in night.plan.get("counts", {}).items():
        yield word(SITUATIONS, name).ja, count
    for stage, spent in night.seconds.items():
        yield f"{word(STAGES, stage).ja}(秒)", spent


def _schools(night: Night) -> Iterator[Sequence[Cell]]:
    for code, counts in sorted(night.plan.get("schools", {}).items()):
        numbers = [counts.get(name, 0) for name in SCHOOL_COLUMNS]
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


def _held(night: Night) -> Iterator[Sequence[Cell]]:
    for code, pupils in night.held().items():
        for umi in pupils:
            yield [umi, code, *_school(night, umi)]


def _proposals(night: Night) -> Iterator[Sequence[Cell]]:
    """``決定`` is left blank: a person fills it in, and a blank row stays as it is."""
    for situation, pupils in night.proposed().items():
        in_order = sorted(pupils, key=lambda umi: (night.school_of.get(umi, ""), umi))
        for umi in in_order:
            meaning = PROPOSALS[situation].ja
            yield [umi, "", meaning, *_school(night, umi), DECISIONS[situation]]


def _school(night: Night, umi: str) -> tuple[str, str]:
    code = night.school_of.get(umi, "")
    return code, night.schools.get(code, "")


def _fill(
    sheet: Worksheet, columns: Columns, rows: Iterable[Sequence[Cell]], head: Format, text: Format
) -> None:
    for at, (heading, width) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, heading, head)
    last = 0
    for last, row in enumerate(rows, 1):
        for at, cell in enumerate(row):
            _put(sheet, last, at, cell, text)
    sheet.freeze_panes(1, 0)
    if last:
        sheet.autofilter(0, 0, last, len(columns) - 1)
    for at, (heading, _) in enumerate(columns):
        if heading == DECISION and last:
            sheet.data_validation(1, at, last, at, {"validate": "list", "source": ANSWERS})


def _put(sheet: Worksheet, row: int, at: int, cell: Cell, text: Format) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(row, at, cell)
    elif cell:
        sheet.write_string(row, at, cell, text)
    else:  # a blank that stays text when somebody types into it
        sheet.write_blank(row, at, None, text)
