"""A city's groups and licences in Microsoft 365: what is there, and changes as flows.

Nothing here is remembered between two calls. Stopped anywhere, by the clock or by a crash, the
next call looks again and does what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kakehashi.city import City
from kakehashi.directories.microsoft365 import group_flows, team_flows
from kakehashi.directories.microsoft365 import group_requests as graph
from kakehashi.directories.microsoft365.answers import NOT_FOUND
from kakehashi.directories.microsoft365.flows import Flow
from kakehashi.directories.microsoft365.group_answers import (
    GraphGroup,
    GraphHolder,
    GraphSku,
    rows_as,
)
from kakehashi.directories.microsoft365.requests import BATCH
from kakehashi.directories.microsoft365.team_flows import Waits
from kakehashi.directories.microsoft365.team_requests import ARCHIVED
from kakehashi.directories.port import (
    AddMembers,
    ArchiveTeam,
    ClassTeam,
    Ended,
    GroupChange,
    LicenceGroup,
    MakeClass,
    MakeTeam,
    ReopenTeam,
    Sku,
    Stopped,
    TeamChange,
    Tenancy,
    TenantGroup,
)
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.refused import of_status, refused
from kakehashi.groups.wanted import TEAM, read_mark

UNPACED = Waits(between=0.0, spreading=0.0, working=0.0)  # of a tenant on loopback
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


@dataclass(frozen=True, slots=True)
class CityGroups:
    """See ``port.Groups``."""

    directory: Directory

    @property
    def members_at_once(self) -> int:
        return graph.LINKS

    def now(self) -> float:
        return self.directory.clock.now()

    def tenancy(self, city: City, city_code: str) -> Tenancy:
        return _tenancy(self.directory, city, city_code)

    def apply(
        self, changes: Sequence[GroupChange | TeamChange], until: float | None = None
    ) -> Iterator[Ended]:
        """Raises DirectoryError, TryLater."""
        adds = any(isinstance(change, AddMembers) for change in changes)
        waits = Waits() if self.directory.pacer.rate else UNPACED
        flows = ((n, _flow(change, n, waits)) for n, change in enumerate(changes))
        return self.directory.apply(flows, until, graph.PATCHES if adds else BATCH)


def _flow(change: GroupChange | TeamChange, place: int, waits: Waits) -> Flow:
    if isinstance(change, MakeClass | MakeTeam | ArchiveTeam | ReopenTeam):
        return team_flows.flow(change, place, waits)
    return group_flows.flow(change)


def _tenancy(directory: Directory, city: City, city_code: str) -> Tenancy:
    asked, teams = city.staff.groups if city.staff else (), _wants_teams(city)
    any_ = bool(city.m365.groups or asked or teams)
    all_, twice = _ours(directory, city_code, teams=teams) if any_ else ({}, 0)
    ours = {mark: g for mark, g in all_.items() if _kind(mark, city_code) != TEAM}
    licences = (*city.m365.licences, *(city.staff.licences if city.staff else ()))
    named = {
        li.group: _named(directory, li.group) for li in licences if li.by == "group" and li.group
    }
    skus = rows_as(GraphSku, directory.rows(graph.list_skus())) if licences else []
    fixed = [g for groups in named.values() for g in groups if not g.dynamic]
    members = _members(directory, [g.id for g in (*ours.values(), *fixed)])
    owned = [g.id for g in ours.values()] if city.staff and city.staff.owners else []
    owners = _members(directory, owned, owners=True)
    direct = any(licence.by == "user" for licence in licences)
    return Tenancy(
        groups={
            mark: TenantGroup(
                g.id, g.name or "", frozenset(members[g.id]), frozenset(owners.get(g.id, ()))
            )
            for mark, g in ours.items()
        },
        twice=twice,
        licence_groups={
            n: tuple(_licence_group(g, members) for g in gs) for n, gs in named.items()
        },
        skus={sku.part_number: Sku(sku.id, sku.left, sku.lapsed) for sku in skus},
        holders=_holders(directory) if direct else {},
        teams=_teams(directory, {m: g for m, g in all_.items() if m not in ours})
        if teams
        else None,
    )


def _wants_teams(city: City) -> bool:
    return bool(city.staff and city.staff.class_teams)


def _teams(directory: Directory, classes: dict[str, GraphGroup]) -> dict[str, ClassTeam]:
    """Who is in a class whose Team we have archived is not asked: it stays as it is."""
    archived = {g.id for g in classes.values() if (g.description or "").startswith(ARCHIVED)}
    read = [g.id for g in classes.values() if g.id not in archived]
    members, owners = _members(directory, read), _members(directory, read, owners=True)
    return {
        mark: ClassTeam(
            g.id,
            g.name or "",
            frozenset(members.get(g.id, ())),
            frozenset(owners.get(g.id, ())),
            is_team=g.has_team,
            archived=g.id in archived,
        )
        for mark, g in classes.items()
    }


def _kind(mark: str, city_code: str) -> str:
    told = read_mark(mark, city_code)
    return told.kind if told else ""


def _ours(
    directory: Directory, city_code: str, *, teams: bool
) -> tuple[dict[str, GraphGroup], int]:
    """The city's groups by mark, the older one where there are two, and how many there are more.
    Those of Teams only where they are asked for."""
    listed = rows_as(GraphGroup, directory.rows(graph.list_groups(city_code, teams=teams)))
    kinds = {g.id: _kind(g.nickname or "", city_code) for g in listed}
    ours = [
        g for g in listed if not g.dynamic and kinds[g.id] not in {"", *((TEAM,) * (not teams))}
    ]
    found: dict[str, GraphGroup] = {}
    for group in sorted(ours, key=lambda g: (g.created or "", g.id)):
        found.setdefault(group.nickname or "", group)
    return found, len(ours) - len(found)


def _named(directory: Directory, name: str) -> list[GraphGroup]:
    """The groups that a rule means: the one of that object id, or all of that displayName."""
    if not _GUID.match(name):
        return rows_as(GraphGroup, directory.rows(graph.list_groups_named(name)))
    answer = directory.read(graph.get_group(name))
    if answer.status == NOT_FOUND:
        return []
    if not answer.ok:
        raise refused(answer)
    return rows_as(GraphGroup, [answer.body])


def _members(
    directory: Directory, groups: Iterable[str], *, owners: bool = False
) -> dict[str, set[str]]:
    """Group id → ids of members, or owners, twenty groups a call. Raises DirectoryError when one is
    unreadable: against half a list, members would be added again and again."""
    members: dict[str, set[str]] = {group: set() for group in groups}
    reading = (
        (n, group_flows.read_members(group, into, directory.wire.relative, owners=owners))
        for n, (group, into) in enumerate(members.items())
    )
    for ended in directory.apply(reading):
        if isinstance(ended.outcome, Stopped):
            facts = ended.outcome.facts
            raise of_status(str(facts["code"]), int(facts["status"]))
    return members


def _licence_group(group: GraphGroup, members: dict[str, set[str]]) -> LicenceGroup:
    gives = frozenset(licence.sku_id for licence in group.licences)
    return LicenceGroup(group.id, gives, None if group.dynamic else frozenset(members[group.id]))


def _holders(directory: Directory) -> dict[str, frozenset[str]]:
    """Product id → who has it."""
    found: dict[str, set[str]] = {}
    for row in directory.rows(graph.list_holders()):
        holder = GraphHolder.model_validate(row)
        for sku in holder.skus():
            found.setdefault(sku, set()).add(holder.id)
    return {sku: frozenset(users) for sku, users in found.items()}
