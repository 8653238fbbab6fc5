"""What a night counts: what happened to each pupil, as far as a limit looks at it.

Situations are counted, not actions: half of the city missing makes no action at all, and must not
look safe. What the school calendar explains (``calendar``) is told apart, pupil by pupil where it
names pupils and as a number where it does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from kakehashi.actions import Change, Situation
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.calendar import (
    CITY,
    ELSEWHERE,
    PRESENT,
    PRIMARY_END,
    TRANSFERS,
    Base,
    Rollover,
)
from kakehashi.diff.class_changes import ClassChanges
from kakehashi.diff.header import PlanHeader
from kakehashi.diff.observation import Observation
from kakehashi.people.record import Status

if TYPE_CHECKING:
    from kakehashi.people.pupil import Pupil
    from kakehashi.people.record import Record


class Counted(StrEnum):
    """What is counted, by the name of its bounds in a city's rules, where it has its own."""

    NEW = "new"
    MOVED = "moved"
    RENAMED = "renamed"
    GONE = "gone"
    HELD = "held"
    RETURNED = "returned"  # from suspension
    UPDATED = "updated"  # in nothing that another limit looks at
    CLASS = "class_changed"  # one class of a school and grade for another
    GRADE = "grade"  # in a grade that the calendar does not explain
    GRADUATE = "graduate"  # still there although the year has turned
    ACCOUNT = "account"  # another sign-in name
    UNCLASSED = "unclassed"  # had a home class, has none


_COUNTED_OTHERWISE = frozenset(
    {
        Situation.NEW,
        Situation.UNLINKED,
        Situation.SAME_CHILD,
        Situation.GONE,
        Situation.SUSPENDED,
        Situation.EXPIRED,
    }
)

NAMES = frozenset({"family", "given", "kana_family", "kana_given"})
# Counted by a limit of their own, beside what ``Change`` tells apart.
_LOOKED_AT = frozenset({"account", "grade", "class_title"})

type Tally = Mapping[tuple[Counted, str], int]


@dataclass(frozen=True, slots=True)
class LastNight:
    """What was held when the last run settled: only newly held pupils and rows are counted.

    ``waiting`` are those of ``held`` who only lacked a password: they have been counted as new.
    ``rules`` is the SHA-256 of the city's file at that time, "" where nobody knows.
    """

    held: Set[str] = frozenset()
    waiting: Set[str] = frozenset()
    untied: int = 0
    rules: str = ""

    @classmethod
    def of(cls, header: PlanHeader) -> Self:
        """From that run's plan."""
        waiting = frozenset(header.held.get(NO_PASSWORD.code, ()))
        return cls(header.held_pupils, waiting, header.untied, header.rules)

    def had_other_rules(self, sha256: str) -> bool:
        """Whether the city's file, now of this fingerprint, has been changed since."""
        return bool(self.rules and sha256) and self.rules != sha256

    def to_json(self) -> dict[str, Any]:
        return {
            "held": sorted(self.held),
            "waiting": sorted(self.waiting),
            "untied": self.untied,
            "rules": self.rules,
        }


def changed_kinds(before: Pupil, after: Pupil) -> Iterator[tuple[Counted, tuple[str, ...]]]:
    """What limits look at in a pupil who is here before and after, and the schools that it counts
    for; whatever the calendar and whole classes may make of it."""
    facts = set(before.changed(after))
    if "school" in facts:
        yield Counted.MOVED, (before.school, after.school)
    for kind, names in ((Counted.RENAMED, NAMES), (Counted.GRADE, {"grade"}),
                        (Counted.ACCOUNT, {"account"})):  # fmt: skip
        if facts & names:
            yield kind, (before.school,)
    if before.class_title and not after.class_title:
        yield Counted.UNCLASSED, (before.school,)
    elif before.class_title and facts & {"class_title", "school", "grade"} == {"class_title"}:
        yield Counted.CLASS, (before.school,)


@dataclass(frozen=True, slots=True)
class Event:
    """One pupil's contribution to a limit; ``grade`` is the grade left, or entered by a NEW."""

    counted: Counted
    schools: tuple[str, ...]
    grade: str = ""
    expected: bool = False


def events(
    observations: Iterable[Observation], rollover: Rollover, last: LastNight, classes: ClassChanges
) -> Iterator[Event]:
    """What each observation adds to the limits, and whether the calendar expected it."""
    yield from (Event(Counted.CLASS, (school,)) for school in classes.schools())
    pending = _whole_grades_without_class(observations, rollover)
    for observation in observations:
        if observation.situation is Situation.CONFIRMED and not rollover.open:
            continue
        if newly_gone(observation, last) and observation.record:
            pupil = observation.record.pupil
            yield Event(
                Counted.GONE,
                (pupil.school,),
                pupil.grade,
                rollover.expects_leaving(observation.record),
            )
        elif newly_new(observation, last) and observation.pupil:
            yield Event(Counted.NEW, (observation.pupil.school,), observation.pupil.grade)
        elif newly_held(observation, last):
            yield Event(Counted.HELD, (observation.school,) if observation.school else ())
        elif observation.situation is Situation.RETURNED:
            yield Event(Counted.RETURNED, (observation.school,))
        elif observation.situation in PRESENT:
            yield from _changes(observation, rollover, pending)


