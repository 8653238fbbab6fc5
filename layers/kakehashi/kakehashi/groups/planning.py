"""From the settled state and the tenant's groups: what to change, and what to tell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kakehashi.catalogue import provision as rules
from kakehashi.catalogue.refusals import LICENCE_LAPSED
from kakehashi.city import City, Licence
from kakehashi.directories.port import LicenceGroup, Sku, Tenancy, TenantGroup
from kakehashi.findings import Finding
from kakehashi.groups.steps import GroupMembers, Ours, Rename, in_step
from kakehashi.groups.teams import NO_TEAMS, TeamOrders, TeamPlan, plan_teams
from kakehashi.groups.wanted import (
    RosterGroup,
    read_mark,
    roster_groups,
    school_years,
    with_staff,
)
from kakehashi.people.record import Record, Status
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffMember


@dataclass(frozen=True, slots=True)
class Gift:
    """One product for these accounts, directly."""

    sku: str
    sku_id: str
    users: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Orders:
    """All that is to be changed, in the order in which it is done."""

    make: tuple[RosterGroup, ...] = ()
    rename: tuple[Rename, ...] = ()
    gifts: tuple[Gift, ...] = ()
    add: tuple[GroupMembers, ...] = ()
    own: tuple[GroupMembers, ...] = ()
    remove: tuple[GroupMembers, ...] = ()
    disown: tuple[GroupMembers, ...] = ()
    findings: tuple[Finding, ...] = ()
    classes: tuple[RosterGroup, ...] = ()
    teams: TeamOrders = NO_TEAMS

    @property
    def changes(self) -> int:
        """How many there are before Teams, each group, member and licence counted."""
        links = (*self.add, *self.own, *self.remove, *self.disown)
        members = sum(len(link.members) for link in links)
        licences = sum(len(gift.users) for gift in self.gifts)
        made = (*self.make, *self.classes, *self.rename)
        return len(made) + members + licences


def decide(
    settled: Sequence[Record], urgent: Collection[str], tenancy: Tenancy, city: City,
    city_code: str, *, as_of: date, staff: Sequence[Record[StaffMember]] = (),
) -> Orders:  # fmt: skip
    """``settled`` are all pupils we know whose account is there: to one who is left out nothing is
    given, and from him nothing taken. ``urgent`` are the userMasterIdentifiers of those whose
    accounts were made or given back tonight: they get the first seats. ``staff`` are all members of
    staff whose account is there; ``as_of``, a Japan day, says which classes are still theirs."""
    wanted = roster_groups(settled, city.m365.groups, city_code)
    if city.staff:
        wanted = with_staff(wanted, staff, city.staff, settled, city_code, as_of=as_of)
    given = list(_licences(settled, urgent, staff, tenancy, city))
    twice = [rules.GROUP_TWICE.at(count=tenancy.twice)] if tenancy.twice else []
    kept = dict(_kept_in_step(wanted, school_years(settled, as_of=as_of), tenancy, city, city_code))
    groups = in_step(
        wanted, tenancy.groups, kept, _ours(kept, settled, staff, city_code, as_of=as_of)
    )
    plan = _teams(settled, staff, tenancy, city, city_code, as_of=as_of)
    members = in_step(
        plan.wanted, tenancy.teams or {}, plan.kept, plan.leavers, last_owner_is_member=True
    )
    alone = groups.alone + members.alone
    stays = [rules.LAST_OWNER_STAYS.at(count=alone)] if alone else []
    return Orders(
        make=tuple(group for mark, group in wanted.items() if mark not in tenancy.groups),
        classes=plan.classes,
        rename=(*groups.rename, *members.rename),
        gifts=tuple(one for one in given if isinstance(one, Gift)),
        add=(*(g for g in given if isinstance(g, GroupMembers)), *groups.add, *members.add),
        own=(*groups.own, *members.own),
        disown=(*groups.disown, *members.disown),
        remove=(*groups.remove, *members.remove),
        teams=plan.orders,
        findings=(
            *(one for one in given if isinstance(one, Finding)), *twice, *stays, *plan.findings
        ),
    )  # fmt: skip


def _ours(
    kept: Collection[str], settled: Sequence[Record], staff: Sequence[Record[StaffMember]],
    city_code: str, *, as_of: date,
) -> dict[str, Ours]:  # fmt: skip
    """By mark, who goes where nobody wants them any more. Teachers stay in a class whose 年度 is
    over on ``as_of``, as they do in its Team: they are nobody's by then, and the school's roster
    may turn days later. Only those go from it whose account serves no more."""
    pupils = frozenset(known.object_id for known in settled)
    people = frozenset(known.object_id for known in staff)
    gone = frozenset(known.object_id for known in staff if not known.serves)
    now, past = Ours(pupils | people, people), Ours(pupils | gone, gone)
    this = year_of(as_of)
    told = {mark: read_mark(mark, city_code) for mark in kept}
    return {m: past if one and one.year and one.year < this else now for m, one in told.items()}


def _licences(
    settled: Sequence[Record], urgent: Collection[str], staff: Sequence[Record[StaffMember]],
    tenancy: Tenancy, city: City,
) -> Iterator[Gift | GroupMembers | Finding]:  # fmt: skip
    """What all lines of the rules ask for: pupils' first, and of pupils those who are urgent."""
    first = sorted(
        (k for k in settled if k.status is Status.ACTIVE),
        key=lambda k: (k.pupil.id not in urgent, k.pupil.id),
    )
    users = [known.object_id for known in first]
    for licence in city.m365.licences:
        yield from _licence(licence, users, tenancy)
    if city.staff:
        theirs = [k.object_id for k in staff if k.status is Status.ACTIVE]
        for licence in city.staff.licences:
            yield from _licence(licence, theirs, tenancy)


