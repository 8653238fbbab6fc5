"""The records of one tool: what it holds, or shall hold, as OneRoster spells it.

What goes out is what stands in our state after provisioning, never the plan. So a tool never
hears of a pupil whose account failed, and a held or merely absent pupil stays as yesterday.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kakehashi.deliver import rows
from kakehashi.deliver.dialect import Content, Dialect, Header
from kakehashi.oneroster import ROSTER
from kakehashi.people.record import Record, Status

type Key = tuple[str, str]  # (file, sourcedId)
type Row = tuple[str, ...]  # cells in the order of the header; status and dateLastModified blank

UNSURE = "?"  # as status: of the row that the tool perhaps holds, so that no row is like it

POINTS_INTO = {  # column → the file it points into; one name means the same in every file
    "parentSourcedId": "orgs.csv",
    "orgSourcedId": "orgs.csv",
    "orgSourcedIds": "orgs.csv",
    "primaryOrgSourcedId": "orgs.csv",
    "schoolSourcedId": "orgs.csv",
    "schoolYearSourcedId": "academicSessions.csv",
    "termSourcedIds": "academicSessions.csv",
    "sessionSourcedId": "academicSessions.csv",
    "sessionSourcedIds": "academicSessions.csv",
    "courseSourcedId": "courses.csv",
    "classSourcedId": "classes.csv",
    "metadata.jp.homeClass": "classes.csv",
    "userSourcedId": "users.csv",
}


class RecordLayout:
    """How rows under one header hang together: who points at whom, and whose record a row is."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self._targets = {
            file: tuple((i, POINTS_INTO[c]) for i, c in enumerate(columns) if c in POINTS_INTO)
            for file, columns in header.items()
        }
        self._inward = {
            file: position
            for file, targets in self._targets.items()
            for position, target in targets
            if target == file
        }
        self._user = {
            file: columns.index("userSourcedId")
            for file, columns in header.items()
            if "userSourcedId" in columns
        }
        if "users.csv" in header:
            self._user["users.csv"] = header["users.csv"].index("sourcedId")

    def pointers(self, file: str) -> Sequence[tuple[int, str]]:
        """(position, file pointed into) of the columns that hold an id; none where no such file."""
        return self._targets.get(file, ())

    def targets(self, key: Key, row: Row) -> list[Key]:
        """The records that this row points at. Every reference we write is a single id."""
        return [(file, row[at]) for at, file in self._targets[key[0]] if row[at]]

    def in_order(self, file: str, rows: Mapping[str, Row]) -> list[str]:
        """The sourcedIds of one file's ``rows``, sorted, and the district before its schools.

        File after file in the order of ROSTER, every reference then points backwards.
        """
        inward = self._inward.get(file)
        if inward is None:
            return sorted(rows)
        return sorted(rows, key=lambda sourced_id: (rows[sourced_id][inward] != "", sourced_id))

    def owner(self, key: Key, row: Row) -> str | None:
        """The pupil whose own record this is; None for a shared one."""
        at = self.owner_at(key[0])
        return None if at is None else row[at]

    def owner_at(self, file: str) -> int | None:
        """Where in a row of ``file`` stands whose own it is; None where rows are shared."""
        return self._user.get(file)


@dataclass(frozen=True, slots=True)
class Records:
    """File → sourcedId → row, under the columns of ``shape``.

    A pupil's own records are the users row whose sourcedId is the pupil's id, and the roles and
    enrollments that point at it; all others are shared.
    """

    shape: RecordLayout = field(compare=False)
    rows: Mapping[str, dict[str, Row]] = field(default_factory=lambda: {f: {} for f in ROSTER})

    def __iter__(self) -> Iterator[tuple[Key, Row]]:
        """Every record, in an order in which each reference points backwards."""
        for file in ROSTER:
            held = self.rows[file]
            for sourced_id in self.shape.in_order(file, held):
                yield (file, sourced_id), held[sourced_id]

    def unordered(self) -> Iterator[tuple[Key, Row]]:
        """Every record, as they come: for a question to which the order is nothing."""
        for file, held in self.rows.items():
            for sourced_id, row in held.items():
                yield (file, sourced_id), row

    def get(self, key: Key) -> Row | None:
        return self.rows[key[0]].get(key[1])

    def put(self, key: Key, row: Row) -> None:
        self.rows[key[0]][key[1]] = row

    def drop(self, key: Key) -> None:
        self.rows[key[0]].pop(key[1], None)

    def __len__(self) -> int:
        return sum(map(len, self.rows.values()))

    def pupils(self) -> frozenset[str]:
        return frozenset(self.rows["users.csv"]) - self.staff()

    def staff(self) -> frozenset[str]:
        """Whom a role calls something else than a pupil; nobody where no file tells of roles, or
        where a row was kept under columns that did not."""
        file, user = ("roles.csv", "userSourcedId")
        if file not in self.shape.header:
            file, user = ("users.csv", "sourcedId")
        columns = self.shape.header.get(file, ())
        if not {user, "role"} <= set(columns):
            return frozenset()
        who, role = columns.index(user), columns.index("role")
        return frozenset(
            row[who] for row in self.rows[file].values() if row[role] not in {"student", ""}
        )