def newly_gone(observation: Observation, last: LastNight) -> bool:
    """Absent for the first night. One with a row that says so has no date in our state yet."""
    if observation.situation is not Situation.GONE or observation.record is None:
        return False
    return observation.record.absent_since is None and not (
        observation.code and observation.id in last.held
    )


def newly_new(observation: Observation, last: LastNight) -> bool:
    """New for the first night, password or not; one who is still held is not new again."""
    told = observation.id in last.waiting or (
        bool(observation.code) and observation.id in last.held
    )
    return observation.situation is Situation.NEW and not told


def newly_held(observation: Observation, last: LastNight) -> bool:
    """Held for another reason than being new or gone: those are counted as what they are."""
    own = observation.situation not in _COUNTED_OTHERWISE
    return bool(observation.code) and own and observation.id not in last.held


def _changes(
    observation: Observation, rollover: Rollover, pending: Set[tuple[str, str]]
) -> Iterator[Event]:
    """A pupil who was here and is here: each thing that a limit looks at."""
    if observation.record is None or observation.pupil is None:
        return
    if observation.record.status is Status.PREPARED:  # new once, on the night it was made ahead
        return
    before, after = observation.record.pupil, observation.pupil
    yield from _in_grade_or_class(observation.record, after, rollover, pending)
    both = tuple(dict.fromkeys((before.school, after.school)))
    if Change.MOVED in observation.changes:
        expected = rollover.expects_move(observation.record, after)
        yield Event(Counted.MOVED, both, before.grade, expected)
    if Change.RENAMED in observation.changes:
        yield Event(Counted.RENAMED, (before.school,))
    if before.account.lower() != after.account.lower():
        yield Event(Counted.ACCOUNT, (before.school,))
    if observation.changes == {Change.UPDATED} and not _LOOKED_AT.intersection(
        before.changed(after)
    ):
        # the turn of the year renumbers everybody, but composes no text anew
        expected = rollover.open and observation.account == observation.record.account
        yield Event(Counted.UPDATED, (before.school,), before.grade, expected)


def _in_grade_or_class(
    record: Record, after: Pupil, rollover: Rollover, pending: Set[tuple[str, str]]
) -> Iterator[Event]:
    before = record.pupil
    if rollover.left_behind(record, after) or _graduate_is_back(record, rollover):
        counted = Counted.GRADUATE if before.grade == rollover.last else Counted.GRADE
        yield Event(counted, (before.school,), before.grade)
    if before.grade != after.grade:
        expected = rollover.expects_promotion(record, after)
        yield Event(Counted.GRADE, (before.school,), before.grade, expected)
    if before.class_title and not after.class_title:
        expected = (after.school, after.grade) in pending
        yield Event(Counted.UNCLASSED, (before.school,), before.grade, expected)


def _graduate_is_back(record: Record, rollover: Rollover) -> bool:
    return rollover.open and record.absent_since is not None and record.pupil.grade == rollover.last


def _whole_grades_without_class(
    observations: Iterable[Observation], rollover: Rollover
) -> Set[tuple[str, str]]:
    """Grades of a school in which nobody has a class: in April, classes not yet announced."""
    if not rollover.open:
        return frozenset()
    classed = Counter[tuple[str, str]]()
    for observation in observations:
        if observation.pupil and observation.wanted:
            classed[observation.pupil.school, observation.pupil.grade] += bool(
                observation.pupil.class_title
            )
    return frozenset(grade for grade, count in classed.items() if count == 0)


def tally(
    found: Iterable[Event], base: Base, rollover: Rollover, untied: int
) -> tuple[Tally, Tally]:
    """(counted, explained) by kind and scope, after all the calendar's allowances."""
    counts: Counter[tuple[Counted, str]] = Counter()
    explained: Counter[tuple[Counted, str]] = Counter()
    grades: Counter[tuple[Counted, str, str]] = Counter()
    for event in found:
        for scope in (CITY, *event.schools):
            (explained if event.expected else counts)[event.counted, scope] += 1
            grades[event.counted, scope, event.grade] += not event.expected
    for key in list(counts) if rollover.open else []:
        allowed = _allowed(key, counts[key], grades, base, rollover)
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
    rollover: Rollover,
) -> int:
    """How many of ``count`` the season explains as a number, without saying which pupils."""
    counted, scope = key
    if counted is Counted.GONE:
        leaving = grades.get((counted, scope, PRIMARY_END), 0)
        usual = min(leaving, int(ELSEWHERE * base.grades.get((scope, PRIMARY_END), 0)))
    elif counted is Counted.NEW:
        usual = min(grades.get((counted, scope, rollover.first), 0), rollover.intake(base, scope))
    else:
        return 0
    return usual + min(count - usual, int(TRANSFERS * base.pupils.get(scope, 0)))
