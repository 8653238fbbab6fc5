"""The guard that knows the school calendar: what the turn of the year explains.

Inside the city's rollover dates the roster of tonight is *expected* to differ from yesterday's:

- a pupil who is due goes up exactly one grade; P6 goes to a junior high school or stays in a
  unified one;
- a J3 who is due leaves; of a school's P6, up to 15 in 100 leave for other junior high schools;
- P1 arrives: at most 1.25 times the largest primary grade, less those who came on earlier nights;
- up to 1 in 100 pupils comes, and up to 1 in 100 leaves, beyond all that: the transfers of spring.

Only what departs from this is counted against the limits. A school turns when most of its pupils
who are due go up tonight, the city likewise; whoever then does not go up departs too. Before the
turn shows in the data nothing is expected of anybody. Outside the dates nothing is explained.

Nobody goes up twice: *due* is a pupil whose grade has not changed in this season, whom the state
does not yet have in the new school year; and, in whatever year, as long as the turn is not on
record. (An export may change its school year on 1 April and its grades a week later, or its grades
first. What tells that the grades have turned is that most have gone up in this season, or that last
year's J3 are gone and others are J3.)

The first and the last grade are those of the city: in one of primary schools only, P6 leaves.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.actions import Situation
from kakehashi.diff.observation import Observation, promoted
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status

if TYPE_CHECKING:
    from kakehashi.city import City, Season

CITY = "city"
PRIMARY_END = "P6"
PRIMARY = ("P1", "P2", "P3", "P4", "P5", "P6")
JUNIOR = ("J1", "J2", "J3")
INTAKE = 1.25  # of the largest primary grade
ELSEWHERE = 0.15  # of P6, to private, national and prefectural junior high schools
TRANSFERS = 0.01  # of all pupils, each way, in the weeks around the turn

PRESENT = frozenset({Situation.CONFIRMED, Situation.CHANGED})


@dataclass(frozen=True, slots=True)
class Base:
    """Whom the state knew as active and present last night, counted by scope and grade.

    A scope is "city" or a MEXT code.
    """

    pupils: Mapping[str, int]
    grades: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, known: Iterable[Record]) -> Base:
        pupils: Counter[str] = Counter()
        grades: Counter[tuple[str, str]] = Counter()
        for one in known:
            if one.status is Status.ACTIVE and one.absent_since is None:
                for scope in (CITY, one.pupil.school):
                    pupils[scope] += 1
                    grades[scope, one.pupil.grade] += 1
        return cls(pupils, grades)


@dataclass(frozen=True, slots=True)
class Rollover:
    """Where the city stands in the turn of the year tonight.

    ``year`` is the school year that begins. ``recorded``: the state already has the turn of this
    season. ``turned`` are the scopes whose due pupils mostly go up tonight, ``risen`` those whose
    pupils mostly have done so on earlier nights. ``first`` and ``last`` are the city's grades.
    ``arrived`` counts this season's first grade by scope, as far as it came on earlier nights.
    """

    open: bool
    season: Season
    year: int = 0
    recorded: bool = False
    turned: frozenset[str] = frozenset()
    risen: frozenset[str] = frozenset()
    first: str = PRIMARY[0]
    last: str = JUNIOR[-1]
    arrived: Mapping[str, int] = field(default_factory=dict)

    def due(self, record: Record) -> bool:
        pupil = record.pupil
        new_there = pupil.grade == self.first and pupil.school in self.risen
        new_there = new_there or record.status is Status.PREPARED
        if not self.open or new_there or self.has_gone_up(record):
            return False
        return pupil.school_year < self.year or not self.recorded

    def has_gone_up(self, record: Record) -> bool:
        """In this season, as our own nights have seen it."""
        since = record.grade_since
        return since is not None and since.year == self.year and self.season.covers(since)

    def expects_promotion(self, record: Record, after: Pupil) -> bool:
        before = record.pupil.grade
        return self.due(record) and before != self.last and promoted(before, after.grade)

    def expects_leaving(self, record: Record) -> bool:
        return self.due(record) and record.pupil.grade == self.last

    def expects_move(self, record: Record, after: Pupil) -> bool:
        """From a primary to a junior high school."""
        return self.expects_promotion(record, after) and record.pupil.grade == PRIMARY_END

    def left_behind(self, record: Record, after: Pupil) -> bool:
        """The city or the school has gone up and this pupil has not."""
        before = record.pupil
        turned = CITY in self.turned or before.school in self.turned
        return turned and self.should_go_up(record) and before.grade == after.grade

    def should_go_up(self, record: Record) -> bool:
        # A P1 already seen in the new school year has just come and stays P1.
        just_come = record.pupil.grade == self.first and record.pupil.school_year >= self.year
        return self.due(record) and not just_come

    def intake(self, base: Base, scope: str) -> int:
        """How many new pupils of the first grade are expected in ``scope`` tonight at the most."""
        if not self.open:
            return 0
        arrived = self.arrived.get(scope, 0)
        stage = PRIMARY if self.first in PRIMARY else JUNIOR
        last_year = {grade: base.grades.get((scope, grade), 0) for grade in stage}
        last_year[self.first] -= arrived
        return max(0, math.ceil(INTAKE * max(last_year.values())) - arrived)


def rollover_of(
    observations: Iterable[Observation], known: Sequence[Record], city: City, as_of: date
) -> Rollover:
    """From tonight's observations and the state. ``as_of`` is a Japan date."""
    season = city.calendar.rollover
    if not season.covers(as_of):
        return Rollover(open=False, season=season)
    first, last = _first_and_last(known)
    rollover = Rollover(open=True, season=season, year=as_of.year, first=first, last=last)
    rollover = replace(rollover, risen=_risen(known, rollover))
    rollover = replace(
        rollover, recorded=CITY in rollover.risen or _others_are_last(known, rollover)
    )
    rollover = replace(rollover, arrived=_arrived(known, rollover))
    return replace(rollover, turned=_turned(observations, rollover))


