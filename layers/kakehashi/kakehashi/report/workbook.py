"""report.xlsx: the same facts as rows, for handing on and for writing decisions into.

Texts are written as texts whatever they look like, so nothing in the file can execute.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import xlsxwriter

from kakehashi.catalogue.index import RULES, japanese
from kakehashi.diff.answers import ANSWERS, DECISION, JAPANESE, PUPIL
from kakehashi.diff.matching import Match
from kakehashi.diff.situations import Situation
from kakehashi.findings import EFFECT_LABELS, Finding
from kakehashi.report import matching, rehearsal
from kakehashi.report.night import Night
from kakehashi.report.times import times_of
from kakehashi.report.words import PROPOSALS, SCHOOL_COLUMNS, SITUATIONS, STAGES, VERDICTS, word

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

type Cell = str | int | float | None
MOST_ROWS = 200_000  # of findings; a sheet ends at 1,048,576


def xlsx(night: Night, matches: Sequence[Match] = ()) -> bytes:
    """The workbook's bytes. Pupils appear as userMasterIdentifier only, but on the sheet 名寄せ,
    which is there as long as accounts wait to be matched."""
    return book(night.as_of, _sheets(night, matches))


def findings_xlsx(findings: Sequence[Finding], as_of: date) -> bytes:
    """The findings alone, in the same columns: what `kakehashi check` hands on."""
    return book(as_of, [("指摘", _FINDING_COLUMNS, _findings(findings, {}))])


def book(as_of: date, sheets: Iterable[Sheet]) -> bytes:
    """A workbook of sheets with a heading each, made in memory."""
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


def _sheets(night: Night, matches: Sequence[Match]) -> Iterator[Sheet]:
    yield "概要", (("項目", 28), ("値", 70)), _overview(night)
    headings = [word(SITUATIONS, name).ja for name in SCHOOL_COLUMNS]
    per_school = (("学校コード", 16), ("学校名", 28), *((h, 12) for h in headings))
    yield "学校別", per_school, _schools(night)
    yield "指摘", _FINDING_COLUMNS, _findings(night.findings, night.schools)
    yield "保留", _PUPIL_COLUMNS[:4], _held(night)
    elsewhere = {one.pupil for one in matches}
    yield "判断", _DECISION_COLUMNS, _proposals(night, elsewhere)
    if night.comparison.get("differences"):
        yield rehearsal.SHEET, rehearsal.COLUMNS, rehearsal.rows(night)
    if matches:
        yield matching.TITLE, matching.COLUMNS, matching.rows(matches, night.schools)


_FINDING_COLUMNS = (
    ("番号", 8), ("効果", 10), ("ファイル", 20), ("行", 8), ("列", 26), ("学校コード", 16),
    ("学校名", 24), ("内容", 60), ("すること", 60), ("生じたもの", 10),
)  # fmt: skip
_PUPIL_COLUMNS = (
    (PUPIL, 38), ("番号", 8), ("学校コード", 16), ("学校名", 28),
)  # fmt: skip
_DECISION_COLUMNS = (
    (PUPIL, 38), (DECISION, 10), ("状況", 36), ("学校コード", 16), ("学校名", 28),
    ("候補", 14), ("いっしょに決まる児童生徒", 38),
)  # fmt: skip


def _overview(night: Night) -> Iterator[Sequence[Cell]]:
    verdict = VERDICTS[night.verdict]
    yield "結果", f"{verdict.mark} {verdict.ja}"
    yield "市", night.city_name
    yield "日付", night.as_of.isoformat()
    yield "実行", night.run_id
    if night.undo:
        yield "取り消す実行", night.undo["run_id"]
    yield "計画の照合番号", str(night.plan.get("checksum", ""))
    yield "児童生徒", night.pupils
    yield "反映した変更", night.done
    yield "失敗", night.failures
    if times := times_of(night.progress):
        yield "アカウント反映の終了(予測)", times.forecast
        yield "アカウント反映の終了(実際)", times.ended
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


def _proposals(night: Night, elsewhere: Set[str]) -> Iterator[Sequence[Cell]]:
    """``決定`` is left blank: a person fills it in, and a blank row stays as it is.

    Whoever stands on the sheet 名寄せ is asked about there, once.
    """
    for situation, pupils in night.proposed().items():
        asked = set(pupils) - elsewhere
        for umi in sorted(asked, key=lambda umi: (night.school_of.get(umi, ""), umi)):
            answers = "・".join(JAPANESE[answer] for answer in ANSWERS[Situation(situation)])
            yield [umi, "", PROPOSALS[situation].ja, *_school(night, umi), answers,
                   _others(night, umi)]  # fmt: skip


def _others(night: Night, umi: str) -> str:
    """Those for whom the same decision holds: one proposal may be about several."""
    asked = night.plan.get("questions", {}).get(umi, {}).get("pupils", ())
    return "、".join(other for other in asked if other != umi)


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
            answers = {"validate": "list", "source": list(JAPANESE.values())}
            sheet.data_validation(1, at, last, at, answers)


def _put(sheet: Worksheet, row: int, at: int, cell: Cell, text: Format) -> None:
    if isinstance(cell, int | float):
        sheet.write_number(row, at, cell)
    elif cell:
        sheet.write_string(row, at, cell, text)
    else:  # a blank that stays text when somebody types into it
        sheet.write_blank(row, at, None, text)
