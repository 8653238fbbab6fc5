"""夜の一覧: every run, what it did, its files, and how to turn one back.

Addresses: GET /nights?page=, GET /nights/<run>, GET /nights/<run>/files/<name>; POST
/nights/<run>/undo (reason), /nights/rerun (reason). An undo makes a plan that waits in 承認.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from kakehashi.findings import Finding
from kakehashi.report.deliveries import remarks
from kakehashi.report.groups import FindingGroup, groups
from kakehashi.report.headline import headline
from kakehashi.report.healed import begun
from kakehashi.report.shapes import DeliveryMade, Summary
from kakehashi.report.times import minute
from kakehashi.report.words import MODES, SITUATIONS, Verdict, VerdictWord, Word, word
from kakehashi.staff.viewer import Permission, Viewer, may

PAGE = 30
_APPLIED = frozenset({"applied"})
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


def nights(records: Sequence[Mapping[str, Any]], page: int, viewer: Viewer, city: str) -> Nights:
    """``records`` as the state keeps them, newest first, one more than the pages up to this."""
    page = max(1, page)
    shown = records[(page - 1) * PAGE : page * PAGE]
    return Nights(
        [row_of(record) for record in shown],
        page,
        len(records) > page * PAGE,
        may(viewer, Permission.RERUN, city),
    )


def row_of(record: Mapping[str, Any]) -> NightRow:
    run_id = str(record.get("sk", "")).removeprefix("RUN#")
    at = begun(run_id)
    done, exceptions = int(record.get("done") or 0), int(record.get("exceptions") or 0)
    known = record.get("verdict") in set(Verdict)
    return NightRow(
        run_id=run_id,
        day=str(record.get("as_of") or ""),
        began=f"{at:%Y-%m-%d %H:%M}" if at else "",
        verdict=headline(Verdict(record["verdict"]), done, exceptions) if known else None,
        done=done,
        held=int(record.get("held") or 0),
        exceptions=exceptions,
        undone_by=str(record.get("undone_by") or ""),
    )


@dataclass(frozen=True, slots=True)
class NightFacts:
    """``summary`` is None for a run without, ``files`` are the names in its folder that may be
    handed out. ``approved`` says who approved it (by, at, accept), {} where nobody had to."""

    city: str
    record: Mapping[str, Any]
    summary: Summary | None = None
    findings: Sequence[Finding] = ()
    files: Sequence[str] = ()
    schools: Mapping[str, str] = field(default_factory=dict)
    approved: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = False


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
    counts = facts.summary["counts"] if facts.summary else {}
    can = may(viewer, Permission.RERUN, facts.city)
    return NightPage(
        row=row,
        received=minute(str(record.get("received") or "")),
        ended=minute(str(record.get("ended") or "")),
        pupils=record.get("pupils"),
        counts=[(SITUATIONS[name], counts[name]) for name in _COUNTED if counts.get(name)],
        findings=groups(facts.findings),
        deliveries=list(_deliveries(facts.summary)),
        files=[(name, told) for name, told in FILES.items() if name in facts.files],
        schools=sorted(_schools(facts), key=lambda one: one[1]),
        approved_by=str(facts.approved.get("by", "")),
        approved_at=minute(str(facts.approved.get("at") or "")),
        undo=can and record.get("verdict") in _APPLIED and not row.undone_by,
        rerun=can,
        waits=facts.waits,
    )


def _deliveries(summary: Summary | None) -> Iterator[DeliveryLine]:
    for one in summary["deliveries"] if summary else ():
        mode, rows = word(MODES, one["mode"]), sum(one["rows"].values())
        yield DeliveryLine(one["tool"], mode, rows, _remarks(one))


def _remarks(one: DeliveryMade) -> list[Word]:
    told = remarks(
        staff=one.get("staff", 0),
        still_signed_in=one.get("still_signed_in", 0),
        unconfirmed=one.get("unconfirmed", False),
    )
    return list(told)


def _schools(facts: NightFacts) -> Iterator[tuple[str, str]]:
    for name in facts.files:
        if name.startswith("schools/"):
            code = name.removeprefix("schools/").removesuffix(".xlsx")
            yield name, facts.schools.get(code, code)
