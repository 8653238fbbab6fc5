"""The slips to print and cut: an Excel workbook that opens only with a password.

Excel's own encryption (ECMA-376 agile, AES-256): the one kind that staff can open on any school
computer without a further program. Made and encrypted in memory; what is not encrypted never
reaches the disk.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from kakehashi.people.pupil import GRADE_LABELS
from kakehashi.preprocess.initial import Slip

COLUMNS = (
    ("学校", 24), ("学年", 6), ("学級", 12), ("番号", 6), ("氏名", 18), ("サインイン名", 34),
    ("初期パスワード", 24),
)  # fmt: skip
ROW_HEIGHT = 36  # points: room for the scissors
SHORTEST_KEY = 12


def encrypted_workbook(slips: Sequence[Slip], key: str) -> bytes:
    """The workbook's bytes, to be opened with ``key``."""
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(_workbook(slips))).encrypt(key, out)
    return out.getvalue()


def _workbook(slips: Sequence[Slip]) -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        head = book.add_format({"bold": True, "bg_color": "#E7ECF0", "border": 1})
        cell = book.add_format({"num_format": "@", "border": 4, "valign": "vcenter"})
        secret = book.add_format({"num_format": "@", "border": 4, "valign": "vcenter",
                                  "font_name": "Consolas", "font_size": 14})  # fmt: skip
        sheet = book.add_worksheet("配布票")
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for column, (title, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, head)
        for row, texts in enumerate(_rows(slips), 1):
            sheet.set_row(row, ROW_HEIGHT)
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, secret if column == len(texts) - 1 else cell)
    return buffer.getvalue()


def _rows(slips: Sequence[Slip]) -> Iterator[tuple[str, ...]]:
    for slip in slips:
        pupil = slip.pupil
        yield (
            pupil.school_name,
            GRADE_LABELS.get(pupil.grade, pupil.grade),
            pupil.class_title,
            str(pupil.attendance_no or ""),
            f"{pupil.family} {pupil.given}".strip(),
            pupil.account,
            slip.password,
        )
