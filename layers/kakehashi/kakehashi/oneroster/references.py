"""References between files, root causes first: one missing target is one finding.

A reference whose target is missing, or whose target's own row is at fault, is a consequence: it
is counted as a child of the finding on the target and not printed again. So is every reference
into a file that is refused (missing, empty, cut off, unreadable), or that lacks so many rows that
it is told as incomplete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kakehashi.catalogue import file_rules, reference_rules, row_rules
from kakehashi.findings import Effect, Finding, Place
from kakehashi.oneroster.columns import REFERENCES, ROSTER, Column
from kakehashi.oneroster.model import Table
from kakehashi.oneroster.scene import Scene
from kakehashi.oneroster.values import faults, split

Target = tuple[str, str]  # (file, sourcedId)

# Findings that a row is missing from another file, though nothing names that row.
_LACKS_ROW_IN = {
    reference_rules.NO_ROLE.code: "roles.csv",
    reference_rules.NOT_IN_HOME_CLASS.code: "enrollments.csv",
}
_FEW = 20  # missing rows that are told one by one whatever the size of the file
_SHARE = 0.2  # of a file's rows: more staff than that are in no city's files by mistake


@dataclass(slots=True)
class _Missing:
    """References to one thing that is not there."""

    first: Finding
    places: int = 0
    pupils: set[str | None] = field(default_factory=set)

    def finding(self, target: str) -> Finding:
        alone = len(self.pupils) == 1
        facts: dict[str, int | str] = {"target": target, "count": self.places}
        return replace(
            self.first,
            facts=facts,
            children=self.places,
            pupil=self.first.pupil if alone else None,
        )


@dataclass(slots=True)
class References:
    """Everything that refers to something else, judged against what is there."""

    scene: Scene
    found: Sequence[Finding]
    roots: dict[Target, int] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)
    children: Counter[int] = field(default_factory=Counter)
    missing: dict[Target, _Missing] = field(default_factory=dict)
    slack: list[Finding] = field(default_factory=list)
    damaged: list[Finding] = field(default_factory=list)

    def judge(self) -> list[Finding]:
        """``found`` with children counted in, then what is missing, each once."""
        self._find_roots()
        for table in self.scene.package.tables.values():
            for at, column in self.scene.specs(table):
                if column.kind in REFERENCES and table.rows:
                    self._column(table, at, column)
        incomplete = [*self._fold_missing(), *self._fold_roles()]
        files = {told.place.file for told in incomplete}
        roots = [(n, f) for n, f in enumerate(self.found) if not self._follows(f, files)]
        known = [
            replace(f, children=self.children[n]) if n in self.children else f for n, f in roots
        ]
        lost = (m.finding(target) for (target, _), m in self.missing.items())
        return [*incomplete, *known, *lost, *self.damaged, *self.slack]

    def _fold_missing(self) -> Iterator[Finding]:
        """Files that lack many rows: one finding each instead of one for each row."""
        for file, lost in Counter(file for file, _ in self.missing).items():
            if _many(lost, len(self.scene.ids[file]) + lost):
                folded = [self.missing.pop(t) for t in list(self.missing) if t[0] == file]
                told = file_rules.INCOMPLETE.at(Place(file), count=lost)
                yield replace(told, children=sum(one.places for one in folded))

    def _fold_roles(self) -> Iterator[Finding]:
        """roles.csv without the rows of many users, to whom nothing else refers."""
        file = _LACKS_ROW_IN[reference_rules.NO_ROLE.code]
        lost = sum(finding.code == reference_rules.NO_ROLE.code for finding in self.found)
        users = self.scene.package.tables.get("users.csv")
        if users and file not in self.unread and _many(lost, len(users.rows)):
            yield replace(file_rules.INCOMPLETE.at(Place(file), count=lost), children=lost)

    def _follows(self, finding: Finding, incomplete: Container[str]) -> bool:
        """Whether ``finding`` only says again that a file is refused; counts it there."""
        file = _LACKS_ROW_IN.get(finding.code)
        if file is None:
            return False
        if file in self.unread:
            self.children[self.unread[file]] += 1
            return True
        return file in incomplete

    def _find_roots(self) -> None:
        """Which finding already speaks of a target: its file, or its own row."""
        for n, finding in enumerate(self.found):
            file, line = finding.place.file, finding.place.line
            if finding.effect is Effect.REFUSE_DROP:
                self.unread.setdefault(file, n)
            elif line and finding.effect is Effect.HOLD_PUPIL:
                self.roots.setdefault((file, self.scene.id_at(file, line)), n)

    def _column(self, table: Table, at: int, column: Column) -> None:
        troubled = self._troubled(self.scene.distinct(table, at), column)
        if not troubled:
            return
        there = self.scene.ids.get(column.target)
        if column.slack or table.file not in ROSTER or column.target not in ROSTER:
            self._note(table, at, column, troubled, there or frozenset())
            return
        for n, cell in enumerate(table.cells(at)):
            for item in troubled.get(cell, ()):
                self._one(table, n, column, item, there)

    def _troubled(self, cells: frozenset[str], column: Column) -> Mapping[str, Sequence[str]]:
        """Of the distinct ``cells``, those that refer to something missing or at fault."""
        there = self.scene.ids.get(column.target, frozenset())
        hurt = {source for file, source in self.roots if file == column.target}
        sound = there - hurt if hurt else there
        cells = cells - sound - {""}  # set operations, and nearly always nothing is left
        cells -= faults(column, cells - there).keys()
        many = column.kind == "refs"
        items = {cell: split(cell) if many else [cell] for cell in cells}
        return {cell: found for cell, found in items.items() if not sound.issuperset(found)}

    def _one(
        self, table: Table, n: int, column: Column, item: str, there: frozenset[str] | None
    ) -> None:
        target = (column.target, item)
        if target in self.roots:
            self.children[self.roots[target]] += 1
        elif there is not None and item in there:
            return
        elif column.target in self.unread:
            self.children[self.unread[column.target]] += 1
        elif there is not None:
            if _lost_zeros(item, there):
                self.damaged.append(self.scene.finding(row_rules.EXCEL, table, n, column.name))
                return
            told = self.scene.finding(
                reference_rules.DANGLING, table, n, column.name, target=column.target, count=1
            )
            missing = self.missing.setdefault(target, _Missing(told))
            missing.places += 1
            missing.pupils.add(told.pupil)

    def _note(
        self,
        table: Table,
        at: int,
        column: Column,
        troubled: Mapping[str, Iterable[str]],
        there: frozenset[str],
    ) -> None:
        """References no account depends on: one note a column."""
        lost = {cell for cell, items in troubled.items() if not there.issuperset(items)}
        if count := sum(cell in lost for cell in table.cells(at)):
            place = Place(table.file, None, column.name)
            self.slack.append(
                reference_rules.DANGLING_SLACK.at(place, target=column.target, count=count)
            )


def _many(lost: int, rows: int) -> bool:
    return lost > _FEW and lost > _SHARE * rows


def _lost_zeros(item: str, there: frozenset[str]) -> bool:
    """Whether Excel took leading zeros off a number that is there with them."""
    if not (item.isascii() and item.isdecimal()):
        return False
    return any(item.zfill(width) in there for width in range(len(item) + 1, len(item) + 12))
