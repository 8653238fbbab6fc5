"""What a tool's files are made of, as digests: the same digests, the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

from kakehashi.edges.runs import Folder
from kakehashi.edges.settled import SettledRoster
from kakehashi.jsonlines import canonical
from kakehashi.people.record import Record
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffMember


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """``by`` the city's rules and the code, ``of`` the settled roster; "" where nobody knows."""

    by: str = ""
    of: str = ""


def with_people(known: MadeFrom, staff: Iterable[Record[StaffMember]], as_of: date) -> MadeFrom:
    """Of a tool that is told of staff as well: of them, of the classes that are still theirs,
    and of the 年度 in which those are."""
    if not known.of:
        return known
    digest = hashlib.sha256(f"{known.of} {year_of(as_of)}".encode())
    for one in sorted(staff, key=lambda one: one.pupil.id):
        told = one.to_json() | {"rooms": one.pupil.rooms(as_of)}
        digest.update(canonical(told) + b"\n")
    return replace(known, of=digest.hexdigest()[:32])


def made(folder: Folder, roster: SettledRoster) -> MadeFrom:
    """Tonight's. The code, and no number of a release: what is deployed need not be one."""
    code = code_digest(Path(str(resources.files("kakehashi"))))
    rules = hashlib.sha256(folder.need("city.toml")).hexdigest()
    return MadeFrom(hashlib.sha256(f"{rules} {code}".encode()).hexdigest()[:32], roster.digest())


@cache
def code_digest(package: Path) -> str:
    """Of all code and tables below a folder: ids, grades and class titles come from other rooms
    than those that write files, and after a release one night's work is little."""
    digest = hashlib.sha256()
    for file in sorted(file for file in package.rglob("*") if file.suffix in {".py", ".toml"}):
        digest.update(str(file.relative_to(package)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
