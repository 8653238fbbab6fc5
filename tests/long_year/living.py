"""Night after night of a long year, each kept once it has ended as it is true."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.embedded import cpu_of
from local.demo.moves import QUIET, Changes
from tests.long_year import lived, named
from tests.long_year.keeping import Kept
from tests.long_year.lived import Lived
from tests.long_year.world import LongWorld, TownHall
from tests.year.happenings import dies_at
from tests.year.living import LISTED, live
from tests.year.script import FIRST_DAY, NIGHTS, Day, children_move


@dataclass(frozen=True)
class Course:
    """Which nights are lived, and in how large a city."""

    name: str
    pupils: int
    staff: int
    schools: int
    days: Sequence[date]
    script: Mapping[str, Day]
    by_chance: Callable[[date], Changes]


WHOLE = Course(
    "named", 22_948, 1_800, 50, [one.day for one in named.NAMED], named.SCRIPT, lambda _day: QUIET
)
OF_TEN_SCHOOLS = {
    "10-08": ("S004 S014 S020", "S903"),  # each is cut off whole or keeps all of its grades
    "11-11": ("S002 S012",),  # the class is spread over those of the other school
    "07-01": ("S002 S012",),
}
TENTH = Course(
    "year", 2_295, 180, 10, [FIRST_DAY + timedelta(days=n) for n in range(NIGHTS)],
    LISTED
    | {when: replace(LISTED[when], stops=stops) for when, stops in OF_TEN_SCHOOLS.items()}
    | {"05-18": replace(LISTED["05-18"], event=dies_at("s3.PutObject", 3))},  # there is no 20th
    lambda day: children_move(day, 2_295),
)  # fmt: skip


def go_on(course: Course, folder: Path, until: float) -> bool:
    """Live the nights that are left, none of them begun after ``until`` (``time.time()``). False
    where some are left. Raises AssertionError for a night that did not end as it is true."""
    place = folder / course.name
    place.mkdir(parents=True, exist_ok=True)
    kept = Kept(place)
    try:
        world = kept.put_back() or _new(course, kept)
        for day in course.days[len(world.lived) :]:
            if time.time() > until:
                return False
            _night(world, day, course)
            kept.keep(world)
            lived.write(world.lived, place / "nights.jsonl")
        return True
    finally:
        kept.stack.down()


def _new(course: Course, kept: Kept) -> LongWorld:
    hall = TownHall(kept.stack, kept.uploads)
    return LongWorld(hall, course.pupils, course.staff, course.schools, course.days[0])


def _night(world: LongWorld, day: date, course: Course) -> None:
    home, seen = world.hall.stack.home, len(world.seen)
    taken = world.hall.taken
    before, began = cpu_of(home), time.monotonic()
    live(world, day, course.by_chance(day), course.script)
    assert world.ears.overheard() == set()
    wall, after = time.monotonic() - began, cpu_of(home)
    spent = {what: max(0.0, s - before.get(what, 0.0)) for what, s in after.items()}
    files, size = (now - then for now, then in zip(world.hall.taken, taken, strict=True))
    night = Lived(
        day,
        round(wall, 1),
        {what: round(s, 2) for what, s in sorted(spent.items())},
        tuple(one.verdict for one in world.seen[seen:]),
        tuple(world.stops(day)),
        len(world.city.children),
        len(world.staffroom.known),
        files,
        size,
    )
    world.lived.append(night)
    ended = "/".join(night.executions)
    sys.stderr.write(f"{day} {ended} {wall:.0f} s, functions {night.functions:.0f} s\n")
