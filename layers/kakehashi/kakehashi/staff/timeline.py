"""A night as one pupil lived it: from the papers of a run to what happened, and why, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kakehashi.actions import Situation
from kakehashi.catalogue.index import RULES, english, japanese
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.answers import ANSWERS, JAPANESE
from kakehashi.diff.consent import DecisionNote
from kakehashi.findings import Finding
from kakehashi.report.decided import OUTCOMES as OUTCOMES_OF_DECISIONS
from kakehashi.report.healed import begun
from kakehashi.report.matching import EVIDENCE
from kakehashi.report.people import Person
from kakehashi.report.times import in_japan
from kakehashi.report.words import Word, word
from kakehashi.roster import JAPAN
from kakehashi.staff.trace import ToolDelivery, Trace
from kakehashi.stored import written
from kakehashi.verdict import Verdict

_UNSEEN = frozenset({Verdict.ALREADY_DONE, Verdict.SUPERSEDED})  # runs that looked at nobody
OUTCOMES = {
    "done": Word("済み", "done"),
    "skipped": Word("前の試みで済み", "done by an earlier attempt"),
    "held": Word("保留", "held"),
    "failed": Word("失敗", "failed"),
    "": Word("まだ", "not yet"),
}
STATUSES = {
    "active": Word("載っている", "told, active"),
    "suspended": Word("利用停止として載っている", "told, enabledUser false"),
    "tobedeleted": Word("削除として載っている", "told, tobedeleted"),
    "absent": Word("全件ファイルに載っていない", "not in the full file"),
    "nothing": Word("変更がないので載せていない", "nothing to tell"),
    "listed": Word("一覧のファイルなので、ここでは分からない", "by a list, not looked into here"),
    "replaced": Word("その夜のファイルは残っていない", "that night's file is no longer there"),
}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """``line`` is the pupil's line in users.csv. ``changed`` names the facts that differ from the
    state, never their values. ``reason`` says why no account was touched, None where one was.
    """

    trace: Trace
    date: str
    verdict: str
    line: int | None
    situation: str
    changed: tuple[str, ...]
    reason: Word | None

    @property
    def evidence(self) -> tuple[str, ...]:
        """For and against the account that the pupil may have had before us."""
        match = self.trace.match
        return tuple(EVIDENCE[one] for one in match.evidence) if match else ()

    @property
    def doubt(self) -> int | None:
        return self.trace.match.doubt if self.trace.match else None

    @property
    def undoes(self) -> str:
        """The run that this one turned back, "" for none."""
        return self.trace.plan.undoes if self.trace.plan else ""

    def to_json(self) -> dict[str, Any]:
        action, result, decision = self.trace.action, self.trace.result, self.trace.decision
        return {
            "run_id": self.trace.run_id,
            "date": self.date,
            "verdict": self.verdict,
            "line": self.line,
            "situation": self.situation,
            "changed": list(self.changed),
            "decision": _told_of(decision) if decision else {},
            "doubt": self.doubt,
            "evidence": list(self.evidence),
            "undoes": self.undoes,
            "action": action.kind if action else "",
            "outcome": str(result.outcome) if result else "",
            "code": result.code if result else "",
            "request_id": result.request_id if result else "",
            "findings": [_said(finding) for finding in self.trace.findings],
            "tools": {d.tool: {"mode": d.mode, "status": d.status} for d in self.trace.delivered},
            "reason": self.reason.ja if self.reason else "",
            "reason_en": self.reason.en if self.reason else "",
        }


def person_of(traces: Sequence[Trace]) -> Person | None:
    """Who the pupil is, by the newest night that knows; what was only rehearsed comes last."""
    nights = sorted(traces, key=lambda one: one.verdict != Verdict.REHEARSED)
    rows = (row for one in reversed(nights) for row in (one.desired, one.current) if row)
    newest = next(rows, None)
    if newest is None:
        return None
    real = (one for one in traces if one.verdict != Verdict.REHEARSED)
    seen = (one.plan.as_of for one in real if one.plan and (one.desired or one.held))
    last = max((day for day in seen if day), default="")
    return Person.of(newest.pupil, date.fromisoformat(last) if last else None)


def entries(traces: Iterator[Trace]) -> Iterator[TimelineEntry]:
    """One for each run that had anything to do with the pupil, or could not get that far."""
    for trace in traces:
        verdict = trace.verdict or Verdict.FAILED
        stopped = not trace.plan and verdict in {Verdict.REFUSED, Verdict.FAILED}
        if verdict not in _UNSEEN and (trace or stopped):
            yield _entry(trace, verdict)


def in_order(told: Iterable[TimelineEntry], approved: Mapping[str, str]) -> list[TimelineEntry]:
    """As it happened: a plan that waited stands where it was applied, not where it was made.

    ``approved`` maps runs to the ISO moment of their approval, "" where there was none.
    """

    def moment(entry: TimelineEntry) -> tuple[datetime, str]:
        run_id = entry.trace.run_id
        at = in_japan(approved[run_id]) if approved.get(run_id) else begun(run_id)
        return at or datetime.min.replace(tzinfo=JAPAN), run_id

    return sorted(told, key=moment)


def _entry(trace: Trace, verdict: str) -> TimelineEntry:
    situation = _situation(trace)
    return TimelineEntry(
        trace,
        date=(trace.plan.as_of if trace.plan else "") or _made_on(trace.run_id),
        verdict=verdict,
        line=trace.line,
        situation=situation,
        changed=_changed(trace),
        reason=_reason(trace, verdict, situation),
    )


def _made_on(run_id: str) -> str:
    at = begun(run_id)
    return f"{at:%Y-%m-%d}" if at else ""


def _situation(trace: Trace) -> str:
    """The plan's word; of a pupil whom the plan does not name, what the books leave."""
    if not trace.plan or trace.plan.refused:
        return ""
    umi = _umi(trace)
    for situation, ids in trace.plan.proposals.items():
        if umi in ids:
            return situation
    if _codes_held(trace):
        return "HELD"
    if trace.action:
        return trace.action.situation
    if trace.desired and trace.current:
        return "CONFIRMED"
    return "SUSPENDED" if trace.current and trace.current.status == "suspended" else ""


