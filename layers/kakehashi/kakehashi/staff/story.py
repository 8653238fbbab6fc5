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
from kakehashi.diff.matching import Evidence
from kakehashi.findings import Finding
from kakehashi.people.pupil import Pupil
from kakehashi.report.decided import OUTCOMES as OUTCOMES_OF_DECISIONS
from kakehashi.report.healed import begun
from kakehashi.report.matching import EVIDENCE
from kakehashi.report.people import Person
from kakehashi.report.times import in_japan
from kakehashi.report.words import Word, word
from kakehashi.roster import JAPAN
from kakehashi.staff.papers import Delivered, Papers

_UNSEEN = frozenset({"already-done", "superseded"})  # runs that looked at nobody
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
    "replaced": Word("その夜のファイルは残っていない", "that night's file is no longer there"),
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """``line`` is the pupil's line in users.csv. ``changed`` names the facts that differ from the
    state, never their values. ``reason`` says why no account was touched, None where one was.
    """

    papers: Papers
    date: str
    verdict: str
    line: int | None
    situation: str
    changed: tuple[str, ...]
    reason: Word | None

    @property
    def evidence(self) -> tuple[str, ...]:
        """For and against the account that the pupil may have had before us."""
        return tuple(EVIDENCE[Evidence(word)] for word in self.papers.match.get("evidence", ()))

    def to_json(self) -> dict[str, Any]:
        action, result, decision = self.papers.action, self.papers.result, self.papers.decision
        return {
            "run_id": self.papers.run_id,
            "date": self.date,
            "verdict": self.verdict,
            "line": self.line,
            "situation": self.situation,
            "changed": list(self.changed),
            "decision": {k: decision[k] for k in sorted(decision) if k != "pupil"},
            "doubt": self.papers.match.get("doubt"),
            "evidence": list(self.evidence),
            "undoes": str(self.papers.plan.get("undoes", "")),
            "action": action.get("kind", ""),
            "outcome": result.get("outcome", ""),
            "code": result.get("code", ""),
            "request_id": result.get("request_id", ""),
            "findings": [_said(finding) for finding in self.papers.findings],
            "tools": {d.tool: {"mode": d.mode, "status": d.status} for d in self.papers.delivered},
            "reason": self.reason.ja if self.reason else "",
            "reason_en": self.reason.en if self.reason else "",
        }


def person_of(papers: Sequence[Papers]) -> Person | None:
    """Who the pupil is, by the newest night that knows; what was only rehearsed comes last."""
    nights = sorted(papers, key=lambda one: one.summary.get("verdict") != "rehearsed")
    rows = (row for one in reversed(nights) for row in (one.desired, one.current) if row)
    newest = next(rows, None)
    if newest is None:
        return None
    real = (one for one in papers if one.summary.get("verdict") != "rehearsed")
    seen = (one.plan.get("as_of") for one in real if one.desired or one.held)
    last = max((str(day) for day in seen if day), default="")
    return Person.of(Pupil.from_json(newest["pupil"]), date.fromisoformat(last) if last else None)


def chapters(papers: Iterator[Papers]) -> Iterator[Chapter]:
    """One for each run that had anything to do with the pupil, or could not get that far."""
    for paper in papers:
        verdict = str(paper.summary.get("verdict", "failed"))
        stopped = not paper.plan and verdict in {"refused", "failed"}
        if verdict not in _UNSEEN and (paper or stopped):
            yield _chapter(paper, verdict)


def in_order(told: Iterable[Chapter], approved: Mapping[str, str]) -> list[Chapter]:
    """As it happened: a plan that waited stands where it was applied, not where it was made.

    ``approved`` maps runs to the ISO moment of their approval, "" where there was none.
    """

    def moment(chapter: Chapter) -> tuple[datetime, str]:
        run_id = chapter.papers.run_id
        at = in_japan(approved[run_id]) if approved.get(run_id) else begun(run_id)
        return at or datetime.min.replace(tzinfo=JAPAN), run_id

    return sorted(told, key=moment)


