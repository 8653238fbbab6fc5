"""A member of staff at the launcher: in one of the classes that are theirs, or in the school.

A launch has one context. Somebody with several classes chooses one on the page; somebody without
is launched in the school, as a pupil without a class is. ``Teaching`` says it in the words in which
``Pupil`` does, so that a launch need not ask whose it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from kakehashi.people.pupil import Pupil, class_id
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffMember

type GradesOf = Callable[[str], tuple[str, ...]]
"""sourcedId of a class → the grades of its pupils, each once."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """``school`` is a MEXT code or the board's; ``class_title`` is "" in the school as such.

    ``grades`` are those of the class's pupils, () where nobody can tell.
    """

    id: str
    school: str
    school_name: str
    school_year: int
    class_title: str
    family: str = field(repr=False)
    given: str = field(repr=False)
    kana_family: str = field(repr=False)
    kana_given: str = field(repr=False)
    grades: tuple[str, ...] = ()

    @property
    def grade(self) -> str:
        """The class's, "" where it has several: tools take one."""
        return self.grades[0] if len(self.grades) == 1 else ""


type Launching = Pupil | Teaching


def teachings(
    member: StaffMember, day: date, grades_of: GradesOf, *, gap: int
) -> tuple[Teaching, ...]:
    """Every context in which a member of staff may be launched, the home school's first.

    ``day`` is Japan's. Nothing for somebody on leave: tools are off for as long. Nothing either
    once the last post has been over for more than ``gap`` days: the account waits for a decision,
    but nobody is Faculty of a school where nobody employs them.
    """
    if member.away or member.over(day, gap):
        return ()
    year = year_of(day)
    homes = sorted(member.rooms(day), key=lambda home: (home[0] != member.school, home))
    rooms = [
        _at(member, school, year, title, grades_of(class_id(school, year, title)))
        for school, title in homes
    ]
    return tuple(rooms) or (_at(member, member.school, year, "", ()),)


def _at(
    member: StaffMember, school: str, year: int, title: str, grades: tuple[str, ...]
) -> Teaching:
    return Teaching(
        id=member.id,
        school=school,
        school_name=member.school_name if school == member.school else "",
        school_year=year,
        class_title=title,
        family=member.family,
        given=member.given,
        kana_family=member.kana_family,
        kana_given=member.kana_given,
        grades=tuple(sorted(grades)),
    )
