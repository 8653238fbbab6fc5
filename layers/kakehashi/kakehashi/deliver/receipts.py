"""What a tool's receipts mean: whom the refused rows are about, and what the tool holds then.

Whatever stands in a receipt, only numbers, file names, ids that we delivered and codes of a narrow
form come out of it.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from kakehashi.catalogue import deliver as rules
from kakehashi.deliver.dialect import ReceiptForm
from kakehashi.deliver.receipt_files import (
    BadReceipt,
    NumberedRow,
    Receipt,
    Rejected,
    folded,
    read_receipt,
    tables,
)
from kakehashi.deliver.records import Key, Records, unsure
from kakehashi.findings import Finding, Place
from kakehashi.oneroster import ROSTER


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A delivered record that the tool did not take; ``pupil`` owns it, None for a shared one.
    ``list`` is the flat list that told of it, "" for a file of OneRoster."""

    key: Key
    line: int
    reason: str
    pupil: str | None
    list: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.key[0],
            "id": self.key[1],
            "line": self.line,
            "reason": self.reason,
            "pupil": self.pupil,
            "list": self.list,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        key = (data["file"], data["id"])
        told_in = data.get("list", "")
        return cls(key, data["line"], data["reason"], data["pupil"], told_in)


# -- whom it is about --------------------------------------------------------------------------


class Delivered:
    """The records of a delivery, to be found by file and line or by id."""

    def __init__(self, zips: Iterable[bytes]) -> None:
        self._at: dict[tuple[str, int], list[Key]] = {}
        self._of: dict[str, list[Key]] = {}
        self._owner: dict[Key, str] = {}
        self._lists: list[str] = []
        for body in zips:
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                for file in set(ROSTER) & set(archive.namelist()):
                    with io.TextIOWrapper(archive.open(file), "utf-8-sig", newline="") as text:
                        self._read(file, csv.DictReader(text))

    def with_lists(
        self, files: Mapping[str, bytes], people: Iterable[Records], form: ReceiptForm
    ) -> Self:
        """The same of flat lists by name: ``people`` are the records that they were made of, the
        last ones first, and ``form`` knows below which headings a list names somebody."""
        for records in people:
            self._note_people(records)
        self._lists = [name.casefold() for name in files]
        for name, body in files.items():
            with suppress(BadReceipt):  # too large to be read again: then an id alone tells whose
                for table in tables(body):
                    self._note_lines(name.casefold(), iter(table), set(map(folded, form.id)))
        return self

    def _note_lines(self, name: str, rows: Iterator[NumberedRow], naming: Container[str]) -> None:
        _, heading = next(rows, (0, ()))
        ids = [at for at, cell in enumerate(heading) if folded(cell) in naming]
        for line, cells in rows:
            told = {folded(cells[at]) for at in ids if at < len(cells)}
            self._at[name, line] = [key for word in told for key in self._of.get(word, ())]

    def _note_people(self, records: Records) -> None:
        """A name that has passed to somebody else is the one's who has it now."""
        columns = records.shape.header["users.csv"]
        known = set(self._of)
        for sourced_id, cells in records.rows["users.csv"].items():
            row, key = dict(zip(columns, cells, strict=True)), ("users.csv", sourced_id)
            account = row.get("username", "")
            told = {sourced_id, row.get("userMasterIdentifier", ""), account,
                    account.partition("@")[0]}  # fmt: skip
            self._owner[key] = sourced_id
            for word in set(map(folded, told)) - known - {""}:
                self._of.setdefault(word, []).append(key)

    def _read(self, file: str, rows: csv.DictReader[str]) -> None:
        line = 2
        for row in rows:
            self._note(file, line, row)
            line = rows.line_num + 1

    def _note(self, file: str, line: int, row: Mapping[str, str]) -> None:
        sourced_id = row.get("sourcedId", "")
        self._at.setdefault((file, line), []).append((file, sourced_id))
        account = row.get("username") or sourced_id
        for told in {sourced_id, row.get("userMasterIdentifier") or sourced_id, account}:
            self._of.setdefault(folded(told), []).append((file, sourced_id))  # it may say either
        owner = sourced_id if file == "users.csv" else row.get("userSourcedId", "")
        if owner:
            self._owner[file, sourced_id] = owner

    def refusals(self, rejected: Iterable[Rejected]) -> Iterator[RowRefusal]:
        """What is meant by each; nothing for a row that we did not deliver, or not that way."""
        for one in rejected:
            if key := self._meant(one):
                yield RowRefusal(key, one.line, one.reason, self._owner.get(key), self._list(one))

    def _meant(self, one: Rejected) -> Key | None:
        keys = [k for k in self._of.get(folded(one.id), ()) if one.file not in ROSTER
                or one.file == k[0]]  # fmt: skip
        if not one.id:  # a line alone, which is no place in a delivery of several files
            keys = self._at.get((self._list(one) or one.file, one.line), [])
        return keys[0] if len(set(keys)) == 1 else None

    def _list(self, one: Rejected) -> str:
        """The flat list that is meant: by its name, or the only one there is."""
        if one.file in self._lists:
            return one.file
        return self._lists[0] if len(self._lists) == 1 and one.file not in ROSTER else ""


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

    ``unknown`` counts rejected rows that are none of ours; ``heading`` is the row of the newest
    file that was taken for its headings; ``unreadable`` tells by code why files could not be read.
    ``earlier`` is the version of what the tool held before that delivery, and
    ``anew`` whether that told everything again.
    """

    read: int = 0
    accepted: int = 0
    unknown: int = 0
    refusals: tuple[RowRefusal, ...] = ()
    unreadable: tuple[str, ...] = ()
    earlier: str = ""
    anew: bool = False
    heading: int = 0

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
                tool=tool, accepted=self.accepted, rejected=rejected, unknown=self.unknown,
                heading=self.heading,
            )  # fmt: skip
        for one in self.refusals:
            place = Place(one.list or one.key[0], one.line or None)
            school = schools.get(one.pupil or "")
            yield rules.RECEIPT_REJECTED.at(
                place, pupil=one.pupil, school=school, tool=tool, reason=one.reason
            )

    def to_json(self) -> dict[str, Any]:
        refusals = [one.to_json() for one in self.refusals]
        return {
            "read": self.read, "accepted": self.accepted, "unknown": self.unknown,
            "refusals": refusals, "unreadable": list(self.unreadable), "earlier": self.earlier,
            "anew": self.anew, "heading": self.heading,
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        refusals = tuple(map(RowRefusal.from_json, data["refusals"]))
        return cls(data["read"], data["accepted"], data["unknown"], refusals,
                   tuple(data["unreadable"]), data["earlier"], data["anew"],
                   data.get("heading", 0))  # fmt: skip


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
        heading=read[-1].heading if read else 0,
    )
