"""What is read although it is not written as the standard says; each use is counted.

Only what can be put right without a guess. Kana are made full-width and composed; a kanji is never
touched, since Unicode normalisation rewrites 22 of the kanji Windows can type.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from kakehashi.catalogue import row_rules as rules
from kakehashi.findings import Finding, Place, Rule
from kakehashi.oneroster.columns import Column

Tidy = Callable[[str], tuple[str, Rule | None]]

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HALF_WIDTH = re.compile("[\uff61-\uff9f]+")
_LOOSE_DAKUTEN = re.compile("[\u3041-\u30ff][\u3099\u309a]")
_KANA_TO_TIDY = re.compile("[\uff61-\uff9f\u3099\u309a]")
_FIVE_DIGITS = re.compile(r"[1-9][0-9]{4}")
_EXCEL_DATE = re.compile(
    r"([0-9]{4})(?:/|年)([0-9]{1,2})(?:/|月)([0-9]{1,2})日?(?: 0?0:00(?::00)?)?"
)


def full_width(text: str) -> str:
    """``text`` with half-width kana full-width and dakuten composed; all else as it is."""
    wide = _HALF_WIDTH.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    return _LOOSE_DAKUTEN.sub(lambda m: unicodedata.normalize("NFC", m[0]), wide)


def _boolean(value: str) -> tuple[str, Rule | None]:
    lower = value.lower()
    if lower in {"true", "false"} and lower != value:
        return lower, rules.BOOLEAN_CASE
    return value, None


def _identifier(value: str) -> tuple[str, Rule | None]:
    lower = _UUID.sub(lambda m: m[0].lower(), value)
    return lower, (rules.UPPER_UUID if lower != value else None)


def _name(value: str) -> tuple[str, Rule | None]:
    tidy = full_width(value)
    if tidy == value:
        return value, None
    return tidy, rules.HALF_WIDTH if _HALF_WIDTH.search(value) else rules.DAKUTEN


def _date(value: str) -> tuple[str, Rule | None]:
    found = _EXCEL_DATE.fullmatch(value)
    if not found:
        return value, None
    try:
        return date(*map(int, found.groups())).isoformat(), rules.EXCEL_DATE
    except ValueError:
        return value, None


def _board_code(value: str) -> tuple[str, Rule | None]:
    """082201 without its zero: nothing else that an org carries has five digits."""
    if _FIVE_DIGITS.fullmatch(value):
        return "0" + value, rules.EXCEL_ZERO
    return value, None


_ANY_TEXT = frozenset({"name", "text", "code"})  # where NULL may be what somebody wrote

_TIDIES: dict[str, Tidy] = {
    "bool": _boolean,
    "guid": _identifier,
    "ref": _identifier,
    "refs": _identifier,
    "uuid4": _identifier,
    "name": _name,
    "date": _date,
}

_QUIET: dict[Tidy, Callable[[str], bool]] = {  # one look at a whole column: nothing to tidy here
    _boolean: lambda text: text == text.lower(),  # of ASCII, several times as fast as islower
    _identifier: lambda text: text == text.lower() or not re.search("[A-F]", text),
    _name: lambda text: not _KANA_TO_TIDY.search(text),
    _date: lambda text: "/" not in text and "年" not in text,
}


def tidy_of(file: str, column: Column) -> Tidy | None:
    if (file, column.name) == ("orgs.csv", "identifier"):
        return _board_code
    return _TIDIES.get(column.kind)


def replacements(
    tidy: Tidy | None, kind: str, column: Sequence[str], *, may_say_null: bool = True
) -> dict[str, tuple[str, Rule]]:
    """Those values of ``column`` that are read as something else: value → (reading, rule)."""
    is_null = may_say_null and kind not in _ANY_TEXT and "NULL" in column
    null = {"NULL": ("", rules.NULL)} if is_null else {}
    quiet = _QUIET.get(tidy) if tidy else None
    if tidy is None or (quiet and quiet("\n".join(column))):
        return null
    found = ((value, tidy(value)) for value in set(column))
    return null | {value: (new, rule) for value, (new, rule) in found if rule}


@dataclass(slots=True)
class Tally:
    """How often each leniency was used in one file, and on which line first."""

    file: str
    counts: dict[Rule, int] = field(default_factory=dict)
    first: dict[Rule, int] = field(default_factory=dict)

    def add(self, rule: Rule, line: int) -> None:
        self.counts[rule] = self.counts.get(rule, 0) + 1
        self.first[rule] = min(line, self.first.get(rule, line))

    def findings(self) -> list[Finding]:
        place = Place(self.file)
        return [
            rule.at(place, count=self.counts[rule], first_line=self.first[rule])
            for rule in sorted(self.counts, key=lambda r: r.code)
        ]
