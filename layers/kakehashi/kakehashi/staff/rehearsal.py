"""予行: an April file read beforehand, beside today and later beside the real night.

Addresses: GET /rehearsal?as_of= (choose the day, then send the file), GET /rehearsal/<run>, POST
/rehearsal/start (token, as_of).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from kakehashi.diff.comparison import SinceRehearsal
from kakehashi.diff.header import NO_PLAN, PlanHeader
from kakehashi.report.rehearsal import MOVED
from kakehashi.report.words import SITUATIONS, VERDICTS, VerdictWord, Word
from kakehashi.staff.arrived import CheckedUpload
from kakehashi.staff.uploading import Upload
from kakehashi.staff.viewer import Permission, Viewer, may
from kakehashi.verdict import Verdict

_HIDDEN = frozenset({"CHANGED", "TRANSFER_IN", "MOVED_AWAY"})  # parts or sums of others


@dataclass(frozen=True, slots=True)
class PastRehearsal:
    """An earlier rehearsal, and its plan."""

    run_id: str
    header: PlanHeader


@dataclass(frozen=True, slots=True)
class RehearsalFacts:
    """``now`` are the counts of the newest real night, ``real`` those of the night that the
    rehearsal was made for and ``moved`` what has moved in between, None before it has come.
    ``chosen`` is the one rehearsal to show, None for the list."""

    city: str
    past: Sequence[PastRehearsal] = ()
    chosen: PastRehearsal | None = None
    now: Mapping[str, int] = field(default_factory=dict)
    real: Mapping[str, int] = field(default_factory=dict)
    moved: SinceRehearsal | None = None
    schools: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None
    checked: CheckedUpload | None = None
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class RehearsalLine:
    run_id: str
    as_of: str
    verdict: VerdictWord
    changes: int
    limits: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """``counts``: situation, then, now, real (None before that night). ``limits``: code, scope,
    count, bound. ``moved``: school, then how many were added, gone, different."""

    template: ClassVar[str] = "rehearsal.html.j2"

    form: bool
    as_of: str
    upload: Upload | None
    checked: CheckedUpload | None
    lines: Sequence[RehearsalLine]
    chosen: RehearsalLine | None
    counts: Sequence[tuple[Word, int, int, int | None]]
    limits: Sequence[tuple[str, str, int, int]]
    heads: Sequence[Word]
    moved: Sequence[tuple[str, Sequence[int]]]


def rehearsal(facts: RehearsalFacts, viewer: Viewer) -> Rehearsal:
    header = facts.chosen.header if facts.chosen else NO_PLAN
    return Rehearsal(
        form=may(viewer, Permission.REHEARSE, facts.city),
        as_of=facts.as_of,
        upload=facts.upload,
        checked=facts.checked,
        lines=[_line(one) for one in facts.past],
        chosen=_line(facts.chosen) if facts.chosen else None,
        counts=list(_counts(facts, header)),
        limits=[
            (b.code, facts.schools.get(b.scope, "" if b.scope == "city" else b.scope),
             b.count, b.bound)
            for b in header.breaches[:100]
        ],
        heads=list(MOVED.values()),
        moved=[
            (facts.schools.get(code, code), [counts.get(kind, 0) for kind in MOVED])
            for code, counts in (facts.moved.schools if facts.moved else {}).items()
        ],
    )  # fmt: skip


def day_of(form: Mapping[str, str], today: date) -> str:
    """The ISO day that somebody chose, "" for none and for one that has passed."""
    try:
        day = date.fromisoformat(form.get("as_of", ""))
    except ValueError:
        return ""
    return day.isoformat() if day >= today else ""


def _line(one: PastRehearsal) -> RehearsalLine:
    return RehearsalLine(
        one.run_id,
        one.header.as_of,
        VERDICTS[Verdict.REHEARSED],
        sum(one.header.actions.values()),
        len(one.header.breaches),
    )


def _counts(
    facts: RehearsalFacts, header: PlanHeader
) -> Sequence[tuple[Word, int, int, int | None]]:
    then = header.counts
    names = [name for name in SITUATIONS if name not in _HIDDEN]
    used = [n for n in names if then.get(n) or facts.now.get(n) or facts.real.get(n)]
    return [
        (
            SITUATIONS[name],
            int(then.get(name, 0)),
            int(facts.now.get(name, 0)),
            int(facts.real.get(name, 0)) if facts.real else None,
        )
        for name in used
        if header
    ]
