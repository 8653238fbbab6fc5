"""The bounds by themselves: numbers in, breaches out."""

from __future__ import annotations

import pytest

from kakehashi.city.limits import Limit, LimitSet, SumSet
from kakehashi.diff.calendar import CITY, Base
from kakehashi.diff.counting import Counted
from kakehashi.diff.limits import bound_of, judge, limit_of
from tests.builders import a_city, a_code

HERE, THERE = a_code(1), a_code(2)
LIMIT = {"share": 0.1, "number": 8, "floor": 2}
CITYS_RULES = a_city(limits={"city": {"moved": LIMIT, "new": LIMIT}, "school": {"moved": LIMIT}})


@pytest.mark.parametrize(("base", "bound"), [
    (0, 2), (29, 2), (30, 3), (39, 3), (79, 7), (80, 8), (1000, 8),
])  # fmt: skip
def test_the_largest_count_that_passes(base: int, bound: int) -> None:
    """The floor, or else the smaller of share and number."""
    assert bound_of(Limit(**LIMIT), base) == bound


def test_what_has_no_bounds_of_its_own_has_anothers_and_some_have_none() -> None:
    moved, gone = Limit(share=0.1, number=1), Limit(share=0.2, number=2)
    limits = LimitSet(moved=moved, gone=gone)
    for kind in (Counted.MOVED, Counted.GRADE, Counted.UNCLASSED):
        assert limit_of(limits, kind) == moved
    assert [limit_of(limits, kind) for kind in (Counted.GONE, Counted.GRADUATE)] == [gone] * 2
    assert limit_of(limits, Counted.RENAMED) is None
    assert limit_of(SumSet(), Counted.HELD) is None, "no sum is kept of those"


def test_a_count_that_is_the_bound_passes_and_one_more_does_not() -> None:
    base = Base({CITY: 40, HERE: 20}, {})
    assert judge({(Counted.MOVED, CITY): 4, (Counted.MOVED, HERE): 2}, base, CITYS_RULES) == []
    ((city, told), (school, also)) = judge(
        {(Counted.MOVED, HERE): 3, (Counted.MOVED, CITY): 5}, base, CITYS_RULES
    )
    assert city.to_json() == {"code": "S002", "scope": CITY, "count": 5, "bound": 4,
                              "kind": "moved"}  # fmt: skip
    assert school.to_json() == {"code": "S012", "scope": HERE, "count": 3, "bound": 2,
                                "kind": "moved"}  # fmt: skip
    assert (told.code, told.school, dict(told.facts)) == ("S002", None, {"count": 5, "bound": 4})
    assert (also.code, also.school, dict(also.facts)) == ("S012", HERE, {"count": 3, "bound": 2})


def test_of_a_school_that_nobody_was_at_only_the_floor_passes() -> None:
    counts = {(Counted.MOVED, THERE): 2, (Counted.MOVED, HERE): 3}
    ((one, _),) = judge(counts, Base({CITY: 40}, {}), CITYS_RULES)
    assert (one.scope, one.bound) == (HERE, 2)


def test_breaches_come_by_code_and_then_by_place_and_a_kind_without_bounds_stops_none() -> None:
    counts = {
        (Counted.MOVED, THERE): 9,
        (Counted.CLASS, CITY): 0,
        (Counted.NEW, HERE): 99,  # no bounds in a school
        (Counted.MOVED, HERE): 9,
        (Counted.NEW, CITY): 9,
        (Counted.MOVED, CITY): 9,
    }
    found = [(one.code, one.scope) for one, _ in judge(counts, Base({}, {}), CITYS_RULES)]
    assert found == sorted(found)
    assert {scope for code, scope in found if scope != CITY} == {HERE, THERE}
    assert len(found) == 4
