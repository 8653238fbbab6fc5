"""The groups that a city's rules make of its roster, and the mark by which we know our own.

The mark is the group's mailNickname, ``kakehashi-<city>-<kind>-…``: Graph filters by its beginning
without an advanced query, staff can read it in the portal, and nobody writes it by accident.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.directories.port import prefix_of
from kakehashi.people.pupil import GRADE_LABELS, Pupil
from kakehashi.people.record import Record, Status
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffMember

if TYPE_CHECKING:
    from kakehashi.city import Staff

MOST_NAME = 256  # characters of a group's displayName
MOST_OWNERS = 100  # of a group
TEAM = "team"  # the kind of group that a class's Team is made from


@dataclass(frozen=True, slots=True)
class GroupMark:
    """What a group's mailNickname tells. ``year`` is the 年度 of a class or of its Team, None of
    any other."""

    kind: str
    year: int | None


@dataclass(frozen=True, slots=True)
class RosterGroup:
    """A group as it should be; ``members`` are Graph object ids. Its name is a class title, so it
    stays out of every ``repr``."""

    mark: str
    school: str
    name: str = field(repr=False)
    members: frozenset[str] = field(repr=False)
    owners: frozenset[str] = field(default=frozenset(), repr=False)


def read_mark(nickname: str, city_code: str) -> GroupMark | None:
    """None for a group that is not this city's, also where another city's name begins like it."""
    rest = nickname.removeprefix(prefix_of(city_code))
    found = re.fullmatch(r"(?:(school|grade|staff)|(class|team)-(\d{4}))-[0-9a-f]{10}", rest)
    if found is None or rest == nickname:
        return None
    return GroupMark(found[1] or found[2], int(found[3]) if found[3] else None)


def roster_groups(
    settled: Iterable[Record], kinds: Collection[str], city_code: str
) -> dict[str, RosterGroup]:
    """Mark → group, of every pupil who may sign in. Whoever is only absent stays a member."""
    members: dict[str, set[str]] = {}
    names: dict[str, Counter[str]] = {}
    schools: dict[str, str] = {}
    for known in settled:
        if known.status is not Status.ACTIVE:
            continue
        for kind in kinds:
            if name := _name(kind, known.pupil):
                mark = _mark(kind, known.pupil, city_code)
                members.setdefault(mark, set()).add(known.object_id)
                names.setdefault(mark, Counter())[name] += 1
                schools[mark] = known.pupil.school
    return {
        mark: RosterGroup(mark, schools[mark], _usual(names[mark]), frozenset(ids))
        for mark, ids in members.items()
    }


def with_staff(
    groups: Mapping[str, RosterGroup],
    staff: Iterable[Record[StaffMember]],
    rules: Staff,
    pupils: Collection[Record],
    city_code: str,
    *,
    as_of: date,
) -> dict[str, RosterGroup]:
    """The same with the staff who may sign in and are not away: one group of ``school`` a school,
    and in a ``class`` group the homeroom teachers of ``as_of``, a Japan day. A class without pupils
    has none. Owners are members, too: only so they can do something in it."""
    kinds = rules.groups
    people = _at_work(staff)
    found = dict(groups)
    if "class" in kinds:
        homes = _classes("class", people, pupils, city_code, as_of)
        found = _with_homerooms(found, people, homes, as_of, owns="class" in rules.owners)
    for known in people:
        member = known.pupil
        if "school" in kinds:
            mark = staff_mark(member.school, city_code)
            name = f"{member.school_name} 教職員"[:MOST_NAME]
            there = found.get(mark) or RosterGroup(mark, member.school, name, frozenset())
            leads = member.works_as(rules.two_persons)
            found[mark] = _with(there, known, owns=leads and "school" in rules.owners)
    return found


def class_teams(
    pupils: Collection[Record],
    staff: Iterable[Record[StaffMember]],
    city_code: str,
    *,
    as_of: date,
) -> dict[str, RosterGroup]:
    """Mark → the class of a Team as it should be: its pupils, and its homeroom teachers of
    ``as_of``, a Japan day, who own it. Those without owners are in it, too."""
    people = _at_work(staff)
    homes = _classes(TEAM, people, pupils, city_code, as_of)
    classes = roster_groups(pupils, (TEAM,), city_code)
    return _with_homerooms(classes, people, homes, as_of, owns=True)


def _at_work(staff: Iterable[Record[StaffMember]]) -> list[Record[StaffMember]]:
    return [k for k in staff if k.status is Status.ACTIVE and not k.pupil.away]


def _with_homerooms(
    groups: Mapping[str, RosterGroup], people: Iterable[Record[StaffMember]],
    homes: Mapping[tuple[str, str], str], as_of: date, *, owns: bool,
) -> dict[str, RosterGroup]:  # fmt: skip
    """The groups with their homeroom teachers in them; ``homes``: class → mark."""
    found = dict(groups)
    for known in people:
        for mark in filter(None, map(homes.get, known.pupil.rooms(as_of))):
            if mark in found:
                found[mark] = _with(found[mark], known, owns=owns)
    return found


def _classes(
    kind: str,
    staff: Iterable[Record[StaffMember]],
    pupils: Collection[Record],
    city_code: str,
    as_of: date,
) -> dict[tuple[str, str], str]:
    """Mark of each class that is somebody's homeroom in the 年度 of ``as_of``: none of a school
    whose roster has not come to it yet, or has come to the next. A class of the same title in
    another year is another teacher's."""
    homes = {home for known in staff for home in known.pupil.rooms(as_of)}
    years, one_each = school_years(pupils, as_of=as_of), dict[tuple[str, str], Pupil]()
    for known in pupils:
        home = (known.pupil.school, known.pupil.class_title)
        this = years.get(known.pupil.school) == year_of(as_of) == known.pupil.school_year
        if home in homes and this:
            one_each[home] = known.pupil
    return {home: _mark(kind, pupil, city_code) for home, pupil in one_each.items()}


