"""By what a child is known again under a new id and a new account: evidence, never a match."""

from __future__ import annotations

from collections.abc import Iterator

from kakehashi.diff.spelling import full_name, full_reading
from kakehashi.people.pupil import NEXT_GRADE, Pupil

type Traits = tuple[object, ...]


def named(pupil: Pupil) -> Iterator[Traits]:
    name, reading = full_name(pupil), full_reading(pupil)
    if name and reading:
        yield (name, reading, pupil.grade, pupil.school_year)


def named_by_now(pupil: Pupil) -> Iterator[Traits]:
    """Each April a child is a grade higher, and some exports say so before they say the year. What
    is known of a child about whom a question goes unanswered may be years old."""
    grade, year = pupil.grade, pupil.school_year
    for name, reading, *_ in named(pupil):
        while grade:
            higher = NEXT_GRADE.get(grade, "")
            yield from ((name, reading, grade, year), (name, reading, higher, year))
            grade, year = higher, year + 1
        yield (name, reading, grade, year)
