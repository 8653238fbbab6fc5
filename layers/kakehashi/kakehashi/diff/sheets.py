"""Tables that people saved with whatever was at hand: a workbook or a CSV, as rows of texts."""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

MOST_BYTES = 10_000_000
MOST_UNPACKED = 100_000_000  # bytes of a workbook's parts: a small zip may hold a huge sheet
MOST_ROWS, MOST_COLUMNS = 200_000, 200

# What zipfile, the XML parser and openpyxl raise for files that are no workbooks: each of these was
# seen, or can be, and openpyxl names no common base.
_NO_WORKBOOK = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)

type Row = tuple[int, Sequence[str]]  # physical line or row of the sheet, cells


class Unreadable(Exception):
    """Neither a workbook nor a CSV, or too large for one."""


def sheets(body: bytes) -> Iterator[Iterable[Row]]:
    """Raises Unreadable; a CSV is one sheet."""
    if not body or len(body) > MOST_BYTES:
        raise Unreadable
    if body.startswith(b"PK"):
        yield from _workbook(body)
    else:
        yield _csv(body)


def plain(text: str) -> str:
    """Full-width letters, capitals and blanks around it do not matter."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def _workbook(body: bytes) -> list[list[Row]]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise Unreadable
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that openpyxl leaves out: none of ours
            book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
            return [_rows(sheet) for sheet in book.worksheets]
    except _NO_WORKBOOK as exc:
        raise Unreadable from exc


def _rows(sheet: Any) -> list[Row]:
    sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
    rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
    return [(n, ["" if cell is None else str(cell) for cell in cells])
            for n, cells in enumerate(rows, 1)]  # fmt: skip


def _csv(body: bytes) -> list[Row]:
    text = _decoded(body)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in islice(reader, MOST_ROWS):
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as exc:  # behind a broken quote nobody can tell which row is whose
        raise Unreadable from exc
    return rows


def _decoded(body: bytes) -> str:
    for codec in ("utf-8-sig", "cp932"):
        try:
            text = body.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable
