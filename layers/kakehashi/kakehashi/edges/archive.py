"""The run folders of a city, read for one pupil: each night's papers, and who an id belongs to."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from typing import Any

from kakehashi import oneroster
from kakehashi.edges.runs import Folder, city_of, prefix_of
from kakehashi.findings import Effect, Finding
from kakehashi.staff.papers import Delivered, Papers, Row

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_LINE = re.compile(r"users\.csv:(\d+)\Z", re.IGNORECASE)
_RUN = re.compile(r"[a-z0-9_-]+-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}\Z")


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

    def ids(self, umi: str, run_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Run → the ids by which it may name the child who has ``umi`` now, or had it last.

        A child that is linked under a new id has two until then, and one afterwards: the old one
        may be another child's by now.
        """
        moves = {run_id: _moves(self._folder(run_id)) for run_id in run_ids}
        now = self._present_id(umi, run_ids, moves)
        ids, found = frozenset({now}), {}
        for run_id in reversed(run_ids):
            if any(old == now for old, _ in moves[run_id]):  # before, it was another child's
                now, ids = "", frozenset()
            for old in [old for old, new in moves[run_id] if now and new == now]:
                now, ids = old, ids | {old}
            found[run_id] = ids
        return {run_id: found[run_id] for run_id in run_ids}

    def _present_id(
        self, umi: str, run_ids: Sequence[str], moves: Mapping[str, Sequence[tuple[str, str]]]
    ) -> str:
        """The id itself where the newest run knows somebody by it, else where it has moved."""
        folders = ((run_id, self._folder(run_id)) for run_id in reversed(run_ids))
        newest = next((one for one in folders if one[1].get("current.jsonl") is not None), None)
        if newest:
            gone = any(old == umi for old, _ in moves[newest[0]])
            wanted = _rows(newest[1], "desired.jsonl", {umi})
            if wanted or (_rows(newest[1], "current.jsonl", {umi}) and not gone):
                return umi
        for run_id in run_ids:
            umi = next((new for old, new in moves[run_id] if old == umi), umi)
        return umi

    def papers(self, run_id: str, umi: str | Collection[str]) -> Papers:
        """``umi``: the userMasterIdentifier, or all by which the run may name the child."""
        ids = frozenset({umi}) if isinstance(umi, str) else frozenset(umi)
        folder = self._folder(run_id)
        desired, held = _rows(folder, "desired.jsonl", ids), _rows(folder, "held.jsonl", ids)
        line = _line(folder, ids, desired, held)
        action, result = _deed(folder, ids)
        current = next(iter(_rows(folder, "current.jsonl", ids)), {})
        found = list(folder.findings())
        return Papers(
            run_id,
            line,
            summary=folder.get_json("summary.json"),
            plan=folder.get_json("plan.json"),
            desired=desired[0] if desired else {},
            held=tuple(held),
            current=current,
            decision=next(iter(_rows(folder, "decisions.jsonl", ids)), {}),
            match=next(iter(_rows(folder, "matching.jsonl", ids)), {}),
            action=action,
            result=result,
            findings=tuple(f for f in found if _is_about(f, ids, line)),
            refusals=tuple(f for f in found if f.effect is Effect.REFUSE_DROP),
            delivered=tuple(self._delivered(folder, _told_by(ids, action, current))),
        )

    def _folder(self, run_id: str) -> Folder:
        return Folder(self.s3, self.runs, prefix_of(run_id))

    def _delivered(self, folder: Folder, ids: Set[str]) -> Iterator[Delivered]:
        for name in folder.names("deliveries/"):
            note = folder.get_json(name)
            statuses = [self._status(file, ids, note["mode"]) for file in note.get("files", ())]
            told = [status for status in statuses if status not in {"absent", "nothing"}]
            yield Delivered(note["tool"], note["mode"], (told or statuses or ["nothing"])[0])

    def _status(self, file: Row, ids: Set[str], mode: str) -> str:
        body = Folder(self.s3, self.outbox, "").get(file["key"])
        if body is None or hashlib.sha256(body).hexdigest() != file["sha256"]:
            return "replaced"
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = [name for name in archive.namelist() if name.endswith("users.csv")]
            text = archive.read(names[0]).decode("utf-8-sig") if names else ""
        told = {
            _told(row)
            for row in csv.DictReader(io.StringIO(text, newline=""))
            if row.get("sourcedId") in ids
        }
        for status in ("active", "suspended", "tobedeleted"):  # a second user goes, the first stays
            if status in told:
                return status
        return "absent" if mode == "bulk" else "nothing"


def _told(row: Mapping[str, str]) -> str:
    """What one row of users.csv says of its user."""
    if row.get("status") == "tobedeleted":
        return "tobedeleted"
    return "suspended" if row.get("enabledUser") == "false" else "active"


def _told_by(ids: Set[str], action: Row, current: Row) -> Set[str]:
    """What tools know the pupil by, where that is another id than the roster's."""
    told = action.get("tool_id") or current.get("tool_id")
    return {told} if told else ids


def _moves(folder: Folder) -> list[tuple[str, str]]:
    """(former id, new id) of the children whose id this run has changed, or changed back."""
    found = []
    for name in folder.names("actions/"):
        lines = [line for line in (folder.get(name) or b"").split(b"\n") if b'link"' in line]
        acted = [(row["pupil"], move) for row in map(json.loads, lines) if (move := _move(row))]
        results = folder.lines(name.replace("actions/", "results/")) if acted else ()
        done = {row["pupil"] for row in results if row["outcome"] in {"done", "skipped"}}
        found += [move for pupil, move in acted if pupil in done]
    return found


def _move(action: Row) -> tuple[str, str] | None:
    """From which id to which a link leads, or an undo of one; None for any other action."""
    before, back = action["before"], action.get("back")
    if action["kind"] == "link" and before and before["pupil"]["id"] != action["pupil"]:
        return before["pupil"]["id"], action["pupil"]
    if action["kind"] == "unlink" and back:
        return action["pupil"], back["pupil"]["id"]
    return None


def _rows(folder: Folder, name: str, ids: Set[str]) -> list[dict[str, Any]]:
    """The rows of a JSON-lines file that are this pupil's: only lines that hold an id are read."""
    needles = [umi.encode() for umi in ids]
    lines = (folder.get(name) or b"").split(b"\n")
    rows = (json.loads(line) for line in lines if any(needle in line for needle in needles))
    return [row for row in rows if _id_of(row) in ids]


def _id_of(row: Row) -> str:
    pupil = row["pupil"]
    return str(pupil["id"] if isinstance(pupil, dict) else pupil or "")


def _line(folder: Folder, ids: Set[str], desired: list[Any], held: list[Any]) -> int | None:
    """Where the pupil stands in users.csv, also in a drop that was refused before it was read."""
    if desired or held:
        return int(desired[0]["pupil"]["line"] if desired else held[0]["line"])
    cleaned = folder.get("desired.jsonl") is not None
    return None if cleaned else next((n for n, owner in _owners(folder) if owner in ids), None)


def _deed(folder: Folder, ids: Set[str]) -> tuple[Row, Row]:
    """The pupil's last action and its result; {} for either that is not there."""
    found: tuple[Row, Row] = {}, {}
    for name in folder.names("actions/"):
        if actions := _rows(folder, name, ids):
            results = _rows(folder, name.replace("actions/", "results/"), ids)
            found = actions[-1], results[-1] if results else {}
    return found


def _is_about(finding: Finding, ids: Set[str], line: int | None) -> bool:
    """It names the pupil, or nobody and the pupil's row."""
    if finding.pupil:
        return finding.pupil in ids
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
