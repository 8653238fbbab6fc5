"""The receipt beside an upload: what its sender, the operator of the robot, wants to know at once.

    RO_20261122_082201.zip.receipt.txt     for people, Japanese first
    RO_20261122_082201.zip.receipt.json    for robots

Written twice: when the upload has arrived, and when it has been checked. Counts, codes and names of
files, never a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import cast

from kakehashi.catalogue.index import RULES, english, japanese
from kakehashi.findings import Effect, Finding
from kakehashi.guide import Guide
from kakehashi.report.shapes import ReceiptBeside, UploadRefusal
from kakehashi.report.words import Word
from kakehashi.roster import JAPAN
from kakehashi.run_folder import RunFiles

SEEN_AT = "/arrived"  # of the staff page
SUFFIXES = (".receipt.txt", ".receipt.json")


class UploadStanding(StrEnum):
    """How far an upload has come."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ALREADY_DONE = "already-done"
    SUPERSEDED = "superseded"


STANDINGS: Mapping[UploadStanding, Word] = MappingProxyType({
    UploadStanding.RECEIVED: Word(
        "受け取りました。検査はこれからです。", "Received; not yet checked."
    ),
    UploadStanding.ACCEPTED: Word("受け付けました。検査に通りました。", "Accepted: it passed."),
    UploadStanding.REFUSED: Word(
        "受け付けられません。何も変更していません。", "Refused. Nothing was changed."
    ),
    UploadStanding.ALREADY_DONE: Word(
        "同じファイルは処理済みです。今回は何もしません。", "Done before: nothing to do this time."
    ),
    UploadStanding.SUPERSEDED: Word(
        "あとから届いた名簿が処理済みです。この名簿は使いません。",
        "A roster that came later has been processed: this one is not used.",
    ),
})  # fmt: skip


def beside(folder: RunFiles, key: str) -> ReceiptBeside | None:
    """The receipt of an upload, None where it has none."""
    told = folder.get_json(f"{key}.receipt.json")
    return cast("ReceiptBeside", told) if told else None


@dataclass(frozen=True, slots=True)
class UploadReceipt:
    """``received`` is an ISO moment, ``lines`` counts lines below the header by file, ``same_as``
    is the earlier run that was given the same bytes, "" for none."""

    file: str
    run_id: str
    received: str
    bytes: int
    sha256: str
    lines: Mapping[str, int]
    same_as: str = ""
    standing: UploadStanding = UploadStanding.RECEIVED
    refusal: Finding | None = None
    city: str = ""
    guide: Guide = field(default_factory=Guide)

    def to_json(self) -> ReceiptBeside:
        told: ReceiptBeside = {
            "file": self.file,
            "run_id": self.run_id,
            "received": self.received,
            "bytes": self.bytes,
            "sha256": self.sha256,
            "lines": dict(self.lines),
            "same_as": self.same_as,
            "standing": self.standing.value,
            "refusal": self._refusal(),
        }
        if page := self.guide.page(SEEN_AT, self.city):
            told["page"] = page
        return told

    def text(self) -> str:
        return "\n".join([*self._told()]) + "\n"

    def _told(self) -> Iterator[str]:
        now = datetime.fromisoformat(self.received).astimezone(JAPAN)
        yield from (STANDINGS[self.standing].ja, STANDINGS[self.standing].en, "")
        if self.refusal:
            place, rule = self.refusal.place, RULES[self.refusal.code]
            where = f" {place.file}{f':{place.line}' if place.line else ''}" if place.file else ""
            yield f"{self.refusal.code}{where}"
            yield from (japanese(self.refusal), f"→ {self._complete(rule.todo)}")
            yield from (english(self.refusal), f"→ {self._complete(rule.todo_en)}", "")
        yield f"ファイル file: {self.file}"
        yield f"届いた時刻 received: {now:%Y-%m-%d %H:%M:%S}"
        yield f"大きさ size: {self.bytes:,} バイト bytes"
        yield f"SHA-256: {self.sha256}"
        same = f"同じ中身です same as {self.same_as}" if self.same_as else "新しい中身です new"
        yield f"前に届いたファイルと compared with earlier files: {same}"
        yield f"実行 run: {self.run_id}"
        if page := self.guide.page(SEEN_AT, self.city):
            yield f"職員の頁 staff page: {page}"
        if not self.lines:
            yield "行数 lines: 数えられません could not be counted"
            return
        yield "行数(見出しを除く) lines below the header:"
        yield from (f"  {file}: {count:,}" for file, count in self.lines.items())

    def _refusal(self) -> UploadRefusal | None:
        if self.refusal is None:
            return None
        place, rule = self.refusal.place, RULES[self.refusal.code]
        return {
            "code": self.refusal.code,
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "ja": japanese(self.refusal),
            "en": english(self.refusal),
            "todo": self._complete(rule.todo),
            "todo_en": self._complete(rule.todo_en),
        }

    def _complete(self, text: str) -> str:
        return self.guide.completed(text, self.city)


def first_refusal(findings: Iterable[Finding]) -> Finding | None:
    return next((one for one in findings if one.effect is Effect.REFUSE_DROP), None)
