"""Which rows the checks want held, and whom those rows are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kakehashi.catalogue import reference_rules, row_rules
from kakehashi.findings import Effect, Finding
from kakehashi.oneroster.columns import ROSTER
from kakehashi.oneroster.profiles import layout
from kakehashi.oneroster.values import split
from kakehashi.preprocess.cells import Cells, cells, column

if TYPE_CHECKING:
    from kakehashi.oneroster import Package

OWNER = {  # the column that names the user a row is about
    "roles.csv": "userSourcedId",
    "enrollments.csv": "userSourcedId",
    "demographics.csv": "sourcedId",
    "userProfiles.csv": "userSourcedId",
}

type Codes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be laid under its header: held, and nothing in it can be relied on."""

    line: int
    code: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class RowHolds:
    """Codes of hold-pupil findings by file and line; of several codes the smallest counts."""

    lines: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def of(self, file: str) -> Mapping[int, str]:
        return self.lines.get(file, {})


def read_holds(package: Package, findings: Iterable[Finding]) -> RowHolds:
    """Rows that the checks want held.

    The checks tell of a missing target once, at the first row that refers to it; every row that
    refers to it is held.
    """
    lines: dict[str, dict[int, str]] = {}
    missing: dict[str, set[str]] = {}
    for finding in findings:
        file, line = finding.place.file, finding.place.line
        if finding.effect is not Effect.HOLD_PUPIL or line is None:
            continue
        _hold(lines, file, line, finding.code)
        if finding.code == reference_rules.DANGLING.code and finding.children > 1:
            row = _row_at(package, file, line, finding.place.column or "")
            missing.setdefault(str(finding.facts["target"]), set()).update(row)
    if missing:
        for file, line in _referring(package, missing):
            _hold(lines, file, line, reference_rules.DANGLING.code)
    return RowHolds(lines)


def _hold(lines: dict[str, dict[int, str]], file: str, line: int, code: str) -> None:
    codes = lines.setdefault(file, {})
    codes[line] = min(code, codes.get(line, code))


def _row_at(package: Package, file: str, line: int, name: str) -> list[str]:
    """The ids in the column ``name`` of the row on ``line``."""
    found = (cell for at, cell in column(package, file, name) if at == line)
    return next((split(cell) for cell in found), [])


def _referring(package: Package, missing: Mapping[str, set[str]]) -> Iterator[tuple[str, int]]:
    """File and line of each row that refers to one of ``missing``: ids by the file they lack in."""
    there = {file: {i for _, i in column(package, file, "sourcedId")} for file in missing}
    for file, table in package.tables.items():
        known = layout(file, package.version) if file in ROSTER else {}
        for name in table.columns:
            spec = known.get(name)
            if spec and spec.target in missing and not spec.slack:
                lost = missing[spec.target] - there[spec.target]
                for line, cell in column(package, file, name):
                    if cell and not lost.isdisjoint(split(cell)):
                        yield file, line


def unread(package: Package, holds: RowHolds, file: str) -> list[Unread]:
    """Rows of ``file`` that are there but not among its rows, in line order."""
    table = package.tables.get(file)
    held = holds.of(file)
    found = {line: Unread(line, code, ()) for line, code in held.items()}
    if table is not None:
        for line in table.lines if held else ():
            found.pop(line, None)
        for bad in table.bad:
            code = held.get(bad.line, row_rules.WIDTH.code)
            found[bad.line] = Unread(bad.line, code, bad.cells)
    return [found[line] for line in sorted(found)]


def codes_by_id(package: Package, holds: RowHolds, file: str) -> Codes:
    """The sourcedIds on held lines of ``file`` → code."""
    held = holds.of(file)
    found: Codes = {}
    for line, source in column(package, file, "sourcedId") if held else ():
        if line in held:
            found[source] = min(held[line], found.get(source, held[line]))
    return found


def codes_by_user(package: Package, holds: RowHolds, lessons: Set[str]) -> Codes:
    """Users whose roles, enrolments, … are held → code. Rows of lesson groups do not count.

    An unread row is about the users it names.
    """
    found: Codes = {}
    for file, owner in OWNER.items():
        held = holds.of(file)
        for line, (user, group) in cells(package, file, owner, "classSourcedId") if held else ():
            if line in held and group not in lessons:
                found[user] = min(held[line], found.get(user, held[line]))
        rows = unread(package, holds, file)
        users = _users(package) if rows else frozenset()
        for row in rows:
            if lessons.isdisjoint(row.cells):
                found |= {cell: row.code for cell in row.cells if cell in users}
    return found


def code_of_lost(package: Package, holds: RowHolds, lessons: Set[str]) -> str:
    """The code of an enrolment row that was unread and names nobody; "" where there is none."""
    rows = unread(package, holds, "enrollments.csv")
    known = _users(package).union(lessons) if rows else frozenset()
    return min((row.code for row in rows if known.isdisjoint(row.cells)), default="")


def _users(package: Package) -> frozenset[str]:
    return frozenset(source for _, source in column(package, "users.csv", "sourcedId"))
