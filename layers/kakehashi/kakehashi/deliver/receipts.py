"""What a tool says of a delivery it took in: a table with a line for each row it looked at.

No maker publishes the form of its receipts, so columns and words are data of the dialect and the
usual ones are known (``ReceiptForm``). Whatever stands in the file, only numbers, file names, ids
that we delivered and codes of a narrow form come out of it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

from kakehashi.catalogue import deliver as rules
from kakehashi.deliver.dialect import ReceiptForm
from kakehashi.deliver.records import Key, Records, unsure
from kakehashi.findings import Finding, Place
from kakehashi.oneroster import ROSTER

MOST_BYTES = 16 << 20
MOST_LINES = 500_000
HEADING_WITHIN = 10  # rows
OTHER = "other"  # a reason that is no code: it may quote anything, so it is counted and not told
_FILES = {file.removesuffix(".csv").casefold(): file for file in ROSTER}
_LINE = re.compile(r"[0-9]{1,7}", re.ASCII)


class BadReceipt(ValueError):
    """The file is no receipt; the text is a code, never a cell."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that the tool did not take: its file, physical line (0 for unknown) and id ("")."""

    file: str
    line: int
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One file read: how many rows were taken, and which were not."""

    accepted: int
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A delivered record that the tool did not take; ``pupil`` owns it, None for a shared one."""

    key: Key
    line: int
    reason: str
    pupil: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.key[0],
            "id": self.key[1],
            "line": self.line,
            "reason": self.reason,
            "pupil": self.pupil,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        key = (data["file"], data["id"])
        return cls(key, data["line"], data["reason"], data["pupil"])


def read_receipt(body: bytes, form: ReceiptForm) -> Receipt:
    """Raises BadReceipt for what cannot be a receipt."""
    if len(body) > MOST_BYTES:
        raise BadReceipt("size")
    try:
        rows = _rows(body)
        columns = _heading(rows, form)
        accepted, rejected = 0, []
        for number, row in enumerate(rows):
            if number >= MOST_LINES:
                raise BadReceipt("size")
            cells = {name: "".join(row[at : at + 1]).strip() for name, at in columns.items()}
            if not any(cells.values()):
                continue
            if _is_taken(cells, form):
                accepted += 1
            else:
                rejected.append(_rejected(cells, form))
    except csv.Error as exc:
        raise BadReceipt("csv") from exc
    return Receipt(accepted, tuple(rejected))


def _rows(body: bytes) -> Iterator[Sequence[str]]:
    """Of a CSV, or of the first sheet of a workbook."""
    if not body.startswith(b"PK"):
        yield from csv.reader(io.StringIO(_text(body), newline=""), strict=True)
        return
    from kakehashi.diff.sheets import (  # noqa: PLC0415 - nothing of Diff for who reads a CSV
        UnreadableWorkbook,
        sheets,
    )

    try:
        for first in sheets(body):
            yield from (cells for _, cells in first)
            return
    except UnreadableWorkbook as exc:
        raise BadReceipt("workbook") from exc


def _heading(rows: Iterator[Sequence[str]], form: ReceiptForm) -> dict[str, int]:
    """The columns of the first row that names them: a title and a date may stand above it."""
    for cells in islice(rows, HEADING_WITHIN):
        with suppress(BadReceipt):
            return _columns(cells, form)
    raise BadReceipt("columns")


