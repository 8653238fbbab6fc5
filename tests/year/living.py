"""One day of the year: the children, the night, and in the morning the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from local.demo.moves import Changes
from tests.year import office
from tests.year.script import FIRST_DAY, SCRIPT, TURN_OF_THE_YEAR, Day
from tests.year.world import World

LISTED = {day.when: day for day in SCRIPT}


def live(world: World, today: date, by_chance: Changes, script: Mapping[str, Day] = LISTED) -> None:
    """As the calendar says it, or an ordinary night on which ``by_chance`` happens."""
    when = f"{today:%m-%d}"
    listed = script.get(when)
    if when == TURN_OF_THE_YEAR:
        world.turn_the_year(today)
    elif today != FIRST_DAY:
        told = listed.changes if listed else None
        world.live(today, by_chance if told is None else told)
    if listed:
        listed.event(world)
    else:
        world.ordinary()
    if office.is_there(today):
        office.morning(world)
        world.about_staff()
    expected = list(listed.stops if listed else ())
    assert world.stops(today) == expected, f"{today}: {world.stops(today)}, not {expected}"
