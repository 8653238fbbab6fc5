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

*Due* is a pupil whom the state does not yet have in the new school year, and everybody as long as
the turn is not on record. (An export may change its school year on 1 April and its grades a week
later. What tells that the grades have turned is that last year's J3 are gone and others are J3.)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.diff.situations import NEXT_GRADE, Sight, Situation, promoted
from kakehashi.roster import Known, Pupil, Status

if TYPE_CHECKING:
    from kakehashi.city import City

CITY = "city"
FIRST, LAST, PRIMARY_END = "P1", "J3", "P6"
PRIMARY = ("P1", "P2", "P3", "P4", "P5", "P6")
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
    season. ``turned`` are the scopes whose due pupils mostly go up tonight.
    ``arrived`` counts this season's P1 by scope, as far as they came on earlier nights.
    """

    open: bool
    year: int = 0
    recorded: bool = False
    turned: frozenset[str] = frozenset()
    arrived: Mapping[str, int] = field(default_factory=dict)

    def due(self, pupil: Pupil) -> bool:
        return self.open and (pupil.school_year < self.year or not self.recorded)

    def expects_promotion(self, before: Pupil, after: Pupil) -> bool:
        return self.due(before) and promoted(before.grade, after.grade)

    def expects_leaving(self, pupil: Pupil) -> bool:
        return self.due(pupil) and pupil.grade == LAST

    def expects_move(self, before: Pupil, after: Pupil) -> bool:
        """From a primary to a junior high school."""
        return self.expects_promotion(before, after) and before.grade == PRIMARY_END

    def left_behind(self, before: Pupil, after: Pupil) -> bool:
        """The city or the school has gone up and this pupil has not."""
        turned = CITY in self.turned or before.school in self.turned
        return turned and self.should_go_up(before) and before.grade == after.grade

    def should_go_up(self, pupil: Pupil) -> bool:
        # A P1 already seen in the new school year has just come and stays P1.
        just_come = pupil.grade == FIRST and pupil.school_year >= self.year
        return self.due(pupil) and not just_come

    def intake(self, base: Base, scope: str) -> int:
        """How many new P1 are expected in ``scope`` tonight at the most."""
        if not self.open:
            return 0
        arrived = self.arrived.get(scope, 0)
        last_year = {grade: base.grades.get((scope, grade), 0) for grade in PRIMARY}
        last_year[FIRST] -= arrived
        return max(0, math.ceil(INTAKE * max(last_year.values())) - arrived)


def turn_of(sights: Iterable[Sight], known: Iterable[Known], city: City, as_of: date) -> Turn:
    """Read the turn of the year from tonight's sights and the state. ``as_of``: a Japan date."""
    season = city.calendar.rollover
    if not season.covers(as_of):
        return Turn(open=False)
    graduates, risen, in_new_year = 0, 0, Counter[bool]()
    arrived: Counter[str] = Counter()
    for one in known:
        since, pupil = one.absent_since, one.pupil
        new = pupil.school_year >= as_of.year
        if pupil.grade == LAST:
            graduates += since is not None and since.year == as_of.year and season.covers(since)
            risen += since is None and new
        elif pupil.grade != FIRST:
            in_new_year[new] += 1
        elif new:
            arrived.update((CITY, pupil.school))
    recorded = graduates > 0 and 2 * risen >= graduates
    if not recorded and in_new_year[True] > in_new_year[False]:
        arrived.clear()  # the year changed and the grades did not: these are last year's P1
    turn = Turn(open=True, year=as_of.year, recorded=recorded, arrived=arrived)
    return replace(turn, turned=_turned(sights, turn))


def _turned(sights: Iterable[Sight], turn: Turn) -> frozenset[str]:
    """Scopes in which more of the due pupils go up tonight than stay in their grade."""
    up: Counter[str] = Counter()
    for sight in sights:
        if sight.situation not in PRESENT or sight.known is None or sight.pupil is None:
            continue
        before, after = sight.known.pupil, sight.pupil
        if before.grade not in NEXT_GRADE or not turn.should_go_up(before):
            continue
        went = after.grade != before.grade
        up.update(dict.fromkeys((CITY, before.school), 1 if went else -1))
    return frozenset(scope for scope, balance in up.items() if balance > 0)
