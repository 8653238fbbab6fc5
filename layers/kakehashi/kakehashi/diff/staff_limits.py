"""How many members of staff may end, move or be new in one night. The transfers of April are
expected in their season, and only then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from kakehashi.catalogue import staffing as rules

if TYPE_CHECKING:
    from kakehashi.city import Limit, Staff

LEAST_OVERLAP = 0.7  # of the numbers that we know, in a list of as many people
TOO_FEW_TO_TELL = 5


class StaffChange(StrEnum):
    NEW = "new"
    MOVED = "moved"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StaffBreach:
    """``bound`` is the largest count that would have passed."""

    code: str
    count: int
    bound: int


_CODES = {
    StaffChange.ENDED: rules.MANY_ENDED.code,
    StaffChange.MOVED: rules.MANY_MOVED.code,
    StaffChange.NEW: rules.MANY_NEW.code,
}


def judge(
    changes: Mapping[StaffChange, int],
    *,
    known: Set[str],
    listed: Set[str],
    rules: Staff,
    as_of: date,
) -> tuple[StaffBreach, ...]:
    """``known`` are the ids of staff with an account of ours: of a city's first night nobody, and
    then nothing is too much."""
    return tuple(_judge(changes, known, listed, rules, as_of)) if known else ()


def _judge(
    changes: Mapping[StaffChange, int], known: Set[str], listed: Set[str], city: Staff, as_of: date
) -> Iterator[StaffBreach]:
    season = city.season.covers(as_of)
    limits = {
        StaffChange.ENDED: city.limits.ended_in_season if season else city.limits.ended,
        StaffChange.MOVED: city.limits.moved_in_season if season else city.limits.moved,
        StaffChange.NEW: city.limits.new_in_season if season else city.limits.new,
    }
    for change, limit in limits.items():
        bound = _bound(limit, len(known))
        if changes.get(change, 0) > bound:
            yield StaffBreach(_CODES[change], changes[change], bound)
    fewest, same = min(len(known), len(listed)), len(known & listed)
    if fewest > TOO_FEW_TO_TELL and same < LEAST_OVERLAP * fewest:
        yield StaffBreach(rules.OTHER_NUMBERS.code, fewest, same)


def _bound(limit: Limit, staff: int) -> int:
    return max(limit.floor, min(limit.number, int(limit.share * staff)))
