"""The header line: which canonical column stands where, and what is odd about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kakehashi.catalogue import header_rules as rules
from kakehashi.findings import Finding, Place
from kakehashi.oneroster.profiles import CANONICAL, base_header, layout, profiles_of


@dataclass(frozen=True, slots=True)
class Header:
    """``columns`` are canonical names; ``padding`` empty columns follow them.

    ``usable`` is False where cells cannot be given to columns at all.
    """

    columns: tuple[str, ...]
    padding: int
    usable: bool
    findings: tuple[Finding, ...]


def read_header(file: str, version: str, cells: Sequence[str]) -> Header:
    """Lay ``cells`` of the first line under the columns of ``file`` in ``version``."""
    written = [cell.strip() for cell in cells]
    width = len(written)
    while width and not written[width - 1]:
        width -= 1
    written, padding = written[:width], len(cells) - width
    names = _canonical(file, version, written)
    if "sourcedId" not in names:
        place = Place(file, 1)
        return Header((), padding, False, (rules.NO_HEADER.at(place),))
    if twice := _twice(file, names):
        return Header(tuple(names), padding, False, tuple(twice))
    odd = [*_order(file, version, names), *_oddities(file, version, written, names)]
    if padding:
        odd.append(rules.TRAILING_HEADERS.at(Place(file, 1), count=padding))
    return Header(tuple(names), padding, True, tuple(odd))


def _canonical(file: str, version: str, written: list[str]) -> list[str]:
    """Each name as our tables spell it; a name nobody knows stays as it is."""
    known = {name.lower(): name for name in layout(file, version)}
    return [known.get(name.lower(), name) for name in written]


def _twice(file: str, names: list[str]) -> list[Finding]:
    doubled = {name for name, count in Counter(names).items() if count > 1}
    last = {name: position for position, name in enumerate(names, 1) if name in doubled}
    return [rules.COLUMN_TWICE.at(Place(file, 1), position=p) for p in sorted(last.values())]


def _order(file: str, version: str, names: list[str]) -> Iterator[Finding]:
    """The standard's columns: all there (resourceSourcedIds apart), in order, extensions after."""
    base = base_header(file, version)
    for name in base:
        if name not in names and name != "resourceSourcedIds":
            yield rules.COLUMN_MISSING.at(Place(file, 1, name))
    ranks = {name: rank for rank, name in enumerate(base)}
    seen = [ranks.get(name, len(ranks)) for name in names]
    if seen != sorted(seen):
        at = next(i for i, (a, b) in enumerate(pairwise(seen)) if a > b)
        column = names[at + 1]  # a column of the standard that stands too far right
        yield rules.COLUMN_ORDER.at(Place(file, 1, column if column in ranks else None))


def _oddities(file: str, version: str, written: list[str], names: list[str]) -> Iterator[Finding]:
    place = Place(file, 1)
    known = layout(file, version)
    cased = sum(w != n and CANONICAL.get(w) != n for w, n in zip(written, names, strict=True))
    if cased:
        yield rules.COLUMN_CASE.at(place, count=cased)
    unknown = sum(n not in known and not n.startswith("metadata.") for n in names)
    if unknown:
        yield rules.COLUMN_UNKNOWN.at(place, count=unknown)
    profiles = list(profiles_of(version))
    spellings = {name for p in profiles for name in p.appended.get(file, ())}
    others = set(CANONICAL) | set(CANONICAL.values())
    if any(name in others and name not in spellings for name in written):
        yield rules.SPELLING.at(place)
    if file == "users.csv":
        has = "resourceSourcedIds" in names
        if version != "1.1" and all(p.resource_ids != has for p in profiles):
            yield rules.RESOURCE_IDS.at(place)
        if "userMasterIdentifier" not in base_header(file, version) and (
            "userMasterIdentifier" not in names
        ):
            yield rules.NO_KEY_COLUMN.at(place)
