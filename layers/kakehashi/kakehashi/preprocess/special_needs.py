"""Neutral titles for special-needs classes, so that no class name publishes a child's disability.

A class is special when ``metadata.jp.specialNeeds`` says so, or its title, location or course title
tells it (lexicon.py). Its title becomes the one the city's table gives it, else the city's neutral
title with a number. Numbers go by (title C4th wrote, grades) within a school and 年度, so they are
the same whatever the row order and the sourcedIds. They do depend on which special-needs classes
the school has: one that appears in the middle of a year may move the numbers behind it. A city
that minds gives its classes fixed titles under special_needs.titles.

A special-needs class that already bears a neutral title keeps it: masking twice is masking once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place
from kakehashi.preprocess.classes import HomeClass, Homes
from kakehashi.preprocess.lexicon import Lexicon

if TYPE_CHECKING:
    from kakehashi.city import SpecialNeeds, SpecialTitle

type Found = tuple[Homes, list[Finding]]
type Kind = tuple[str, tuple[str, ...]]  # renamed title and grades: what tells two classes apart


def mask(
    homes: Mapping[str, HomeClass], city: SpecialNeeds, lexicon: Lexicon, unsure: str = ""
) -> Found:
    """All classes, the special ones under neutral titles.

    ``unsure`` is the code that holds the pupils of *numbered* classes tonight, because a row of
    classes.csv could not be read and may be one of those that are counted.
    """
    years: dict[tuple[str, int], list[HomeClass]] = {}
    for home in homes.values():
        years.setdefault((home.school.code, home.year), []).append(home)
    titles: dict[tuple[str, int, Kind], tuple[str, bool]] = {}
    findings: list[Finding] = []
    for (school, year), members in years.items():
        special: dict[Kind, int] = {}
        for home in members:
            if _is_special(home, lexicon):
                special[_kind(home)] = min(home.line, special.get(_kind(home), home.line))
        taken = {home.title for home in members if not _is_special(home, lexicon)}
        given, clashes = _title_all(sorted(special, key=_natural), taken, school, city, lexicon)
        titles |= {(school, year, kind): title for kind, title in given.items()}
        findings += [
            rules.TABLE_TITLE_TAKEN.at(Place("classes.csv", special[kind], "title"), school=school)
            for kind in clashes
        ]
    masked = {
        source: _masked(home, titles[home.school.code, home.year, _kind(home)], unsure)
        if _is_special(home, lexicon)
        else home
        for source, home in homes.items()
    }
    return masked, findings


def guard(homes: Mapping[str, HomeClass], lexicon: Lexicon) -> Found:
    """The last gate: a title that still tells a disability does not go out at all."""
    findings: list[Finding] = []
    passed = {}
    for source, home in homes.items():
        if lexicon.tells(home.title):
            place = Place("classes.csv", home.line, "title")
            findings.append(rules.WORD_LEFT.at(place, school=home.school.code))
            passed[source] = replace(home, title="")
        else:
            passed[source] = home
    return passed, findings


def _is_special(home: HomeClass, lexicon: Lexicon) -> bool:
    return home.special or lexicon.tells(home.title)


def _kind(home: HomeClass) -> Kind:
    return (home.title, home.grades)


def _masked(home: HomeClass, given: tuple[str, bool], unsure: str) -> HomeClass:
    title, numbered = given
    fault = home.fault or (unsure if numbered else "")
    return replace(home, title=title, special=True, fault=fault)


def _natural(kind: Kind) -> tuple[list[tuple[str, int]], Kind]:
    """知的2組 before 知的10組; the texts themselves decide between equals."""
    flat = unicodedata.normalize("NFKC", kind[0])
    parts = re.findall(r"(\D*)(\d*)", flat)
    return [(text, int(digits or 0)) for text, digits in parts], kind


def _title_all(
    kinds: list[Kind], taken: set[str], school: str, city: SpecialNeeds, lexicon: Lexicon
) -> tuple[dict[Kind, tuple[str, bool]], list[Kind]]:
    """kind → (title, is numbered), and the kinds whose table title was taken already."""
    table = sorted(
        (t for t in city.titles if t.school in (None, school)), key=lambda t: t.school is None
    )
    neutral = _pattern(city.neutral)
    neutral_already = {t.replace for t in table}
    given: dict[Kind, tuple[str, bool]] = {}
    for kind in kinds:
        title = kind[0]
        known = title in neutral_already or neutral.fullmatch(title)
        if known and title not in taken and not lexicon.tells(title):
            given[kind] = (title, False)
            taken.add(title)
    clashes = []
    for kind in kinds:
        ruled = _from_table(kind[0], table) if kind not in given else None
        if ruled is not None and ruled in taken:
            clashes.append(kind)
        elif ruled is not None:
            given[kind] = (ruled, False)
            taken.add(ruled)
    numbered = _numbered(city.neutral)
    for kind in kinds:
        if kind not in given:
            title = next(title for title in numbered if title not in taken)
            given[kind] = (title, True)
    return given, clashes


def _from_table(title: str, table: Iterable[SpecialTitle]) -> str | None:
    return next((rule.replace for rule in table if re.search(rule.match, title)), None)


def _numbered(neutral: str) -> Iterator[str]:
    """なかよし1組, なかよし2組, …; a template without a number stands for itself, then gets one."""
    if "{n}" not in neutral:
        yield neutral
        yield from (f"{neutral}{n}" for n in count(2))
    yield from (neutral.format(n=n) for n in count(1))


def _pattern(neutral: str) -> re.Pattern[str]:
    before, number, after = neutral.partition("{n}")
    digits = r"[1-9]\d*" if number else r"(?:[2-9]|[1-9]\d+)?"
    return re.compile(re.escape(before) + digits + re.escape(after))
