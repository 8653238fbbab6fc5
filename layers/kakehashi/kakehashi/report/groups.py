"""Findings as staff read them: a group a code, the gravest and root causes first, with lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from kakehashi.catalogue.index import RULES, english, japanese
from kakehashi.findings import EFFECT_LABELS, Effect, Finding
from kakehashi.report.words import Word, compress

MOST_PLACES = 12  # per code; all of them are in the workbook
_EFFECT_ORDER = list(EFFECT_LABELS)
_EFFECT_ENGLISH = {
    Effect.REFUSE_DROP: "stops the run",
    Effect.AWAIT_APPROVAL: "needs approval",
    Effect.HOLD_PUPIL: "pupil held",
    Effect.NOTE: "note",
}


@dataclass(frozen=True, slots=True)
class Lines:
    """Where to look in one file: ``school`` is a MEXT code, "" where none is known; ``lines`` are
    compressed."""

    school: str
    file: str
    column: str
    lines: str


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """All findings of one code: what to do, and where to look."""

    code: str
    effect: Effect
    label: Word
    count: int
    children: int
    message: Word
    todo: Word
    places: Sequence[Lines]
    more_places: int


def groups(
    findings: Iterable[Finding], school_of: Mapping[str, str] = MappingProxyType({})
) -> list[FindingGroup]:
    """``school_of`` maps pupils to MEXT codes, for findings that do not name a school."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    found = [_group(code, some, school_of) for code, some in by_code.items()]
    # Of one effect, what caused most comes first: once it is put right, little may be left.
    return sorted(found, key=lambda g: (_EFFECT_ORDER.index(g.effect), -g.children, g.code))


def _group(code: str, findings: Sequence[Finding], school_of: Mapping[str, str]) -> FindingGroup:
    rule = RULES.get(code)
    effect = min((f.effect for f in findings), key=_EFFECT_ORDER.index)
    places: dict[tuple[str, str, str], list[int]] = {}
    for finding in findings:
        place = finding.place
        if place.file:
            school = school_at(finding, school_of)
            lines = places.setdefault((school, place.file, place.column or ""), [])
            lines += [place.line] if place.line else []
    shown = [Lines(*where, compress(lines)) for where, lines in sorted(places.items())]
    return FindingGroup(
        code=code,
        effect=effect,
        label=Word(EFFECT_LABELS[effect], _EFFECT_ENGLISH[effect]),
        count=len(findings),
        children=sum(f.children for f in findings),
        message=_shared(findings),
        todo=Word(rule.todo, rule.todo_en) if rule else Word("", ""),
        places=shown[:MOST_PLACES],
        more_places=max(0, len(shown) - MOST_PLACES),
    )


def school_at(finding: Finding, school_of: Mapping[str, str]) -> str:
    """The MEXT code of the school that a finding is about, "" if nobody can tell."""
    return finding.school or school_of.get(finding.pupil or "", "")


def _shared(findings: Sequence[Finding]) -> Word:
    """One message for all of them: what differs from one to the next becomes "…"."""
    first, same = findings[0], dict(findings[0].facts)
    for one in findings[1:]:
        for name in [name for name, fact in same.items() if one.facts.get(name) != fact]:
            same[name] = "…"
    return message(replace(first, facts=same))


def message(finding: Finding) -> Word:
    """What the finding says, in both languages."""
    if finding.code not in RULES:  # written by another version of the catalogue
        return Word(finding.code, finding.code)
    return Word(japanese(finding), english(finding))
