"""report.html: one page, no network, readable on a phone and printable on A4."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kakehashi.catalogue import RULES
from kakehashi.catalogue import diff as reasons
from kakehashi.diff.approval import MOST_DAYS
from kakehashi.findings import Effect
from kakehashi.report.decided import Line, lines
from kakehashi.report.drawing import template
from kakehashi.report.groups import Group, groups, message
from kakehashi.report.matching import FITS
from kakehashi.report.night import Night
from kakehashi.report.rehearsal import Moves, moves
from kakehashi.report.sparkline import Sparkline, sparkline
from kakehashi.report.summary import delivery, groups_of
from kakehashi.report.times import Times, times_of
from kakehashi.report.words import (
    APPROVAL_REFUSED,
    APPROVAL_TOO_LATE,
    APPROVED,
    GROUPS,
    KINDS,
    MODES,
    NOTHING_TO_DO,
    PROPOSALS,
    SITUATIONS,
    STAGES,
    UNDO_DONE,
    UNDO_WAITS,
    VERDICTS,
    Verdict,
    Word,
    word,
)
from kakehashi.roster import JAPAN

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
SCHOOL_COLUMNS = ("NEW", "MOVED", "PROMOTED", "RENAMED", "UPDATED", "RETURNED", "HELD", "GONE",
                  "UNLINKED", "LOST", "DISPUTED", "UNDONE")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wait:
    """A limit that was exceeded, as staff read it."""

    code: str
    scope: str
    count: int
    bound: int | None
    message: Word


@dataclass(frozen=True, slots=True)
class SchoolRow:
    code: str
    name: str
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Sent:
    """What one tool got."""

    tool: str
    mode: Word
    rows: Sequence[tuple[str, int]]
    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has to decide, and the words to type, ready to copy."""

    title: Word
    waits: Sequence[Wait] = ()
    command: str = ""
    order: str = ""
    until: str = ""
    proposals: Sequence[tuple[Word, int]] = ()
    upload: str = ""
    again: str = ""
    again_order: str = ""
    mend: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template shows, already worded."""

    night: Night
    verdict: Any
    more: Word
    received: str
    size: str
    change: str
    decision: Decision
    columns: Sequence[Word]
    schools: Sequence[SchoolRow]
    groups: Sequence[Group]
    held: Sequence[tuple[str, int, Word]]
    done: Sequence[tuple[Word, Mapping[str, int]]]
    deliveries: Sequence[Sent]
    stages: Sequence[tuple[Word, float]]
    spark: Sparkline | None
    situations: Sequence[tuple[Word, int]] = field(default=())
    times: Times | None = None
    group_work: Sequence[tuple[Word, int]] = field(default=())
    decided: Sequence[Line] = field(default=())
    matching: Sequence[tuple[Word, int]] = field(default=())
    moves: Moves | None = None


def html(night: Night) -> str:
    """The whole page. Holds no name, account or class title: a ``Night`` has none."""
    return template("report.html.j2").render(page=page_of(night))


def _groups(night: Night) -> list[Group]:
    """The findings; what a person has approved asks nobody to approve it again."""
    found = groups(night.findings)
    if night.mode != "apply" or night.approval_not_taken:
        return found
    waited = Effect.AWAIT_APPROVAL
    return [replace(group, label=APPROVED, todo=NOTHING_TO_DO) if group.effect is waited else group
            for group in found]  # fmt: skip


def page_of(night: Night) -> Page:
    verdict = VERDICTS[night.verdict]
    columns, schools = _schools(night)
    counts = night.plan.get("counts", {})
    return Page(
        night=night,
        verdict=verdict,
        more=_more(night),
        received=_received(night.drop),
        size=f"{night.drop['bytes']:,}" if "bytes" in night.drop else "",
        change=_change(night),
        decision=_decision(night),
        columns=columns,
        schools=schools,
        groups=_groups(night),
        held=[(code, len(ids), _held_word(code)) for code, ids in night.held().items()],
        done=_done(night),
        times=times_of(night.progress),
        group_work=[(GROUPS[name], n) for name, n in groups_of(night).items() if n],
        moves=moves(night),
        deliveries=[_sent(delivery(one)) for one in night.deliveries],
        stages=[(word(STAGES, stage), spent) for stage, spent in night.seconds.items()],
        spark=sparkline([past.pupils for past in reversed(night.past)], night.pupils),
        situations=[(SITUATIONS[name], counts[name]) for name in SITUATIONS if counts.get(name)],
        decided=list(lines(night.decisions)),
        matching=[(FITS[fit], night.matching[fit]) for fit in FITS if night.matching.get(fit)],
    )  # fmt: skip


def _more(night: Night) -> Word:
    if night.refused_approval:
        late = any(finding.code in TOO_LATE for finding in night.findings)
        return APPROVAL_TOO_LATE if late else APPROVAL_REFUSED
    if night.undo and night.verdict is Verdict.AWAITING:
        return UNDO_WAITS
    if night.undo and night.verdict in {Verdict.APPLIED, Verdict.UNCHANGED}:
        return UNDO_DONE
    return Word(VERDICTS[night.verdict].ja_more, VERDICTS[night.verdict].en_more)


# -- the head ---------------------------------------------------------------------------------


def _received(drop: Mapping[str, Any]) -> str:
    """When the file came, in Japan's time."""
    if "received" not in drop:
        return ""
    moment = datetime.fromisoformat(drop["received"])
    if not moment.tzinfo:
        moment = moment.replace(tzinfo=UTC)
    return f"{moment.astimezone(JAPAN):%Y-%m-%d %H:%M}"


