"""May we? Situations counted against the city's limits, per city and per school.

Situations are counted, not actions: half of the city missing makes no action at all, and must not
look safe. What the school calendar explains (``calendar``) is taken off first. There is no
exemption for the first run: nobody is known yet, so every bound is zero, and a person signs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from kakehashi.catalogue import diff as rules
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.calendar import (
    CITY,
    ELSEWHERE,
    FIRST,
    LAST,
    PRESENT,
    PRIMARY_END,
    TRANSFERS,
    Base,
    Turn,
)
from kakehashi.diff.plan import Breach
from kakehashi.diff.situations import Change, Sight, Situation
from kakehashi.findings import Finding, Rule

if TYPE_CHECKING:
    from kakehashi.city import City, Limit, LimitSet
    from kakehashi.roster import Pupil


class Counted(StrEnum):
    """What is counted. The last four borrow their bounds from one of the others."""

    NEW = "new"
    MOVED = "moved"
    RENAMED = "renamed"
    GONE = "gone"
    HELD = "held"
    RETURNED = "returned"  # from suspension
    UPDATED = "updated"  # in nothing that another limit looks at
    GRADE = "grade"  # in a grade that the calendar does not explain
    GRADUATE = "graduate"  # still there although the year has turned
    ACCOUNT = "account"  # another sign-in name
    UNCLASSED = "unclassed"  # had a home class, has none


_BORROWS: Mapping[Counted, str] = MappingProxyType(
    {
        Counted.GRADE: "moved",
        Counted.GRADUATE: "gone",
        Counted.ACCOUNT: "renamed",
        Counted.UNCLASSED: "moved",
    }
)
_RULES: Mapping[Counted, tuple[Rule, Rule]] = MappingProxyType(
    {
        Counted.NEW: (rules.NEW_IN_CITY, rules.NEW_IN_SCHOOL),
        Counted.MOVED: (rules.MOVED_IN_CITY, rules.MOVED_IN_SCHOOL),
        Counted.RENAMED: (rules.RENAMED_IN_CITY, rules.RENAMED_IN_SCHOOL),
        Counted.GONE: (rules.GONE_IN_CITY, rules.GONE_IN_SCHOOL),
        Counted.HELD: (rules.HELD_IN_CITY, rules.HELD_IN_SCHOOL),
        Counted.RETURNED: (rules.RETURNED_IN_CITY, rules.RETURNED_IN_SCHOOL),
        Counted.UPDATED: (rules.UPDATED_IN_CITY, rules.UPDATED_IN_SCHOOL),
        Counted.GRADE: (rules.GRADE_IN_CITY, rules.GRADE_IN_SCHOOL),
        Counted.GRADUATE: (rules.GRADUATES_IN_CITY, rules.GRADUATES_IN_SCHOOL),
        Counted.ACCOUNT: (rules.ACCOUNTS_IN_CITY, rules.ACCOUNTS_IN_SCHOOL),
        Counted.UNCLASSED: (rules.UNCLASSED_IN_CITY, rules.UNCLASSED_IN_SCHOOL),
    }
)

_COUNTED_OTHERWISE = frozenset(
    {
        Situation.NEW,
        Situation.UNLINKED,
        Situation.GONE,
        Situation.SUSPENDED,
        Situation.EXPIRED,
    }
)

# Counted by a limit of their own (sign-in name, grade) or seen by the guard of classes.
_LOOKED_AT = frozenset({"account", "grade", "class_title", "class_grades", "special_needs"})

type Tally = Mapping[tuple[Counted, str], int]


@dataclass(frozen=True, slots=True)
class LastNight:
    """What was held when the last run settled: only newly held pupils and rows are counted.

    ``waiting`` are those of ``held`` who only lacked a password: they have been counted as new.
    """

    held: Set[str] = frozenset()
    waiting: Set[str] = frozenset()
    untied: int = 0

    @classmethod
    def of(cls, header: Mapping[str, Any]) -> Self:
        """From that run's plan.json; {} where there is none."""
        ids = (umi for ids in header.get("held", {}).values() for umi in ids)
        waiting = header.get("held", {}).get(NO_PASSWORD.code, ())
        return cls(frozenset(ids), frozenset(waiting), header.get("untied", 0))

    def to_json(self) -> dict[str, Any]:
        return {
            "held": sorted(self.held),
            "waiting": sorted(self.waiting),
            "untied": self.untied,
        }


