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
from kakehashi.findings import Effect
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
    Head,
    Leaf,
    Places,
    Stored,
    bundle_of,
    bundles,
    how_many,
    leaf_in,
    leaf_of,
)
from kakehashi.stored import VERSION as FORM

AT_ONCE = 200_000_000  # bytes of rows whose leaves are made in one pass
USERS = "users.csv"
_ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_NAMED = re.compile(rf'"pupil":"{_ID}"'.encode())
_WHOLE = re.compile(rf'"pupil":\{{[^{{}}]*"id":"{_ID}"'.encode())
_LINE = re.compile(rb'"line":(\d+)')
FILES = {"current": _WHOLE, "desired": _WHOLE, "held": _NAMED, "decisions": _NAMED,
         "matching": _NAMED}  # fmt: skip

type Meant = Callable[[str], bool]


def write(folder: Folder, outbox: str, verdict: str) -> None:
    """Both files of the run's index; ``outbox`` is the bucket of what tools were told."""
    size = sum(item["Size"] for item in _rows_of(folder))
    count, body = how_many(size), io.BytesIO()
    passes = min(count, 1 + size // AT_ONCE)
    head, lengths = Head(), list[int]()
    for n in range(passes):
        first, behind = n * count // passes, (n + 1) * count // passes
        head, leaves = gather(folder, outbox, _within(range(first, behind), count))
        for bundle in bundles(leaves, first, behind, count):
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
            self._head, _ = gather(self.folder, self.outbox, lambda _: False)
        return self._head

    def of(self, pupil: str) -> Leaf:
        """{} for a pupil whom the night does not know."""
        if pupil not in self._found:
            self._found[pupil] = self._read(pupil)
        return self._found[pupil]

    def _read(self, pupil: str) -> Leaf:
        if not self.written:
            self._head, leaves = gather(self.folder, self.outbox, lambda one: one == pupil)
            return leaf_of(leaves[pupil]) if pupil in leaves else NOTHING
        first, length = self.places.of(pupil)
        return leaf_in(self.folder.part(BODY, first, length), pupil) if length else NOTHING


def _within(mine: range, count: int) -> Meant:
    return lambda pupil: bundle_of(pupil, count) in mine


def _rows_of(folder: Folder) -> Iterator[Any]:
    """What grows with the number of pupils."""
    for item in Objects(folder.s3, folder.bucket).listed(folder.prefix):
        name = item["Key"].removeprefix(folder.prefix)
        if name.removesuffix(".jsonl") in FILES or name.startswith("actions/"):
            yield item


# -- one pass over a night -----------------------------------------------------------------------


def gather(folder: Folder, outbox: str, meant: Meant) -> tuple[Head, Stored]:
    """What all share, and the leaves of the pupils that are ``meant``."""
    night = _Gathering(folder, meant)
    plan = header(folder)
    for name, pattern in FILES.items():
        night.rows(name, pattern)
    if night.came["desired"] is False:
        night.lines_of_the_drop()
    night.deeds()
    night.words(plan)
    refusals = night.findings()
    head = Head(
        verdict=str(told.verdict) if (told := summary_of(folder)) else "",
        plan=_shared(plan),
        refusals=tuple(refusals.values()),
        tools=dict(night.told(outbox)),
        cleaned=night.came["desired"],
        known=night.came["current"],
    )
    return head, night.leaves


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
    """``came`` says which files there are."""

    def __init__(self, folder: Folder, meant: Meant) -> None:
        self.folder, self.meant = folder, meant
        self.leaves: Stored = {}
        self.came: dict[str, bool] = {}

    def put(self, pupil: str, name: str, row: bytes) -> None:
        self.leaves.setdefault(pupil, {}).setdefault(name, []).append(row)

    def rows(self, name: str, pattern: re.Pattern[bytes]) -> None:
        body = self.folder.get(f"{name}.jsonl")
        self.came[name] = body is not None
        for line in (body or b"").split(b"\n"):
            if line and (pupil := _whose(line, pattern)) and self.meant(pupil):
                self.put(pupil, name, line)

    def lines_of_the_drop(self) -> None:
        """Where they stand in a drop that was refused before it was read."""
        for line, pupil in owners(self.folder):
            if self.meant(pupil) and "line" not in self.leaves.get(pupil, NOTHING):
                self.put(pupil, "line", str(line).encode())

    def deeds(self) -> None:
        """The last action of each and its result; and whose id has changed, under both ids."""
        for name in self.folder.names("actions/"):
            results = dict(self._results(name.replace("actions/", "results/")))
            for action in acted(self.folder, name):
                pupil, result = action.pupil, results.get(action.pupil)
                if self.meant(pupil):
                    leaf = self.leaves.setdefault(pupil, {})
                    leaf["action"] = [canonical(_kept(action))]
                    leaf["result"] = [result] if result else []
                if result and action.moved and carried_out(result):
                    for one in filter(self.meant, action.moved):
                        self.put(one, "moves", canonical(action.moved))

    def _results(self, name: str) -> Iterator[tuple[str, bytes]]:
        for line in raw_results(self.folder, name):
            if line and (pupil := _whose(line, _NAMED)):
                yield pupil, line

    def words(self, plan: PlanHeader) -> None:
        """What the plan says of somebody by name: a proposal, or why it is held."""
        for leaf, listed in (("proposed", plan.proposals), ("codes", plan.held)):
            for word, pupils in listed.items():
                for pupil in filter(self.meant, pupils):
                    self.put(pupil, leaf, canonical(word))

    def findings(self) -> dict[str, Mapping[str, Any]]:
        """Each at whoever it names, or whose row it is about; those that refuse the drop by code"""
        found, refusals = list(self.folder.findings()), dict[str, Mapping[str, Any]]()
        about_rows = {f.place.line for f in found if not f.pupil and f.place.file == USERS}
        at = self._at(about_rows) if about_rows else {}
        for finding in found:
            row = finding.to_json()
            if finding.effect is Effect.REFUSE_DROP:
                refusals.setdefault(finding.code, row)
            in_row = not finding.pupil and finding.place.file == USERS
            for pupil in at.get(finding.place.line, ()) if in_row else (finding.pupil,):
                if pupil and self.meant(pupil):
                    self.put(pupil, "findings", canonical(row))
        return refusals

    def _at(self, wanted: set[int | None]) -> dict[int | None, list[str]]:
        """Who stands on these lines of users.csv."""
        found: dict[int | None, list[str]] = {}
        for pupil, leaf in self.leaves.items():
            here = {line_in(row) for row in (*leaf.get("desired", ()), *leaf.get("held", ()))
                    if any(int(n) in wanted for n in _LINE.findall(row))}  # fmt: skip
            for line in here or {int(row) for row in leaf.get("line", ())}:
                found.setdefault(line, []).append(pupil)
        return found

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
                    if self.meant(sourced_id):
                        self.put(sourced_id, f"told {note.tool}", canonical(status))
            yield (
                note.tool,
                {"mode": note.mode, "gone": gone, "rosters": rosters, "lists": lists},
            )


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


def users_in(body: bytes) -> list[tuple[str, str]] | None:
    """(sourcedId, what the row says) of the users.csv in a tool's file; None for a list of another
    kind, a table or a workbook: it knows no sourcedId."""
    file = io.BytesIO(body)
    if not zipfile.is_zipfile(file):
        return None
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.endswith(USERS)]
        text = archive.read(names[0]).decode("utf-8-sig") if names else None
    if text is None:
        return None
    return [_said_of(row) for row in csv.DictReader(io.StringIO(text, newline=""))]


def _said_of(row: Mapping[str, str]) -> tuple[str, str]:
    if row.get("status") == "tobedeleted":
        return str(row.get("sourcedId")), "tobedeleted"
    enabled = row.get("enabledUser") != "false"
    return str(row.get("sourcedId")), "active" if enabled else "suspended"