def _chapter(papers: Papers, verdict: str) -> Chapter:
    situation = _situation(papers)
    return Chapter(
        papers,
        date=str(papers.plan.get("as_of") or _made_on(papers.run_id)),
        verdict=verdict,
        line=papers.line,
        situation=situation,
        changed=_changed(papers),
        reason=_reason(papers, verdict, situation),
    )


def _made_on(run_id: str) -> str:
    at = begun(run_id)
    return f"{at:%Y-%m-%d}" if at else ""


def _situation(papers: Papers) -> str:
    """The plan's word; of a pupil whom the plan does not name, what the books leave."""
    if not papers.plan or papers.plan.get("refused"):
        return ""
    umi = _umi(papers)
    for situation, ids in papers.plan.get("proposals", {}).items():
        if umi in ids:
            return str(situation)
    if _codes_held(papers):
        return "HELD"
    if papers.action:
        return str(papers.action["situation"])
    if papers.desired and papers.current:
        return "CONFIRMED"
    return "SUSPENDED" if papers.current.get("status") == "suspended" else ""


def _umi(papers: Papers) -> str:
    rows = (papers.desired.get("pupil"), papers.current.get("pupil"))
    ids = [row["id"] for row in rows if row]
    named = [r["pupil"] for r in (papers.action, papers.decision, *papers.held) if r]
    return str(next(iter([*ids, *named]), ""))


def _codes_held(papers: Papers) -> list[str]:
    umi = _umi(papers)
    return [code for code, ids in papers.plan.get("held", {}).items() if umi in ids]


def _changed(papers: Papers) -> tuple[str, ...]:
    if not papers.desired or not papers.current:
        return ()
    before = Pupil.from_json(papers.current["pupil"])
    return before.changed(Pupil.from_json(papers.desired["pupil"]))


def _reason(papers: Papers, verdict: str, situation: str) -> Word | None:
    """Why nothing happened to the account, the widest reason first."""
    if papers.result.get("outcome") in {"done", "skipped"} and papers.action["kind"] != "record":
        return None
    if papers.refusals or papers.plan.get("refused"):
        return _whole_drop(papers)
    if verdict == "failed" and not papers.result:
        return Word("実行が途中で失敗しました。", "The run failed on its way.")
    if code := papers.result.get("code"):
        return _by_code(str(code))
    if papers.action and papers.action["kind"] != "record":
        return _not_yet(papers, verdict)
    return _left_alone(papers, situation)


def _whole_drop(papers: Papers) -> Word:
    codes = "、".join(sorted({finding.code for finding in papers.refusals}))
    return Word(
        f"名簿を受け付けず、誰も変更していません({codes})。",
        f"The drop was refused and nobody was touched ({codes}).",
    )


def _not_yet(papers: Papers, verdict: str) -> Word:
    if verdict == "rehearsed":
        return Word("予行なので反映していません。", "A rehearsal applies nothing.")
    codes = "、".join(sorted({breach["code"] for breach in papers.plan.get("breaches", ())}))
    return Word(
        f"計画が承認を待っています({codes})。", f"The plan waits for an approval ({codes})."
    )


def _left_alone(papers: Papers, situation: str) -> Word:
    if situation in ANSWERS:
        return _undecided(papers, situation)
    if codes := _codes_held(papers):
        return _by_code(codes[0])
    if situation == "CONFIRMED":
        return Word("名簿と記録が同じです。", "Roster and record agree.")
    if situation == "SUSPENDED":
        return Word("利用停止中で、猶予期間の内です。", "Suspended, within the grace period.")
    if papers.held:
        return _by_code(str(papers.held[0]["code"]))
    return Word("名簿にも記録にもいません。", "Neither in the roster nor on record.")


def _undecided(papers: Papers, situation: str) -> Word:
    answer = "・".join(JAPANESE[one] for one in ANSWERS[Situation(situation)])
    if papers.decision.get("decision") == "keep":
        return Word("担当者が「保留」と決めています。", "Staff decided to leave it as it is.")
    if NO_PASSWORD.code in _codes_held(papers):
        return _by_code(NO_PASSWORD.code)
    if papers.decision:
        why = "impossible" if papers.decision["counts"] else papers.decision["standing"]
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


def delivered_word(delivered: Delivered) -> Word:
    return STATUSES.get(delivered.status, Word(delivered.status, delivered.status))
