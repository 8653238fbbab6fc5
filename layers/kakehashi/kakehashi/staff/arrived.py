"""届いたか: what came, from whom, whether it could be used; and sending it by hand.

Addresses: GET /arrived, GET /arrived/uploaded (S3 leads back here), POST /arrived/<kind> (a small
file), POST /arrived/start (token: what was checked).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from kakehashi.findings import Finding
from kakehashi.report.groups import FindingGroup, groups
from kakehashi.report.times import minute
from kakehashi.report.upload_receipt import STANDINGS, UploadStanding
from kakehashi.report.words import Word
from kakehashi.staff.uploading import KINDS, NEEDS, Upload, UploadPurpose
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
    """One file that came. ``receipt`` is its receipt.json, {} for what has none; ``received`` an
    ISO moment; ``by`` who sent it by hand, "" for a robot."""

    kind: UploadPurpose
    file: str
    received: str
    bytes: int
    receipt: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""
    tool: str = ""


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """What was sent by hand and looked at, before anything is started. ``findings`` {}: nothing
    is wrong with it; ``token`` names it, "" where it can not be started."""

    kind: UploadPurpose
    file: str
    lines: Mapping[str, int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    token: str = ""


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
    uploads: Sequence[Upload]
    checked: CheckedUpload | None
    checked_as: Word | None
    problems: Sequence[FindingGroup]


def arrived(
    came: Sequence[Came],
    uploads: Sequence[Upload],
    viewer: Viewer,
    city: str,
    checked: CheckedUpload | None = None,
) -> Arrived:
    """``came`` newest first. Only the forms that this viewer may use are shown."""
    return Arrived(
        [_row(one) for one in came],
        [one for one in uploads if may(viewer, NEEDS[one.kind], city)],
        checked,
        KINDS[checked.kind] if checked else None,
        groups(checked.findings) if checked else [],
    )


def _row(one: Came) -> ArrivedRow:
    told = one.receipt
    standing = told.get("standing")
    known = UploadStanding(standing) if standing in set(UploadStanding) else None
    return ArrivedRow(
        kind=Word(f"{KINDS[one.kind].ja} {one.tool}".strip(), f"{KINDS[one.kind].en} {one.tool}"),
        file=one.file,
        received=minute(one.received),
        by=one.by,
        size=one.bytes,
        lines=list(told.get("lines", {}).items()),
        standing=STANDINGS[known] if known else CAME,
        tone=_TONES[known] if known else "plain",
        refusal=next(_refusal(told), None),
        same_as=str(told.get("same_as") or ""),
        run_id=str(told.get("run_id") or ""),
    )


def _refusal(told: Mapping[str, Any]) -> Iterator[tuple[str, Word, Word]]:
    if why := told.get("refusal"):
        yield why["code"], Word(why["ja"], why["en"]), Word(why["todo"], why["todo_en"])
