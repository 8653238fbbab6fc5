"""The run folders of a city, read for one pupil: each night's papers, and who an id belongs to."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kakehashi import oneroster
from kakehashi.edges.runs import Folder, city_of, prefix_of
from kakehashi.findings import Effect, Finding

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_LINE = re.compile(r"users\.csv:(\d+)\Z", re.IGNORECASE)
_RUN = re.compile(r"[a-z0-9_-]+-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}\Z")

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one tool was told of the pupil.

    ``status`` is "active", "tobedeleted" or "suspended" in a row, "absent" where a full file has
    none, "nothing" where no file or no row was needed, "replaced" where the file is no longer the
    one of that night.
    """

    tool: str
    mode: str
    status: str


@dataclass(frozen=True, slots=True)
class Papers:
    """What one run folder holds of one pupil; {} where it holds nothing.

    ``line`` is the pupil's in users.csv, None where none is told. ``desired`` is the roster's
    word, ``current`` the state's before that night, ``match`` its row of the first matching.
    ``refusals`` are findings that stopped the
    whole drop.
    """

    run_id: str
    line: int | None
    summary: Row
    plan: Row
    desired: Row
    held: tuple[Row, ...]
    current: Row
    decision: Row
    match: Row
    action: Row
    result: Row
    findings: tuple[Finding, ...]
    refusals: tuple[Finding, ...]
    delivered: tuple[Delivered, ...]

    def __bool__(self) -> bool:
        """Whether the pupil is in it at all."""
        known = (self.line, self.desired, self.held, self.current, self.decision, self.findings)
        return any(known)


class Archive:
    def __init__(self, s3: Any, runs: str, outbox: str, city: str) -> None:
        self.s3, self.runs, self.outbox, self.city = s3, runs, outbox, city

    def run_ids(self, most: int) -> list[str]:
        """The newest runs, the oldest of them first."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.runs, Prefix=f"{self.city}/", Delimiter="/"
        )
        prefixes = (item["Prefix"] for page in pages for item in page.get("CommonPrefixes", []))
        names = (prefix.removesuffix("/").rpartition("/")[2] for prefix in prefixes)
        return sorted(n for n in names if _RUN.match(n) and city_of(n) == self.city)[-most:]

    def who(self, words: str, run_ids: list[str]) -> str:
        """The userMasterIdentifier behind an id, an account, or users.csv:LINE of the newest drop.

        "" where nobody is found; of an account the newest owner.
        """
        wanted = words.strip().lower()
        if not wanted:
            return ""
        if _ID.match(wanted):
            return wanted
        newest_first = [self._folder(run_id) for run_id in reversed(run_ids)]
        if line := _LINE.match(wanted):
            owners = (_owner_of_line(folder, int(line[1])) for folder in newest_first)
            return next((owner for owner in owners if owner is not None), "")
        return next((o for f in newest_first if (o := _owner_of_account(f, wanted))), "")

    def papers(self, run_id: str, umi: str) -> Papers:
        folder = self._folder(run_id)
        desired, held = _rows(folder, "desired.jsonl", umi), _rows(folder, "held.jsonl", umi)
        line = _line(folder, umi, desired, held)
        action, result = _deed(folder, umi)
        found = list(folder.findings())
        return Papers(
            run_id,
            line,
            summary=folder.get_json("summary.json"),
            plan=folder.get_json("plan.json"),
            desired=desired[0] if desired else {},
            held=tuple(held),
            current=next(iter(_rows(folder, "current.jsonl", umi)), {}),
            decision=next(iter(_rows(folder, "decisions.jsonl", umi)), {}),
            match=next(iter(_rows(folder, "matching.jsonl", umi)), {}),
            action=action,
            result=result,
            findings=tuple(f for f in found if _is_about(f, umi, line)),
            refusals=tuple(f for f in found if f.effect is Effect.REFUSE_DROP),
            delivered=tuple(self._delivered(folder, umi)),
        )

    def _folder(self, run_id: str) -> Folder:
        return Folder(self.s3, self.runs, prefix_of(run_id))

    def _delivered(self, folder: Folder, umi: str) -> Iterator[Delivered]:
        for name in folder.names("deliveries/"):
            note = folder.get_json(name)
            statuses = [self._status(file, umi, note["mode"]) for file in note.get("files", ())]
            told = [status for status in statuses if status not in {"absent", "nothing"}]
            yield Delivered(note["tool"], note["mode"], (told or statuses or ["nothing"])[0])

    def _status(self, file: Row, umi: str, mode: str) -> str:
        body = Folder(self.s3, self.outbox, "").get(file["key"])
        if body is None or hashlib.sha256(body).hexdigest() != file["sha256"]:
            return "replaced"
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = [name for name in archive.namelist() if name.endswith("users.csv")]
            text = archive.read(names[0]).decode("utf-8-sig") if names else ""
        for row in csv.DictReader(io.StringIO(text, newline="")):
            if row.get("sourcedId") == umi:
                suspended = row.get("enabledUser") == "false"
                gone = row.get("status") == "tobedeleted"
                return "tobedeleted" if gone else "suspended" if suspended else "active"
        return "absent" if mode == "bulk" else "nothing"


def _rows(folder: Folder, name: str, umi: str) -> list[dict[str, Any]]:
    """The rows of a JSON-lines file that are this pupil's: only lines that hold the id are read."""
    needle = umi.encode()
    lines = (folder.get(name) or b"").split(b"\n")
    rows = (json.loads(line) for line in lines if needle in line)
    return [row for row in rows if _id_of(row) == umi]


