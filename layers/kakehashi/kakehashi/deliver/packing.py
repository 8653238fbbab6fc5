"""Selection → the bytes of a zip, and those bytes → sheets again."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from operator import itemgetter

from kakehashi.deliver.dialect import Dialect, Header, Mode
from kakehashi.deliver.records import Key, Row
from kakehashi.deliver.selection import Selection, Status
from kakehashi.oneroster import Table, write_package

_BREAK = re.compile(r"\r\n|\r|\n")
STRETCH = 2048  # rows read back at a time: the users of a whole city are 100 MB of small strings
SOURCE = {"system_name": "Kakehashi", "system_code": "kakehashi"}  # as manifest.csv tells it
_EPOCH = (1980, 1, 1, 0, 0, 0)  # one fixed time, so the same rows are the same bytes


class UnreadableZip(ValueError):
    """The file is not what we meant to write; the text is a code, never a cell."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stretch of one file as read back.

    ``keys`` are the records of its rows, in the same order, and ``lines`` the physical lines on
    which they begin; the stretch ends before the line ``end``.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    keys: Sequence[Key]
    lines: Sequence[int]
    end: int

    def cells(self, column: str) -> Iterator[tuple[Key, str]]:
        """(record, cell) of one column; nothing where the file has no such column."""
        if column in self.columns:
            at = self.columns.index(column)
            yield from zip(self.keys, map(itemgetter(at), self.rows), strict=True)

    def at(self, line: int) -> Key | None:
        """The record whose row holds this physical line; None outside this stretch."""
        inside = self.lines[0] <= line < self.end
        return self.keys[bisect_right(self.lines, line) - 1] if inside else None


def tables(chosen: Selection, dialect: Dialect, changed_at: str) -> dict[str, list[Row]]:
    """``chosen`` as rows per file, status and dateLastModified filled in; empty files left out."""
    header = dialect.header
    found: dict[str, list[Row]] = {file: [] for file in header}
    for (file, _), (row, status) in chosen.items():
        found[file].append(_stamped(row, header[file], status, changed_at))
    return {file: rows for file, rows in found.items() if rows or dialect.every_file}


def _stamped(row: Row, columns: Sequence[str], status: Status, changed_at: str) -> Row:
    if (not status and not row[1]) or columns[1:3] != ("status", "dateLastModified"):
        return row
    return (row[0], status, changed_at if status else "", *row[3:])


def sheets_of(body: bytes, chosen: Selection) -> Iterator[tuple[str, Iterator[Sheet]]]:
    """The data files of a package we wrote, each in stretches, without any leniency.

    Raises Unreadable where the rows read are not the rows chosen.
    """
    keys: dict[str, list[Key]] = {}
    for key in chosen:
        keys.setdefault(key[0], []).append(key)
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        for file, known in keys.items():
            yield file, _stretches(package, file, known)


def _stretches(package: zipfile.ZipFile, file: str, keys: Sequence[Key]) -> Iterator[Sheet]:
    try:
        with io.TextIOWrapper(package.open(file), "utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            columns, done = next(reader), 0
            first = reader.line_num + 1
            while rows := list(islice(reader, STRETCH)):
                some, end = keys[done : done + len(rows)], reader.line_num + 1
                if len(some) != len(rows) or any(len(row) != len(columns) for row in rows):
                    raise UnreadableZip("rows")
                yield Sheet(columns, rows, some, _lines(first, end, rows), end)
                done, first = done + len(rows), end
    except (KeyError, UnicodeDecodeError, csv.Error) as exc:
        raise UnreadableZip(type(exc).__name__) from exc
    if done != len(keys):
        raise UnreadableZip("rows")


def _lines(first: int, end: int, rows: Sequence[Sequence[str]]) -> Sequence[int]:
    """The physical lines on which ``rows`` begin, of those from ``first`` until before ``end``."""
    if end - first == len(rows):
        return range(first, end)
    heights = (1 + sum(len(_BREAK.findall(cell)) for cell in row) for row in rows)
    return list(accumulate(heights, initial=first))[:-1]


def pack(dialect: Dialect, mode: Mode, data: Mapping[str, Sequence[Row]]) -> bytes:
    """The zip of ``data`` (file → rows) as the receiver wants it; the same rows, the same bytes."""
    if dialect.layout is None:
        return _plain_zip(dialect.header, data)
    tables = [Table(file, dialect.header[file], list(rows)) for file, rows in data.items()]
    return write_package(tables, dialect.layout, mode=mode, **SOURCE)


def _plain_zip(header: Header, data: Mapping[str, Sequence[Row]]) -> bytes:
    """CSVs that are not OneRoster: quotes only where needed, and no manifest."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for file, rows in data.items():
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\r\n").writerows((header[file], *rows))
            info = zipfile.ZipInfo(file, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, text.getvalue().encode())
    return out.getvalue()
