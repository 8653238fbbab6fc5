"""The school year, September to August, as a calendar. What is not listed is an ordinary night.

Behind each night stands what must stop it, run by run: the codes of a report, or the name of the
error where a run ends red. A stop that is not written here is a failure, and so is one that is
written here and does not come.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from local.demo.moves import QUIET, Changes
from local.demo.staffing import StaffChanges
from tests.year import happenings as on
from tests.year.happenings import Event
from tests.year.world import SEED

FIRST_DAY, NIGHTS = date(2026, 9, 1), 365
TURN_OF_THE_YEAR = "04-01"
A_YEAR_OF = {"come": 130, "leave": 180, "move": 235, "back": 60, "rename": 20, "regroup": 25}
SCHOOLDAYS = 253


@dataclass(frozen=True)
class Day:
    """``changes``: what happens to the children on that day, unless it is left to chance."""

    when: str  # MM-DD
    event: Event
    stops: tuple[str, ...] = ()
    changes: Changes | None = None


def day(when: str, event: Event, *stops: str, **changes: int) -> Day:
    return Day(when, event, stops, Changes(**changes) if changes else None)


SCRIPT = (
    # 二学期
    day("09-01", on.needs_approval, "S001"),
    day("09-03", on.the_same_drop_twice),
    day("09-09", on.broken_then_whole("cut"), "F001"),
    day("09-15", on.missed),
    day("09-24", on.passwords_are_late, come=2),
    day("09-28", on.the_passwords_come),
    day("10-02", on.broken("cp932"), "F040"),
    day("10-08", on.needs_refusal("half"), "S004 S014 S020 S021", "S903"),
    day("10-15", on.dies_in("provision"), "Runtime.ExitError", come=1, leave=1),
    day("10-21", on.graph(status=429, retry_after=1, times=2), come=2, move=1),
    day("10-28", on.graph_refuses(status=403, method="GET", shape="/users"), "PermissionLost"),
    day("11-04", on.needs_refusal("school"), "S004 S014 S020", "S903"),
    day("11-11", on.needs_approval, "S002 S012 S022", classes=1),
    day("11-18", on.broken("manifest"), "F027"),
    day("11-25", on.broken_then_whole("empty-users"), "F031"),
    day("12-01", on.a_name_that_cannot_go_out),
    day("12-08", on.an_ordinary_night, unfilled=2),
    day("12-15", on.the_schools_fill_names_in, fill=9),
    # 三学期
    day("01-08", on.dies_in("deliver"), "Runtime.ExitError", come=1, move=1),
    day("01-14", on.dies_at("dynamodb.PutItem", 2), "Runtime.ExitError", come=3, move=2),
    day("01-20", on.broken("header"), "H002 H003"),
    day("01-27", on.teachers_too),
    day("02-03", on.dies_in("diff"), "Runtime.ExitError", leave=1, move=1),
    day("02-05", on.an_ordinary_night, leave=3),
    day("02-10", on.and_a_rerun),
    day("02-15", on.the_office_answers_while_the_export_is_broken("cut"), "F001"),
    day("02-24", on.dies_in("report"), "Runtime.ExitError"),
    day("03-03", on.passwords_are_late, come=1),
    day("03-04", on.missed),
    day("03-05", on.the_passwords_come),
    day("03-15", on.missed),
    day("03-16", on.missed),
    day("03-26", on.april_is_rehearsed),
    # 一学期
    day("04-01", on.an_ordinary_night),
    day("04-02", on.the_same_drop_twice),
    day("04-08", on.needs_refusal("half"), "S004 S014 S020 S021", "S903"),
    day("05-06", on.graph(kind="commit-then-status", status=504, method="POST", times=1), come=2),
    day("05-18", on.dies_at("s3.PutObject", 20), "Runtime.ExitError", come=1),
    day("06-02", on.broken("empty-users"), "F031"),
    day("06-03", on.and_a_rerun),
    day("06-16", on.graph(kind="reset", times=1), move=2),
    day("07-01", on.needs_approval, "S002 S012 S022", classes=1),
    day("07-22", on.missed),
    # 夏休み
    day("08-04", on.dies_in("preprocess"), "Runtime.ExitError"),
    day("08-24", on.broken_then_whole("manifest"), "F027"),
)


ANNOUNCED = "03-23"  # 内示: the posts of April are on the list, and accounts are made ahead
STAFF = {
    "09-10": StaffChanges(come=1, side=1),
    "09-22": StaffChanges(rename=1),
    "10-05": StaffChanges(away=1),
    "10-26": StaffChanges(hand=1),
    "11-09": StaffChanges(move=1, rename=1),
    "11-30": StaffChanges(end=1),
    "12-09": StaffChanges(come=1),
    "12-22": StaffChanges(hand=1, rename=1),
    "01-12": StaffChanges(side=1, away=1),
    "02-08": StaffChanges(back=1),
    "02-22": StaffChanges(end=1, move=1),
    "05-10": StaffChanges(hand=1),
    "05-24": StaffChanges(come=1, away=1),
    "06-07": StaffChanges(move=1, rename=1),
    "06-21": StaffChanges(end=1),
    "07-05": StaffChanges(back=1, side=1),
    "08-23": StaffChanges(come=2),
}
"""What the board's list tells anew, by day (MM-DD), whatever happens to the children."""


def children_move(today: date, pupils: int) -> Changes:
    """About five hundred transfers a year in a small city, 22 in 1,000 pupils in a large one."""
    if today.weekday() >= 5:  # Saturday
        return QUIET
    chance = random.Random(f"{SEED}/{today}")
    larger = max(1.0, pupils / 22_948)
    each = {what: times * larger / SCHOOLDAYS for what, times in A_YEAR_OF.items()}
    return Changes(**{what: int(n) + (chance.random() < n % 1) for what, n in each.items()})
