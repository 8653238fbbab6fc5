"""desired.jsonl, held.jsonl, counts.json, numbers.json: what Preprocess has made of the drop."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from kakehashi.class_numbers import Numbers
from kakehashi.jsonlines import parsed
from kakehashi.people.pupil import Pupil
from kakehashi.roster import Desired, Held
from kakehashi.run_folder import RunFiles

DESIRED, HELD, COUNTS, NUMBERS = "desired.jsonl", "held.jsonl", "counts.json", "numbers.json"
_SCHOOL = re.compile(rb'"school":"([^"]+)"')


def desired(folder: RunFiles) -> Iterator[Desired]:
    return map(Desired.from_json, folder.lines(DESIRED))


def pupils(folder: RunFiles, only: Collection[str] | None = None) -> Iterator[Pupil]:
    """``only`` those of these userMasterIdentifiers: nobody else's row is made a value of."""
    rows = (row["pupil"] for row in folder.lines(DESIRED))
    return (Pupil.from_json(one) for one in rows if only is None or one["id"] in only)


class AtSchool(NamedTuple):
    """Where a pupil is at home, for whoever has to look at everybody."""

    pupil: str
    school: str
    school_name: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> AtSchool:
        one = row["pupil"]
        return cls(one["id"], one["school"], one["school_name"])


def at_school(folder: RunFiles) -> Iterator[AtSchool]:
    return map(AtSchool.of, folder.lines(DESIRED))


def schools(folder: RunFiles) -> Iterator[AtSchool]:
    """One pupil of each school."""
    return one_of_each(folder.raw_lines(DESIRED))


def one_of_each(lines: Iterable[bytes]) -> Iterator[AtSchool]:
    """Of lines with a ``pupil`` in each, only those are parsed whose school is a new one."""
    seen: set[bytes] = set()
    for line in lines:
        if (code := _SCHOOL.search(line)) and code[1] not in seen:
            seen.add(code[1])
            yield AtSchool.of(parsed(line))


class PersonLine(NamedTuple):
    """Who stands in a line; ``status`` and ``tool_id`` are as our state has them, else ""."""

    pupil: Pupil
    status: str = ""
    tool_id: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> PersonLine:
        told = row.get("status", ""), row.get("tool_id", "")
        return cls(Pupil.from_json(row["pupil"]), *told)


def person_in(line: bytes) -> PersonLine:
    """Of desired.jsonl, or current.jsonl."""
    return PersonLine.of(parsed(line))


def raw(folder: RunFiles) -> Iterator[bytes]:
    """As it is stored, a line a pupil."""
    return folder.raw_lines(DESIRED)


def put_desired(folder: RunFiles, found: Iterable[Desired]) -> None:
    folder.put_lines(DESIRED, (one.to_json() for one in found))


def held(folder: RunFiles) -> Iterator[Held]:
    return map(Held.from_json, folder.lines(HELD))


def held_in(line: bytes) -> Held:
    """What a line of held.jsonl says."""
    return Held.from_json(parsed(line))


def put_held(folder: RunFiles, found: Iterable[Held]) -> None:
    folder.put_lines(HELD, (one.to_json() for one in found))


def counts(folder: RunFiles) -> Mapping[str, int]:
    """Pupils, classes, schools and so on; {} where the roster was not read so far."""
    return folder.get_json(COUNTS)


def put_counts(folder: RunFiles, found: Mapping[str, int]) -> None:
    folder.put_json(COUNTS, found)


def numbers(folder: RunFiles) -> dict[int, Numbers]:
    """By the first year of the 年度. Raises TooNew."""
    given = folder.get_json(NUMBERS)
    return {int(year): Numbers.from_json(one) for year, one in given.items()}


def put_numbers(folder: RunFiles, found: Mapping[int, Numbers]) -> None:
    folder.put_json(NUMBERS, {str(year): one.to_json() for year, one in found.items()})
