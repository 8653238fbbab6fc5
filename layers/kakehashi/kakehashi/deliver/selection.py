"""Which records stand in one file: complete in themselves, and cut by school where wanted."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from kakehashi.deliver.records import Key, RecordLayout, Records, Row
from kakehashi.findings import Finding
from kakehashi.oneroster import ROSTER

type Status = Literal["", "active", "tobedeleted"]  # "" in a bulk file
type Entry = tuple[Row, Status]
type Ids = Mapping[str, Iterable[str]]  # file → sourcedIds
type Endings = Mapping[str, Mapping[str, Entry]]  # file → sourcedId → how the record shall end up


@dataclass(frozen=True, slots=True, eq=False)  # equal as mappings are
class Selection(Mapping[Key, Entry]):
    """What stands in one file that goes out: ``files`` (file → sourcedId → entry) in the order in
    which they are written. A city's records are many: no key of two parts is kept for each."""

    files: Mapping[str, Mapping[str, Entry]]

    def __getitem__(self, key: Key) -> Entry:
        return self.files[key[0]][key[1]]

    def __iter__(self) -> Iterator[Key]:
        return ((file, sourced_id) for file, held in self.files.items() for sourced_id in held)

    def __len__(self) -> int:
        return sum(map(len, self.files.values()))

    def of(self, file: str) -> Mapping[str, Entry]:
        """The records of one file."""
        return self.files.get(file, {})

    def without(self, pupils: Container[str], shape: RecordLayout) -> Selection:
        """The same, and no record of these pupils' own."""
        return Selection(
            {
                file: {
                    i: told
                    for i, told in held.items()
                    if shape.owner((file, i), told[0]) not in pupils
                }
                for file, held in self.files.items()
            }
        )


def closed(seed: Ids, endings: Endings, shape: RecordLayout) -> Selection:
    """``seed`` and everything it points at, in an order in which references point backwards.

    So a reader that looks up every reference within the file (インタラクティブスタディ does) finds
    it, and one that applies row after row never meets an unknown id. Within a file what is taken
    away stands last: a reader that heeds no ``tobedeleted`` believes the first enrollment of two.
    What is not ``known`` is left out.
    """
    wanted = {file: set(seed.get(file, ())) for file in ROSTER}
    for file in reversed(ROSTER):  # references point backwards: one pass meets them all
        known, here = endings.get(file, {}), wanted[file]
        into = [(at, to) for at, to in shape.pointers(file) if _lacks(wanted[to], endings.get(to))]
        before = -1
        while into and len(here) != before:  # more than once where orgs point at orgs
            before, rows = len(here), [known[i][0] for i in here if i in known]
            for at, target in into:
                wanted[target].update([row[at] for row in rows])
    return Selection(
        {file: _living_first(endings.get(file, {}), wanted[file], shape, file) for file in ROSTER}
    )


def _lacks(wanted: set[str], known: Mapping[str, Entry] | None) -> bool:
    """Whether there is more to be wanted: in April of nearly no file."""
    return known is not None and not known.keys() <= wanted


def _living_first(
    known: Mapping[str, Entry], wanted: set[str], shape: RecordLayout, file: str
) -> dict[str, Entry]:
    living: dict[str, Row] = {}
    gone: dict[str, Row] = {}
    for sourced_id in wanted:
        if entry := known.get(sourced_id):
            (gone if entry[1] == "tobedeleted" else living)[sourced_id] = entry[0]
    return {i: known[i] for rows in (living, gone) for i in shape.in_order(file, rows)}


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


def named(findings: Iterable[Finding], moved: Mapping[str, str]) -> list[Finding]:
    """The same findings, of each pupil by its userMasterIdentifier; ``moved`` leads there from the
    sourcedId where that is another id."""
    return [replace(one, pupil=moved.get(one.pupil or "", one.pupil)) for one in findings]


def by_school(
    chosen: Selection, schools: Mapping[str, str], shape: RecordLayout
) -> dict[str, Selection]:
    """``chosen`` (closed) as one file per school code, each complete in itself.

    A record belongs to the school it points at. What belongs to no school (session, district,
    course) goes along with each, and is never taken away: a class that another school's file
    has yet to delete may still point at it. A pupil who moved stands in two files with the same
    final row: the old school's takes role and enrollment away, and they may be applied in any
    order.
    """
    seeds: dict[str, dict[str, list[str]]] = {}
    everywhere: dict[str, list[str]] = {}
    told: dict[str, dict[str, Entry]] = {file: {} for file in ROSTER}
    for file, held in chosen.files.items():
        for sourced_id, (row, status) in held.items():
            at = _school((file, sourced_id), row, schools, shape)
            told[file][sourced_id] = (row, status if at else status and "active")
            if at:
                seeds.setdefault(at, {}).setdefault(file, []).append(sourced_id)
            elif status != "tobedeleted":
                everywhere.setdefault(file, []).append(sourced_id)
    return {
        schools[at]: closed(_together(seeds.get(at, {}), everywhere), told, shape)
        for at in sorted(seeds or schools, key=lambda at: schools[at])
    }


def _together(own: Ids, everywhere: Ids) -> Ids:
    return {file: [*own.get(file, ()), *everywhere.get(file, ())] for file in ROSTER}


def _school(key: Key, row: Row, schools: Mapping[str, str], shape: RecordLayout) -> str | None:
    if key[1] in schools:
        return key[1]
    if key[0] == "orgs.csv":
        return None
    return next((i for f, i in shape.targets(key, row) if f == "orgs.csv" and i in schools), None)
