"""Whom a class Team loses: only those for whose going we know a reason.

Teachers of a subject, heads, assistants and children who join a class for some lessons are put into
a Team by hand, and we know them all: that somebody is not on the roster of the class is no reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from kakehashi.directories.port import ClassTeam
from kakehashi.groups.wanted import RosterGroup, read_mark, team_mark
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffMember


@dataclass(frozen=True, slots=True)
class _Known:
    """Everybody we know: object ids of those whose account serves no more, the others by theirs.
    ``special`` are the marks of special-needs classes."""

    gone: frozenset[str] = field(repr=False)
    pupils: Mapping[str, Pupil] = field(repr=False)
    staff: Mapping[str, StaffMember] = field(repr=False)
    special: frozenset[str]


def leavers(
    kept: Mapping[str, ClassTeam], living: Mapping[str, RosterGroup], settled: Collection[Record],
    staff: Collection[Record[StaffMember]], city_code: str, *, as_of: date,
) -> dict[str, frozenset[str]]:  # fmt: skip
    """Mark → object ids of those who go. Nobody goes from a Team whose 年度 is over on ``as_of``, a
    Japan day: it is archived as it is. Only suspended and deleted accounts go from one whose class
    is there no more, as a corrected title makes it look, too."""
    known = _known(settled, staff, city_code)
    found = dict[str, frozenset[str]]()
    for mark, team in kept.items():
        told = read_mark(mark, city_code)
        if told is None or told.year is None or told.year < year_of(as_of):
            continue
        there, group = team.members | team.owners, living.get(mark)
        moved = _moved(there, group, told.year, known, city_code) if group else ()
        found[mark] = (there & known.gone).union(moved)
    return found


def _known(
    settled: Collection[Record], staff: Collection[Record[StaffMember]], city_code: str
) -> _Known:
    pupils = {k.object_id: k.pupil for k in settled if k.serves}
    members = {k.object_id: k.pupil for k in staff if k.serves}
    gone = {*(k.object_id for k in settled), *(k.object_id for k in staff)}
    return _Known(
        frozenset(gone - pupils.keys() - members.keys()),
        pupils,
        members,
        frozenset(team_mark(one, city_code) for one in pupils.values() if one.special_needs),
    )


def _moved(
    there: Iterable[str], group: RosterGroup, year: int, known: _Known, city_code: str
) -> Iterator[str]:
    for who in there:
        pupil, member = known.pupils.get(who), known.staff.get(who)
        elsewhere = pupil and _has_another_class(pupil, group, year, known.special, city_code)
        if elsewhere or (member and not _works_at(member, group.school)):
            yield who


def _has_another_class(
    pupil: Pupil, group: RosterGroup, year: int, special: Collection[str], city_code: str
) -> bool:
    """At another school always; at this one in the same 年度, unless a child of a special-needs
    class is in an ordinary one's Team: that is how 交流学級 looks."""
    if pupil.school != group.school:
        return True
    if not pupil.class_title or pupil.school_year != year:
        return False
    joins = pupil.special_needs and group.mark not in special
    return team_mark(pupil, city_code) != group.mark and not joins


def _works_at(member: StaffMember, school: str) -> bool:
    """The board, whose code has digits alone, is at every school."""
    return any(one == school or one.isdigit() for one in member.schools())
