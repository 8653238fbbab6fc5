"""Which records stand in one file: complete in themselves, and cut by school where wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from kakehashi.deliver.records import Key, Records, Row, Shape
from kakehashi.oneroster import ROSTER

type Status = Literal["", "active", "tobedeleted"]  # "" in a bulk file
type Selection = dict[Key, tuple[Row, Status]]
type Lookup = Callable[[Key], tuple[Row, Status] | None]


def closed(seed: Iterable[Key], lookup: Lookup, shape: Shape) -> Selection:
    """``seed`` and everything it points at, in an order in which references point backwards.

    So a reader that looks up every reference within the file (インタラクティブスタディ does) finds
    it, and one that applies row after row never meets an unknown id.
    """
    found: dict[str, dict[str, tuple[Row, Status]]] = {file: {} for file in ROSTER}
    wanted: dict[str, set[str]] = {file: set() for file in ROSTER}
    for file, sourced_id in seed:
        wanted[file].add(sourced_id)
    for file in reversed(ROSTER):  # references point backwards: one pass meets them all
        while new := wanted[file] - found[file].keys():  # more than once where orgs point at orgs
            wanted[file] = set()
            for sourced_id in new:
                entry = lookup((file, sourced_id))
                if entry:
                    found[file][sourced_id] = entry
                    for target, target_id in shape.targets((file, sourced_id), entry[0]):
                        wanted[target].add(target_id)
    return {
        (file, sourced_id): found[file][sourced_id]
        for file in ROSTER
        for sourced_id, _ in shape.in_order(file, {i: row for i, (row, _) in found[file].items()})
    }


def schools_of(*held: Records) -> dict[str, str]:
    """sourcedId of every school → its MEXT code (its sourcedId in a header without identifiers)."""
    schools: dict[str, str] = {}
    for records in held:
        columns = records.shape.header["orgs.csv"]
        kind = columns.index("type")
        code = columns.index("identifier") if "identifier" in columns else 0
        schools |= {i: r[code] for i, r in records.rows["orgs.csv"].items() if r[kind] == "school"}
    return schools


def pupils_at(schools: Mapping[str, str], *held: Records) -> dict[str, str]:
    """Pupil → MEXT code of the school; where two tell of one pupil, the last in ``held`` counts."""
    return {
        sourced_id: schools[at]
        for records in held
        for sourced_id, row in records.rows["users.csv"].items()
        if (at := _school(("users.csv", sourced_id), row, schools, records.shape))
    }


def schools_of_pupils(records: Records) -> dict[str, str]:
    """Pupil → MEXT code of the school."""
    return pupils_at(schools_of(records), records)


def by_school(chosen: Selection, schools: Mapping[str, str], shape: Shape) -> dict[str, Selection]:
    """``chosen`` (closed) as one file per school code, each complete in itself.

    A record belongs to the school it points at. What belongs to no school (session, district,
    course) goes along with each, and is never taken away: a class that another school's file
    has yet to delete may still point at it. A pupil who moved stands in two files with the same
    final row: the old school's takes role and enrollment away, and they may be applied in any
    order.
    """
    seeds: dict[str, list[Key]] = {}
    everywhere: list[Key] = []
    told = dict(chosen)
    for key, (row, status) in chosen.items():
        at = _school(key, row, schools, shape)
        if at:
            seeds.setdefault(at, []).append(key)
        elif status == "tobedeleted":
            told[key] = (row, "active")
        else:
            everywhere.append(key)
    return {
        schools[at]: closed([*seeds.get(at, ()), *everywhere], told.get, shape)
        for at in sorted(seeds or schools, key=lambda at: schools[at])
    }


def _school(key: Key, row: Row, schools: Mapping[str, str], shape: Shape) -> str | None:
    if key[1] in schools:
        return key[1]
    if key[0] == "orgs.csv":
        return None
    return next((i for f, i in shape.targets(key, row) if f == "orgs.csv" and i in schools), None)
