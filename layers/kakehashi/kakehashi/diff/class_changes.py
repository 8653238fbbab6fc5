"""Who goes to another class tonight, and which classes have only got another title.

A class is known by its title. When all of it, and nobody else, is found under one other title, it
is the same class: one change, not thirty. After a change of the city's own rules (renames, neutral
titles) all of it is enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import repeat

from kakehashi.diff.calendar import PRESENT
from kakehashi.diff.observation import Observation

type Retitled = tuple[str, str, str]
type Way = tuple[str, str, str, str]  # MEXT code, grade, title before, title after


@dataclass(frozen=True, slots=True)
class ClassChanges:
    """``movers`` are pupils by MEXT code, ``retitled`` classes: (MEXT code, old and new title).

    ``by_rule`` are those that were retitled on the night after the city's rules were changed: one
    question asks about all of them, and they count for nothing else.
    """

    movers: Mapping[str, int] = field(default_factory=dict)
    retitled: Set[Retitled] = frozenset()
    by_rule: Set[Retitled] = frozenset()

    def schools(self) -> Iterator[str]:
        """The school of each change."""
        for school, count in sorted(self.movers.items()):
            yield from repeat(school, count)
        yield from sorted(school for school, _, _ in self.retitled)


def class_changes(observations: Iterable[Observation], *, rules_changed: bool) -> ClassChanges:
    """Of pupils who keep school and grade, those whose home class has another title.

    A first class after none is no change, and neither is none after one, which is counted as such.
    """
    went = Counter(_ways(observations))
    before, after = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for (school, grade, old, new), count in went.items():
        before[school, grade, old] += count
        after[school, grade, new] += count
    movers, retitled = Counter[str](), set[Retitled]()
    for (school, grade, old, new), count in went.items():
        if old == new:
            continue
        all_of_it = count == before[school, grade, old]
        if all_of_it and (rules_changed or count == after[school, grade, new]):
            retitled.add((school, old, new))
        else:
            movers[school] += count
    return (
        ClassChanges(movers, by_rule=retitled) if rules_changed else ClassChanges(movers, retitled)
    )


def _ways(observations: Iterable[Observation]) -> Iterator[Way]:
    for observation in observations:
        if (
            observation.situation not in PRESENT
            or observation.record is None
            or observation.pupil is None
        ):
            continue
        old, new = observation.record.pupil, observation.pupil
        same = (old.school, old.grade) == (new.school, new.grade)
        if same and old.class_title and new.class_title:
            yield (new.school, new.grade, old.class_title, new.class_title)
