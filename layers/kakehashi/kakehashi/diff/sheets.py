"""Tables that people saved with whatever was at hand: a workbook or a CSV, as rows of texts."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator

from kakehashi.diff.workbooks import (
    UNCOMPUTED,
    Row,
    TooLarge,
    UnreadableWorkbook,
    WorkbookLimits,
    workbook,
)
from kakehashi.diff.workbooks import unescaped as _unescaped

__all__ = ["MOST_BYTES", "UNCOMPUTED", "Row", "TooLarge", "UnreadableWorkbook", "plain", "sheets"]

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
