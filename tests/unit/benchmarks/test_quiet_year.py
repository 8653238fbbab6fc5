"""The simulated year that the limits on sums come from, as far as a small city's first weeks."""

from __future__ import annotations

from benchmarks.quiet_year import FIRST_NIGHT, NEW_CODES, Year
from local.demo.city import DemoCity


def test_the_first_weeks_of_a_year_are_counted_and_ask_nothing_new() -> None:
    year = Year(1, DemoCity(1, 2000, 5, FIRST_NIGHT, unfilled=0), nights=14)
    year.live()
    assert len(year.known) >= 2000
    assert len(year.past) == 14
    assert year.highest["moved", "city", 28] >= year.highest["moved", "city", 1] > 0
    assert not [code for _, code in year.asked if code in NEW_CODES]
