"""One school's part of a night, as the staff page reads it next morning.

staff/<MEXT code>.json            its findings, held pupils, and what is asked about them
staff/<MEXT code>.moves.jsonl     the actions by which somebody comes to it or leaves it

A page must not read 23,000 rows to show one school, so Report writes what it has in its hands. The
files name a school's own children, as its workbook does, and lie in the same protected folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from kakehashi.findings import Finding
from kakehashi.report.night import Night
from kakehashi.report.people import People, Person
from kakehashi.report.schools import Handout

INDEX = "staff/index.json"
_SCHOOL = re.compile(rb'"school":"([^"]*)"')
_HALF = (b'"before":null', b'"after":null')


def file_of(code: str) -> str:
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
            action = json.loads(line)
            sides = ((action["before"] or {}).get("pupil"), action["after"])
            schools = [str(one["school"]) for one in sides if one]
            for code in schools if len(set(schools)) == len(schools) else ():
                found.setdefault(code, []).append(line)
    return found


def index_json(night: Night, handouts: Iterable[Handout]) -> dict[str, Any]:
    """Every school of the city, and how much each has to be told. ``moves``: of a school without a
    file of them nobody comes or goes."""
    told = {one.code: one for one in handouts}
    return {
        "as_of": night.as_of.isoformat(),
        "moves": True,
        "schools": [
            {"code": code, "name": name, **_numbers(told.get(code))}
            for code, name in sorted(night.schools.items())
        ],
    }


def _numbers(one: Handout | None) -> dict[str, int]:
    if one is None:
        return {"findings": 0, "held": 0, "waiting": 0}
    return {"findings": len(one.findings), "held": one.pupils_held, "waiting": len(one.waiting)}


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
