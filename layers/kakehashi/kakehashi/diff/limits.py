"""May we? What a night counts against the city's limits, per city and per school.

There is no exemption for the first run: nobody is known yet, so every bound is zero, and a person
signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from kakehashi.catalogue import diff as rules
from kakehashi.diff.calendar import CITY, Base
from kakehashi.diff.counting import Counted, Tally
from kakehashi.diff.header import Breach
from kakehashi.findings import Finding, Rule

if TYPE_CHECKING:
    from kakehashi.city import City, Limit, LimitSet, SumSet

# What has no bounds of its own in a city's rules has another's.
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
        Counted.CLASS: (rules.CLASS_CHANGED_IN_CITY, rules.CLASS_CHANGED_IN_SCHOOL),
    }
)


def judge(counts: Tally, base: Base, city: City) -> list[tuple[Breach, Finding]]:
    """Every limit that is breached, ordered by code and scope, with the finding that tells it."""
    breaches = []
    for (counted, scope), count in counts.items():
        limit = limit_of(city.limits.city if scope == CITY else city.limits.school, counted)
        if limit is None:
            continue
        bound = bound_of(limit, base.pupils.get(scope, 0))
        if count > bound:
            breaches.append(breach(_RULES[counted][scope != CITY], scope, count, bound, counted))
    return sorted(breaches, key=lambda pair: (pair[0].code, pair[0].scope))


def limit_of(limits: LimitSet | SumSet, counted: Counted) -> Limit | None:
    """The bounds of this kind, None where there are none."""
    found: Limit | None = getattr(limits, _BORROWS.get(counted, str(counted)), None)
    return found


def bound_of(limit: Limit, base: int) -> int:
    """The largest count that passes: not over the floor, or over neither number nor share."""
    return max(limit.floor, min(limit.number, int(limit.share * base)))


def breach(rule: Rule, scope: str, count: int, bound: int, kind: str) -> tuple[Breach, Finding]:
    """A breach and the finding that tells it: rules of the city have no school."""
    school = None if scope == CITY else scope
    finding = rule.at(school=school, count=count, bound=bound)
    return Breach(rule.code, scope, count, bound, str(kind)), finding
