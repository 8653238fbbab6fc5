"""Neutral titles for special-needs classes, so that no class name publishes a child's disability.

A class is special when ``metadata.jp.specialNeeds`` says so, or its title, location or course title
tells it (lexicon.py). Its title becomes the one the city's table gives it, else the city's neutral
title with a number that tells nothing and stays for the year (numbering.py). A neutral template
that is changed within a 年度 waits for the next, unless the old one tells a disability itself.

A special-needs class that already bears a neutral title keeps it: masking twice is masking once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.class_numbers import Numbers
from kakehashi.findings import Finding, Place
from kakehashi.preprocess.classes import HomeClass, Homes
from kakehashi.preprocess.draft import CleaningStep, Draft, Tonight
from kakehashi.preprocess.holds import unread
from kakehashi.preprocess.lexicon import Lexicon
from kakehashi.preprocess.numbering import Kind, Numbering, number

if TYPE_CHECKING:
    from kakehashi.city import SpecialNeeds, SpecialTitle


@dataclass(slots=True)
class Masked:
    """All classes, the special ones under neutral titles; ``numbers`` to keep, by 年度."""

    homes: Homes = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    numbers: dict[int, Numbers] = field(default_factory=dict)


def mask(
    homes: Mapping[str, HomeClass],
    city: SpecialNeeds,
    lexicon: Lexicon,
    numbering: Numbering,
    unsure: str = "",
) -> Masked:
    """``unsure`` is the code that holds the pupils of classes that get their *number* tonight,
    because a row of classes.csv could not be read and may be one of those that are counted.
    """
    masker, found = _Masker(city, lexicon, numbering, unsure), Masked()
    places: dict[tuple[str, int], dict[str, HomeClass]] = {}
    for source, home in homes.items():
        places.setdefault((home.school.code, home.year), {})[source] = home
    for (school, year), members in places.items():
        masker.mask(school, year, members, found)
    return found


class _Masker:
    """One city's masking, school by school."""

    def __init__(
        self, city: SpecialNeeds, lexicon: Lexicon, numbering: Numbering, unsure: str
    ) -> None:
        self.city, self.lexicon = city, lexicon
        self.numbering, self.unsure = numbering, unsure

    def mask(self, school: str, year: int, members: Mapping[str, HomeClass], found: Masked) -> None:
        special: dict[Kind, int] = {}
        for home in members.values():
            if self._is_special(home):
                special[_kind(home)] = min(home.line, special.get(_kind(home), home.line))
        if not special:
            found.homes |= members
            return
        kept = found.numbers.get(year) or self._numbers(year)
        given = kept.schools.get(school, {})
        marks = {kind: self.numbering.mark(school, year, kind[0]) for kind in special}
        in_turn = sorted(special, key=_natural if kept.by_title else lambda k: (marks[k], k[1]))
        in_turn.sort(key=lambda kind: marks[kind] in given)  # who has a number keeps no title back
        taken = {home.title for home in members.values() if not self._is_special(home)}
        titles, clashes = self._fixed(in_turn, taken, school, kept.neutral)
        found.findings += [
            rules.TABLE_TITLE_TAKEN.at(Place("classes.csv", special[kind], "title"), school=school)
            for kind in clashes
        ]
        free = (n for n in count(1) if _title(kept.neutral, n) not in taken)
        numbered = number([k for k in in_turn if k not in titles], marks, given, free)
        titles |= {kind: _title(kept.neutral, n) for kind, n in numbered.numbers.items()}
        unsure = numbered.new if self.unsure else frozenset()
        schools = kept.schools if unsure else {**kept.schools, school: numbered.given}
        found.numbers[year] = replace(kept, schools=schools)
        for source, home in members.items():
            kind = _kind(home)
            found.homes[source] = (
                _masked(home, titles[kind], self.unsure if kind in unsure else "")
                if kind in special and self._is_special(home)
                else home
            )

    def _numbers(self, year: int) -> Numbers:
        kept = self.numbering.of(year, self.city.neutral)
        tells = self.lexicon.tells(_title(kept.neutral, 1))
        return replace(kept, neutral=self.city.neutral) if tells else kept

    def _is_special(self, home: HomeClass) -> bool:
        return home.special or self.lexicon.tells(home.title)

    def _fixed(
        self, kinds: Iterable[Kind], taken: set[str], school: str, neutral: str
    ) -> tuple[dict[Kind, str], list[Kind]]:
        """Titles that need no number, noted as ``taken``; and the kinds whose table title was."""
        kinds = tuple(kinds)
        table = sorted(
            (t for t in self.city.titles if t.school in (None, school)),
            key=lambda t: t.school is None,
        )
        pattern, neutral_already = _pattern(neutral), {t.replace for t in table}
        titles: dict[Kind, str] = {}
        for kind in kinds:
            title = kind[0]
            known = title in neutral_already or pattern.fullmatch(title)
            if known and title not in taken and not self.lexicon.tells(title):
                titles[kind] = title
                taken.add(title)
        clashes = []
        for kind in kinds:
            ruled = _from_table(kind[0], table) if kind not in titles else None
            if ruled is not None and ruled in taken:
                clashes.append(kind)
            elif ruled is not None:
                titles[kind] = ruled
                taken.add(ruled)
        return titles, clashes