def takes(dialect: Dialect, grades: Sequence[str], schools: Sequence[str], record: Record) -> bool:
    """Is this pupil one that the tool is told of? An empty sequence means all of them; nobody
    whose first day is still to come."""
    if record.status is Status.PREPARED:
        return False
    if record.status is Status.DELETED and not dialect.leavers:
        return False
    if record.status is Status.SUSPENDED and dialect.suspended == "omitted":
        return False
    wanted = grades or dialect.grades
    pupil = record.pupil
    return (not wanted or pupil.grade in wanted) and (not schools or pupil.school in schools)


def records_of(
    settled: Iterable[Record], dialect: Dialect, board: rows.Board, held: Records | None = None
) -> Records:
    """The records of ``settled`` as ``dialect`` spells them; of nobody, no records at all.

    What the tool has (``held``, under the same header) is kept once. Where pupils tell different
    things of their school or class (one of them is held and stays as yesterday), the run that
    applied last is believed.
    """
    records, content = Records(RecordLayout(dialect.header)), dialect.content
    header, pick = dialect.header, rows.pickers(dialect.header)
    had = held.rows if held else {file: {} for file in ROSTER}
    newest: dict[
        tuple[str, int, str], Record
    ] = {}  # of each class: it has shared records in common
    for known in settled:
        pupil = known.pupil
        home = pupil.school, pupil.school_year, pupil.class_title
        if home not in newest or _age(newest[home]) < _age(known):
            newest[home] = known
        for (file, sourced_id), values in rows.own(known, content):
            if file in pick:
                row, old = pick[file](values), had[file].get(sourced_id)
                records.rows[file][sourced_id] = _once(row, old) if old else row
    for known in sorted(newest.values(), key=_age):  # the last one's word stays
        for key, make in rows.shared(known.pupil, board, content):
            if key[0] in header:
                told = make(known.pupil, board, content)
                records.put(key, tuple(told.get(column, "") for column in header[key[0]]))
    return records


def _once(row: Row, old: Row) -> Row:
    """``row``, of the very texts of ``old`` where they say the same: half a million pupils' names
    are not held twice."""
    if row == old:
        return old
    return tuple([was if was == cell else cell for cell, was in zip(row, old, strict=True)])


def stays_signed_in(
    dialect: Dialect, grades: Sequence[str], schools: Sequence[str], record: Record
) -> bool:
    """Is this a pupil whose account is off, and whom the tool lets in until told so there?"""
    if dialect.disabling == "honoured" or record.status is Status.ACTIVE:
        return False
    return takes(replace(dialect, leavers=True, suspended="disabled"), grades, schools, record)


def as_held(dialect: Dialect, before: Records | None) -> Dialect:
    """The same, with sourcedIds of the form that the tool holds: nobody is renamed there."""
    held = {i[14:15] for i in before.rows["orgs.csv"]} if before else set[str]()
    if held == {"5"}:
        return dialect.with_ids("v5")
    return dialect.with_ids("v4") if held == {"4"} else dialect


def spelt(sourced_id: str, content: Content) -> str:
    """An id that we make, in the form of ``content.ids``."""
    return rows.v4(sourced_id) if content.ids == "v4" else sourced_id


def unsure(row: Row, columns: Sequence[str]) -> Row:
    """``row`` so marked that it is told again if it is still wanted, and taken away if not.

    Without a column for the status there are no deltas, and nothing is marked.
    """
    return (row[0], UNSURE, *row[2:]) if columns[1:2] == ("status",) else row


def _age(record: Record) -> tuple[str, str]:
    return record.run_id, record.pupil.id