def _id_of(row: Row) -> str:
    pupil = row["pupil"]
    return str(pupil["id"] if isinstance(pupil, dict) else pupil or "")


def _line(folder: Folder, umi: str, desired: list[Any], held: list[Any]) -> int | None:
    """Where the pupil stands in users.csv, also in a drop that was refused before it was read."""
    if desired or held:
        return int(desired[0]["pupil"]["line"] if desired else held[0]["line"])
    cleaned = folder.get("desired.jsonl") is not None
    return None if cleaned else next((n for n, owner in _owners(folder) if owner == umi), None)


def _deed(folder: Folder, umi: str) -> tuple[Row, Row]:
    """The pupil's action and its result; {} for either that is not there."""
    for name in folder.names("actions/"):
        if actions := _rows(folder, name, umi):
            results = _rows(folder, name.replace("actions/", "results/"), umi)
            return actions[0], results[0] if results else {}
    return {}, {}


def _is_about(finding: Finding, umi: str, line: int | None) -> bool:
    """It names the pupil, or nobody and the pupil's row."""
    if finding.pupil:
        return finding.pupil == umi
    return line is not None and (finding.place.file, finding.place.line) == ("users.csv", line)


def _owner_of_line(folder: Folder, line: int) -> str | None:
    """Who stands on a line of this run's users.csv; None for a run without a roster of its own."""
    if not folder.names("roster/"):
        return None
    return dict(_owners(folder)).get(line, "")


def _owners(folder: Folder) -> list[tuple[int, str]]:
    """Line and userMasterIdentifier of each row of users.csv that can be read."""
    if not folder.names("roster/"):
        return []
    with folder.package() as source:
        table = oneroster.open_package(source).tables.get("users.csv")
    column = table.index("userMasterIdentifier") if table else None
    if table is None or column is None:
        return []
    ids = (str(row[column]).strip().lower() for row in table.rows)
    return list(zip(table.lines, ids, strict=True))


def _owner_of_account(folder: Folder, account: str) -> str:
    needle = account.encode()
    for name in ("desired.jsonl", "held.jsonl", "current.jsonl"):
        for line in (folder.get(name) or b"").split(b"\n"):
            if needle in line.lower():
                row = json.loads(line)
                pupil = row["pupil"] if isinstance(row["pupil"], dict) else row
                if str(pupil.get("account") or "").lower() == account and _id_of(row):
                    return str(_id_of(row))
    return ""
