"""Class Teams: which to make, to archive and to open again; none is ever deleted.

A Team is made from the group of its class, a group of its own beside the class's security group
(docs/decisions/0121). It has its pupils as members and its homeroom teachers as owners, and is
archived once, when its 年度 is over.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from kakehashi.catalogue import teams as rules
from kakehashi.directories.port import ClassTeam
from kakehashi.findings import Finding, Place
from kakehashi.groups.steps import GroupMembers, Ours
from kakehashi.groups.team_leavers import leavers
from kakehashi.groups.wanted import RosterGroup, class_teams, read_mark, school_years
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffMember


@dataclass(frozen=True, slots=True)
class TeamOrders:
    """Teams to make, of groups that exist or are only being made, to archive and to open again (by
    object id). ``later`` counts what is left to the next night from the outset."""

    make: tuple[GroupMembers, ...] = ()
    archive: tuple[str, ...] = ()
    reopen: tuple[str, ...] = ()
    later: int = 0


NO_TEAMS = TeamOrders()


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """``classes`` are to be made; ``wanted`` to be brought in step, them among them; ``kept`` are
    those that exist and are not archived; ``leavers`` go from them. All three by mark."""

    classes: tuple[RosterGroup, ...] = ()
    orders: TeamOrders = NO_TEAMS
    wanted: Mapping[str, RosterGroup] = field(default_factory=dict)
    kept: Mapping[str, ClassTeam] = field(default_factory=dict)
    leavers: Mapping[str, Ours] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def plan_teams(
    settled: Collection[Record], staff: Collection[Record[StaffMember]],
    there: Mapping[str, ClassTeam] | None, most: int, city_code: str, *, as_of: date,
) -> TeamPlan:  # fmt: skip
    """``there``: mark → what the directory holds, None for one without Teams. At most ``most`` are
    made, and at most so many archived. ``as_of``: a Japan day."""
    if there is None:
        return TeamPlan(findings=(rules.NO_TEAMS_HERE.at(),))
    years = school_years(settled, as_of=as_of)
    living = _living(class_teams(settled, staff, city_code, as_of=as_of), years, city_code)
    hidden = {mark for mark, one in there.items() if _is_hidden(one)}
    due = sorted(_due(living, there), key=lambda mark: _turn(living[mark], as_of))
    over = sorted(_over(living, there, city_code, as_of))
    kept = {m: one for m, one in there.items() if not (one.archived or m in {*hidden, *over})}
    going = leavers(kept, living, settled, staff, city_code, as_of=as_of)
    again = sorted(mark for mark in living if mark in there and there[mark].archived)
    tonight = due[:most]
    made = {mark: living[mark] for mark in tonight if mark not in there}
    return TeamPlan(
        classes=tuple(made.values()),
        orders=TeamOrders(
            make=tuple(_making(living[mark], there.get(mark)) for mark in tonight),
            archive=tuple(there[mark].object_id for mark in over[:most]),
            reopen=tuple(there[mark].object_id for mark in again[:most]),
            later=sum(len(marks[most:]) for marks in (due, over, again)),
        ),
        wanted={mark: living[mark] for mark in kept if mark in living} | made,
        kept=kept,
        leavers={mark: Ours(who, who) for mark, who in going.items()},
        findings=(*_teacherless(living, there), *_unreadable(hidden)),
    )


def rehearse(
    pupils: Iterable[Pupil], staff: Iterable[StaffMember], there: Mapping[str, ClassTeam] | None,
    most: int, city_code: str, *, as_of: date,
) -> tuple[Finding, ...]:  # fmt: skip
    """What a night would do to Teams, in numbers; arguments as of ``plan_teams``."""
    plan = plan_teams(
        [Record(one, {}, one.id) for one in pupils],
        [Record(one, {}, one.id) for one in staff],
        there,
        most,
        city_code,
        as_of=as_of,
    )
    orders = plan.orders
    if orders == NO_TEAMS:
        return plan.findings
    told = rules.TEAMS_REHEARSED.at(
        made=len(orders.make),
        archived=len(orders.archive),
        reopened=len(orders.reopen),
        later=orders.later,
    )
    return (told, *plan.findings)


def _living(
    wanted: Mapping[str, RosterGroup], years: Mapping[str, int], city_code: str
) -> dict[str, RosterGroup]:
    """The classes of their school's 年度: one in which only somebody is left who is still in last
    year's rows is over."""
    return {m: one for m, one in wanted.items() if _year(m, city_code) == years.get(one.school)}


def _due(living: Mapping[str, RosterGroup], there: Mapping[str, ClassTeam]) -> Iterator[str]:
    """Classes that shall have a Team and have none: Graph makes none without an owner."""
    for mark, group in living.items():
        held = there.get(mark)
        if group.owners and (held is None or not (held.is_team or held.archived)):
            yield mark


def _over(
    living: Mapping[str, RosterGroup], there: Mapping[str, ClassTeam], city_code: str, day: date
) -> Iterator[str]:
    for mark, one in there.items():
        past = _year(mark, city_code) < year_of(day)
        if past and mark not in living and one.is_team and not one.archived:
            yield mark


def _is_hidden(one: ClassTeam) -> bool:
    """A Team has an owner, who is a member, too: an empty one is one that we may not read, also
    where its owners are told."""
    return one.is_team and not (one.archived or one.members)


def _turn(group: RosterGroup, day: date) -> tuple[str, str]:
    """Another school first each night: where something keeps a class from its Team for long, it
    does not keep the others waiting. The classes of a school stay together."""
    school = hashlib.sha256(f"{day.isoformat()}\x1f{group.school}".encode()).hexdigest()
    return school, group.mark


def _making(group: RosterGroup, held: ClassTeam | None) -> GroupMembers:
    return GroupMembers((), held.object_id if held else "", group.mark, group.school)


def _teacherless(
    living: Mapping[str, RosterGroup], there: Mapping[str, ClassTeam]
) -> Iterator[Finding]:
    """One finding a school."""
    waiting = (
        group.school
        for mark, group in living.items()
        if not group.owners and not (mark in there and there[mark].is_team)
    )
    for school, count in sorted(Counter(waiting).items()):
        yield rules.CLASS_WITHOUT_TEACHER.at(Place(), school=school, count=count)


def _unreadable(hidden: Collection[str]) -> Iterator[Finding]:
    if hidden:
        yield rules.TEAMS_HIDDEN.at(count=len(hidden))


def _year(mark: str, city_code: str) -> int:
    told = read_mark(mark, city_code)
    return told.year or 0 if told else 0