def _change(night: Night) -> str:
    """Pupils against the last run that ended well: ``+3``, ``−2``, ``±0``."""
    if night.pupils is None or not night.past:
        return ""
    more = night.pupils - night.past[0].pupils
    return f"+{more:,}" if more > 0 else f"−{-more:,}" if more < 0 else "±0"


# -- decisions --------------------------------------------------------------------------------


def _decision(night: Night) -> Decision:
    title = Word("あなたの確認が必要なこと", "what needs a decision")
    if night.undo and night.verdict in {Verdict.FAILED, Verdict.REFUSED}:
        return _undo_again(night)
    proposals = [(PROPOSALS[s], len(ids)) for s, ids in night.proposed().items() if ids]
    upload = f"kakehashi upload approvals report.xlsx --city {night.city}" if proposals else ""
    if night.verdict in {Verdict.FAILED, Verdict.REFUSED} and not night.refused_approval:
        return Decision(
            Word("次にすること", "what to do next"),
            proposals=proposals,
            upload=upload,
            mend=night.verdict is Verdict.REFUSED,
            again=f"kakehashi rerun --city {night.city}",
            again_order=json.dumps({"action": "rerun", "city": night.city}, ensure_ascii=False),
        )
    if night.verdict is not Verdict.AWAITING:
        return Decision(title, proposals=proposals, upload=upload)
    waits = list(_waits(night))
    codes = sorted({wait.code for wait in waits})
    checksum = str(night.plan.get("checksum", ""))
    accepted = "".join(f" --accept {code}" for code in codes)
    order = {
        "action": "apply",
        "run_id": night.run_id,
        "checksum": checksum,
        "accept": codes,
        "by": "氏名",
    }
    return Decision(
        title,
        waits=waits,
        command=f"kakehashi approve {night.run_id} --checksum {checksum}{accepted} --by 氏名",
        order=json.dumps(order, ensure_ascii=False, indent=2),
        until=(night.made_on + timedelta(days=MOST_DAYS)).isoformat(),
        proposals=proposals,
        upload=upload,
    )


def _undo_again(night: Night) -> Decision:
    """An undo that failed is asked for again: what is back is left alone. One that was refused
    says why among the findings."""
    if night.verdict is Verdict.REFUSED:
        return Decision(Word("次にすること", "what to do next"))
    run_id = str(night.undo["run_id"])
    order = {"action": "undo", "run_id": run_id, "by": "氏名"}
    return Decision(
        Word("次にすること", "what to do next"),
        again=f"kakehashi undo {run_id} --by 氏名",
        again_order=json.dumps(order, ensure_ascii=False),
    )


def _waits(night: Night) -> Iterator[Wait]:
    messages = {(f.code, f.school or "city"): f for f in night.findings if f.code[0] == "S"}
    for breach in night.plan.get("breaches", ()):
        scope = str(breach.get("scope", ""))
        finding = messages.get((breach["code"], scope))
        yield Wait(
            code=breach["code"],
            scope="市全体 whole city" if scope == "city" else night.schools.get(scope, scope),
            count=breach.get("count", 0),
            bound=breach.get("bound"),
            message=message(finding) if finding else Word("", ""),
        )


# -- schools, findings, results ---------------------------------------------------------------


def _schools(night: Night) -> tuple[list[Word], list[SchoolRow]]:
    """Schools in which something happened, and only the columns in which anything did."""
    per_school: Mapping[str, Mapping[str, int]] = night.plan.get("schools", {})
    used = [name for name in SCHOOL_COLUMNS if any(c.get(name) for c in per_school.values())]
    rows = [
        SchoolRow(code, night.schools.get(code, ""), [counts.get(name, 0) for name in used])
        for code, counts in sorted(per_school.items())
        if any(counts.get(name) for name in used)
    ]
    return [word(SITUATIONS, name) for name in used], rows


def _held_word(code: str) -> Word:
    """What holds them, without the facts of any one case."""
    rule = RULES.get(code)
    return Word(rule.todo, rule.todo_en) if rule else Word("", "")


def _sent(told: Mapping[str, Any]) -> Sent:
    keys = [told["file"]] if isinstance(told["file"], str) else told["file"]
    mode = word(MODES, told["mode"] if any(keys) else "")
    return Sent(told["tool"], mode, list(told["rows"].items()), [key for key in keys if key])


def _done(night: Night) -> list[tuple[Word, Mapping[str, int]]]:
    rows: list[tuple[Word, Mapping[str, int]]] = []
    for kind in KINDS:
        ends = {end: night.results[kind, end] for end in ("done", "skipped", "held", "failed")}
        planned = night.plan.get("actions", {}).get(kind, 0)
        if planned or any(ends.values()):
            done = ends["done"] + ends["skipped"]
            rows.append((KINDS[kind], {"planned": planned, "done": done} | ends))
    return rows
