"""What a file is that somebody has sent, before anything is started with it.

The same rooms look at it that a night has for it, so what is said here is what the night will say.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kakehashi import oneroster
from kakehashi.catalogue import staff as rules
from kakehashi.catalogue import staffing
from kakehashi.city import City, Staff
from kakehashi.deliver.dialect import ReceiptForm
from kakehashi.deliver.receipts import BadReceipt, read_receipt
from kakehashi.diff.decisions import DecisionFile, read
from kakehashi.diff.sheets import TooLarge, UnreadableWorkbook, sheets
from kakehashi.findings import Effect, Finding
from kakehashi.oneroster.model import Package
from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.classes import Classes
from kakehashi.preprocess.password_file import InDrop, PasswordFile, Sharing, locate
from kakehashi.preprocess.schools import School, Schools
from kakehashi.preprocess.staff.board_list import BoardList
from kakehashi.preprocess.staff.sources import Material, StaffListFile
from kakehashi.refusal import Refusal
from kakehashi.report.words import Word
from kakehashi.staff.arrived import CheckedUpload
from kakehashi.staff.uploading import UploadPurpose

MOST_TOLD = 200  # findings about one file
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Looked:
    """What is in the file, and whether something can be started with it."""

    checked: CheckedUpload
    good: bool


def roster(body: bytes, kind: UploadPurpose = UploadPurpose.ROSTER) -> Looked | Refusal:
    """Is it a roster, and may it be opened?"""
    if body[:4] != _ZIP:
        return Refusal(rules.NOT_A_ROSTER)
    findings = list(oneroster.passwords_in(io.BytesIO(body)))
    lines = dict(oneroster.lines_in(io.BytesIO(body)))
    if not lines and not findings:
        return Refusal(rules.NOT_A_ROSTER)
    good = bool(lines) and not any(f.effect is Effect.REFUSE_DROP for f in findings)
    return Looked(CheckedUpload(kind, "roster.zip", lines, findings), good)


def decisions(body: bytes, asked: Collection[str]) -> Looked:
    """A list that staff have answered; ``asked`` are the pupils whom somebody is asked about."""
    reading = read(DecisionFile(f"/{_named('decisions', body)}", "", "", body))
    said = [mark for mark in reading.marks if mark.decision]
    counts = (
        (Word("答え", "answers"), len(said)),
        (Word("そのうち、いま聞いている人", "of them about whom somebody is asked now"),
         sum(mark.pupil in asked for mark in said)),
    )  # fmt: skip
    file = reading.file.name
    return Looked(_told(UploadPurpose.DECISIONS, file, counts, reading.findings), bool(said))


def receipt(body: bytes, form: ReceiptForm, tool: str) -> Looked | Refusal:
    """What a tool says of its last delivery."""
    try:
        found = read_receipt(body, form)
    except BadReceipt as exc:
        return Refusal(rules.NOT_A_RECEIPT, str(exc))
    counts = (
        (Word("取り込まれた行", "rows taken"), found.accepted),
        (Word("取り込まれなかった行", "rows not taken"), len(found.rejected)),
    )
    some = bool(found.accepted or found.rejected)
    return Looked(_told(UploadPurpose.TOOL_RECEIPT, tool, counts, ()), some)


def staff_list(body: bytes, city: City, schools: Mapping[str, str], as_of: date) -> Looked:
    """The board's list of staff; ``schools`` are names by MEXT code. Whether a class is there only
    the night can tell, which has the roster."""
    name = _named("staff-list", body)
    read_ = BoardList().read(_material(_laid(name, body), city, schools, as_of))
    held = sum(1 for one in read_.claims if one.code) + len(read_.held)
    good = len(read_.claims) + len(read_.held) - held
    counts = ((Word("読めた人", "people read"), good), (Word("待つ人・行", "held"), held))
    told = [one for one in read_.findings if one.code != staffing.UNKNOWN_CLASS.code]
    return Looked(_told(UploadPurpose.STAFF_LIST, name, counts, told), bool(good))


def _laid(name: str, body: bytes) -> StaffListFile:
    try:
        return StaffListFile(name, [list(sheet) for sheet in sheets(body)])
    except TooLarge:
        return StaffListFile(name, fault=staffing.LIST_TOO_LARGE)
    except UnreadableWorkbook:
        return StaffListFile(name, fault=staffing.LIST_UNREADABLE)


def _material(file: StaffListFile, city: City, schools: Mapping[str, str], as_of: date) -> Material:
    """All that the list alone is read with."""
    return Material(
        city=city,
        rules=city.staff or Staff(),
        as_of=as_of,
        package=Package(None, {}),
        schools=Schools({code: School(code, name) for code, name in schools.items()}, {}),
        classes=Classes({}, frozenset()),
        list_file=file,
    )


def passwords(
    body: bytes, roster: Iterable[Pupil], waiting: Collection[str], shared: Sharing
) -> tuple[Looked, frozenset[str]]:
    """Passwords that a school has chosen, and the pupils whose wait they end."""
    known = {pupil.id: pupil.account for pupil in roster}
    drop = InDrop({account.lower(): umi for umi, account in known.items() if account}, known)
    places, findings = locate([PasswordFile("/passwords.csv", "", body)], drop, shared)
    ended = frozenset(places) & frozenset(waiting)
    counts = (
        (Word("使えるパスワード", "passwords that can be used"), len(places)),
        (Word("そのうち、待っている人", "of them for pupils who wait"), len(ended)),
    )
    looked = Looked(_told(UploadPurpose.PASSWORDS, "passwords.csv", counts, findings), bool(places))
    return looked, ended


def _told(
    kind: UploadPurpose, file: str, counts: Iterable[tuple[Word, int]], findings: Iterable[Finding]
) -> CheckedUpload:
    return CheckedUpload(kind, file, findings=list(findings)[:MOST_TOLD], counts=tuple(counts))


def _named(name: str, body: bytes) -> str:
    return f"{name}{'.xlsx' if body[:2] == _ZIP[:2] else '.csv'}"
