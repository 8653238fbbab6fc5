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
from kakehashi.diff.situations import Sight, promoted
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Known, Status

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
    def of(cls, known: Iterable[Known]) -> Base:
        pupils: Counter[str] = Counter()
        grades: Counter[tuple[str, str]] = Counter()
        for one in known:
            if one.status is Status.ACTIVE and one.absent_since is None:
                for scope in (CITY, one.pupil.school):
                    pupils[scope] += 1
                    grades[scope, one.pupil.grade] += 1
        return cls(pupils, grades)


@dataclass(frozen=True, slots=True)
class Turn:
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

    def due(self, known: Known) -> bool:
        pupil = known.pupil
        new_there = pupil.grade == self.first and pupil.school in self.risen
        if not self.open or new_there or self.has_gone_up(known):
            return False
        return pupil.school_year < self.year or not self.recorded

    def has_gone_up(self, known: Known) -> bool:
        """In this season, as our own nights have seen it."""
        since = known.grade_since
        return since is not None and since.year == self.year and self.season.covers(since)

    def expects_promotion(self, known: Known, after: Pupil) -> bool:
        before = known.pupil.grade
        return self.due(known) and before != self.last and promoted(before, after.grade)

    def expects_leaving(self, known: Known) -> bool:
        return self.due(known) and known.pupil.grade == self.last

    def expects_move(self, known: Known, after: Pupil) -> bool:
        """From a primary to a junior high school."""
        return self.expects_promotion(known, after) and known.pupil.grade == PRIMARY_END

    def left_behind(self, known: Known, after: Pupil) -> bool:
        """The city or the school has gone up and this pupil has not."""
        before = known.pupil
        turned = CITY in self.turned or before.school in self.turned
        return turned and self.should_go_up(known) and before.grade == after.grade

    def should_go_up(self, known: Known) -> bool:
        # A P1 already seen in the new school year has just come and stays P1.
        just_come = known.pupil.grade == self.first and known.pupil.school_year >= self.year
        return self.due(known) and not just_come

    def intake(self, base: Base, scope: str) -> int:
        """How many new pupils of the first grade are expected in ``scope`` tonight at the most."""
        if not self.open:
            return 0
        arrived = self.arrived.get(scope, 0)
        stage = PRIMARY if self.first in PRIMARY else JUNIOR
        last_year = {grade: base.grades.get((scope, grade), 0) for grade in stage}
        last_year[self.first] -= arrived
        return max(0, math.ceil(INTAKE * max(last_year.values())) - arrived)


def turn_of(sights: Iterable[Sight], known: Sequence[Known], city: City, as_of: date) -> Turn:
    """Read the turn of the year from tonight's sights and the state. ``as_of``: a Japan date."""
    season = city.calendar.rollover
    if not season.covers(as_of):
        return Turn(open=False, season=season)
    first, last = _first_and_last(known)
    turn = Turn(open=True, season=season, year=as_of.year, first=first, last=last)
    turn = replace(turn, risen=_risen(known, turn))
    turn = replace(turn, recorded=CITY in turn.risen or _others_are_last(known, turn))
    turn = replace(turn, arrived=_arrived(known, turn))
    return replace(turn, turned=_turned(sights, turn))


def _first_and_last(known: Iterable[Known]) -> tuple[str, str]:
    """The first and the last grade of the city's schools; of nobody, of both kinds of school."""
    grades = {one.pupil.grade for one in known if one.status is Status.ACTIVE}
    first = PRIMARY[0] if not grades or grades & set(PRIMARY) else JUNIOR[0]
    last = JUNIOR[-1] if not grades or grades & set(JUNIOR) else PRIMARY[-1]
    return first, last


def _risen(known: Iterable[Known], turn: Turn) -> frozenset[str]:
    """Scopes in which more pupils have gone up in this season than have not."""
    risen: Counter[str] = Counter()
    for one in known:
        pupil = one.pupil
        here = one.status is Status.ACTIVE and one.absent_since is None
        if here and pupil.grade != turn.first:
            went = turn.has_gone_up(one)
            risen.update(dict.fromkeys((CITY, pupil.school), 1 if went else -1))
    return frozenset(scope for scope, balance in risen.items() if balance > 0)


def _others_are_last(known: Iterable[Known], turn: Turn) -> bool:
    """Whether last year's J3 are gone and others are J3 in the new school year."""
    graduates, others = 0, 0
    for one in known:
        if one.pupil.grade == turn.last:
            since = one.absent_since
            graduates += since is not None and since.year == turn.year and turn.season.covers(since)
            others += since is None and one.pupil.school_year >= turn.year
    return graduates > 0 and 2 * others >= graduates


def _arrived(known: Iterable[Known], turn: Turn) -> Mapping[str, int]:
    """This season's first grade: in the new school year, or where the others have gone up."""
    by_year, there = Counter[str](), Counter[str]()
    in_new_year = Counter[bool]()
    for one in known:
        pupil = one.pupil
        new = pupil.school_year >= turn.year
        if pupil.grade != turn.first:
            in_new_year[new] += pupil.grade != turn.last
        elif pupil.school in turn.risen:
            there.update((CITY, pupil.school))
        elif new:
            by_year.update((CITY, pupil.school))
    if not turn.recorded and in_new_year[True] > in_new_year[False]:
        return there  # the year changed and the grades did not: the others are last year's P1
    return by_year + there


def _turned(sights: Iterable[Sight], turn: Turn) -> frozenset[str]:
    """Scopes in which more of the due pupils go up tonight than stay in their grade."""
    up: Counter[str] = Counter()
    for sight in sights:
        if sight.situation not in PRESENT or sight.known is None or sight.pupil is None:
            continue
        before, after = sight.known.pupil, sight.pupil
        if before.grade == turn.last or not turn.should_go_up(sight.known):
            continue
        went = after.grade != before.grade
        up.update(dict.fromkeys((CITY, before.school), 1 if went else -1))
    return frozenset(scope for scope, balance in up.items() if balance > 0)