@dataclass(frozen=True, slots=True)
class Event:
    """One pupil's contribution to a limit; ``grade`` is the grade left, or entered by a NEW."""

    counted: Counted
    schools: tuple[str, ...]
    grade: str = ""
    expected: bool = False


def events(sights: Iterable[Sight], turn: Turn, last: LastNight) -> Iterator[Event]:
    """What each sight adds to the limits, and whether the calendar expected it."""
    pending = _whole_grades_without_class(sights, turn)
    for sight in sights:
        if sight.situation is Situation.CONFIRMED and not turn.open:
            continue
        if newly_gone(sight, last) and sight.known:
            pupil = sight.known.pupil
            yield Event(Counted.GONE, (pupil.school,), pupil.grade, turn.expects_leaving(pupil))
        elif newly_new(sight, last) and sight.pupil:
            yield Event(Counted.NEW, (sight.pupil.school,), sight.pupil.grade)
        elif newly_held(sight, last):
            yield Event(Counted.HELD, (sight.school,) if sight.school else ())
        elif sight.situation is Situation.RETURNED:
            yield Event(Counted.RETURNED, (sight.school,))
        elif sight.situation in PRESENT:
            yield from _changes(sight, turn, pending)


def newly_gone(sight: Sight, last: LastNight) -> bool:
    """Absent for the first night. One with a row that says so has no date in our state yet."""
    if sight.situation is not Situation.GONE or sight.known is None:
        return False
    return sight.known.absent_since is None and not (sight.code and sight.id in last.held)


def newly_new(sight: Sight, last: LastNight) -> bool:
    """New for the first night, password or not; one who is still held is not new again."""
    told = sight.id in last.waiting or (bool(sight.code) and sight.id in last.held)
    return sight.situation is Situation.NEW and not told


def newly_held(sight: Sight, last: LastNight) -> bool:
    """Held for another reason than being new or gone: those are counted as what they are."""
    own = sight.situation not in _COUNTED_OTHERWISE
    return bool(sight.code) and own and sight.id not in last.held


def _changes(sight: Sight, turn: Turn, pending: Set[tuple[str, str]]) -> Iterator[Event]:
    """A pupil who was here and is here: each thing that a limit looks at."""
    if sight.known is None or sight.pupil is None:
        return
    before, after = sight.known.pupil, sight.pupil
    yield from _in_grade_or_class(sight, before, after, turn, pending)
    both = tuple(dict.fromkeys((before.school, after.school)))
    if Change.MOVED in sight.changes:
        expected = turn.expects_move(before, after)
        yield Event(Counted.MOVED, both, before.grade, expected)
    if Change.RENAMED in sight.changes:
        yield Event(Counted.RENAMED, (before.school,))
    if before.account.lower() != after.account.lower():
        yield Event(Counted.ACCOUNT, (before.school,))
    if sight.changes == {Change.UPDATED} and not _LOOKED_AT.intersection(before.changed(after)):
        # the turn of the year renumbers everybody, but composes no text anew
        expected = turn.open and sight.account == sight.known.account
        yield Event(Counted.UPDATED, (before.school,), before.grade, expected)


def _in_grade_or_class(
    sight: Sight, before: Pupil, after: Pupil, turn: Turn, pending: Set[tuple[str, str]]
) -> Iterator[Event]:
    if turn.left_behind(before, after) or _graduate_is_back(sight, turn):
        counted = Counted.GRADUATE if before.grade == LAST else Counted.GRADE
        yield Event(counted, (before.school,), before.grade)
    if before.grade != after.grade:
        expected = turn.expects_promotion(before, after)
        yield Event(Counted.GRADE, (before.school,), before.grade, expected)
    if before.class_title and not after.class_title:
        expected = (after.school, after.grade) in pending
        yield Event(Counted.UNCLASSED, (before.school,), before.grade, expected)