def mask_titles(tonight: Tonight, draft: Draft) -> Draft:
    unsure = min(
        (row.code for row in unread(tonight.package, tonight.holds, "classes.csv")), default=""
    )
    city, homes = tonight.city.special_needs, draft.classes.homes
    masked = mask(homes, city, tonight.lexicon, tonight.numbering, unsure)
    return draft.titled(masked.homes, masked.findings, numbers=masked.numbers)


def guard(tonight: Tonight, draft: Draft) -> Draft:
    """The last gate: a title that still tells a disability does not go out at all."""
    findings: list[Finding] = []
    passed: Homes = {}
    for source, home in draft.classes.homes.items():
        if tonight.lexicon.tells(home.title):
            place = Place("classes.csv", home.line, "title")
            findings.append(rules.WORD_LEFT.at(place, school=home.school.code))
            passed[source] = replace(home, title="")
        else:
            passed[source] = home
    return draft.titled(passed, findings)


def _kind(home: HomeClass) -> Kind:
    return (home.title, home.grades)


def _masked(home: HomeClass, title: str, fault: str) -> HomeClass:
    return replace(home, title=title, special=True, fault=home.fault or fault)


def _natural(kind: Kind) -> tuple[list[tuple[str, int]], Kind]:
    """知的2組 before 知的10組; the texts themselves decide between equals."""
    flat = unicodedata.normalize("NFKC", kind[0])
    parts = re.findall(r"(\D*)(\d*)", flat)
    return [(text, int(digits or 0)) for text, digits in parts], kind


def _from_table(title: str, table: Iterable[SpecialTitle]) -> str | None:
    return next((rule.replace for rule in table if re.search(rule.match, title)), None)


def _title(neutral: str, n: int) -> str:
    """なかよし1組, なかよし2組, …; a template without a number stands for itself, then gets one."""
    if "{n}" in neutral:
        return neutral.format(n=n)
    return neutral if n == 1 else f"{neutral}{n}"


def _pattern(neutral: str) -> re.Pattern[str]:
    before, number, after = neutral.partition("{n}")
    digits = r"[1-9]\d*" if number else r"(?:[2-9]|[1-9]\d+)?"
    return re.compile(re.escape(before) + digits + re.escape(after))


MASK = CleaningStep(
    "special-needs classes",
    ja="特別支援学級に、障害の分からない中立の学級名を与えます。番号は年度のあいだ変わりません。",
    en="Gives special-needs classes neutral titles, whose numbers stay for the school year.",
    run=mask_titles,
    gives=(rules.TABLE_TITLE_TAKEN,),
    keys=("special_needs.neutral", "special_needs.titles", "special_needs.words"),
)
WORDS_LEFT = CleaningStep(
    "words that tell",
    ja="障害を示す言葉が残った学級名は、外に出しません。",
    en="A title in which a word still tells a disability does not go out at all.",
    run=guard,
    gives=(rules.WORD_LEFT,),
    keys=("special_needs.words",),
)
