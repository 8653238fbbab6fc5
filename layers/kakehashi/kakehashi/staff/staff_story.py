"""One member of staff, night by night: what was done, what is waited for, and why nothing was done.

Told from the header of each night's staff plan and the rows about this person; addresses: GET
/staff/<id>.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from kakehashi.catalogue import staffing as rules
from kakehashi.catalogue.index import RULES
from kakehashi.findings import Finding
from kakehashi.people.staff import StaffMember
from kakehashi.report.groups import message
from kakehashi.report.words import Word, word
from kakehashi.staff.personnel import QUESTIONS, PersonnelChange, change_of
from kakehashi.staff.timeline import OUTCOMES

_DONE = frozenset({"done", "skipped"})
_NOT_YET = Word("まだ行っていません。", "Not done yet.")
_QUIET = Word("何も変わりませんでした。", "Nothing was changed.")


@dataclass(frozen=True, slots=True)
class StaffTrace:
    """What one run folder holds of one person: ``header`` is the staff's plan, ``action`` and
    ``result`` its rows, {} where there is none, ``findings`` those about the person."""

    run_id: str
    header: Mapping[str, Any]
    action: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
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
    done = result.get("outcome") in _DONE
    tone, title = _title(trace, who)
    refs = [str(result.get(name) or "") for name in ("code", "request_id")]
    return StaffNight(
        run_id=trace.run_id,
        day=str(header.get("as_of", "")),
        tone="good" if done else tone,
        title=title,
        told=list(_told(trace, who)),
        change=change_of(action) if action else None,
        refs=[ref for ref in refs if ref],
        quiet=title is _QUIET and not trace.findings,
    )


def _title(trace: StaffTrace, who: str) -> tuple[str, Word]:
    """What was done, else what is waited for."""
    header, outcome = trace.header, trace.result.get("outcome", "")
    if trace.action:
        kind, how = change_of(trace.action).kind, word(OUTCOMES, outcome)
        if outcome in _DONE:
            return "good", kind
        return "wait", Word(f"{kind.ja}: {how.ja}", f"{kind.en}: {how.en}")
    asked = next((what for what, ids in header.get("asked", {}).items() if who in ids), "")
    if asked in QUESTIONS:
        return "wait", QUESTIONS[asked][0]
    if _held(header, who):
        return "wait", Word("保留", "held")
    if who in header.get("alone", ()):
        return "plain", Word("触らないアカウント", "left alone")
    return "plain", _QUIET


def _told(trace: StaffTrace, who: str) -> Iterator[Word]:
    header = trace.header
    if trace.action and not trace.result and header.get("stopped"):
        codes = "、".join(sorted({str(one["code"]) for one in header.get("breaches", ())}))
        yield Word(
            f"教職員の計画が承認を待っています({codes})。", f"The staff's plan waits ({codes})."
        )
    elif trace.action and not trace.result:
        yield _NOT_YET
    if who in header.get("second", ()):
        rule = rules.SECOND_NEEDED
        yield Word(rule.todo, rule.todo_en)
    if who in header.get("alone", ()):
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


def _held(header: Mapping[str, Any], who: str) -> list[str]:
    return [code for code, ids in header.get("held", {}).items() if who in ids]


def is_named(header: Mapping[str, Any], who: str) -> bool:
    """Whether a plan's header says anything of this person beside what it does."""
    asked = any(who in ids for ids in header.get("asked", {}).values())
    return asked or bool(_held(header, who)) or who in header.get("alone", ())
