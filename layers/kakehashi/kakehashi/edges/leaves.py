"""A night's leaves: gathered from its folder in one pass, written beside it, read one by one.

Report writes them at the end of a run. A run of an earlier release has none, and one whose Report
died may have none: of those a leaf is gathered when somebody asks, which reads whole files.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kakehashi.diff.header import PlanHeader
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import Folder
from kakehashi.findings import Effect, Finding
from kakehashi.jsonlines import canonical, parsed
from kakehashi.report.summary_file import summary_of
from kakehashi.run_folder.actions import Acted, acted
from kakehashi.run_folder.deliveries import deliveries
from kakehashi.run_folder.plan import header
from kakehashi.run_folder.results import carried_out
from kakehashi.run_folder.results import raw_in as raw_results
from kakehashi.staff.leaves import (
    BODY,
    HEAD,
    NOTHING,
    VERSION,
    Collected,
    Head,
    Leaf,
    Packed,
    Places,
    how_many,
    leaf_in,
    leaf_of,
)
from kakehashi.stored import VERSION as FORM

AT_ONCE = 200_000_000  # bytes of rows that are kept as they are
USERS = "users.csv"
_ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_NAMED = re.compile(rf'"pupil":"{_ID}"'.encode())
_WHOLE = re.compile(rf'"pupil":\{{[^{{}}]*"id":"{_ID}"'.encode())
_LINE = re.compile(rb'"line":(\d+)')
FILES = {"current": _WHOLE, "desired": _WHOLE, "held": _NAMED, "decisions": _NAMED,
         "matching": _NAMED}  # fmt: skip

type Meant = Callable[[str], bool]
type Put = Callable[[str, str, bytes], None]
"""Takes a row of JSON: whose it is, the word for its file, and the row."""


def write(folder: Folder, outbox: str, verdict: str) -> None:
    """Both files of the run's index; ``outbox`` is the bucket of what tools were told."""
    size = sum(item["Size"] for item in _rows_of(folder))
    count, parts = how_many(size), 1 + size // AT_ONCE
    collected = Collected(count) if parts == 1 else Packed(parts, count)
    head = gather(folder, outbox, lambda _: True, collected.put)
    body, lengths = io.BytesIO(), list[int]()
    for bundle in collected.bundles():
        lengths.append(len(bundle))
        body.write(bundle)
    folder.put(BODY, body, "application/octet-stream")
    told = {**head.to_json(), "verdict": verdict, "bundles": lengths, FORM: VERSION}
    folder.put(HEAD, canonical(told), "application/json; charset=utf-8")


class Leaves:
    """One night's, for whoever looks up a few pupils."""

    def __init__(self, folder: Folder, outbox: str) -> None:
        self.folder, self.outbox = folder, outbox
        told = folder.get_json(HEAD)
        self.written = told.get(FORM) == VERSION
        self.places = Places(tuple(told.get("bundles", ())))
        self._head = Head.from_json(told) if self.written else None
        self._found: dict[str, Leaf] = {}

    @property
    def head(self) -> Head:
        if self._head is None:
            self._head = gather(self.folder, self.outbox, lambda _: False, Collected().put)
        return self._head

    def of(self, pupil: str) -> Leaf:
        """{} for a pupil whom the night does not know."""
        if pupil not in self._found:
            self._found[pupil] = self._read(pupil)
        return self._found[pupil]

    def _read(self, pupil: str) -> Leaf:
        if not self.written:
            mine = Collected()
            self._head = gather(self.folder, self.outbox, lambda one: one == pupil, mine.put)
            return leaf_of(mine.leaves[pupil]) if pupil in mine.leaves else NOTHING
        first, length = self.places.of(pupil)
        return leaf_in(self.folder.part(BODY, first, length), pupil) if length else NOTHING


