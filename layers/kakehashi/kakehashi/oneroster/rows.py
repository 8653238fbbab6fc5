"""Physical lines in, rows out: where a row begins, and what could not be read as a row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import itemgetter

from kakehashi.catalogue import oneroster as rules
from kakehashi.findings import Finding, Place
from kakehashi.oneroster.model import BadRow

CHUNK = 128  # lines; larger chunks fall out of the cache and cost a fifth more


@dataclass(slots=True)
class Rows:
    """Physical lines in, rows out; remembers what could not be read as a row.

    ``line`` is where the row last yielded begins, ``end`` where it ends, ``text`` the line last
    read.
    """

    stream: Iterable[str]
    file: str
    bad: list[BadRow]
    line: int = 0
    end: int = 0
    text: str = ""
    blank: list[int] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def _physical(self) -> Iterator[str]:
        for text in self.stream:
            self.text = text
            yield text

    def plain(self, width: int) -> Iterator[tuple[list[list[str]], range]]:
        """Chunks in which every line is one row of ``width`` cells, with their lines.

        The fast road: it ends before the first chunk that is not so, which stays in the stream.
        """
        stream = iter(self.stream)
        while lines := list(islice(stream, CHUNK)):
            rows = _parsed(lines)
            even = len(rows) == len(lines) and set(map(len, rows)) == {width}
            if not even or not all(map(itemgetter(0), rows)):
                self.stream = chain(lines, stream)
                return
            first, self.line, self.text = self.end + 1, self.end + len(lines), lines[-1]
            self.end = self.line
            yield rows, range(first, self.end + 1)

    def __iter__(self) -> Iterator[list[str]]:
        reader = csv.reader(self._physical(), strict=True)
        above = self.end
        while True:
            try:
                for row in reader:
                    self.line, self.end = self.end + 1, above + reader.line_num
                    if not row or not (row[0] or any(row)):  # Excel leaves lines of bare commas
                        self.blank.append(self.line)
                        continue
                    if self.end != self.line:
                        self.breaks.append(self.line)
                    yield row
                return
            except csv.Error:
                self.line, self.end = self.end + 1, above + reader.line_num
                self._broken()

    def _broken(self) -> None:
        """Quotes that do not pair up: one line is one bad row; more may hide whole rows."""
        if self.hides_rows():
            return
        cells = next(csv.reader([self.text.replace('"', "")]), [])
        self.bad.append(BadRow(self.line, tuple(cells)))
        self.findings.append(rules.QUOTES.at(Place(self.file, self.line)))

    def hides_rows(self) -> bool:
        """Whether the present row, known to be bad, runs over lines that may be rows: refused."""
        lines = self.end - self.line + 1
        if lines == 1:
            return False
        self.findings.append(rules.QUOTES_BROKEN.at(Place(self.file, self.line), count=lines))
        return True

    def notes(self) -> Iterator[Finding]:
        """The leniencies used on lines, each once."""
        for rule, lines in ((rules.BLANK_LINES, self.blank), (rules.LINE_BREAK, self.breaks)):
            if lines:
                yield rule.at(Place(self.file), count=len(lines), first_line=lines[0])


def _parsed(lines: list[str]) -> list[list[str]]:
    """``lines`` as rows, or none where they are not whole rows by themselves."""
    try:
        return list(csv.reader(lines, strict=True))
    except csv.Error:
        return []
