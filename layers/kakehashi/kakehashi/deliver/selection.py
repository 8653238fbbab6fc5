"""Which records stand in one file: complete in themselves, and cut by school where wanted."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from kakehashi.deliver.records import Key, RecordLayout, Records, Row
from kakehashi.findings import Finding
from kakehashi.oneroster import ROSTER

type Status = Literal["", "active", "tobedeleted"]  # "" in a bulk file
type Entry = tuple[Row, Status]
type Ids = Mapping[str, Iterable[str]]  # file → sourcedIds
type Rows = Mapping[str, Mapping[str, Row]]  # file → sourcedId → row

TOMBSTONE: Status = "tobedeleted"


@dataclass(frozen=True, slots=True, eq=False)  # equal as mappings are
class Selection(Mapping[Key, Entry]):
    """What stands in one file that goes out, in the order in which it is written: within a file
    the ``living``, whose ``status`` is "" in a bulk file and "active" in a delta, and then the
    ``gone``. A city's records are many: none of them has a key or a status kept for it."""

    living: Rows = field(default_factory=dict)
    gone: Rows = field(default_factory=dict)
    status: Status = ""

    def __getitem__(self, key: Key) -> Entry:
        file, sourced_id = key
        gone = self.gone.get(file, {})
        if sourced_id in gone:
            return gone[sourced_id], TOMBSTONE
        return self.living[file][sourced_id], self.status

    def __iter__(self) -> Iterator[Key]:
        return ((file, sourced_id) for file in ROSTER for sourced_id, _ in self.of(file))

    def __len__(self) -> int:
        return sum(len(held) for rows in (self.living, self.gone) for held in rows.values())

    def of(self, file: str) -> Iterator[tuple[str, Row]]:
        """The rows of one file by their sourcedIds."""
        return chain(self.living.get(file, {}).items(), self.gone.get(file, {}).items())

    def without(self, pupils: Container[str], shape: RecordLayout) -> Selection:
        """The same, and no record of these pupils' own."""
        living, gone = (
            {
                file: {i: r for i, r in held.items() if shape.owner((file, i), r) not in pupils}
                for file, held in rows.items()
            }
            for rows in (self.living, self.gone)
        )
        return replace(self, living=living, gone=gone)


def closed(seed: Ids, living: Rows, gone: Rows, shape: RecordLayout, status: Status) -> Selection:
    """``seed`` and everything it points at, in an order in which references point backwards.

    So a reader that looks up every reference within the file (インタラクティブスタディ does) finds
    it, and one that applies row after row never meets an unknown id. Within a file what is taken
    away stands last: a reader that heeds no ``tobedeleted`` believes the first enrollment of two.
    What is neither ``living`` nor ``gone`` is left out.
    """
    wanted = {file: set(seed.get(file, ())) for file in ROSTER}
    known = {file: [rows.get(file, {}) for rows in (living, gone)] for file in ROSTER}
    for file in reversed(ROSTER):  # references point backwards: one pass meets them all
        # in April nearly every file is wanted whole, and nothing need be followed there
        into = [(at, to) for at, to in shape.pointers(file)
                if not all(held.keys() <= wanted[to] for held in known[to])]  # fmt: skip
        here, before = wanted[file], -1
        while into and len(here) != before:  # more than once where orgs point at orgs
            before = len(here)
            rows = [row for held in known[file] for row in _among(held, here).values()]
            for at, target in into:
                wanted[target].update([row[at] for row in rows])
    alive, ended = (
        {file: _in_order(known[file][n], wanted[file], shape, file) for file in ROSTER}
        for n in range(2)
    )
    return Selection(alive, ended, status)


def _in_order(
    held: Mapping[str, Row], wanted: set[str], shape: RecordLayout, file: str
) -> dict[str, Row]:
    return {i: held[i] for i in shape.in_order(file, _among(held, wanted))}


def _among(held: Mapping[str, Row], wanted: set[str]) -> Mapping[str, Row]:
    return held if held.keys() <= wanted else {i: held[i] for i in wanted if i in held}


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
    found: dict[str, str] = {}
    for records in held:
        pointers = records.shape.pointers("users.csv")
        for at in reversed([at for at, to in pointers if to == "orgs.csv"]):  # the first one counts
            rows = records.rows["users.csv"].items()
            found |= {pupil: schools[row[at]] for pupil, row in rows if row[at] in schools}
    return found


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
    living: dict[str, dict[str, Row]] = {file: {} for file in ROSTER}
    gone: dict[str, dict[str, Row]] = {file: {} for file in ROSTER}
    for file in ROSTER:
        ended = chosen.gone.get(file, {})
        for sourced_id, row in chosen.of(file):
            at = _school((file, sourced_id), row, schools, shape)
            if at:
                seeds.setdefault(at, {}).setdefault(file, []).append(sourced_id)
            elif sourced_id not in ended:
                everywhere.setdefault(file, []).append(sourced_id)
            (gone if at and sourced_id in ended else living)[file][sourced_id] = row
    return {
        schools[at]: closed(_together(seeds.get(at, {}), everywhere), living, gone, shape,
                            chosen.status)
        for at in sorted(seeds or schools, key=lambda at: schools[at])
    }  # fmt: skip


def _together(own: Ids, everywhere: Ids) -> Ids:
    return {file: [*own.get(file, ()), *everywhere.get(file, ())] for file in ROSTER}


def _school(key: Key, row: Row, schools: Mapping[str, str], shape: RecordLayout) -> str | None:
    if key[1] in schools:
        return key[1]
    if key[0] == "orgs.csv":
        return None
    return next((i for f, i in shape.targets(key, row) if f == "orgs.csv" and i in schools), None)