def _first_and_last(known: Iterable[Record]) -> tuple[str, str]:
    """The first and the last grade of the city's schools; of nobody, of both kinds of school."""
    grades = {one.pupil.grade for one in known if one.status is Status.ACTIVE}
    first = PRIMARY[0] if not grades or grades & set(PRIMARY) else JUNIOR[0]
    last = JUNIOR[-1] if not grades or grades & set(JUNIOR) else PRIMARY[-1]
    return first, last


def _risen(known: Iterable[Record], rollover: Rollover) -> frozenset[str]:
    """Scopes in which more pupils have gone up in this season than have not."""
    risen: Counter[str] = Counter()
    for one in known:
        pupil = one.pupil
        here = one.status is Status.ACTIVE and one.absent_since is None
        if here and pupil.grade != rollover.first:
            went = rollover.has_gone_up(one)
            risen.update(dict.fromkeys((CITY, pupil.school), 1 if went else -1))
    return frozenset(scope for scope, balance in risen.items() if balance > 0)


def _others_are_last(known: Iterable[Record], rollover: Rollover) -> bool:
    """Whether last year's J3 are gone and others are J3 in the new school year."""
    graduates, others = 0, 0
    for one in known:
        if one.pupil.grade == rollover.last and one.status is not Status.PREPARED:
            since = one.absent_since
            graduates += (
                since is not None and since.year == rollover.year and rollover.season.covers(since)
            )
            others += since is None and one.pupil.school_year >= rollover.year
    return graduates > 0 and 2 * others >= graduates


def _arrived(known: Iterable[Record], rollover: Rollover) -> Mapping[str, int]:
    """This season's first grade: in the new school year, or where the others have gone up."""
    by_year, there = Counter[str](), Counter[str]()
    in_new_year = Counter[bool]()
    for one in known:
        pupil = one.pupil
        new = pupil.school_year >= rollover.year
        if pupil.grade != rollover.first:
            if one.status is Status.PREPARED:
                continue
            in_new_year[new] += pupil.grade != rollover.last
        elif pupil.school in rollover.risen:
            there.update((CITY, pupil.school))
        elif new:
            by_year.update((CITY, pupil.school))
    if not rollover.recorded and in_new_year[True] > in_new_year[False]:
        return there  # the year changed and the grades did not: the others are last year's P1
    return by_year + there


def _turned(observations: Iterable[Observation], rollover: Rollover) -> frozenset[str]:
    """Scopes in which more of the due pupils go up tonight than stay in their grade."""
    up: Counter[str] = Counter()
    for observation in observations:
        if (
            observation.situation not in PRESENT
            or observation.record is None
            or observation.pupil is None
        ):
            continue
        before, after = observation.record.pupil, observation.pupil
        if before.grade == rollover.last or not rollover.should_go_up(observation.record):
            continue
        went = after.grade != before.grade
        up.update(dict.fromkeys((CITY, before.school), 1 if went else -1))
    return frozenset(scope for scope, balance in up.items() if balance > 0)
