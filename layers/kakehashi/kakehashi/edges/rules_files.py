"""Whether a text may become a city's rules, whoever puts it: beyond its form, what it names exists,
and the accounts' domain is no other city's."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath

from kakehashi import city as cities
from kakehashi import deliver
from kakehashi.catalogue import index
from kakehashi.deliver.dialect import names as dialects
from kakehashi.edges.runs import Folder


def loaded(text: str) -> cities.City:
    """Raises BadCity for what does not load, or does not name what exists."""
    rules = cities.parse(text)
    must_name_what_exists(rules)
    return rules


def must_name_what_exists(rules: cities.City) -> None:
    """Raises BadCity for a dialect nobody ships, a list that could not be written (no heading row,
    a heading nobody knows, a password), or an effect of a finding that does not exist."""
    if problems := [*_dialects(rules), *_effects(rules), *_lists(rules)]:
        raise cities.BadCity(problems)


def _dialects(rules: cities.City) -> Iterator[str]:
    known = dialects()
    for name, tool in rules.tools.items():
        if tool.dialect not in known:
            yield f"tools.{name}.dialect: {tool.dialect} はありません / known: {', '.join(known)}"


def _effects(rules: cities.City) -> Iterator[str]:
    for code in rules.effects:
        if code not in index.RULES:
            yield f"effects.{code}: この番号の指摘はありません / no such finding (docs/findings.md)"


def _lists(rules: cities.City) -> Iterator[str]:
    for name, tool in rules.tools.items():
        if tool.dialect not in dialects():
            continue
        for flat in deliver.dialect_of(tool).lists:
            for one in flat.problems(name):
                told = f"{index.japanese(one)} / {index.english(one)}"
                yield f"tools.{name}: {one.code} {one.place.column or ''} {told}"
        if tool.staff_only and len(deliver.load(tool.dialect).lists) != 1:
            only = "一覧ひとつの方言だけです / for a dialect of one flat list"
            yield f"tools.{name}.staff_only: {only}"


def domains(folder: Folder) -> Iterator[tuple[str, str]]:
    """(city, the domain that its rules name). A domain tells whose an account is: two cities of one
    would take each other's. ``folder`` holds the rules, a file a city."""
    for name in folder.names():
        try:
            domain = tomllib.loads((folder.get(name) or b"").decode()).get("domain")
        except (UnicodeDecodeError, tomllib.TOMLDecodeError):  # no account is made of broken rules
            continue
        if domain:
            yield PurePosixPath(name).stem, str(domain).lower()


def shared_domains(folder: Folder) -> dict[str, list[str]]:
    """Domains that the rules of several cities name, with those cities."""
    found: dict[str, list[str]] = {}
    for city, domain in domains(folder):
        found.setdefault(domain, []).append(city)
    return {domain: several for domain, several in found.items() if len(several) > 1}
