"""A school's name and a class's title as they go out: judged for 外字 like a pupil's name.

What goes out decides: a title that a rule renames or masks may have been written with anything. A
symbol outside the city's repertoire (a star, a dash) is no 外字: it stands for itself everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Effect, Finding, Place, Rule
from kakehashi.preprocess.names import LOST, Speller, code_point

if TYPE_CHECKING:
    from kakehashi.city import City


@dataclass(frozen=True, slots=True)
class Written:
    """``text`` as it goes out; ``unsafe`` is the code that keeps it in, or "". ``finding`` is what
    is to be told of it, None of most."""

    text: str
    unsafe: str = ""
    finding: Finding | None = None


class Signwriter:
    """One city's spelling of places."""

    def __init__(self, city: City) -> None:
        self._speller = Speller(city.names)
        self._effects: Mapping[str, Effect] = city.effects

    def title(self, text: str, line: int, school: str) -> Written:
        """Of a class, on a line of classes.csv."""
        place = Place("classes.csv", line, "title")
        return self._write(text, rules.TITLE_GAIJI, place, school)

    def school(self, name: str, line: int, code: str) -> Written:
        """Of a school, on a line of orgs.csv. No school of the ministry's lists of 2021 to 2026 has
        a sign that stands for a lost letter; a class may be called ○組."""
        place = Place("orgs.csv", line, "name")
        return self._write(name, rules.SCHOOL_GAIJI, place, code, lost=LOST)

    def _write(
        self, text: str, gaiji: Rule, place: Place, school: str, lost: frozenset[str] = frozenset()
    ) -> Written:
        spelled, faults = self._speller.plain(text)
        faults += tuple((rules.LETTER_LOST, code_point(char)) for char in text if char in lost)
        points = dict(faults)
        facts: dict[str, str] = {}
        if not text:
            rule = rules.PLACE_BLANK
        elif rules.NAME_IS_A_DAY in points:
            rule = rules.PLACE_IS_A_DAY
        elif kept := [point for fault, point in faults if fault is not rules.REPLACED]:
            rule, facts = gaiji, {"code_point": kept[0]}
        elif points:
            rule, facts = rules.PLACE_REPLACED, {"code_point": points[rules.REPLACED]}
        else:
            return Written(text)
        loud = self._effects.get(rule.code, rule.effect) is not Effect.NOTE
        return Written(spelled, rule.code if loud else "", rule.at(place, school=school, **facts))
