"""One member of staff, night by night: what was done, what is waited for, and why nothing was done.

Told from the header of each night's staff plan and the rows about this person; addresses: GET
/staff/<id>.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from kakehashi.actions import Action
from kakehashi.catalogue import staffing as rules
from kakehashi.catalogue.index import RULES
from kakehashi.diff.staff_plan import StaffPlanHeader
from kakehashi.findings import Finding
from kakehashi.people.staff import StaffMember
from kakehashi.report.groups import message
from kakehashi.report.words import Word, word
from kakehashi.run_folder.results import Result
from kakehashi.staff.personnel import QUESTIONS, PersonnelChange, shown_change
from kakehashi.staff.timeline import OUTCOMES

_NOT_YET = Word("まだ行っていません。", "Not done yet.")
_QUIET = Word("何も変わりませんでした。", "Nothing was changed.")


@dataclass(frozen=True, slots=True)
class StaffTrace:
    """What one run folder holds of one person: ``header`` is the staff's plan, ``action`` what it
    does and ``result`` what became of that, ``findings`` those about the person."""

    run_id: str
    header: StaffPlanHeader
    action: Action[StaffMember] | None = None
    result: Result | None = None
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class StaffNight:
    """``told`` is what else is to be said; ``quiet``: the night had nothing to do with the
    person."""

    run_id: str
    day: str
    tone: str
    title: Word
    told: Sequence[Word]
    change: PersonnelChange | None
    refs: Sequence[str]
    quiet: bool

    def to_json(self) -> dict[str, Any]:
        told = [{"ja": one.ja, "en": one.en} for one in (self.title, *self.told)]
        return {"run_id": self.run_id, "date": self.day, "told": told, "quiet": self.quiet}


@dataclass(frozen=True, slots=True)
class Member:
    """``nights`` come newest first; ``quiet`` counts those folded away."""

    template: ClassVar[str] = "member.html.j2"

    id: str
    person: StaffMember | None
    nights: Sequence[StaffNight]
    quiet: int


def member(who: str, person: StaffMember | None, traces: Iterable[StaffTrace]) -> Member:
    """``traces`` are the nights, the oldest first."""
    told = [night_of(one, who) for one in traces][::-1]
    return Member(who, person, told, sum(night.quiet for night in told))


def night_of(trace: StaffTrace, who: str) -> StaffNight:
    header, action, result = trace.header, trace.action, trace.result
    done = result is not None and result.carried_out
    tone, title = _title(trace, who)
    refs = [result.code, result.request_id] if result else []
    return StaffNight(
        run_id=trace.run_id,
        day=header.as_of,
        tone="good" if done else tone,
        title=title,
        told=list(_told(trace, who)),
        change=shown_change(action) if action else None,
        refs=[ref for ref in refs if ref],
        quiet=title is _QUIET and not trace.findings,
    )


def _title(trace: StaffTrace, who: str) -> tuple[str, Word]:
    """What was done, else what is waited for."""
    header, result = trace.header, trace.result
    if trace.action:
        kind = shown_change(trace.action).kind
        how = word(OUTCOMES, result.outcome if result else "")
        if result and result.carried_out:
            return "good", kind
        return "wait", Word(f"{kind.ja}: {how.ja}", f"{kind.en}: {how.en}")
    asked = next((what for what, ids in header.asked.items() if who in ids), "")
    if asked in QUESTIONS:
        return "wait", QUESTIONS[asked][0]
    if _held(header, who):
        return "wait", Word("保留", "held")
    if who in header.alone:
        return "plain", Word("触らないアカウント", "left alone")
    return "plain", _QUIET


def _told(trace: StaffTrace, who: str) -> Iterator[Word]:
    header = trace.header
    if trace.action and not trace.result and header.stopped:
        codes = "、".join(sorted({one.code for one in header.breaches}))
        yield Word(
            f"教職員の計画が承認を待っています({codes})。", f"The staff's plan waits ({codes})."
        )
    elif trace.action and not trace.result:
        yield _NOT_YET
    if who in header.second:
        rule = rules.SECOND_NEEDED
        yield Word(rule.todo, rule.todo_en)
    if who in header.alone:
        yield Word(rules.LEFT_ALONE.todo, rules.LEFT_ALONE.todo_en)
    for finding in trace.findings:
        said, rule_ = message(finding), RULES.get(finding.code)
        place = f"{finding.place.file} {finding.place.line} 行目: " if finding.place.line else ""
        todo = Word(f" → {rule_.todo}", f" → {rule_.todo_en}") if rule_ else Word("", "")
        yield Word(
            f"{finding.code} {place}{said.ja}{todo.ja}", f"{finding.code} {said.en}{todo.en}"
        )
    told = {finding.code for finding in trace.findings}
    for code in _held(header, who):
        if code in RULES and code not in told:
            yield Word(f"{code} {RULES[code].todo}", f"{code} {RULES[code].todo_en}")


def _held(header: StaffPlanHeader, who: str) -> list[str]:
    return [code for code, ids in header.held.items() if who in ids]


def is_named(header: StaffPlanHeader, who: str) -> bool:
    """Whether a plan's header says anything of this person beside what it does."""
    asked = any(who in ids for ids in header.asked.values())
    return asked or bool(_held(header, who)) or who in header.alone