def _umi(trace: Trace) -> str:
    ids = [row.pupil.id for row in (trace.desired, trace.current) if row]
    named = [row.pupil or "" for row in (trace.action, trace.decision, *trace.held) if row]
    return next(iter([*ids, *named]), "")


def _codes_held(trace: Trace) -> list[str]:
    held, umi = trace.plan.held if trace.plan else {}, _umi(trace)
    return [code for code, ids in held.items() if umi in ids]


def _changed(trace: Trace) -> tuple[str, ...]:
    if not trace.desired or not trace.current:
        return ()
    return trace.current.pupil.changed(trace.desired.pupil)


def _reason(trace: Trace, verdict: str, situation: str) -> Word | None:
    """Why nothing happened to the account, the widest reason first."""
    if trace.carried_out and trace.acted:
        return None
    if trace.refusals or (trace.plan and trace.plan.refused):
        return _whole_drop(trace)
    if verdict == Verdict.FAILED and not trace.result:
        return Word("実行が途中で失敗しました。", "The run failed on its way.")
    if trace.result and trace.result.code:
        return _by_code(trace.result.code)
    if trace.acted:
        return _not_yet(trace, verdict)
    return _left_alone(trace, situation)


def _whole_drop(trace: Trace) -> Word:
    codes = "、".join(sorted({finding.code for finding in trace.refusals}))
    return Word(
        f"名簿を受け付けず、誰も変更していません({codes})。",
        f"The drop was refused and nobody was touched ({codes}).",
    )


def _not_yet(trace: Trace, verdict: str) -> Word:
    if verdict == Verdict.REHEARSED:
        return Word("予行なので反映していません。", "A rehearsal applies nothing.")
    codes = "、".join(sorted(trace.plan.breaches)) if trace.plan else ""
    return Word(
        f"計画が承認を待っています({codes})。", f"The plan waits for an approval ({codes})."
    )


def _left_alone(trace: Trace, situation: str) -> Word:
    if situation in ANSWERS:
        return _undecided(trace, situation)
    if codes := _codes_held(trace):
        return _by_code(codes[0])
    if situation == "CONFIRMED":
        return Word("名簿と記録が同じです。", "Roster and record agree.")
    if situation == "SUSPENDED":
        return Word("利用停止中で、猶予期間の内です。", "Suspended, within the grace period.")
    if trace.held:
        return _by_code(trace.held[0].code)
    return Word("名簿にも記録にもいません。", "Neither in the roster nor on record.")


def _undecided(trace: Trace, situation: str) -> Word:
    answer = "・".join(JAPANESE[one] for one in ANSWERS[Situation(situation)])
    if trace.decision and trace.decision.decision == "keep":
        return Word("担当者が「保留」と決めています。", "Staff decided to leave it as it is.")
    if NO_PASSWORD.code in _codes_held(trace):
        return _by_code(NO_PASSWORD.code)
    if trace.decision:
        why = "impossible" if trace.decision.counts else trace.decision.standing
        told = word(OUTCOMES_OF_DECISIONS, why)
        return Word(
            f"決定はありますが、この候補({answer})には使いません: {told.ja}。",
            f"There is a decision, not used for this proposal: {told.en}.",
        )
    return Word(f"担当者が「{answer}」と決めるのを待っています。", "Waits for a person's decision.")


def _by_code(code: str) -> Word:
    rule = RULES.get(code)
    return Word(f"{code} {rule.todo}", f"{code} {rule.todo_en}") if rule else Word(code, code)


def _said(finding: Finding) -> dict[str, Any]:
    known = finding.code in RULES
    return {
        "code": finding.code,
        "effect": str(finding.effect),
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "ja": japanese(finding) if known else "",
        "en": english(finding) if known else "",
    }


def _told_of(decision: DecisionNote) -> dict[str, Any]:
    told = written(decision)
    return {name: told[name] for name in sorted(told) if name != "pupil"}


def delivered_word(delivered: ToolDelivery) -> Word:
    return STATUSES.get(delivered.status, Word(delivered.status, delivered.status))
