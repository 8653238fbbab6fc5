"""report.html: one page, no network, readable on a phone and printable on A4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kakehashi.catalogue import diff as reasons
from kakehashi.catalogue.index import RULES
from kakehashi.findings import Effect
from kakehashi.report.causes import named, section_of
from kakehashi.report.decided import DecidedLine, lines
from kakehashi.report.decision import Decision, decision
from kakehashi.report.deliveries import remarks
from kakehashi.report.drawing import template
from kakehashi.report.groups import FindingGroup, groups
from kakehashi.report.headline import headline
from kakehashi.report.matching import FITS
from kakehashi.report.night import Night
from kakehashi.report.rehearsal import Moves, moves
from kakehashi.report.schools import Handout, handouts
from kakehashi.report.settling import pages
from kakehashi.report.sparkline import Sparkline, sparkline
from kakehashi.report.staff_section import standings
from kakehashi.report.summary import groups_of
from kakehashi.report.times import Times, minute, times_of
from kakehashi.report.words import (
    APPROVAL_REFUSED,
    APPROVAL_TOO_LATE,
    APPROVED,
    GROUPS,
    KINDS,
    MODES,
    NOTHING_TO_DO,
    SCHOOL_COLUMNS,
    SITUATIONS,
    STAGES,
    UNDO_DONE,
    UNDO_WAITS,
    VerdictWord,
    Word,
    word,
)
from kakehashi.run_folder.deliveries import DeliveryNote
from kakehashi.verdict import Verdict

TOO_LATE = {
    rule.code
    for rule in (
        reasons.ALTERED_PLAN,
        reasons.STALE_PLAN,
        reasons.EXPIRED_PLAN,
        reasons.ALREADY_APPLIED,
        reasons.NOT_WAITING,
        reasons.CHANGED_RULES,
    )
}
"""Reasons against an approval that no other words on it can mend."""


@dataclass(frozen=True, slots=True)
class SchoolRow:
    code: str
    name: str
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class SentLine:
    """What one tool got, and what is to be known of it."""

    tool: str
    mode: Word
    rows: Sequence[tuple[str, int]]
    keys: Sequence[str]
    remarks: Sequence[Word] = ()


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything the template shows, already worded."""

    night: Night
    verdict: Any
    more: Word
    received: str
    before: str
    size: str
    change: str
    decision: Decision
    columns: Sequence[Word]
    schools: Sequence[SchoolRow]
    groups: Sequence[FindingGroup]
    held: Sequence[tuple[str, int, Word]]
    done: Sequence[tuple[Word, Mapping[str, int]]]
    deliveries: Sequence[SentLine]
    stages: Sequence[tuple[Word, float]]
    spark: Sparkline | None
    situations: Sequence[tuple[Word, int]] = field(default=())
    times: Times | None = None
    group_work: Sequence[tuple[Word, int]] = field(default=())
    decided: Sequence[DecidedLine] = field(default=())
    matching: Sequence[tuple[Word, int]] = field(default=())
    moves: Moves | None = None
    handouts: Sequence[Handout] = field(default=())
    runbook: str = ""
    settles: Sequence[tuple[Word, str]] = ()
    staff: Sequence[tuple[Word, int]] = ()


def html(night: Night) -> str:
    """The whole page. Holds no name, account or class title: a ``Night`` has none."""
    return template("report.html.j2").render(page=page_of(night))


def _groups(night: Night) -> list[FindingGroup]:
    """The findings; what a person has approved asks nobody to approve it again."""
    found = [_complete(group, night) for group in groups(night.findings, night.school_of)]
    if night.mode != "apply" or night.approval_not_taken:
        return found
    waited = Effect.AWAIT_APPROVAL
    return [replace(group, label=APPROVED, todo=NOTHING_TO_DO) if group.effect is waited else group
            for group in found]  # fmt: skip


def _complete(group: FindingGroup, night: Night) -> FindingGroup:
    """With the commands that it names as they are typed for this stack."""
    return replace(
        group, message=_completed(group.message, night), todo=_completed(group.todo, night)
    )


def _completed(said: Word, night: Night) -> Word:
    return Word(*(night.guide.completed(text, night.city) for text in (said.ja, said.en)))


