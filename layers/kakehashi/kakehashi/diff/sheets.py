"""Tables that people saved with whatever was at hand: a workbook or a CSV, as rows of texts."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator

from kakehashi.diff.workbooks import (
    COVERED,
    UNCOMPUTED,
    Merged,
    Row,
    SheetRows,
    TooLarge,
    UnreadableWorkbook,
    WorkbookLimits,
    workbook,
)
from kakehashi.diff.workbooks import unescaped as _unescaped

__all__ = [
    "COVERED",
    "MOST_BYTES",
    "UNCOMPUTED",
    "Row",
    "TooLarge",
    "UnreadableWorkbook",
    "plain",
    "sheets",
    "whole_sheets",
]

MOST_BYTES = 10_000_000
MOST_ROWS = 200_000  # of a CSV


def sheets(body: bytes, limits: WorkbookLimits | None = None) -> Iterator[Iterable[Row]]:
    """Raises Unreadable, also while a sheet's rows are read; a CSV is one sheet."""
    if len(body) > MOST_BYTES:
        raise TooLarge
    if not body:
        raise UnreadableWorkbook
    if body.startswith(b"PK"):
        yield from workbook(body, limits or WorkbookLimits())
    else:
        yield _csv(body)


def whole_sheets(body: bytes) -> list[list[Row]]:
    """``sheets`` with all their rows, where a cell that a merged one of a row above covers is
    ``COVERED``: a person sees a text there, and the file has none."""
    return [
        _covered(list(sheet), sheet.merged) if isinstance(sheet, SheetRows) else list(sheet)
        for sheet in sheets(body)
    ]


def _covered(rows: list[Row], merged: Iterable[Merged]) -> list[Row]:
    """Rows without any text of their own stay blank: they are nobody's."""
    laid = {number: list(cells) for number, cells in rows if any(cells)}
    for lines, columns in merged:
        shown = laid.get(lines[0], [])[columns.start : columns.start + 1]
        for number in lines[1:] if any(shown) else ():
            if cells := laid.get(number):
                cells += [""] * (columns.stop - len(cells))
                cells[columns.start : columns.stop] = [COVERED] * len(columns)
    return [(number, laid.get(number, cells)) for number, cells in rows]


def plain(text: str) -> str:
    """Full-width letters, capitals, blanks and line ends around it do not matter, nor do signs
    that nobody sees; a line end that Excel has written as ``_x000D_`` is one."""
    seen = (sign for sign in _unescaped(text) if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen)).strip().lower()


def _csv(body: bytes) -> list[Row]:
    text = _decoded(body)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            if len(rows) == MOST_ROWS:
                raise TooLarge
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as exc:  # behind a broken quote nobody can tell which row is whose
        raise UnreadableWorkbook from exc
    return rows


def _decoded(body: bytes) -> str:
    for codec in ("utf-8-sig", "cp932"):
        try:
            text = body.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableWorkbook
