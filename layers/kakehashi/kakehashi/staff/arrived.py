"""届いたか: what came, from whom, whether it could be used; and sending it by hand.

Addresses: GET /arrived?send=&tool= (what to send), GET /arrived/uploaded (S3 leads back here), POST
/arrived/start (token: what was checked).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from kakehashi.findings import Finding
from kakehashi.report.groups import FindingGroup, groups
from kakehashi.report.shapes import ReceiptBeside
from kakehashi.report.times import minute
from kakehashi.report.upload_receipt import STANDINGS, UploadStanding
from kakehashi.report.words import Word
from kakehashi.staff.uploading import KINDS, NEEDS, Upload, UploadChoice, UploadPurpose
from kakehashi.staff.viewer import Viewer, may

_TONES = {
    UploadStanding.ACCEPTED: "good",
    UploadStanding.REFUSED: "stop",
    UploadStanding.RECEIVED: "plain",
    UploadStanding.ALREADY_DONE: "wait",
    UploadStanding.SUPERSEDED: "wait",
}
CAME = Word("届きました。", "It has come.")


@dataclass(frozen=True, slots=True)
class Came:
    """One file that came. ``receipt`` is the one beside it, None for what has none; ``received`` an
    ISO moment; ``by`` who sent it by hand, "" for a robot."""

    kind: UploadPurpose
    file: str
    received: str
    bytes: int
    receipt: ReceiptBeside | None = None
    by: str = ""
    tool: str = ""
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """What was sent by hand and looked at, before anything is started. ``lines`` are those of each
    file in it, ``counts`` what else was counted; ``token`` names it, "" where it can not be
    started."""

    kind: UploadPurpose
    file: str
    lines: Mapping[str, int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    token: str = ""
    counts: Sequence[tuple[Word, int]] = ()

    @property
    def told_as(self) -> Word:
        return KINDS[self.kind]

    @property
    def problems(self) -> Sequence[FindingGroup]:
        return groups(self.findings)


@dataclass(frozen=True, slots=True)
class ArrivedRow:
    kind: Word
    file: str
    received: str
    by: str
    size: int
    lines: Sequence[tuple[str, int]]
    standing: Word
    tone: str
    refusal: tuple[str, Word, Word] | None
    same_as: str
    run_id: str


@dataclass(frozen=True, slots=True)
class Arrived:
    template: ClassVar[str] = "arrived.html.j2"

    rows: Sequence[ArrivedRow]
    choices: Sequence[UploadChoice]
    upload: Upload | None
    checked: CheckedUpload | None


def arrived(
    came: Sequence[Came],
    choices: Sequence[UploadChoice],
    viewer: Viewer,
    city: str,
    *,
    upload: Upload | None = None,
    checked: CheckedUpload | None = None,
) -> Arrived:
    """``came`` newest first. Of ``choices`` only those are shown that this viewer may send."""
    own = [one for one in choices if may(viewer, NEEDS[one.kind], city)]
    return Arrived([_row(one) for one in came], own, upload, checked)


def _row(one: Came) -> ArrivedRow:
    told = one.receipt
    standing = told["standing"] if told else ""
    known = UploadStanding(standing) if standing in set(UploadStanding) else None
    return ArrivedRow(
        kind=Word(f"{KINDS[one.kind].ja} {one.tool}".strip(), f"{KINDS[one.kind].en} {one.tool}"),
        file=one.file,
        received=minute(one.received),
        by=one.by,
        size=one.bytes,
        lines=list(told["lines"].items()) if told else [],
        standing=STANDINGS[known] if known else CAME,
        tone=_TONES[known] if known else "plain",
        refusal=_refusal(told) if told else None,
        same_as=told["same_as"] if told else "",
        run_id=told["run_id"] if told else "",
    )


def _refusal(told: ReceiptBeside) -> tuple[str, Word, Word] | None:
    why = told["refusal"]
    return why and (why["code"], Word(why["ja"], why["en"]), Word(why["todo"], why["todo_en"]))
