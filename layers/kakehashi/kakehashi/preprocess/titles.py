"""Class titles by the city's rules: 1年3組 of grade J1 becomes 7年3組, nothing else.

A rule speaks for the grades it lists. A class of several grades is renamed only by a rule that
lists them all; where a rule fits some of them, the title stays and staff are told.

A class has no stable id (sourcedIds are new in every export): its key is (school, 年度, outgoing
title). Rows that agree in that key, in the title C4th wrote and in grades are one class; classes
that agree in the key only must not be merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place
from kakehashi.preprocess.classes import HomeClass as Home
from kakehashi.preprocess.classes import Homes
from kakehashi.preprocess.draft import CleaningStep, Draft, Tonight
from kakehashi.preprocess.places import Signwriter

if TYPE_CHECKING:
    from kakehashi.city import ClassTitle


def rename_titles(tonight: Tonight, draft: Draft) -> Draft:
    """The first rule that matches wins."""
    renames = tonight.city.class_titles
    renamed: Homes = {}
    findings = []
    for source, home in draft.classes.homes.items():
        title = next(_titles(home, renames), None)
        if title is None and any(_half_fits(home, rule) for rule in renames):
            place = Place("classes.csv", home.line, "title")
            findings.append(rules.MIXED_GRADES_NOT_RENAMED.at(place, school=home.school.code))
        renamed[source] = home if title is None else replace(home, title=title)
    return draft.titled(renamed, findings)


def _titles(home: Home, renames: Iterable[ClassTitle]) -> Iterator[str]:
    for rule in renames:
        if home.grades and set(home.grades) <= set(rule.grades):
            title = rule.renamed(home.title)
            if title is not None:
                yield title.strip()


def _half_fits(home: Home, rule: ClassTitle) -> bool:
    some = not set(home.grades).isdisjoint(rule.grades)
    return some and re.search(rule.match, home.title) is not None


def spell_titles(tonight: Tonight, draft: Draft) -> Draft:
    """Titles as they go out. A class whose title must not bears a fault, which holds its pupils:
    they keep the class that tools know."""
    writer = Signwriter(tonight.city)
    spelled: Homes = {}
    findings: list[Finding] = []
    for source, home in draft.classes.homes.items():
        if home.written and not home.title:  # what it tells must not go out: see ``guard``
            spelled[source] = home
            continue
        written = writer.title(home.title, home.line, home.school.code)
        findings += [written.finding] if written.finding else ()
        same = written.text == home.title and not written.unsafe
        fault = home.fault or written.unsafe
        spelled[source] = home if same else replace(home, title=written.text, fault=fault)
    return draft.titled(spelled, findings)


def tell_apart(_: Tonight, draft: Draft) -> Draft:
    """Different classes that would go out under one key become faults: nothing may merge them."""
    homes = draft.classes.homes
    kinds: dict[tuple[str, int, str], dict[tuple[str, tuple[str, ...]], int]] = {}
    for home in homes.values():
        if home.title and not home.fault:
            lines = kinds.setdefault(_key(home), {})
            kind = (home.written, home.grades)
            lines[kind] = min(home.line, lines.get(kind, home.line))
    shared = {key: sorted(lines.values()) for key, lines in kinds.items() if len(lines) > 1}
    findings = [
        rules.TITLE_SHARED.at(
            Place("classes.csv", lines[0], "title"), school=key[0], count=len(lines)
        )
        for key, lines in shared.items()
    ]
    told = {
        source: replace(home, fault=home.fault or rules.TITLE_SHARED.code)
        if _key(home) in shared
        else home
        for source, home in homes.items()
    }
    return draft.titled(told, findings)


def _key(home: Home) -> tuple[str, int, str]:
    return (home.school.code, home.year, home.title)


RENAMES = CleaningStep(
    "class titles",
    ja="学級名を市の規則どおりに書き換えます(義務教育学校の 1年3組 を 7年3組 に、など)。",
    en="Renames class titles by the city's rules, such as 1年3組 of grade J1 to 7年3組.",
    run=rename_titles,
    gives=(rules.MIXED_GRADES_NOT_RENAMED,),
    keys=("class_titles",),
)
SPELLING = CleaningStep(
    "spelling of titles",
    ja="学級名の外字を確かめ、市の規則どおりに書きます。",
    en="Judges class titles for gaiji and spells them by the city's rules.",
    run=spell_titles,
    gives=(
        rules.TITLE_GAIJI, rules.PLACE_REPLACED, rules.PLACE_IS_A_DAY, rules.PLACE_BLANK,
    ),
    keys=("names.repertoire", "names.replace"),
)  # fmt: skip
TOLD_APART = CleaningStep(
    "classes of one title",
    ja="学校・年度・学級名が同じになる別の学級を見つけ、混ざらないように保留にします。",
    en="Holds different classes that would go out under one title: nothing may merge them.",
    run=tell_apart,
    gives=(rules.TITLE_SHARED,),
)
