"""Which name goes out, and whether it may: external name first, 外字 told by code point.

Kanji are never normalised: NFC alone would rewrite 塚 (U+FA10) and twenty more. Only two things are
touched: a hiragana reading becomes katakana, and the one-to-one variants below are replaced where
the city has opted in. (The reader has made half-width kana full-width and joined its dakuten.)

What goes out is judged, as it goes out: a cell that never does may hold anything, or nothing. A
reading that is no kana once it is converted does not go out either.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Rule
from kakehashi.oneroster.values import is_excel_day

if TYPE_CHECKING:
    from kakehashi.city import Names

FAMILY = ("preferredFamilyName", "familyName")
GIVEN = ("preferredGivenName", "givenName")
KANA_FAMILY = ("metadata.jp.kanaPreferredFamilyName", "metadata.jp.kanaFamilyName")
KANA_GIVEN = ("metadata.jp.kanaPreferredGivenName", "metadata.jp.kanaGivenName")
COLUMNS = (*FAMILY, *GIVEN, *KANA_FAMILY, *KANA_GIVEN)
"""The columns names are read from: (external, of record) for each of the four."""
_FIRST_KANA = len(FAMILY) + len(GIVEN)

SAFE = dict(zip(
    "髙𠮷閒靑淸敎悅愠昻𫝆內吕户戶產强說吳彥㟢𡈽",
    "高吉間青清教悦慍昂今内呂戸戸産強説呉彦崎土",
    strict=True,
))  # fmt: skip
"""One-to-one variants of JIS X 0208 characters: the same character in another shape.

Used only for a character outside the city's repertoire: 﨑 is in both, so 﨑 stays 﨑.
"""
_OF_NAMES = frozenset({rules.OUTSIDE_REPERTOIRE, rules.LETTER_LOST})
"""Faults that a symbol is in a person's name, and in no other text."""

type Fault = tuple[Rule, str]  # and the code point, as U+9AD9, or ""

_TO_KATAKANA = {c: c + 0x60 for c in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_HIRAGANA = re.compile("[ぁ-ゖゝゞ]")
_KATAKANA = re.compile("[ァ-ヺーヽヾ・＝゠ㇰ-ㇿ゛゜\u309a\u3000 ]*")
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
NEWER_KANJI = re.compile("[\U00020000-\U0002fffd\U00030000-\U0003fffd]")
"""Planes of nothing but kanji (UAX #11): one that Python's tables do not know yet is one all the
same, and neither a control character nor a sign."""
LOST = frozenset("?？〓\ufffd■□●○◯*＊")
"""What programs and people write for a letter that they cannot: 〓 (JIS X 0208, 02-14) and its kin,
U+FFFD, and ``?`` where a name went through Shift_JIS. No name has one of them."""
_CODECS = {"jisx0213": "euc_jis_2004", "cp932": "cp932"}


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text as it goes out, the column it came from, and what was found in it."""

    text: str
    column: str
    faults: tuple[Fault, ...] = ()


class Speller:
    """One city's spelling. Answers are remembered: a city has fewer names than pupils."""

    def __init__(self, city: Names) -> None:
        self._external = city.prefer == "external"
        self._codec = _CODECS.get(city.repertoire, "")
        self._safe = city.replace == "safe"
        self._seen: dict[tuple[int, str, str], Spelled] = {}

    def spell(self, cells: Sequence[str]) -> list[Spelled]:
        """Family name, given name and their kana, from the cells of ``COLUMNS``."""
        spelled = []
        for at in (0, 2, 4, 6):
            key = (at, cells[at], cells[at + 1])
            known = self._seen.get(key)
            if known is None:
                known = self._seen[key] = self._choose(*key)
            spelled.append(known)
        return spelled

    def _choose(self, at: int, external: str, record: str) -> Spelled:
        """The external name, or where it is blank (or the city says so) the name of record.

        An external name of NULL is how a database writes that there is none.
        """
        chosen = external.strip() if self._external else ""
        if chosen == "NULL":
            chosen = ""
        column = COLUMNS[at if chosen else at + 1]
        written = chosen or record.strip()
        if at < _FIRST_KANA:
            return Spelled(*self._spell(written, column))
        # before it is judged: cp932 has ヴ, and no ゔ
        text, _, found = self._spell(written.translate(_TO_KATAKANA), column)
        faults = tuple(one for one in found if one[0] is not rules.LETTER_LOST)  # it is no kana
        if not faults and not _KATAKANA.fullmatch(text):
            faults = ((rules.READING_IS_NO_KANA, ""),)
        if _HIRAGANA.search(written):
            faults = (*faults, (rules.KANA_WAS_HIRAGANA, ""))
        return Spelled(text, column, faults)

    def plain(self, text: str) -> tuple[str, tuple[Fault, ...]]:
        """A text that is no name of a person: a symbol outside the repertoire stands for itself."""
        spelled, _, faults = self._spell(text, "", letters=True)
        return spelled, faults

    def _spell(
        self, text: str, column: str, *, letters: bool = False
    ) -> tuple[str, str, tuple[Fault, ...]]:
        """``letters``: nothing but letters and ideographs is looked up in the repertoire, and a
        sign is one."""
        out: list[str] = []
        faults: dict[Rule, str] = {rules.NAME_IS_A_DAY: ""} if is_excel_day(text) else {}
        for char in text:
            rule = self._fault(char)
            letter = char.isalpha() or NEWER_KANJI.match(char)
            if letters and rule in _OF_NAMES and not letter:
                rule = None
            if rule is None:
                out.append(char)
                continue
            replacement = self._replacement(char, rule) if self._safe else None
            out.append(char if replacement is None else replacement)
            faults.setdefault(rule if replacement is None else rules.REPLACED, code_point(char))
        return "".join(out), column, tuple(faults.items())

    def _fault(self, char: str) -> Rule | None:
        if _SELECTOR.match(char):
            return rules.VARIATION_SELECTOR
        if char in LOST:
            return rules.LETTER_LOST
        category = unicodedata.category(char)
        if category == "Co":
            return rules.PRIVATE_USE
        if category in {"Cc", "Cf", "Cn", "Cs", "Zl", "Zp"} and not NEWER_KANJI.match(char):
            return rules.CONTROL_CHARACTER
        return None if self._inside(char) else rules.OUTSIDE_REPERTOIRE

    def _inside(self, char: str) -> bool:
        if not self._codec:
            return True
        try:
            char.encode(self._codec)
        except UnicodeEncodeError:
            return False
        return True

    def _replacement(self, char: str, rule: Rule) -> str | None:
        """The one-to-one counterpart of ``char``, or None where only a person can tell."""
        if rule is rules.VARIATION_SELECTOR:
            return ""
        if rule is not rules.OUTSIDE_REPERTOIRE:
            return None
        # a compatibility ideograph's canonical form is the same character, e.g. U+FA12 → 晴
        found = SAFE.get(char) or unicodedata.normalize("NFC", char)
        return found if len(found) == 1 and self._inside(found) else None


def code_point(char: str) -> str:
    return f"U+{ord(char):04X}"
