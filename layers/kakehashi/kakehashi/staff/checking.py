"""What a file is that somebody has sent, before anything is started with it.

The same rooms look at it that a night has for it, so what is said here is what the night will say.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kakehashi import oneroster
from kakehashi.catalogue import staff as rules
from kakehashi.deliver.dialect import ReceiptForm
from kakehashi.deliver.receipt_files import BadReceipt, read_receipt
from kakehashi.diff.decisions import DecisionFile, read
from kakehashi.findings import Effect, Finding
from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.password_file import InDrop, PasswordFile, Sharing, locate
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
    reading = read(DecisionFile(f"/{named('decisions', body)}", "", "", body))
    said = [mark for mark in reading.marks if mark.decision]
    counts = (
        (Word("答え", "answers"), len(said)),
        (Word("そのうち、いま聞いている人", "of them about whom somebody is asked now"),
         sum(mark.pupil in asked for mark in said)),
    )  # fmt: skip
    file = reading.file.name
    return Looked(checked(UploadPurpose.DECISIONS, file, counts, reading.findings), bool(said))


def receipt(body: bytes, form: ReceiptForm, tool: str) -> Looked | Refusal:
    """What a tool says of its last delivery."""
    try:
        found = read_receipt(body, form)
    except BadReceipt as exc:
        return Refusal(rules.NOT_A_RECEIPT, str(exc))
    counts = (
        (Word("取り込まれた行", "rows taken"), found.accepted),
        (Word("取り込まれなかった行", "rows not taken"), len(found.rejected)),
        (Word("見出しと読んだ行", "row taken for the headings"), found.heading),
    )
    some = bool(found.accepted or found.rejected)
    return Looked(checked(UploadPurpose.TOOL_RECEIPT, tool, counts, ()), some)


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
        (Word("そのうち、待っている人", "of them for whom somebody waits"), len(ended)),
    )
    looked = Looked(
        checked(UploadPurpose.PASSWORDS, "passwords.csv", counts, findings), bool(places)
    )
    return looked, ended


def checked(
    kind: UploadPurpose, file: str, counts: Iterable[tuple[Word, int]], findings: Iterable[Finding]
) -> CheckedUpload:
    return CheckedUpload(kind, file, findings=list(findings)[:MOST_TOLD], counts=tuple(counts))


def named(name: str, body: bytes) -> str:
    return f"{name}{'.xlsx' if body[:2] == _ZIP[:2] else '.csv'}"
