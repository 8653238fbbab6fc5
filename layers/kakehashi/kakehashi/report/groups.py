"""Findings as staff read them: a group a code, the gravest and root causes first, with lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kakehashi.catalogue import RULES, english, japanese
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
class Group:
    """All findings of one code: what to do, and where to look."""

    code: str
    effect: Effect
    label: Word
    count: int
    children: int
    messages: Sequence[tuple[Word, int]]
    todo: Word
    places: Sequence[tuple[str, str, str]]  # file, column, lines
    more_places: int


def groups(findings: Iterable[Finding]) -> list[Group]:
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    found = [_group(code, some) for code, some in by_code.items()]
    # Of one effect, what caused most comes first: once it is put right, little may be left.
    return sorted(found, key=lambda g: (_EFFECT_ORDER.index(g.effect), -g.children, g.code))


def _group(code: str, findings: Sequence[Finding]) -> Group:
    rule = RULES.get(code)
    effect = min((f.effect for f in findings), key=_EFFECT_ORDER.index)
    messages = Counter(message(f) for f in findings)
    places: dict[tuple[str, str], list[int]] = {}
    for finding in findings:
        place = finding.place
        if place.file:
            lines = places.setdefault((place.file, place.column or ""), [])
            lines += [place.line] if place.line else []
    shown = [(file, column, compress(lines)) for (file, column), lines in sorted(places.items())]
    return Group(
        code=code,
        effect=effect,
        label=Word(EFFECT_LABELS[effect], _EFFECT_ENGLISH[effect]),
        count=len(findings),
        children=sum(f.children for f in findings),
        messages=messages.most_common(3),
        todo=Word(rule.todo, rule.todo_en) if rule else Word("", ""),
        places=shown[:MOST_PLACES],
        more_places=max(0, len(shown) - MOST_PLACES),
    )


def message(finding: Finding) -> Word:
    """What the finding says, in both languages."""
    if finding.code not in RULES:  # written by another version of the catalogue
        return Word(finding.code, finding.code)
    return Word(japanese(finding), english(finding))
