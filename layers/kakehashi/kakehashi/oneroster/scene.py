"""What every check looks at: the package, its ids, and whose row a row is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kakehashi.findings import Finding, Place, Rule
from kakehashi.oneroster.columns import TABLES, Column, columns_of
from kakehashi.oneroster.mext import SCHOOL_CODE
from kakehashi.oneroster.model import BadRow, Package, Row, Table
from kakehashi.oneroster.profiles import EXTENSION, layout, profiles_of
from kakehashi.oneroster.values import UUID4

_SCHOOL_COLUMNS = {
    "users.csv": "primaryOrgSourcedId",
    "classes.csv": "schoolSourcedId",
    "courses.csv": "orgSourcedId",
    "roles.csv": "orgSourcedId",
    "enrollments.csv": "schoolSourcedId",
}
_REFERRED_TO = frozenset(c.target for file in TABLES for c in columns_of(file).values())


@dataclass
class Scene:
    """A package under inspection. Indexes are built when the first fault asks for them."""

    package: Package
    _distinct: dict[tuple[str, int], frozenset[str]] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        return self.package.version

    def table(self, file: str) -> Table | None:
        """``file`` where it was read to its end."""
        table = self.package.tables.get(file)
        return table if table and table.whole else None

    def distinct(self, table: Table, at: int) -> frozenset[str]:
        """The values of a column, counted out once: several checks ask for those of ids."""
        key = (table.file, at)
        if key not in self._distinct:
            self._distinct[key] = frozenset(table.cells(at))
        return self._distinct[key]

    def how_many(self, table: Table, at: int) -> int:
        """How many values a column has. They are kept only where another check has asked."""
        known = self._distinct.get((table.file, at))
        return len(set(table.cells(at)) if known is None else known)

    def values(self, table: Table, column: str) -> frozenset[str]:
        """The same by name; a blank where the file does not have the column."""
        at = table.index(column)
        return frozenset(("",)) if at is None else self.distinct(table, at)

    def all_differ(self, table: Table, column: str) -> bool:
        """Whether no two rows have the same value of ``column``."""
        return len(self.values(table, column)) == len(table.rows)

    def specs(self, table: Table) -> Iterator[tuple[int, Column]]:
        """Position and definition of the columns we know."""
        known = layout(table.file, self.version)
        for at, name in enumerate(table.columns):
            if spec := known.get(name):
                yield at, spec

    @cached_property
    def without_profile(self) -> bool:
        """Whether no row of any file has a value in a column that the Japan profiles add.

        False where nobody can expect one: in a delta, in a package without people, and where
        neither a header has such a column nor the version is of the profiles alone.
        """
        users, manifest = self.table("users.csv"), self.package.manifest
        if not users or not users.rows or (manifest and manifest.mode("users.csv") == "delta"):
            return False
        added = [(t, name) for t in self.package.tables.values() for name in t.columns
                 if name.startswith(EXTENSION)]  # fmt: skip
        expected = bool(added) or all(p.appended for p in profiles_of(self.version))
        return expected and not any(any(table.values(name)) for table, name in added)

    @cached_property
    def ids(self) -> Mapping[str, frozenset[str]]:
        """sourcedIds of every file that was read to its end, and that anything refers to."""
        tables = (t for t in self.package.tables.values() if t.file in _REFERRED_TO)
        whole = ((t, t.index("sourcedId")) for t in tables if t.whole)
        return {t.file: self.distinct(t, at) for t, at in whole if at is not None}

    @cached_property
    def _master_ids(self) -> Mapping[str, str]:
        users = self.package.tables.get("users.csv")
        if not users:
            return {}
        return dict(
            zip(users.values("sourcedId"), users.values("userMasterIdentifier"), strict=True)
        )

    @cached_property
    def _school_codes(self) -> Mapping[str, str]:
        orgs = self.package.tables.get("orgs.csv")
        if not orgs:
            return {}
        pairs = zip(orgs.values("sourcedId"), orgs.values("identifier"), strict=True)
        return {org: code for org, code in pairs if SCHOOL_CODE.fullmatch(code)}

    @cached_property
    def bad(self) -> Mapping[tuple[str, int], BadRow]:
        """Rows that could not be laid out, by file and line."""
        tables = self.package.tables.values()
        return {(table.file, row.line): row for table in tables for row in table.bad}

    def id_at(self, file: str, line: int) -> str:
        """The sourcedId of the row that begins on ``line``, laid out or not; or ""."""
        if row := self.bad.get((file, line)):
            return row.cells[0].lower() if row.cells else ""
        table = self.package.tables.get(file)
        n = bisect_left(table.lines, line) if table else 0
        if not table or n == len(table.lines) or table.lines[n] != line:
            return ""
        at = table.index("sourcedId")
        return "" if at is None else table.rows[n][at]

    def pupil(self, table: Table, row: Row) -> str | None:
        """The userMasterIdentifier of whoever ``row`` is about, where it is well formed."""
        own = table.file == "users.csv"
        at = table.index("userMasterIdentifier" if own else "userSourcedId")
        cell = "" if at is None else row[at]
        master = cell if own else self._master_ids.get(cell, "")
        return master if UUID4.fullmatch(master) else None

    def school(self, table: Table, row: Row) -> str | None:
        """The MEXT code of the school ``row`` belongs to, where it is well formed."""
        column = "sourcedId" if table.file == "orgs.csv" else _SCHOOL_COLUMNS.get(table.file, "")
        at = table.index(column)
        return None if at is None else self._school_codes.get(row[at])

    def finding(
        self, rule: Rule, table: Table, n: int, column: str | None, **facts: int | str
    ) -> Finding:
        """``rule`` at row number ``n`` of ``table``, with pupil and school."""
        row = table.rows[n]
        return rule.at(
            Place(table.file, table.lines[n], column),
            pupil=self.pupil(table, row),
            school=self.school(table, row),
            **facts,
        )

    def wrong(
        self, table: Table, columns: tuple[str, ...], judge: Callable[..., Rule | None]
    ) -> Iterator[Finding]:
        """Findings on rows whose cells in ``columns`` ``judge`` objects to, at the last of them.

        ``judge`` is asked once per distinct combination; nothing where a column is missing.
        """
        if not all(column in table.columns for column in columns):
            return
        picked = list(map(table.values, columns))
        verdicts = {values: judge(*values) for values in set(zip(*picked, strict=True))}
        bad = {values: rule for values, rule in verdicts.items() if rule}
        if not bad:
            return
        for n, values in enumerate(zip(*picked, strict=True)):
            if rule := bad.get(values):
                yield self.finding(rule, table, n, columns[-1])