def school_years(pupils: Iterable[Record], *, as_of: date) -> dict[str, int]:
    """School → the 年度 that its roster has come to: that of most pupils who may sign in and are
    not absent. One who is entered early for the next, or left behind in the last, does not turn it.
    Of two with as many, the one of ``as_of``, a Japan day."""
    counts: dict[str, Counter[int]] = {}
    for known in pupils:
        if known.status is Status.ACTIVE:
            years = counts.setdefault(known.pupil.school, Counter())
            years[known.pupil.school_year] += not known.absent_since
    return {school: _of_most(years, year_of(as_of)) for school, years in counts.items()}


def _of_most(years: Counter[int], this: int) -> int:
    return max(years, key=lambda year: (years[year], year == this, year))


def _with(group: RosterGroup, known: Record[StaffMember], *, owns: bool) -> RosterGroup:
    who = frozenset((known.object_id,))
    owners = group.owners | who if owns and len(group.owners) < MOST_OWNERS else group.owners
    return replace(group, members=group.members | who, owners=owners)


def staff_mark(school: str, city_code: str) -> str:
    """The mark of a school's group of staff."""
    return f"{prefix_of(city_code)}staff-{hashlib.sha256(school.encode()).hexdigest()[:10]}"


def team_mark(pupil: Pupil, city_code: str) -> str:
    """The mark of the Team of a pupil's class."""
    return _mark(TEAM, pupil, city_code)


def _mark(kind: str, pupil: Pupil, city_code: str) -> str:
    keys = {
        "school": ("school", pupil.school),
        "grade": ("grade", f"{pupil.school}\x1f{pupil.grade}"),
        "class": (f"class-{pupil.school_year}", f"{pupil.school}\x1f{pupil.class_title}"),
        TEAM: (f"{TEAM}-{pupil.school_year}", f"{pupil.school}\x1f{pupil.class_title}"),
    }
    word, key = keys[kind]
    return f"{prefix_of(city_code)}{word}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def _name(kind: str, pupil: Pupil) -> str:
    """What people see; "" where the pupil belongs to no group of this kind."""
    match kind:
        case "school":
            return pupil.school_name
        case "grade":
            return f"{pupil.school_name} {GRADE_LABELS.get(pupil.grade, pupil.grade)}"
        case "class" | "team" if pupil.class_title:
            return f"{pupil.school_name} {pupil.class_title} {pupil.school_year}年度"
    return ""


def _usual(names: Counter[str]) -> str:
    """What most say: a held pupil may still bear a school's former name."""
    return min(names, key=lambda name: (-names[name], name))[:MOST_NAME]
