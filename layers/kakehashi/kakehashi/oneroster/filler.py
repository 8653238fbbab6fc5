"""Puts rows under a header, chunk by chunk.

A chunk is tidied column by column, so that a whole column is judged by one look and values that
repeat share one string.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from kakehashi.catalogue import oneroster as rules
from kakehashi.findings import Finding, Place, Rule
from kakehashi.oneroster.columns import ROSTER, Column
from kakehashi.oneroster.header import Header
from kakehashi.oneroster.leniency import Tally, Tidy, replacements, tidy_of
from kakehashi.oneroster.model import BadRow, Table
from kakehashi.oneroster.rows import CHUNK, Rows

_REPEATING = frozenset(
    (
        "enum",
        "bool",
        "date",
        "year",
        "int",
        "grade",
        "grades",
        "ref",
        "refs",
        "list",
        "name",
        "mode",
    )
)

Share = Callable[[str, str], str]


class Filler:
    """Puts rows under a header, chunk by chunk."""

    def __init__(
        self,
        table: Table,
        header: Header,
        known: Mapping[str, Column],
        shared: dict[str, str],
    ) -> None:
        self.table, self.width, self.padding = table, len(header.columns), header.padding
        self.specs = [known.get(name) or Column(name, "text") for name in header.columns]
        self.tidies: list[Tidy | None] = [tidy_of(table.file, spec) for spec in self.specs]
        self.share = [_sharing(table.file, spec, shared) for spec in self.specs]
        self.tally = Tally(table.file)
        self.findings: list[Finding] = []

    def fill(self, rows: Rows) -> None:
        for plain, where in rows.plain(self.width):
            self._store(plain, where)
        self._fill_slowly(rows)
        self._look_at_the_end(rows)

    def _fill_slowly(self, rows: Rows) -> None:
        chunk: list[list[str]] = []
        lines: list[int] = []
        for row in rows:
            cells = row if len(row) == self.width else self._fit(row, rows)
            if not cells:
                continue
            chunk.append(cells)
            lines.append(rows.line)
            if len(chunk) == CHUNK:
                self._store(chunk, lines)
                chunk, lines = [], []
        if chunk:
            self._store(chunk, lines)

    def _fit(self, row: list[str], rows: Rows) -> list[str]:
        """``row`` without the empty cells under empty headers; [] where it does not fit."""
        cells, rest = row[: self.width], row[self.width :]
        if len(cells) == self.width and self.padding and not any(rest):
            return cells
        return self._reject(row, rows)

    def _reject(self, row: list[str], rows: Rows) -> list[str]:
        self.table.bad.append(BadRow(rows.line, tuple(row)))
        if not rows.hides_rows():
            place = Place(self.table.file, rows.line)
            self.findings.append(rules.WIDTH.at(place, count=len(row), wanted=self.width))
        return []

    def _look_at_the_end(self, rows: Rows) -> None:
        """A last row that is both too short and without a line end was cut off in transfer."""
        last = self.table.bad[-1] if self.table.bad else None
        if last and last.line == rows.line and not rows.text.endswith(("\n", "\r")):
            self.findings.append(rules.CUT_OFF.at(Place(self.table.file, last.line)))

    def _store(self, chunk: list[list[str]], lines: Sequence[int]) -> None:
        columns: list[Iterable[str]] = list(zip(*chunk, strict=True))
        for at, tidy in enumerate(self.tidies):
            column = columns[at]
            if not any(column):
                continue
            if tidy and (new := replacements(tidy, column)):
                column = self._replace(column, new, lines)
            share = self.share[at]
            columns[at] = map(share, column, column) if share else column
        self.table.rows.extend(zip(*columns, strict=True))
        self.table.lines.extend(lines)

    def _replace(
        self, column: Iterable[str], new: Mapping[str, tuple[str, Rule]], lines: Sequence[int]
    ) -> list[str]:
        out = []
        for value, line in zip(column, lines, strict=True):
            reading, rule = new.get(value, (value, None))
            out.append(reading)
            if rule:
                self.tally.add(rule, line)
        return out


def _sharing(file: str, column: Column, shared: dict[str, str]) -> Share | None:
    """How cells of ``column`` find the one string that stands for their value.

    The ids of users and schools are shared with everything that refers to them.
    """
    referred_to = column.kind == "guid" and file in ROSTER[:5]
    return shared.setdefault if referred_to or column.kind in _REPEATING else None