def _licence(
    licence: Licence, users: Sequence[str], tenancy: Tenancy
) -> Iterator[Gift | GroupMembers | Finding]:
    """What one line of the rules asks for, ``users`` in order of urgency."""
    sku = tenancy.skus.get(licence.sku)
    if sku is None:
        yield rules.SKU_UNKNOWN.at(sku=licence.sku)
    elif licence.by == "user":
        has = tenancy.holders.get(sku.sku_id, frozenset())
        lucky, short = _seated([user for user in users if user not in has], sku, licence.sku)
        yield from short
        if lucky:
            yield Gift(licence.sku, sku.sku_id, lucky)
    else:
        yield from _by_group(
            licence, users, sku, tenancy.licence_groups.get(licence.group or "", ())
        )


def _by_group(
    licence: Licence, users: Sequence[str], sku: Sku, named: Sequence[LicenceGroup]
) -> Iterator[GroupMembers | Finding]:
    """The group is the board's own: we add to it, and neither make it nor take anybody out."""
    if len(named) != 1:
        yield rules.LICENCE_GROUP_MISSING.at(sku=licence.sku, count=len(named))
        return
    (group,) = named
    if sku.sku_id not in group.skus:
        yield rules.LICENCE_NOT_ON_GROUP.at(sku=licence.sku)
    if group.members is None:
        return
    missing = [user for user in users if user not in group.members]
    lucky, short = _seated(missing, sku, licence.sku)
    yield from short
    if lucky:
        yield GroupMembers(lucky, object_id=group.object_id)


def _seated(
    users: Sequence[str], sku: Sku, part_number: str
) -> tuple[tuple[str, ...], list[Finding]]:
    """Those for whom there is a seat, and what to tell when some go without."""
    if len(users) <= sku.left:
        return tuple(users), []
    if sku.lapsed:
        return (), [LICENCE_LAPSED.at(sku=part_number, count=len(users))]
    short = rules.SEATS_SHORT.at(sku=part_number, seats=sku.left, count=len(users))
    return tuple(users[: sku.left]), [short]


def _teams(
    settled: Sequence[Record], staff: Sequence[Record[StaffMember]], tenancy: Tenancy, city: City,
    city_code: str, *, as_of: date,
) -> TeamPlan:  # fmt: skip
    if not (city.staff and city.staff.class_teams):
        return TeamPlan()
    most = city.staff.class_teams.a_night
    return plan_teams(settled, staff, tenancy.teams, most, city_code, as_of=as_of)


def _kept_in_step(
    wanted: Mapping[str, RosterGroup], years: Mapping[str, int], tenancy: Tenancy, city: City,
    city_code: str,
) -> Iterator[tuple[str, TenantGroup]]:  # fmt: skip
    """Our groups that follow the roster: of a kind in the rules, and no class of an earlier year,
    which stays as it was. Emptying last year's classes would cost one write a pupil each April.
    ``years``: school → its 年度; whose class is there no more goes by the newest of them."""
    marks = {mark: read_mark(mark, city_code) for mark in tenancy.groups}
    ever = (told.year for told in marks.values() if told and told.year)
    newest = max(years.values(), default=max(ever, default=0))
    for mark, there in tenancy.groups.items():
        told, group = marks[mark], wanted.get(mark)
        year = years.get(group.school, newest) if group else newest
        if told and told.kind in _kinds(city) and told.year in {None, year}:
            yield mark, there


def _kinds(city: City) -> set[str]:
    """The kinds of group that the rules ask for."""
    of_staff = city.staff is not None and "school" in city.staff.groups
    return {*city.m365.groups, *(("staff",) if of_staff else ())}
