"""Numbers of neutral titles: given once per school and 年度, and kept.

なかよし1 must not mean the same disability in every school. So classes that are first seen
together are ordered by an HMAC of school, 年度 and title under the city's own key, and one that
comes later takes the next number that nobody has had in this year: a class keeps its title,
whatever comes and goes beside it. What is kept are such HMACs, no titles.

In a 年度 whose titles tools were told before numbers were kept, the order is still that of the
titles, so that nobody's class is called another name in the middle of a year.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from kakehashi.class_numbers import NEUTRAL, NEUTRAL_BEFORE, Given, Numbers

type Kind = tuple[str, tuple[str, ...]]  # renamed title and grades: what tells two classes apart

_SEPARATOR = "\x1f"
_HEX_DIGITS = 20  # 80 bits: a city has a few hundred such classes in a year


@dataclass(frozen=True, slots=True)
class Numbering:
    """How a night numbers: the city's ``key``, the numbers ``kept`` by 年度, and ``told``, the
    newest 年度 that was applied ever (0: none).

    The key of a look at a drop outside a night is nobody's, and its numbers are not the city's.
    """

    key: bytes = field(default=b"", repr=False)
    kept: Mapping[int, Numbers] = field(default_factory=dict)
    told: int = 0

    def of(self, year: int, neutral: str) -> Numbers:
        """What the year has given so far; a year without any begins with the city's template.

        A year that tools were told of before numbers were kept goes on under the default of then.
        """
        if year in self.kept:
            return self.kept[year]
        told = year <= self.told
        return Numbers(NEUTRAL_BEFORE if told and neutral == NEUTRAL else neutral, by_title=told)

    def mark(self, school: str, year: int, title: str) -> str:
        """What a class is known by, and ordered by: it tells nothing of the title."""
        told = _SEPARATOR.join((school, str(year), title)).encode()
        return hmac.digest(self.key or b"nobody", told, "sha256").hex()[:_HEX_DIGITS]


OUTSIDE = Numbering()  # of any night


@dataclass(frozen=True, slots=True)
class Numbered:
    """Kind → number; ``given`` to keep, those ``new`` tonight among them."""

    numbers: Mapping[Kind, int]
    given: Given
    new: Set[Kind]


def number(
    kinds: Iterable[Kind], marks: Mapping[Kind, str], given: Given, free: Iterable[int]
) -> Numbered:
    """Each of ``kinds``, which come in the order in which the new ones are served.

    ``free`` are the numbers whose title nobody else in the school bears, in ascending order.
    """
    kinds = list(kinds)
    usable = _Usable(free)
    found: dict[Kind, int] = {}
    for kind, number in _known(kinds, marks, given):
        if number not in found.values() and usable.has(number):
            found[kind] = number
    had = {number for grades in given.values() for number in grades.values()}
    nexts = (number for number in usable.ascending() if number not in had)
    new = [kind for kind in kinds if kind not in found]
    found |= zip(new, nexts, strict=False)
    return Numbered(found, _kept(found, marks, given), frozenset(new))


class _Usable:
    """An endless ascending line of numbers, which remembers what has passed."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._coming = iter(numbers)
        self._seen: list[int] = []

    def has(self, number: int) -> bool:
        while not self._seen or self._seen[-1] < number:
            self._seen.append(next(self._coming))
        return number in self._seen

    def ascending(self) -> Iterator[int]:
        yield from self._seen
        yield from self._coming


def _known(
    kinds: Sequence[Kind], marks: Mapping[Kind, str], given: Given
) -> Iterator[tuple[Kind, int]]:
    """Kinds that have a number: by title and grades, then by title and a grade in common, then by
    title alone where it is the only class of that title, now and before."""
    by_mark: dict[str, list[Kind]] = {}
    for kind in kinds:
        by_mark.setdefault(marks[kind], []).append(kind)
    for mark, alike in by_mark.items():
        left = dict(given.get(mark, {}))
        only = len(alike) == len(left) == 1
        exact = [kind for kind in alike if _spelt(kind) in left]
        yield from ((kind, left.pop(_spelt(kind))) for kind in exact)
        for kind in sorted(set(alike) - set(exact)):
            shared = {spelt: len(set(spelt.split(",")) & set(kind[1])) for spelt in left}
            best = max(shared, key=lambda spelt: (shared[spelt], spelt), default=None)
            if best is not None and (shared[best] or only):
                yield kind, left.pop(best)


def _kept(found: Mapping[Kind, int], marks: Mapping[Kind, str], given: Given) -> Given:
    """What was given, under the grades of tonight; a number is never given twice in a year."""
    kept = {mark: dict(grades) for mark, grades in given.items()}
    for kind, number in found.items():
        grades = kept.setdefault(marks[kind], {})
        for spelt in [spelt for spelt, had in grades.items() if had == number]:
            del grades[spelt]
        grades[_spelt(kind)] = number
    return kept


def _spelt(kind: Kind) -> str:
    return ",".join(kind[1])
