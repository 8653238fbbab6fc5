"""staff/<MEXT code>.json: one school's part of a night, as the staff page reads it next morning.

A page must not read 23,000 rows to show one school, so Report writes what it has in its hands. The
files name a school's own children, as its workbook does, and lie in the same protected folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kakehashi.findings import Finding
from kakehashi.report.night import Night
from kakehashi.report.people import People, Person
from kakehashi.report.schools import Handout

INDEX = "staff/index.json"


def file_of(code: str) -> str:
    return f"staff/{code}.json"


def index_json(night: Night, handouts: Iterable[Handout]) -> dict[str, Any]:
    """Every school of the city, and how much each has to be told."""
    told = {one.code: one for one in handouts}
    return {
        "as_of": night.as_of.isoformat(),
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