def _rows_of(folder: Folder) -> Iterator[Any]:
    """What grows with the number of pupils."""
    for item in Objects(folder.s3, folder.bucket).listed(folder.prefix):
        name = item["Key"].removeprefix(folder.prefix)
        if name.removesuffix(".jsonl") in FILES or name.startswith("actions/"):
            yield item


# -- one pass over a night -----------------------------------------------------------------------


def gather(folder: Folder, outbox: str, meant: Meant, put: Put) -> Head:
    """What all share; rows of the pupils that are ``meant`` are ``put``, each in its turn."""
    night, plan = _Gathering(folder, meant, put), header(folder)
    night.rows_of_everybody()
    night.deeds()
    night.words(plan)
    refusals = night.findings()
    return Head(
        verdict=str(told.verdict) if (told := summary_of(folder)) else "",
        plan=_shared(plan),
        refusals=tuple(refusals.values()),
        tools=dict(night.told(outbox)),
        cleaned=night.came["desired"],
        known=night.came["current"],
    )


def _shared(plan: PlanHeader) -> dict[str, Any]:
    if not plan:
        return {}
    codes = sorted({breach.code for breach in plan.breaches})
    return {
        "as_of": plan.as_of,
        "undoes": plan.undoes,
        "refused": plan.refused,
        "breaches": [{"code": code} for code in codes],
    }


