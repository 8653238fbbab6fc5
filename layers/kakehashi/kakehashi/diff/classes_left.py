"""Classes in which children are left of whom the roster tells nothing (docs/decisions/0130)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kakehashi.people.record import Record, Status
from kakehashi.people.school_year import year_of
from kakehashi.roster import Desired


def classes_left(
    desired: Iterable[Desired], known: Iterable[Record], as_of: date
) -> frozenset[tuple[str, str]]:
    """(MEXT code, title) of the classes of this 年度 that no child of tonight's roster is in, and
    somebody of our state who is not among those children. ``as_of`` is a Japan day."""
    here, told, year = set[str](), set[tuple[str, str]](), year_of(as_of)
    for wanted in desired:
        here.add(wanted.pupil.id)
        told.add((wanted.pupil.school, wanted.pupil.class_title))
    left = {
        (one.pupil.school, one.pupil.class_title)
        for one in known
        if one.pupil.id not in here
        and one.pupil.school_year == year
        and one.pupil.class_title
        and one.status is not Status.DELETED
    }
    return frozenset(left - told)
