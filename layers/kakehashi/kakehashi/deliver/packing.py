"""Selection → the bytes of a zip, and those bytes → sheets again."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from typing import Any, TextIO, cast

from kakehashi.deliver.dialect import Dialect, Header, Mode
from kakehashi.deliver.records import Key, Row
from kakehashi.deliver.selection import TOMBSTONE, Selection, Status
from kakehashi.oneroster import ROSTER, Table, write_package
from kakehashi.oneroster.rows import Columns, split

_BREAK = re.compile(r"\r\n|\r|\n")
BLOCK = 1 << 17  # characters read back at a time: a city's users are 100 MB of small strings
STRETCH = 2048  # rows, where they must be read one by one
SOURCE = {"system_name": "Kakehashi", "system_code": "kakehashi"}  # as manifest.csv tells it
_EPOCH = (1980, 1, 1, 0, 0, 0)  # one fixed time, so the same rows are the same bytes


class UnreadableZip(ValueError):
    """The file is not what we meant to write; the text is a code, never a cell."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stretch of one file as read back: names of columns, and the cells of each.

    ``keys`` are the records of its rows, in the same order, and ``lines`` the physical lines on
    which they begin; the stretch ends before the line ``end``.
    """

    columns: Sequence[str]
    values: Sequence[Sequence[str]]
    keys: Sequence[Key]
    lines: Sequence[int]
    end: int

    def column(self, name: str) -> Sequence[str]:
        """The cells of one column, in the order of ``keys``; none where there is no such column."""
        return self.values[self.columns.index(name)] if name in self.columns else ()

    def having(self, name: str, cells: Container[str]) -> Iterator[Key]:
        """The records whose cell of this column is one of ``cells``."""
        pairs = zip(self.keys, self.column(name), strict=False)
        return (key for key, cell in pairs if cell in cells)

    def at(self, line: int) -> Key | None:
        """The record whose row holds this physical line; None outside this stretch."""
        inside = self.lines[0] <= line < self.end
        return self.keys[bisect_right(self.lines, line) - 1] if inside else None


class StampedRows(Sequence[Row]):
    """Rows of one file with status and dateLastModified filled in as they are read: a delta of a
    whole city is not copied for two cells a row."""

    def __init__(self, file: str, chosen: Selection, columns: Sequence[str], at: str) -> None:
        self._living = list(chosen.living.get(file, {}).values())
        self._gone = list(chosen.gone.get(file, {}).values())
        self._status, self._changed_at = chosen.status, at
        self._bare = columns[1:3] != ("status", "dateLastModified")

    def __len__(self) -> int:
        return len(self._living) + len(self._gone)

    def __iter__(self) -> Iterator[Row]:
        yield from self._stamped(self._living, self._status)
        yield from self._stamped(self._gone, TOMBSTONE)

    def __getitem__(self, at: Any) -> Any:
        return list(self)[at]

    def _stamped(self, rows: Iterable[Row], status: Status) -> Iterable[Row]:
        if self._bare:
            return rows
        at = self._changed_at if status else ""
        return ((row[0], status, at, *row[3:]) for row in rows)


def tables(chosen: Selection, dialect: Dialect, changed_at: str) -> dict[str, StampedRows]:
    """``chosen`` as rows per file, status and dateLastModified filled in; empty files left out."""
    found = {f: StampedRows(f, chosen, c, changed_at) for f, c in dialect.header.items()}
    return {file: rows for file, rows in found.items() if rows or dialect.every_file}


def sheets_of(
    body: bytes, chosen: Selection, read: Mapping[str, Table]
) -> Iterator[tuple[str, Iterable[Sheet]]]:
    """The data files of a package we wrote, without any leniency: those that were ``read`` as they
    stand, and the others in stretches.

    Raises Unreadable where the rows read are not the rows chosen.
    """
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        for file in ROSTER:
            keys = [(file, sourced_id) for sourced_id, _ in chosen.of(file)]
            if keys and (table := read.get(file)):
                yield file, [_as_read(table, keys)]
            elif keys:
                yield file, _stretches(package, file, keys)


def _as_read(table: Table, keys: Sequence[Key]) -> Sheet:
    if len(table.lines) != len(keys):
        raise UnreadableZip("rows")
    values = [table.cells(at) for at in range(len(table.columns))]
    return Sheet(table.columns, values, keys, table.lines, table.lines[-1] + 1)


def _stretches(package: zipfile.ZipFile, file: str, keys: Sequence[Key]) -> Iterator[Sheet]:
    done, line = 0, 2
    try:
        with io.TextIOWrapper(package.open(file), "utf-8-sig", newline="") as text:
            columns = next(csv.reader([text.readline()], strict=True))
            for values, lines, end in _blocks(text, len(columns)):
                some = keys[done : done + len(lines)]
                if len(some) != len(lines):
                    raise UnreadableZip("rows")
                at = range(line, line + end) if len(lines) == end else [line + n for n in lines]
                yield Sheet(columns, values, some, at, line + end)
                done, line = done + len(lines), line + end
    except (KeyError, UnicodeDecodeError, csv.Error) as exc:
        raise UnreadableZip(type(exc).__name__) from exc
    if done != len(keys):
        raise UnreadableZip("rows")


def _blocks(text: TextIO, width: int) -> Iterator[tuple[Columns, Sequence[int], int]]:
    """The columns of some rows, the physical lines on which these begin, counted from the first of
    them, and how many lines they take. What cannot be split at its commas is read cell by cell."""
    while block := text.read(BLOCK) + text.readline():
        if values := split(block, width):
            yield values, range(len(values[0])), len(values[0])
            continue
        reader, begun = csv.reader(chain(io.StringIO(block, newline=""), text), strict=True), 0
        while rows := list(islice(reader, STRETCH)):
            if any(len(row) != width for row in rows):
                raise UnreadableZip("rows")
            height, begun = reader.line_num - begun, reader.line_num
            yield list(zip(*rows, strict=True)), _begins(height, rows), height
        return


def _begins(height: int, rows: Sequence[Sequence[str]]) -> Sequence[int]:
    """On which of ``height`` physical lines each of ``rows`` begins."""
    if height == len(rows):
        return range(height)
    heights = (1 + sum(len(_BREAK.findall(cell)) for cell in row) for row in rows)
    return list(accumulate(heights, initial=0))[:-1]


def pack(dialect: Dialect, mode: Mode, data: Mapping[str, Sequence[Row]]) -> bytes:
    """The zip of ``data`` (file → rows) as the receiver wants it; the same rows, the same bytes."""
    if dialect.layout is None:
        return _plain_zip(dialect.header, data)
    # only gone through, once and in order
    tables = [Table(f, dialect.header[f], cast("list[Row]", rows)) for f, rows in data.items()]
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
