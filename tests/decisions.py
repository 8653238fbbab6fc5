"""Lists with decisions, as staff fill them in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import openpyxl

HEADING = ("userMasterIdentifier", "決定")


def a_csv(
    rows: Iterable[Sequence[str]],
    *,
    heading: Sequence[str] = HEADING,
    above: Iterable[str] = (),
    codec: str = "utf-8",
) -> bytes:
    """``above`` are lines that stand over the heading."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([line] for line in above)
    writer.writerow(heading)
    writer.writerows(rows)
    return text.getvalue().encode(codec)


def a_workbook(sheets: Mapping[str, Iterable[Sequence[Any]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def filled_in(report: bytes, decisions: Mapping[str, str]) -> bytes:
    """A report's own workbook with ``決定`` filled in wherever it asks about the pupil."""
    book = openpyxl.load_workbook(io.BytesIO(report))
    listed = {
        sheet.cell(row, 1).value: sheet.cell(row, 2)
        for sheet in book.worksheets
        if sheet.cell(1, 2).value == "決定"
        for row in range(2, sheet.max_row + 1)
    }
    for pupil, word in decisions.items():
        listed[pupil].value = word
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()
