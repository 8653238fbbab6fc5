"""The tenant's groups and licences: what is there, and the orders carried out.

Nothing here is remembered between two calls. Stopped anywhere, by the clock or by a crash, the
next call looks again and does what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched

from kakehashi.catalogue import provision as rules
from kakehashi.catalogue.refusals import GROUPS_BUSY
from kakehashi.city import City
from kakehashi.directories.microsoft365 import group_flows
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
from kakehashi.directories.port import LicenceGroup, Settled, Sku, Stopped, Tenancy, TenantGroup
from kakehashi.edges.errors import DirectoryError, TryLater
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.refused import of_status, refused
from kakehashi.groups.left import Left
from kakehashi.groups.planning import GroupMembers, Orders
from kakehashi.groups.wanted import read_mark

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


# -- gather ---------------------------------------------------------------------------------------


def read_tenancy(directory: Directory, city: City, city_code: str) -> Tenancy:
    """What the tenant holds of that which the city's rules ask for. Raises DirectoryError."""
    asked = city.staff.groups if city.staff else ()
    ours, twice = _ours(directory, city_code) if city.m365.groups or asked else ({}, 0)
    licences = (*city.m365.licences, *(city.staff.licences if city.staff else ()))
    named = {
        li.group: _named(directory, li.group) for li in licences if li.by == "group" and li.group
    }
    skus = rows_as(GraphSku, directory.rows(graph.list_skus())) if licences else []
    fixed = [g for groups in named.values() for g in groups if not g.dynamic]
    members = _members(directory, [g.id for g in (*ours.values(), *fixed)])
    direct = any(licence.by == "user" for licence in licences)
    return Tenancy(
        groups={
            mark: TenantGroup(g.id, g.name or "", frozenset(members[g.id]))
            for mark, g in ours.items()
        },
        twice=twice,
        licence_groups={
            n: tuple(_licence_group(g, members) for g in gs) for n, gs in named.items()
        },
        skus={sku.part_number: Sku(sku.id, sku.left, sku.lapsed) for sku in skus},
        holders=_holders(directory) if direct else {},
    )


def _ours(directory: Directory, city_code: str) -> tuple[dict[str, GraphGroup], int]:
    """The city's groups by mark, the older one where there are two, and how many there are more."""
    listed = rows_as(GraphGroup, directory.rows(graph.list_groups(city_code)))
    ours = [g for g in listed if not g.dynamic and read_mark(g.nickname or "", city_code)]
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


def _members(directory: Directory, groups: Iterable[str]) -> dict[str, set[str]]:
    """Group id → member ids, twenty groups a call. Raises DirectoryError when one is unreadable:
    against half a list, members would be added again and again."""
    members: dict[str, set[str]] = {group: set() for group in groups}
    reading = (
        (n, group_flows.read_members(group, into, directory.wire.relative))
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


# -- act ------------------------------------------------------------------------------------------

type Piece = tuple[str, str, int, Flow]
"""(word for the count, MEXT code or "", how many changes, what to say)"""


@dataclass
class Keeper:
    """Orders carried out on one tenant. ``counts`` and ``left`` grow meanwhile."""

    directory: Directory
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("made", "added", "removed", "licensed", "left"), 0)
    )
    left: list[Left] = field(default_factory=list)
    _made: dict[str, str] = field(default_factory=dict)

    def carry_out(self, orders: Orders, until: float | None = None) -> bool:
        """Do everything; False if ``until``, a moment of the directory's clock, came first.

        Licences come before everything else, and nobody leaves a group before everybody is in.
        """
        return (
            self._hold(_gifts(orders), until)
            and self._hold(_makings(orders, self._made), until)
            and self._hold(self._additions(orders.add), until, graph.PATCHES)
            and self._hold(_removals(orders), until)
        )

    def _hold(self, pieces: Iterable[Piece], until: float | None, batch_of: int = BATCH) -> bool:
        """Hold these flows to their ends; False if the time was up before that."""
        flows = list(pieces)
        numbered = ((n, flow) for n, (_, _, _, flow) in enumerate(flows))
        ends = 0
        for ended in self.directory.apply(numbered, until, batch_of):
            word, school, changes, _ = flows[ended.key]
            undone = self._note(ended.outcome, school)
            self.counts[word] += changes - undone
            self.counts["left"] += undone
            ends += 1
        return ends == len(flows)

    def _note(self, outcome: Settled | Stopped, school: str) -> int:
        """How many changes were not made, once they are remembered."""
        if isinstance(outcome, Settled):
            return 0
        self.left.append(Left(outcome, school))
        return self.left[-1].count

    def _additions(self, links: Iterable[GroupMembers]) -> Iterator[Piece]:
        """Chunks of all groups in turn: two changes of one group at once get in each other's way.

        A group that could not be made has no id: its members wait with it.
        """
        chunks = [
            (turn, group, link.school, chunk)
            for link in links
            if (group := link.object_id or self._made.get(link.mark, ""))
            for turn, chunk in enumerate(batched(link.members, graph.LINKS, strict=False))
        ]
        for _, group, school, chunk in sorted(chunks, key=lambda one: one[0]):
            yield "added", school, len(chunk), group_flows.add(group, chunk)


def _gifts(orders: Orders) -> Iterator[Piece]:
    for gift in orders.gifts:
        for user in gift.users:
            yield "licensed", "", 1, group_flows.give(gift.sku, gift.sku_id, user)


def _makings(orders: Orders, made: dict[str, str]) -> Iterator[Piece]:
    for group in orders.make:
        yield "made", group.school, 1, _remembered(made, group.mark, group.name)
    for rename in orders.rename:
        yield "made", rename.school, 1, group_flows.rename(rename.object_id, rename.name)


def _remembered(made: dict[str, str], mark: str, name: str) -> Flow:
    outcome = yield from group_flows.make(mark, name)
    if isinstance(outcome, Settled):
        made[mark] = outcome.object_id
    return outcome


def _removals(orders: Orders) -> Iterator[Piece]:
    for link in orders.remove:
        for member in link.members:
            yield "removed", link.school, 1, group_flows.remove(link.object_id, member)


def failed(found: DirectoryError) -> Left:
    """All of it, when the tenant refuses groups as such."""
    rule = GROUPS_BUSY if isinstance(found, TryLater) else rules.GROUPS_FAILED
    facts: dict[str, int | str] = {"count": 1, "code": found.code, "status": found.status}
    return Left(Stopped(rule, facts, failed=True))
