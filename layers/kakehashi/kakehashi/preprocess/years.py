"""School years (年度), from the dates of a session: its schoolYear cell cannot be trusted.

The standard writes the year in which the school year *ends*, Japanese systems the one in which it
begins. What a day means also differs: the standard's endDate is the first day that does not
belong any more, but Japanese systems write 3/31 and mean "through the 31st".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place
from kakehashi.people.school_year import APRIL, year_of
from kakehashi.preprocess.cells import cells

if TYPE_CHECKING:
    from kakehashi.oneroster import Package

_ISO = re.compile(r"(\d{4})-(\d\d)-\d\d\Z")
_TITLE = re.compile(r"(\d{4})\s*年度")


class When(IntEnum):
    """Where a span of days lies; the greater, the more it is worth on the ladder."""

    ENDED = 0
    FUTURE = 1
    CURRENT = 2


def when(begin: str, end: str, today: str) -> When:
    """All three as YYYY-MM-DD; blank means unbounded. ISO dates compare as texts."""
    if end and today >= end and not (today == end and end.endswith("-03-31")):
        return When.ENDED
    return When.FUTURE if begin > today else When.CURRENT


@dataclass(frozen=True, slots=True)
class AcademicSession:
    line: int
    year: int | None
    begin: str
    end: str
    when: When


def read_sessions(package: Package, today: str) -> dict[str, AcademicSession]:
    """academicSessions.csv by sourcedId."""
    found = {}
    columns = ("sourcedId", "title", "startDate", "endDate")
    for line, (source, title, begin, end) in cells(package, "academicSessions.csv", *columns):
        span = when(begin, end, today)
        found[source] = AcademicSession(line, _year(begin, title), begin, end, span)
    return found


def _year(begin: str, title: str) -> int | None:
    if dated := _ISO.match(begin):
        year, month = int(dated[1]), int(dated[2])
        return year if month >= APRIL else year - 1
    titled = _TITLE.search(title)
    return int(titled[1]) if titled else None


def roster_year(sessions: Mapping[str, AcademicSession], as_of: date) -> int:
    """The 年度 of a roster: that of the session that is running, else that of the day."""
    running = [s.year for s in sessions.values() if s.when is When.CURRENT and s.year is not None]
    return max(running, default=year_of(as_of))


def check_years(sessions: Mapping[str, AcademicSession]) -> list[Finding]:
    """A roster all of whose sessions are over, or none of which has begun, is refused."""
    times = {s.when for s in sessions.values()}
    if times not in ({When.ENDED}, {When.FUTURE}):
        return []
    ended = times == {When.ENDED}
    # the session nearest to today is the one to name
    nearest = (max if ended else min)(sessions.values(), key=lambda s: (s.begin, s.end, -s.line))
    rule = rules.SCHOOL_YEAR_OVER if ended else rules.SCHOOL_YEAR_NOT_BEGUN
    column = "endDate" if ended else "startDate"
    return [rule.at(Place("academicSessions.csv", nearest.line, column), year=nearest.year or 0)]
