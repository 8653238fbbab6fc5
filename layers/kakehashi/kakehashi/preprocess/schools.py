"""One school per MEXT code: successor codes, and 義務教育学校 that C4th writes as two orgs.

The two halves (前期課程, 後期課程) of a 義務教育学校 are two orgs with one code. They become one
school, and whatever points at either (classes, roles, enrolments) follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place
from kakehashi.preprocess.cells import cells
from kakehashi.preprocess.holds import Codes, RowHolds, codes_by_id
from kakehashi.preprocess.places import Signwriter

if TYPE_CHECKING:
    from kakehashi.city import City, SchoolAlias
    from kakehashi.oneroster import Package

_MEXT = re.compile(r"[A-H][12][0-9]{11}\Z")
_HALF = re.compile(r"[\s(（\[【・]*(前期|後期)(課程|部)?[)）\]】\s]*\Z")


@dataclass(frozen=True, slots=True)
class School:
    """``unsafe`` is the code of the finding that says this name must not go out, or ""."""

    code: str
    name: str
    unsafe: str = ""


@dataclass(frozen=True, slots=True)
class Schools:
    """By an org's sourcedId: its school, or under ``faults`` the code that holds its pupils."""

    by_org: Mapping[str, School]
    faults: Codes
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Org:
    source: str
    line: int
    name: str
    written: str
    code: str


def unify(package: Package, holds: RowHolds, city: City) -> Schools:
    faults = codes_by_id(package, holds, "orgs.csv")
    successors = successors_of(city.school_aliases)
    findings: list[Finding] = []
    groups: dict[str, list[_Org]] = {}
    columns = ("sourcedId", "name", "type", "identifier")
    for line, (source, name, kind, identifier) in cells(package, "orgs.csv", *columns):
        if kind != "school":
            continue
        written = identifier.strip().upper()
        code = successors.get(written, written)
        if not _MEXT.match(code):
            findings.append(rules.SCHOOL_CODE_UNUSABLE.at(Place("orgs.csv", line, "identifier")))
            faults.setdefault(source, rules.SCHOOL_CODE_UNUSABLE.code)
            continue
        groups.setdefault(code, []).append(_Org(source, line, name.strip(), written, code))
    ruled = {school.mext_code: school.name for school in city.unified_schools}
    by_org: dict[str, School] = {}
    writer = Signwriter(city)
    for code, orgs in groups.items():
        name, guessed = _name(orgs, ruled.get(code))
        if guessed:
            place = Place("orgs.csv", min(org.line for org in orgs), "name")
            findings.append(rules.SCHOOL_NAMES_DIFFER.at(place, school=code, count=len(orgs)))
        spelled = writer.school(name, min(org.line for org in orgs), code)
        findings += [spelled.finding] if spelled.finding else ()
        school = School(code, spelled.text, spelled.unsafe)
        by_org |= {org.source: school for org in orgs}
    return Schools(by_org, faults, tuple(findings))


def _name(orgs: list[_Org], ruled: str | None) -> tuple[str, bool]:
    """The school's name, and whether it had to be derived from names that differ."""
    if ruled:
        return ruled, False
    # an org that bears the code itself knows the school's name better than a predecessor does
    own = {org.name for org in orgs if org.written == org.code} or {org.name for org in orgs}
    if len(own) == 1:
        return own.pop(), False
    stems = {stem(name) for name in own} - {""} or own
    return min(stems, key=lambda name: (len(name), name)), True


def stem(name: str) -> str:
    """A school's name without 前期課程 or 後期課程 at its end."""
    return _HALF.sub("", name)


def successors_of(aliases: Iterable[SchoolAlias]) -> dict[str, str]:
    """Old code → the code it has now, chains followed; a circle ends where it would close."""
    step = {alias.old: alias.new for alias in aliases}
    found = {}
    for old, following in step.items():
        new, seen = following, {old}
        while new in step and new not in seen:
            seen.add(new)
            new = step[new]
        found[old] = new
    return found