def _graduate_is_back(sight: Sight, turn: Turn) -> bool:
    known = sight.known
    return (
        turn.open
        and known is not None
        and known.absent_since is not None
        and (known.pupil.grade == LAST)
    )


def _whole_grades_without_class(sights: Iterable[Sight], turn: Turn) -> Set[tuple[str, str]]:
    """Grades of a school in which nobody has a class: in April, classes not yet announced."""
    if not turn.open:
        return frozenset()
    classed = Counter[tuple[str, str]]()
    for sight in sights:
        if sight.pupil and sight.wanted:
            classed[sight.pupil.school, sight.pupil.grade] += bool(sight.pupil.class_title)
    return frozenset(grade for grade, count in classed.items() if count == 0)


def tally(found: Iterable[Event], base: Base, turn: Turn, untied: int) -> tuple[Tally, Tally]:
    """(counted, explained) by kind and scope, after all the calendar's allowances."""
    counts: Counter[tuple[Counted, str]] = Counter()
    explained: Counter[tuple[Counted, str]] = Counter()
    grades: Counter[tuple[Counted, str, str]] = Counter()
    for event in found:
        for scope in (CITY, *event.schools):
            (explained if event.expected else counts)[event.counted, scope] += 1
            grades[event.counted, scope, event.grade] += not event.expected
    for key in list(counts) if turn.open else []:
        allowed = _allowed(key, counts[key], grades, base, turn)
        counts[key] -= allowed
        explained[key] += allowed
    if untied:
        counts[Counted.HELD, CITY] += untied
    return counts, explained


def _allowed(
    key: tuple[Counted, str],
    count: int,
    grades: Mapping[tuple[Counted, str, str], int],
    base: Base,
    turn: Turn,
) -> int:
    """How many of ``count`` the season explains as a number, without saying which pupils."""
    counted, scope = key
    if counted is Counted.GONE:
        leaving = grades.get((counted, scope, PRIMARY_END), 0)
        usual = min(leaving, int(ELSEWHERE * base.grades.get((scope, PRIMARY_END), 0)))
    elif counted is Counted.NEW:
        usual = min(grades.get((counted, scope, FIRST), 0), turn.intake(base, scope))
    else:
        return 0
    return usual + min(count - usual, int(TRANSFERS * base.pupils.get(scope, 0)))


def judge(counts: Tally, base: Base, city: City) -> list[tuple[Breach, Finding]]:
    """Every limit that is breached, ordered by code and scope, with the finding that tells it."""
    breaches = []
    for (counted, scope), count in counts.items():
        limit = _limit(city.limits.city if scope == CITY else city.limits.school, counted)
        if limit is None:
            continue
        bound = bound_of(limit, base.pupils.get(scope, 0))
        if count > bound:
            breaches.append(breach(_RULES[counted][scope != CITY], scope, count, bound, counted))
    return sorted(breaches, key=lambda pair: (pair[0].code, pair[0].scope))


def _limit(limits: LimitSet, counted: Counted) -> Limit | None:
    found: Limit | None = getattr(limits, _BORROWS.get(counted, str(counted)))
    return found


def bound_of(limit: Limit, base: int) -> int:
    """The largest count that passes: not over the floor, or over neither number nor share."""
    return max(limit.floor, min(limit.number, int(limit.share * base)))


def breach(rule: Rule, scope: str, count: int, bound: int, kind: str) -> tuple[Breach, Finding]:
    """A breach and the finding that tells it: rules of the city have no school."""
    school = None if scope == CITY else scope
    finding = rule.at(school=school, count=count, bound=bound)
    return Breach(rule.code, scope, count, bound, str(kind)), finding
