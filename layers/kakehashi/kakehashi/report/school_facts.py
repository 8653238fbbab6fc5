"""One school's part of a night, as the staff page reads it next morning.

staff/<MEXT code>.json            its findings, held pupils, and what is asked about them
staff/<MEXT code>.moves.jsonl     the actions by which somebody comes to it or leaves it

A page must not read 23,000 rows to show one school, so Report writes what it has in its hands. The
files name a school's own children, as its workbook does, and lie in the same protected folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kakehashi.findings import Finding
from kakehashi.people.population import PUPILS
from kakehashi.report.night import Night
from kakehashi.report.people import People, Person
from kakehashi.report.schools import Handout
from kakehashi.run_folder import RunFiles
from kakehashi.run_folder.actions import change_of
from kakehashi.stored import read, written

INDEX = "staff/index.json"
_SCHOOL = re.compile(rb'"school":"([^"]*)"')
_HALF = (b'"before":null', b'"after":null')


@dataclass(frozen=True, slots=True)
class SchoolInIndex:
    """How much a school has to be told: findings, pupils held, and those who are asked about."""

    code: str
    name: str
    findings: int = 0
    held: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class SchoolIndex:
    """Every school of the city; false where the run did not come to a report. ``moves``: of a
    school without a file of them nobody comes or goes."""

    as_of: str = ""
    moves: bool = False
    schools: tuple[SchoolInIndex, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.as_of)

    @property
    def names(self) -> dict[str, str]:
        """By MEXT code."""
        return {one.code: one.name for one in self.schools}


def index(folder: RunFiles) -> SchoolIndex:
    return read(SchoolIndex, folder.get_json(INDEX))


def part(folder: RunFiles, code: str) -> tuple[Handout, dict[str, Person]] | None:
    """What a school was told, and who its people are; None where it was told nothing."""
    told = folder.get_json(_file_of(code))
    return read_school(told) if told else None


def moving(folder: RunFiles, code: str) -> Iterator[bytes]:
    """The actions by which somebody comes to the school or leaves it, as they are stored."""
    return folder.raw_lines(moves_of(code))


def put_parts(folder: RunFiles, night: Night, told: Iterable[Handout], people: People) -> None:
    """The index last: whoever sees it sees all."""
    told = list(told)
    for school in told:
        folder.put_json(_file_of(school.code), school_json(school, people))
    folder.put_json(INDEX, written(index_of(night, told)))


def _file_of(code: str) -> str:
    return f"staff/{code}.json"


def moves_of(code: str) -> str:
    return f"staff/{code}.moves.jsonl"


def moves(lines: Iterable[bytes]) -> dict[str, list[bytes]]:
    """Lines of a plan's actions by the schools to which somebody comes, or which somebody leaves.

    Of twenty thousand promotions few change the school: only those that may are parsed.
    """
    found: dict[str, list[bytes]] = {}
    for line in lines:
        if len(set(_SCHOOL.findall(line))) > 1 or any(half in line for half in _HALF):
            change = change_of(line)
            if not PUPILS.has(change.pupil):  # an undo turns all back; schools read of pupils
                continue
            schools = [one.school for one in change.sides]
            for code in schools if len(set(schools)) == len(schools) else ():
                found.setdefault(code, []).append(line)
    return found


def index_of(night: Night, handouts: Iterable[Handout]) -> SchoolIndex:
    told = {one.code: one for one in handouts}
    found = (_in_index(code, name, told.get(code)) for code, name in sorted(night.schools.items()))
    return SchoolIndex(night.as_of.isoformat(), moves=True, schools=tuple(found))


def _in_index(code: str, name: str, one: Handout | None) -> SchoolInIndex:
    if one is None:
        return SchoolInIndex(code, name)
    return SchoolInIndex(code, name, len(one.findings), one.pupils_held, len(one.waiting))


def school_json(school: Handout, people: People) -> dict[str, Any]:
    """Of ``people`` only those whose school, or last school, this is."""
    own = {umi: one.to_json() for umi, one in people.items() if one.school == school.code}
    return {
        "code": school.code,
        "name": school.name,
        "findings": [one.to_json() for one in school.findings],
        "held": [list(pair) for pair in school.held],
        "waiting": [list(pair) for pair in school.waiting],
        "people": own,
    }


def read_school(data: Mapping[str, Any]) -> tuple[Handout, dict[str, Person]]:
    """What ``school_json`` wrote."""
    handout = Handout(
        data["code"],
        data["name"],
        [Finding.from_json(one) for one in data["findings"]],
        [(umi, code) for umi, code in data["held"]],
        [(umi, why) for umi, why in data["waiting"]],
    )
    return handout, {umi: Person.from_json(one) for umi, one in data["people"].items()}