def _text(body: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadReceipt("encoding")


def _columns(header: Sequence[str], form: ReceiptForm) -> dict[str, int]:
    """Our name of a column → where it stands. Raises BadReceipt where rows cannot be told."""
    names = [_folded(cell) for cell in header]
    known = {
        "file": form.file, "line": form.line, "id": form.id,
        "result": form.result, "reason": form.reason,
    }  # fmt: skip
    found = {
        ours: next(at for at, name in enumerate(names) if name in map(_folded, theirs))
        for ours, theirs in known.items()
        if set(map(_folded, theirs)) & set(names)
    }
    if not ({"result", "reason"} & found.keys() and {"line", "id"} & found.keys()):
        raise BadReceipt("columns")
    return found


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace(" ", "").replace("_", "")


def _is_taken(cells: Mapping[str, str], form: ReceiptForm) -> bool:
    if "result" in cells:
        return _folded(cells["result"]) in map(_folded, form.accepted)
    return not cells.get("reason")


def _rejected(cells: Mapping[str, str], form: ReceiptForm) -> Rejected:
    reason, line = cells.get("reason", ""), cells.get("line", "")
    name = cells.get("file", "").replace("\\", "/").rpartition("/")[2].casefold()
    return Rejected(
        file=_FILES.get(name.removesuffix(".csv"), ""),
        line=int(line) if _LINE.fullmatch(line) else 0,
        id=cells.get("id", ""),
        reason=reason if form.code.fullmatch(reason) else OTHER,
    )


# -- whom it is about --------------------------------------------------------------------------


class Delivered:
    """The records of a delivery, to be found by file and line or by id."""

    def __init__(self, zips: Iterable[bytes]) -> None:
        self._at: dict[tuple[str, int], list[str]] = {}
        self._of: dict[str, list[Key]] = {}
        self._owner: dict[Key, str] = {}
        for body in zips:
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                for file in set(ROSTER) & set(archive.namelist()):
                    with io.TextIOWrapper(archive.open(file), "utf-8-sig", newline="") as text:
                        self._read(file, csv.DictReader(text))

    def _read(self, file: str, rows: csv.DictReader[str]) -> None:
        line = 2
        for row in rows:
            self._note(file, line, row)
            line = rows.line_num + 1

    def _note(self, file: str, line: int, row: Mapping[str, str]) -> None:
        sourced_id = row.get("sourcedId", "")
        self._at.setdefault((file, line), []).append(sourced_id)
        account = row.get("username") or sourced_id
        for told in {sourced_id, row.get("userMasterIdentifier") or sourced_id, account}:
            self._of.setdefault(told, []).append((file, sourced_id))  # a tool may say either
        owner = sourced_id if file == "users.csv" else row.get("userSourcedId", "")
        if owner:
            self._owner[file, sourced_id] = owner

    def refusals(self, rejected: Iterable[Rejected]) -> Iterator[RowRefusal]:
        """What is meant by each; nothing for a row that we did not deliver, or not that way."""
        for one in rejected:
            if key := self._meant(one):
                yield RowRefusal(key, one.line, one.reason, self._owner.get(key))

    def _meant(self, one: Rejected) -> Key | None:
        keys = [key for key in self._of.get(one.id, ()) if one.file in {"", key[0]}]
        if not one.id:  # a line alone, which is no place in a delivery of several zips
            ids = self._at.get((one.file, one.line), ())
            keys = [(one.file, sourced_id) for sourced_id in ids]
        return keys[0] if len(set(keys)) == 1 else None


def taken_back(
    held: Records,
    refusals: Iterable[RowRefusal],
    earlier: Records | None,
    *,
    anew: bool = False,
) -> Records:
    """What the tool holds by its own word: of whom it refused a record, what it had before.

    So they are in the next delivery again, as they are then. All records of a pupil go together: a
    tool that refused the user has nothing to hang the enrollment on. What such a record points at
    comes back too, or the row that takes it away would point at nothing in its file. ``anew``: that
    delivery told everything again. The tool may have been emptied or not, so what it had before is
    unsure, and is told or taken away once more.
    """
    pupils, keys = set[str](), set[Key]()
    for refusal in refusals:
        if refusal.pupil:
            pupils.add(refusal.pupil)
        else:
            keys.add(refusal.key)
    for records in (held, earlier) if earlier else (held,):
        keys |= {k for k, row in records.unordered() if records.shape.owner(k, row) in pupils}
    while keys:
        key = keys.pop()
        row = earlier.get(key) if earlier else None
        if row:
            held.put(key, unsure(row, held.shape.header[key[0]]) if anew else row)
            keys |= {to for to in held.shape.targets(key, row) if held.get(to) is None}
        else:
            held.drop(key)
    return held


# -- all that a tool said ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the receipts that came since a delivery say of it, all together.

    ``unknown`` counts rejected rows that are none of ours; ``unreadable`` tells by code why files
    could not be read. ``earlier`` is the version of what the tool held before that delivery, and
    ``anew`` whether that told everything again.
    """

    read: int = 0
    accepted: int = 0
    unknown: int = 0
    refusals: tuple[RowRefusal, ...] = ()
    unreadable: tuple[str, ...] = ()
    earlier: str = ""
    anew: bool = False

    def counts(self) -> dict[str, Any]:
        """For the report: nothing of a pupil. Reasons with the most frequent first."""
        return {
            "files": self.read + len(self.unreadable),
            "accepted": self.accepted,
            "rejected": len(self.refusals) + self.unknown,
            "reasons": dict(Counter(one.reason for one in self.refusals).most_common()),
        }

    def findings(self, tool: str, schools: Mapping[str, str]) -> Iterator[Finding]:
        """``schools`` maps pupils to MEXT codes."""
        for reason in self.unreadable:
            yield rules.RECEIPT_UNREADABLE.at(tool=tool, reason=reason)
        if self.read:
            rejected = len(self.refusals) + self.unknown
            yield rules.RECEIPT.at(
                tool=tool, accepted=self.accepted, rejected=rejected, unknown=self.unknown
            )
        for one in self.refusals:
            place, school = Place(one.key[0], one.line or None), schools.get(one.pupil or "")
            yield rules.RECEIPT_REJECTED.at(
                place, pupil=one.pupil, school=school, tool=tool, reason=one.reason
            )

    def to_json(self) -> dict[str, Any]:
        refusals = [one.to_json() for one in self.refusals]
        return {
            "read": self.read, "accepted": self.accepted, "unknown": self.unknown,
            "refusals": refusals, "unreadable": list(self.unreadable), "earlier": self.earlier,
            "anew": self.anew,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        refusals = tuple(map(RowRefusal.from_json, data["refusals"]))
        return cls(data["read"], data["accepted"], data["unknown"], refusals,
                   tuple(data["unreadable"]), data["earlier"], data["anew"])  # fmt: skip


def answer(
    bodies: Iterable[bytes],
    form: ReceiptForm,
    delivered: Delivered,
    earlier: str,
    *,
    anew: bool = False,
) -> Acknowledgement:
    """All receipts of one delivery; ``earlier`` and ``anew`` as in ``Acknowledgement``."""
    read: list[Receipt] = []
    unreadable: list[str] = []
    for body in bodies:
        try:
            read.append(read_receipt(body, form))
        except BadReceipt as exc:
            unreadable.append(str(exc))
    rejected = [one for receipt in read for one in receipt.rejected]
    refusals = tuple(delivered.refusals(rejected))
    return Acknowledgement(
        read=len(read),
        accepted=sum(receipt.accepted for receipt in read),
        unknown=len(rejected) - len(refusals),
        refusals=refusals,
        unreadable=tuple(unreadable),
        earlier=earlier,
        anew=anew,
    )
