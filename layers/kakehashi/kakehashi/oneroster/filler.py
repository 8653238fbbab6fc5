"""Puts rows under a header, block by block.

A block is tidied column by column, so that a whole column is judged by one look and values that
repeat share one string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from kakehashi.catalogue import file_rules, row_rules
from kakehashi.findings import Finding, Place, Rule
from kakehashi.oneroster.columns import ROSTER, Column
from kakehashi.oneroster.header import Header
from kakehashi.oneroster.leniency import Tally, Tidy, replacements, tidy_of
from kakehashi.oneroster.model import BadRow, ByColumn, Table
from kakehashi.oneroster.rows import Columns, RowReader

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
    """Puts rows under a header, block by block."""

    def __init__(
        self,
        table: Table,
        header: Header,
        known: Mapping[str, Column],
        shared: dict[str, str],
    ) -> None:
        self.table, self.width, self.padding = table, len(header.columns), header.padding
        table.rows = self.rows = ByColumn(self.width)
        self.specs = [known.get(name) or Column(name, "text") for name in header.columns]
        self.tidies: list[Tidy | None] = [tidy_of(table.file, spec) for spec in self.specs]
        self.kinds = [spec.kind for spec in self.specs]
        self.share = [_sharing(table.file, spec, shared) for spec in self.specs]
        self.tally = Tally(table.file)
        self.findings: list[Finding] = []

    def fill(self, rows: RowReader) -> None:
        for columns, lines in rows.blocks(self.width, partial(self._fit, rows)):
            if columns:
                self._store(columns, lines, may_say_null=rows.may_say_null)
        self._look_at_the_end(rows)

    def _fit(self, rows: RowReader, row: list[str]) -> list[str]:
        """``row`` without the empty cells under empty headers; [] where it does not fit."""
        cells, rest = row[: self.width], row[self.width :]
        if len(cells) == self.width and self.padding and not any(rest):
            return cells
        return self._reject(row, rows)

    def _reject(self, row: list[str], rows: RowReader) -> list[str]:
        self.table.bad.append(BadRow(rows.line, tuple(row)))
        if not rows.hides_rows():
            place = Place(self.table.file, rows.line)
            self.findings.append(row_rules.WIDTH.at(place, count=len(row), wanted=self.width))
        return []

    def _look_at_the_end(self, rows: RowReader) -> None:
        """A last row that is both too short and without a line end was cut off in transfer."""
        last = self.table.bad[-1] if self.table.bad else None
        if last and last.line == rows.line and not rows.text.endswith(("\n", "\r")):
            self.findings.append(file_rules.CUT_OFF.at(Place(self.table.file, last.line)))

    def _store(self, columns: Columns, lines: Sequence[int], *, may_say_null: bool) -> None:
        parts = zip(self.rows.columns, columns, self.tidies, self.kinds, self.share, strict=True)
        for stored, column, tidy, kind, share in parts:
            alike = column.count(column[0]) == len(column)  # most columns: blank, or one word
            if alike and not column[0]:
                stored.extend(column)
                continue
            some = column[:1] if alike else column
            new = replacements(tidy, kind, some, may_say_null=may_say_null)
            read = self._replace(column, new, lines) if new else column
            if share and alike:
                stored.extend([share(read[0], read[0])] * len(read))
            else:
                stored.extend(map(share, read, read) if share else read)
        self.table.lines.extend(lines)

    def _replace(
        self, column: Sequence[str], new: Mapping[str, tuple[str, Rule]], lines: Sequence[int]
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