def page_of(night: Night) -> ReportPage:
    verdict = headline(night.verdict, night.done, night.exceptions)
    columns, schools = _schools(night)
    counts = night.plan.counts
    return ReportPage(
        night=night,
        verdict=verdict,
        more=_more(night, verdict),
        received=minute(night.drop.received),
        before=minute(night.past[0].received) if night.past else "",
        size=f"{night.drop.bytes:,}" if night.drop else "",
        change=_change(night),
        decision=_decision(night),
        columns=columns,
        schools=schools,
        groups=_groups(night),
        held=[(code, len(ids), _held_word(code, night)) for code, ids in night.held().items()],
        done=_done(night),
        times=times_of(night.progress),
        group_work=[(GROUPS[name], n) for name, n in groups_of(night).items() if n],
        moves=moves(night),
        handouts=handouts(night),
        runbook=section_of(night),
        settles=pages(night),
        staff=standings(night.staff),
        deliveries=[_sent(one) for one in night.deliveries],
        stages=[(word(STAGES, stage), spent) for stage, spent in night.seconds.items()],
        spark=sparkline([past.pupils for past in reversed(night.past)], night.pupils),
        situations=[(SITUATIONS[name], counts[name]) for name in SITUATIONS if counts.get(name)],
        decided=list(lines(night.decisions)),
        matching=[(FITS[fit], night.matching[fit]) for fit in FITS if night.matching.get(fit)],
    )  # fmt: skip


def _decision(night: Night) -> Decision:
    asked = decision(night)
    return replace(asked, reasons=[_complete(group, night) for group in asked.reasons])


def _more(night: Night, told: VerdictWord) -> Word:
    if night.refused_approval:
        late = any(finding.code in TOO_LATE for finding in night.findings)
        return APPROVAL_TOO_LATE if late else APPROVAL_REFUSED
    if night.undo and night.verdict is Verdict.AWAITING:
        return UNDO_WAITS
    if night.undo and night.verdict in {Verdict.APPLIED, Verdict.UNCHANGED}:
        return UNDO_DONE
    if cause := named(night.failed) if night.failed else None:
        return Word(f"{cause.word.ja}: {told.ja_more}", f"{cause.word.en}: {told.en_more}")
    return Word(told.ja_more, told.en_more)


# -- the head ---------------------------------------------------------------------------------


def _change(night: Night) -> str:
    """Pupils against the last run that ended well: ``+3``, ``−2``, ``±0``."""
    if night.pupils is None or not night.past:
        return ""
    more = night.pupils - night.past[0].pupils
    return f"+{more:,}" if more > 0 else f"−{-more:,}" if more < 0 else "±0"


# -- schools, findings, results ---------------------------------------------------------------


def _schools(night: Night) -> tuple[list[Word], list[SchoolRow]]:
    """Schools in which something happened, and only the columns in which anything did."""
    per_school: Mapping[str, Mapping[str, int]] = night.plan.schools
    used = [name for name in SCHOOL_COLUMNS if any(c.get(name) for c in per_school.values())]
    rows = [
        SchoolRow(code, night.schools.get(code, ""), [counts.get(name, 0) for name in used])
        for code, counts in sorted(per_school.items())
        if any(counts.get(name) for name in used)
    ]
    return [word(SITUATIONS, name) for name in used], rows


def _held_word(code: str, night: Night) -> Word:
    """What holds them, without the facts of any one case."""
    rule = RULES.get(code)
    return _completed(Word(rule.todo, rule.todo_en), night) if rule else Word("", "")


def _sent(made: DeliveryNote) -> SentLine:
    mode = word(MODES, made.mode if made.files else "")
    told = list(
        remarks(
            staff=made.staff or 0,
            still_signed_in=made.still_signed_in,
            unconfirmed=made.unconfirmed,
            follows=made.follows,
        )
    )
    return SentLine(made.tool, mode, list(made.rows.items()), made.keys, told)


def _done(night: Night) -> list[tuple[Word, Mapping[str, int]]]:
    rows: list[tuple[Word, Mapping[str, int]]] = []
    for kind in KINDS:
        ends = {end: night.results[kind, end] for end in ("done", "skipped", "held", "failed")}
        planned = night.plan.actions.get(kind, 0)
        if planned or any(ends.values()):
            done = ends["done"] + ends["skipped"]
            rows.append((KINDS[kind], {"planned": planned, "done": done} | ends))
    return rows
