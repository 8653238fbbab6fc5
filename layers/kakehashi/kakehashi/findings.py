"""What a check can say: a declared rule, the place it points at, and facts that cannot leak.

A rule is declared once (``kakehashi.catalogue``) with its effect, both languages and what to do.
A finding is that rule at a place. Facts are counts, codes, lines and file names, never a cell. A
text that is not made of plain ASCII code characters is refused, so a Japanese name, an account or
a class title that slips in does not pass; a name in Roman letters would.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

_CODE = re.compile(r"[A-Z][0-9]{3}\Z")
_FACT = re.compile(r"[A-Za-z0-9_.,:+/ -]{0,120}\Z")  # no "@": an account does not fit


class Effect(StrEnum):
    """What a finding does to the night."""

    REFUSE_DROP = "refuse-drop"
    AWAIT_APPROVAL = "await-approval"
    HOLD_PUPIL = "hold-pupil"
    NOTE = "note"


EFFECT_LABELS = {
    Effect.REFUSE_DROP: "停止",
    Effect.AWAIT_APPROVAL: "承認待ち",
    Effect.HOLD_PUPIL: "保留",
    Effect.NOTE: "参考",
}
HARD_LETTERS = frozenset("AFS")  # their effects cannot be softened by a city


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the drop: file, physical line (1 = header) and column; any may be missing."""

    file: str = ""
    line: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing a check can say. ``ja``, ``en`` and ``todo`` share their ``{placeholders}``."""

    code: str
    effect: Effect
    ja: str
    en: str
    todo: str
    todo_en: str = ""
    causes: str = ""  # why this rule exists or where it comes from; shown in docs/findings.md

    def __post_init__(self) -> None:
        if not _CODE.match(self.code):
            raise ValueError(f"not a finding code: {self.code}")
        if placeholders(self.ja) != placeholders(self.en):
            raise ValueError(f"{self.code}: Japanese and English use different placeholders")

    def at(
        self,
        place: Place = Place(),
        *,
        pupil: str | None = None,
        school: str | None = None,
        **facts: int | str,
    ) -> Finding:
        """This rule at ``place``. Raises ValueError for a fact that could carry a person's data."""
        wanted = placeholders(self.ja)
        if wanted != facts.keys():
            raise ValueError(f"{self.code} takes {sorted(wanted)}, not {sorted(facts)}")
        for name, value in facts.items():
            if isinstance(value, str) and not _FACT.match(value):
                raise ValueError(f"{self.code}: fact {name!r} is not a code, count or file name")
        return Finding(self.code, self.effect, place, pupil, school, dict(facts))


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule at a place. ``pupil`` is a userMasterIdentifier, ``school`` a MEXT code.

    ``children`` counts consequences that were folded into this root cause.
    """

    code: str
    effect: Effect
    place: Place = Place()
    pupil: str | None = None
    school: str | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)
    children: int = 0

    def row(self) -> tuple[str, int | None, str | None, str]:
        """What tests compare: (file, line, column, code), never wording."""
        return (self.place.file, self.place.line, self.place.column, self.code)

    def to_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "effect": str(self.effect),
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "pupil": self.pupil,
            "school": self.school,
            "facts": dict(self.facts),
            "children": self.children,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            code=data["code"],
            effect=Effect(data["effect"]),
            place=Place(data["file"], data["line"], data["column"]),
            pupil=data["pupil"],
            school=data["school"],
            facts=data["facts"],
            children=data["children"],
        )


def soften(findings: Iterable[Finding], effects: Mapping[str, Effect]) -> Iterator[Finding]:
    """The same findings with a city's own effects; A…, F… and S… stay as declared."""
    for finding in findings:
        effect = effects.get(finding.code, finding.effect)
        if effect is finding.effect or finding.code[0] in HARD_LETTERS:
            yield finding
        else:
            yield replace(finding, effect=effect)


def refuses(findings: Iterable[Finding]) -> bool:
    return any(f.effect is Effect.REFUSE_DROP for f in findings)
