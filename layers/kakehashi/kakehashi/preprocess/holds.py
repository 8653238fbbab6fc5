"""Which rows the checks want held, and whom those rows are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kakehashi.catalogue import oneroster as checks
from kakehashi.findings import Effect, Finding
from kakehashi.preprocess.cells import Cells, cells

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
class Holds:
    """Codes of hold-pupil findings by file and line; of several codes the smallest counts."""

    lines: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def of(self, file: str) -> Mapping[int, str]:
        return self.lines.get(file, {})


def read_holds(findings: Iterable[Finding]) -> Holds:
    lines: dict[str, dict[int, str]] = {}
    for finding in findings:
        line = finding.place.line
        if finding.effect is Effect.HOLD_PUPIL and line is not None:
            codes = lines.setdefault(finding.place.file, {})
            codes[line] = min(finding.code, codes.get(line, finding.code))
    return Holds(lines)


def unread(package: Package, holds: Holds, file: str) -> list[Unread]:
    """Rows of ``file`` that are there but not among its rows, in line order."""
    table = package.tables.get(file)
    held = holds.of(file)
    found = {line: Unread(line, code, ()) for line, code in held.items()}
    if table is not None:
        for line in table.lines if held else ():
            found.pop(line, None)
        for bad in table.bad:
            code = held.get(bad.line, checks.WIDTH.code)
            found[bad.line] = Unread(bad.line, code, bad.cells)
    return [found[line] for line in sorted(found)]


def codes_by_id(package: Package, holds: Holds, file: str) -> Codes:
    """The sourcedIds on held lines of ``file`` → code."""
    held = holds.of(file)
    found: Codes = {}
    for line, (source, _) in cells(package, file, "sourcedId", "status") if held else ():
        if line in held:
            found[source] = min(held[line], found.get(source, held[line]))
    return found


def codes_by_user(package: Package, holds: Holds, lessons: Set[str]) -> Codes:
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


def code_of_lost(package: Package, holds: Holds, lessons: Set[str]) -> str:
    """The code of an enrolment row that was unread and names nobody; "" where there is none."""
    rows = unread(package, holds, "enrollments.csv")
    known = _users(package).union(lessons) if rows else frozenset()
    return min((row.code for row in rows if known.isdisjoint(row.cells)), default="")


def _users(package: Package) -> frozenset[str]:
    return frozenset(source for _, (source, _) in cells(package, "users.csv", "sourcedId", "role"))
