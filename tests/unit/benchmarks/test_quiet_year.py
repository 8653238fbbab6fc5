"""The simulated year that the limits on sums come from, as far as a small city's first weeks."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from benchmarks.quiet_year import FIRST_NIGHT, NEW_CODES, OF_A_CITY_OF, Year
from kakehashi.city.limits import Limits
from kakehashi.diff.limits import bound_of
from local.demo.city import DemoCity

CITIES = Path(__file__).parents[3] / "cities"
HIGHEST = {  # of docs/decisions/0038, in the city over 7 and 28 nights
    "new": (15, 21),
    "moved": (39, 115),
    "renamed": (32, 94),
    "returned": (9, 25),
}


def test_the_first_weeks_of_a_year_are_counted_and_ask_nothing_new() -> None:
    year = Year(1, DemoCity(1, 2000, 5, FIRST_NIGHT, unfilled=0), nights=14)
    year.live()
    assert len(year.known) >= 2000
    assert len(year.past) == 14
    assert year.highest["moved", "city", 28] >= year.highest["moved", "city", 1] > 0
    assert not [code for _, code in year.asked if code in NEW_CODES]


@pytest.mark.parametrize("kind", sorted(HIGHEST))
def test_the_defaults_are_twice_what_a_simulated_year_counts(kind: str) -> None:
    limits = Limits()
    for highest, sums in zip(HIGHEST[kind], (limits.city_7_nights, limits.city_28_nights),
                             strict=True):  # fmt: skip
        bound = bound_of(getattr(sums, kind), OF_A_CITY_OF)
        assert 2 * highest <= bound <= 2.5 * highest


@pytest.mark.parametrize("file", sorted(path.name for path in CITIES.glob("*.toml")))
def test_no_shipped_city_has_sums_of_its_own(file: str) -> None:
    """They are the simulated year's: whoever sets others knows why."""
    rules = tomllib.loads((CITIES / file).read_text())
    assert not [name for name in rules.get("limits", {}) if name.endswith("_nights")]
