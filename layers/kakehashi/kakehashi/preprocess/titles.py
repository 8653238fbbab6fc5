"""Class titles by the city's rules: 1年3組 of grade J1 becomes 7年3組, nothing else.

A rule speaks for the grades it lists. A class of several grades is renamed only by a rule that
lists them all; where a rule fits some of them, the title stays and staff are told.

A class has no stable id (sourcedIds are new in every export): its key is (school, 年度, outgoing
title). Rows that agree in that key, in the title C4th wrote and in grades are one class; classes
that agree in the key only must not be merged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place
from kakehashi.preprocess.classes import HomeClass as Home
from kakehashi.preprocess.classes import Homes

if TYPE_CHECKING:
    from kakehashi.city import ClassTitle
    from kakehashi.preprocess.places import Signwriter

type Found = tuple[Homes, list[Finding]]


def rename_titles(homes: Mapping[str, Home], renames: Iterable[ClassTitle]) -> Found:
    """The classes with their titles renamed; the first rule that matches wins."""
    renames = tuple(renames)
    renamed, findings = {}, []
    for source, home in homes.items():
        title = next(_titles(home, renames), None)
        if title is None and any(_half_fits(home, rule) for rule in renames):
            place = Place("classes.csv", home.line, "title")
            findings.append(rules.MIXED_GRADES_NOT_RENAMED.at(place, school=home.school.code))
        renamed[source] = home if title is None else replace(home, title=title)
    return renamed, findings


def _titles(home: Home, renames: Iterable[ClassTitle]) -> Iterator[str]:
    for rule in renames:
        if home.grades and set(home.grades) <= set(rule.grades):
            title = rule.renamed(home.title)
            if title is not None:
                yield title.strip()


def _half_fits(home: Home, rule: ClassTitle) -> bool:
    some = not set(home.grades).isdisjoint(rule.grades)
    return some and re.search(rule.match, home.title) is not None


def spell_titles(homes: Mapping[str, Home], writer: Signwriter) -> Found:
    """The classes as they go out. One whose title must not bears a fault, which holds its pupils:
    they keep the class that tools know."""
    spelled: Homes = {}
    findings: list[Finding] = []
    for source, home in homes.items():
        if home.written and not home.title:  # what it tells must not go out: see ``guard``
            spelled[source] = home
            continue
        written = writer.title(home.title, home.line, home.school.code)
        findings += [written.finding] if written.finding else ()
        same = written.text == home.title and not written.unsafe
        fault = home.fault or written.unsafe
        spelled[source] = home if same else replace(home, title=written.text, fault=fault)
    return spelled, findings


def tell_apart(homes: Mapping[str, Home]) -> Found:
    """Different classes that would go out under one key become faults: nothing may merge them."""
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
    return told, findings


def _key(home: Home) -> tuple[str, int, str]:
    return (home.school.code, home.year, home.title)
