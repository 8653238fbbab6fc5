"""夜の一覧: every run, what it did, its files, and how to turn one back.

Addresses: GET /nights?page=, GET /nights/<run>, GET /nights/<run>/files/<name>; POST
/nights/<run>/undo (reason), /nights/rerun (reason). An undo makes a plan that waits in 承認.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from kakehashi.findings import Finding
from kakehashi.report.deliveries import remarks
from kakehashi.report.groups import FindingGroup, groups
from kakehashi.report.headline import headline
from kakehashi.report.healed import begun
from kakehashi.report.shapes import DeliveryMade, Summary
from kakehashi.report.times import minute
from kakehashi.report.words import MODES, SITUATIONS, VerdictWord, Word, word
from kakehashi.staff.viewer import Permission, Viewer, may
from kakehashi.state_records import RunRecord
from kakehashi.verdict import Verdict

PAGE = 30
_COUNTED = ("NEW", "MOVED", "PROMOTED", "RENAMED", "UPDATED", "RETURNED", "GONE", "UNLINKED",
            "EXPIRED", "LOST", "HELD", "DISPUTED", "CONFIRMED", "UNDONE")  # fmt: skip
FILES: Mapping[str, Word] = {
    "report.html": Word("報告書", "report"),
    "report.xlsx": Word("報告書の Excel(氏名を含みます)", "workbook (holds names)"),
}


@dataclass(frozen=True, slots=True)
class NightRow:
    """One run in the list; ``verdict`` None while it runs or where nobody noted its end."""

    run_id: str
    day: str
    began: str
    verdict: VerdictWord | None
    done: int
    held: int
    exceptions: int
    undone_by: str


@dataclass(frozen=True, slots=True)
class Nights:
    template: ClassVar[str] = "nights.html.j2"

    rows: Sequence[NightRow]
    page: int
    more: bool
    rerun: bool


def nights(records: Sequence[RunRecord], page: int, viewer: Viewer, city: str) -> Nights:
    """``records`` newest first, one more than the pages up to this."""
    page = max(1, page)
    shown = records[(page - 1) * PAGE : page * PAGE]
    return Nights(
        [row_of(record) for record in shown],
        page,
        len(records) > page * PAGE,
        may(viewer, Permission.RERUN, city),
    )


def row_of(record: RunRecord) -> NightRow:
    at = begun(record.run_id)
    return NightRow(
        run_id=record.run_id,
        day=record.as_of,
        began=f"{at:%Y-%m-%d %H:%M}" if at else "",
        verdict=ending(record),
        done=record.done,
        held=record.held,
        exceptions=record.exceptions,
        undone_by=record.undone_by,
    )


def ending(record: RunRecord) -> VerdictWord | None:
    """How a run ended, in words; None while it runs or where nobody noted its end."""
    if record.verdict not in set(Verdict):
        return None
    return headline(Verdict(record.verdict), record.done, record.exceptions)


@dataclass(frozen=True, slots=True)
class NightFacts:
    """``summary`` is None for a run without, ``files`` are the names in its folder that may be
    handed out."""

    city: str
    record: RunRecord
    summary: Summary | None = None
    findings: Sequence[Finding] = ()
    files: Sequence[str] = ()
    schools: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    tool: str
    mode: Word
    rows: int
    remarks: Sequence[Word] = ()


@dataclass(frozen=True, slots=True)
class NightPage:
    """``schools`` are the workbooks to hand on: file, name of the school. ``undo``: this viewer may
    ask for it to be turned back; ``waits``: its plan can still be approved."""

    template: ClassVar[str] = "night.html.j2"

    row: NightRow
    received: str
    ended: str
    pupils: int | None
    counts: Sequence[tuple[Word, int]]
    findings: Sequence[FindingGroup]
    deliveries: Sequence[DeliveryLine]
    files: Sequence[tuple[str, Word]]
    schools: Sequence[tuple[str, str]]
    approved_by: str
    approved_at: str
    undo: bool
    rerun: bool
    waits: bool


def night(facts: NightFacts, viewer: Viewer) -> NightPage:
    row, record = row_of(facts.record), facts.record
    counts = facts.summary.counts if facts.summary else {}
    can = may(viewer, Permission.RERUN, facts.city)
    return NightPage(
        row=row,
        received=minute(record.received),
        ended=minute(record.ended),
        pupils=record.pupils,
        counts=[(SITUATIONS[name], counts[name]) for name in _COUNTED if counts.get(name)],
        findings=groups(facts.findings),
        deliveries=list(_deliveries(facts.summary)),
        files=[(name, told) for name, told in FILES.items() if name in facts.files],
        schools=sorted(_schools(facts), key=lambda one: one[1]),
        approved_by=record.approved.by if record.approved else "",
        approved_at=minute(record.approved.at) if record.approved else "",
        undo=can and record.verdict == Verdict.APPLIED and not row.undone_by,
        rerun=can,
        waits=record.waits,
    )


def _deliveries(summary: Summary | None) -> Iterator[DeliveryLine]:
    for one in summary.deliveries if summary else ():
        mode, rows = word(MODES, one.mode), sum(one.rows.values())
        yield DeliveryLine(one.tool, mode, rows, _remarks(one))


def _remarks(one: DeliveryMade) -> list[Word]:
    told = remarks(
        staff=one.staff or 0,
        still_signed_in=one.still_signed_in or 0,
        unconfirmed=bool(one.unconfirmed),
        follows=one.follows or "",
    )
    return list(told)


def _schools(facts: NightFacts) -> Iterator[tuple[str, str]]:
    for name in facts.files:
        if name.startswith("schools/"):
            code = name.removeprefix("schools/").removesuffix(".xlsx")
            yield name, facts.schools.get(code, code)
