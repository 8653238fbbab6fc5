"""Physical lines in, rows out: where a row begins, and what could not be read as a row."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import contains
from typing import IO

from kakehashi.catalogue import file_rules, row_rules
from kakehashi.findings import Finding, Place
from kakehashi.oneroster.model import BadRow

BLOCK = 1 << 15  # characters: what fits the cache while its columns are looked at
LONGEST = 1 << 17  # characters of a line; csv.reader takes no longer field either

Columns = Sequence[Sequence[str]]
Fit = Callable[[list[str]], list[str]]

_FIELD = r'(?:"(?:[^"]|"")*+"|[^",\r\n]*+)'
_AS_THE_STANDARD_SAYS = re.compile(rf"{_FIELD}(?:,{_FIELD})*+")  # RFC 4180, one row


@dataclass(slots=True)
class RowReader:
    """Physical lines in, rows out; remembers what could not be read as a row.

    ``line`` is where the row last read begins, ``end`` where it ends, ``text`` the line last read
    by itself.
    """

    stream: IO[str]
    file: str
    bad: list[BadRow]
    line: int = 0
    end: int = 0
    text: str = ""
    blank: list[int] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    quotes: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stopped: bool = False
    may_say_null: bool = True  # whether the text NULL stands in the block last read
    bare: bool = False  # whether a row ends in less than CRLF
    unquoted: int = 0  # rows with a value that is not quoted
    _ahead: IO[str] = field(default_factory=io.StringIO)
    _row: list[str] = field(default_factory=list)

    def blocks(self, width: int, fit: Fit) -> Iterator[tuple[Columns, Sequence[int]]]:
        """All rows as columns, block by block, with the lines on which the rows begin.

        ``fit`` makes a row of another width fit, or gives [] for a row to leave out.
        """
        while not self.stopped:
            text = self.stream.read(BLOCK) + self.stream.readline(LONGEST)
            if not text:
                return
            columns = split(text, width) if len(text) < LONGEST else []
            if columns and all(columns[0]):
                self.may_say_null = "NULL" in text
                self.bare |= not text.endswith("\r\n")
                self.unquoted += len(columns[0]) if '"' not in text else 0
                first, self.end = self.end + 1, self.end + len(columns[0])
                yield columns, range(first, self.end + 1)
            else:
                self.may_say_null = True  # its last row may run on into what follows
                yield self._one_by_one(text, width, fit)

    def _one_by_one(self, text: str, width: int, fit: Fit) -> tuple[Columns, Sequence[int]]:
        """The rows that begin in ``text``; the last may run on into the stream."""
        self._ahead = io.StringIO(text, newline="")
        until = self.end + sum(1 for _ in self._ahead)
        self._ahead.seek(0)
        rows, lines = [], []
        for row in self.each(until):
            if cells := row if len(row) == width else fit(row):
                rows.append(cells)
                lines.append(self.line)
        return list(zip(*rows, strict=True)), lines

    def each(self, until: int = sys.maxsize) -> Iterator[list[str]]:
        """The rows one by one, to the first that ends on line ``until`` or below."""
        reader = csv.reader(self._physical(), strict=True)
        above = self.end
        while self.end < until:
            self._row.clear()
            try:
                row = next(reader, None)
            except csv.Error:
                self.line, self.end = self.end + 1, above + reader.line_num
                self._broken()
                continue
            if row is None:
                return
            self.line, self.end = self.end + 1, above + reader.line_num
            self.bare |= self.text.endswith(("\n", "\r")) and not self.text.endswith("\r\n")
            if not row or not (row[0] or any(row)):  # Excel leaves lines of bare commas
                self.blank.append(self.line)
                continue
            self._look_at(row)
            yield row

    def _physical(self) -> Iterator[str]:
        while text := self._ahead.readline() or self.stream.readline(LONGEST):
            if len(text) >= LONGEST:
                self.findings.append(file_rules.LONG_LINE.at(Place(self.file), limit=LONGEST))
                self.stopped = True
                return
            self.text = text
            self._row.append(text)
            yield text

    def _look_at(self, row: list[str]) -> None:
        """Note a line break inside a field, and a quote where the field is not quoted."""
        if self.end != self.line:
            self.breaks.append(self.line)
        if '"' in "".join(row):
            written = "".join(self._row).rstrip("\r\n")
            if not _AS_THE_STANDARD_SAYS.fullmatch(written):
                self.quotes.append(self.line)
                return
        self.unquoted += sum(text.count('"') for text in self._row) < 2 * len(row)

    def _broken(self) -> None:
        """Quotes that do not pair up: one line is one bad row; more may hide whole rows."""
        if self.hides_rows():
            return
        cells = next(csv.reader([self.text.replace('"', "")]), [])
        self.bad.append(BadRow(self.line, tuple(cells)))
        self.findings.append(row_rules.QUOTES.at(Place(self.file, self.line)))

    def hides_rows(self) -> bool:
        """Whether the present row, known to be bad, runs over lines that may be rows: refused."""
        lines = self.end - self.line + 1
        if lines == 1:
            return False
        self.findings.append(file_rules.QUOTES_BROKEN.at(Place(self.file, self.line), count=lines))
        return True

    def notes(self) -> Iterator[Finding]:
        """The leniencies used on lines, each once."""
        if self.bare:
            yield file_rules.LINE_ENDS.at(Place(self.file))
        found = (
            (file_rules.BLANK_LINES, self.blank),
            (row_rules.LINE_BREAK, self.breaks),
            (row_rules.STRAY_QUOTE, self.quotes),
        )
        for rule, lines in found:
            if lines:
                yield rule.at(Place(self.file), count=len(lines), first_line=lines[0])


def split(text: str, width: int) -> list[list[str]]:
    """Whole lines as columns, where all cells are quoted or none; [] where csv.reader must look.

    Five times as fast as csv.reader, and no list a row: quotes are counted, so that every one of
    them is known to stand at the edge of a cell, and then the cells are what stands between.
    """
    end = "\r\n" if text.endswith("\r\n") else "\n"
    lines, quotes = text.count("\n"), text.count('"')
    if not text.endswith("\n") or text.count("\r") != (lines if end == "\r\n" else 0):
        return []
    if not quotes:
        comma, edge, trim = ",", end, 0
    elif quotes == 2 * width * lines and text[0] == text[-len(end) - 1] == '"':
        comma, edge, trim = '","', f'"{end}"', 1
    else:
        return []
    # between two commas stands a cell, or the last of a row and the first of the next at an edge
    step = width - 1
    cells = text[trim : -len(end) - trim].split(comma)
    if not step or len(cells) != step * lines + 1:
        return []
    edges = cells[step:-1:step]
    pairs = edge.join(edges).split(edge) if edges else []
    if len(pairs) != 2 * len(edges) or not all(map(contains, edges, repeat(edge))):
        return []
    inner = (cells[at::step] for at in range(1, step))
    return [[cells[0], *pairs[1::2]], *inner, [*pairs[::2], cells[-1]]]
