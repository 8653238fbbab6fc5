"""Files that people send by hand: what they are for, and the form that takes them.

They go straight to S3, since no function takes so much in one request; S3 has signed what the form
may say, and how large the file may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from kakehashi.report.words import Word
from kakehashi.staff.viewer import Permission


class UploadPurpose(StrEnum):
    """What a file is sent for."""

    ROSTER = "roster"
    PASSWORDS = "passwords"
    DECISIONS = "decisions"
    TOOL_RECEIPT = "tool-receipt"
    STAFF_LIST = "staff-list"
    REHEARSAL = "rehearsal"


KINDS: Mapping[UploadPurpose, Word] = MappingProxyType({
    UploadPurpose.ROSTER: Word("名簿(C4th から書き出した zip)", "roster (the zip from C4th)"),
    UploadPurpose.PASSWORDS: Word("初期パスワード(CSV)", "initial passwords (CSV)"),
    UploadPurpose.DECISIONS: Word("決定を書いた一覧(Excel か CSV)", "answered list (Excel or CSV)"),
    UploadPurpose.TOOL_RECEIPT: Word("学習ツールの取り込み結果", "a tool's receipt"),
    UploadPurpose.STAFF_LIST: Word("教職員名簿(Excel か CSV)", "the board's list of staff"),
    UploadPurpose.REHEARSAL: Word("予行する名簿(zip)", "roster to rehearse (zip)"),
})  # fmt: skip
NEEDS: Mapping[UploadPurpose, Permission] = MappingProxyType({
    UploadPurpose.ROSTER: Permission.UPLOAD,
    UploadPurpose.PASSWORDS: Permission.PASSWORDS,
    UploadPurpose.DECISIONS: Permission.DECIDE,
    UploadPurpose.TOOL_RECEIPT: Permission.UPLOAD,
    UploadPurpose.STAFF_LIST: Permission.OPERATE,
    UploadPurpose.REHEARSAL: Permission.REHEARSE,
})  # fmt: skip
"""A list of staff says when posts end and who is a head: whoever decides about them sends none, or
one person alone could name both and answer for two."""
MOST: Mapping[UploadPurpose, int] = MappingProxyType({
    UploadPurpose.ROSTER: 60_000_000,
    UploadPurpose.PASSWORDS: 4_000_000,
    UploadPurpose.DECISIONS: 10_000_000,
    UploadPurpose.TOOL_RECEIPT: 16_000_000,
    UploadPurpose.STAFF_LIST: 10_000_000,
    UploadPurpose.REHEARSAL: 60_000_000,
})  # fmt: skip
"""Bytes."""
ACCEPTS: Mapping[UploadPurpose, str] = MappingProxyType({
    UploadPurpose.ROSTER: ".zip,application/zip",
    UploadPurpose.PASSWORDS: ".csv,text/csv",
    UploadPurpose.DECISIONS: ".xlsx,.csv",
    UploadPurpose.TOOL_RECEIPT: ".xlsx,.csv",
    UploadPurpose.STAFF_LIST: ".xlsx,.csv",
    UploadPurpose.REHEARSAL: ".zip,application/zip",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class UploadChoice:
    """What can be sent; ``tool`` is the one whose receipt it is."""

    kind: UploadPurpose
    tool: str = ""

    @property
    def title(self) -> Word:
        told = KINDS[self.kind]
        return Word(f"{told.ja} {self.tool}", f"{told.en} {self.tool}") if self.tool else told


@dataclass(frozen=True, slots=True)
class Upload:
    """A form for one kind of file. ``fields`` are S3's signed ones; ``most`` is in bytes."""

    kind: UploadPurpose
    action: str
    most: int
    fields: Mapping[str, str] = field(default_factory=dict)
    tool: str = ""

    @property
    def title(self) -> Word:
        return UploadChoice(self.kind, self.tool).title

    @property
    def accept(self) -> str:
        return ACCEPTS[self.kind]

    @property
    def megabytes(self) -> int:
        return max(1, self.most // 1_000_000)