class _Gathering:
    """``came`` says which files there are, ``at`` who stands on the lines of users.csv that a
    finding is about."""

    def __init__(self, folder: Folder, meant: Meant, put: Put) -> None:
        self.folder, self.meant, self._put = folder, meant, put
        self._names = folder.names()
        self.came = {name: f"{name}.jsonl" in self._names for name in FILES}
        self._found = list(folder.findings())
        self._wanted = {one.place.line for one in self._found if _is_about_a_row(one)}
        self.at: dict[int | None, list[str]] = {}

    def put(self, pupil: str, name: str, row: bytes) -> None:
        if self.meant(pupil):
            self._put(pupil, name, row)

    def rows_of_everybody(self) -> None:
        for name in filter(self.came.get, FILES):
            self._rows(name, FILES[name])
        if not self.came["desired"]:
            self._lines_of_the_drop()

    def _rows(self, name: str, pattern: re.Pattern[bytes]) -> None:
        in_the_drop = name in {"desired", "held"} and bool(self._wanted)
        for line in self.folder.raw_lines(f"{name}.jsonl"):
            pupil = _whose(line, pattern)
            if not pupil or not self.meant(pupil):
                continue
            self._put(pupil, name, line)
            if in_the_drop and any(int(n) in self._wanted for n in _LINE.findall(line)):
                self._stands_at(line_in(line), pupil)

    def _lines_of_the_drop(self) -> None:
        """Where they stand in a drop that was refused before it was read."""
        seen = set[str]()
        for line, pupil in owners(self.folder):
            if pupil not in seen:
                seen.add(pupil)
                self.put(pupil, "line", str(line).encode())
                self._stands_at(line, pupil)

    def _stands_at(self, line: int, pupil: str) -> None:
        if line in self._wanted and pupil not in (here := self.at.setdefault(line, [])):
            here.append(pupil)

    def deeds(self) -> None:
        """The last action of each and its result; and whose id has changed, under both ids."""
        for name in (one for one in self._names if one.startswith("actions/")):
            results = dict(self._results(name.replace("actions/", "results/")))
            for action in acted(self.folder, name):
                pupil, result = action.pupil, results.get(action.pupil, b"")
                if self.meant(pupil):
                    self._put(pupil, "action", canonical(_kept(action)))
                    self._put(pupil, "result", result)
                if result and action.moved and carried_out(result):
                    for one in action.moved:
                        self.put(one, "moves", canonical(action.moved))

    def _results(self, name: str) -> Iterator[tuple[str, bytes]]:
        for line in raw_results(self.folder, name):
            if line and (pupil := _whose(line, _NAMED)):
                yield pupil, line

    def words(self, plan: PlanHeader) -> None:
        """What the plan says of somebody by name: a proposal, or why it is held."""
        for leaf, listed in (("proposed", plan.proposals), ("codes", plan.held)):
            for word, pupils in listed.items():
                for pupil in pupils:
                    self.put(pupil, leaf, canonical(word))

    def findings(self) -> dict[str, Mapping[str, Any]]:
        """Each at whoever it names, or whose row it is about; those that refuse the drop by code"""
        refusals = dict[str, Mapping[str, Any]]()
        for finding in self._found:
            row = finding.to_json()
            if finding.effect is Effect.REFUSE_DROP:
                refusals.setdefault(finding.code, row)
            own = [finding.pupil] if finding.pupil else []
            for pupil in self.at.get(finding.place.line, ()) if _is_about_a_row(finding) else own:
                self.put(pupil, "findings", canonical(row))
        return refusals

    def told(self, outbox: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Tool by tool; what it was told of whom stands at the id that it knows."""
        for note in deliveries(self.folder):
            gone, rosters, lists = False, 0, 0
            for file in note.files:
                body = Folder(self.folder.s3, outbox, "").get(file.key)
                if body is None or hashlib.sha256(body).hexdigest() != file.sha256:
                    gone = True
                    continue
                users = users_in(body)
                if users is None:
                    lists += 1
                    continue
                rosters += 1
                for sourced_id, status in users:
                    self.put(sourced_id, f"told {note.tool}", canonical(status))
            yield (
                note.tool,
                {"mode": note.mode, "gone": gone, "rosters": rosters, "lists": lists},
            )


def _is_about_a_row(finding: Finding) -> bool:
    return not finding.pupil and finding.place.file == USERS


def _whose(line: bytes, pattern: re.Pattern[bytes]) -> str:
    """The pupil of a row, found without parsing it where it is written as we write them."""
    if found := pattern.search(line):
        return found[1].decode()
    pupil = parsed(line).get("pupil")
    return str(pupil["id"] if isinstance(pupil, dict) else pupil or "")


def line_in(row: bytes) -> int:
    """Where the pupil of a row of desired.jsonl or held.jsonl stands in users.csv."""
    told = parsed(row)
    return int(told["pupil"]["line"] if isinstance(told["pupil"], dict) else told["line"])


def _kept(action: Acted) -> dict[str, str]:
    known = {"tool_id": action.tool_id} if action.tool_id else {}
    about = {"kind": action.kind, "situation": action.situation, "pupil": action.pupil}
    return about | known


def owners(folder: Folder) -> Sequence[tuple[int, str]]:
    """Line and userMasterIdentifier of each row of the drop's users.csv that can be read."""
    from kakehashi import oneroster  # noqa: PLC0415 - for a drop that was refused

    if not folder.names("roster/"):
        return []
    with folder.package() as source:
        table = oneroster.open_package(source).tables.get(USERS)
    column = table.index("userMasterIdentifier") if table else None
    if table is None or column is None:
        return []
    ids = (str(row[column]).strip().lower() for row in table.rows)
    return list(zip(table.lines, ids, strict=True))


def users_in(body: bytes) -> Iterator[tuple[str, str]] | None:
    """(sourcedId, what the row says) of the users.csv in a tool's file; None for a list of another
    kind, a table or a workbook: it knows no sourcedId."""
    file = io.BytesIO(body)
    if not zipfile.is_zipfile(file):
        return None
    archive = zipfile.ZipFile(file)
    names = [name for name in archive.namelist() if name.endswith(USERS)]
    if not names:
        return None
    text = io.TextIOWrapper(archive.open(names[0]), encoding="utf-8-sig", newline="")
    return map(_said_of, csv.DictReader(text))


def _said_of(row: Mapping[str, str]) -> tuple[str, str]:
    if row.get("status") == "tobedeleted":
        return str(row.get("sourcedId")), "tobedeleted"
    enabled = row.get("enabledUser") != "false"
    return str(row.get("sourcedId")), "active" if enabled else "suspended"
