"""From a group as it is to one as it should be: names, members and owners."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from kakehashi.directories.port import TenantGroup
from kakehashi.groups.wanted import RosterGroup


@dataclass(frozen=True, slots=True)
class GroupMembers:
    """Members for a group that exists (``object_id``) or is only being made (``mark``)."""

    members: tuple[str, ...] = field(repr=False)
    object_id: str = ""
    mark: str = ""
    school: str = ""


@dataclass(frozen=True, slots=True)
class Rename:
    object_id: str
    school: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ours:
    """Object ids of those who are in a group only while it wants them, and of whom as its owners.
    Others in it, somebody of the board say, are not our affair."""

    people: frozenset[str] = field(repr=False)
    owners: frozenset[str] = field(repr=False)


NOBODY = Ours(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Steps:
    """What brings groups in step. ``alone`` counts those whose former owner stays because nobody
    else would own them: Graph takes the last one away from nobody."""

    rename: tuple[Rename, ...] = ()
    add: tuple[GroupMembers, ...] = ()
    own: tuple[GroupMembers, ...] = ()
    remove: tuple[GroupMembers, ...] = ()
    disown: tuple[GroupMembers, ...] = ()
    alone: int = 0


def in_step(
    wanted: Mapping[str, RosterGroup],
    there: Mapping[str, TenantGroup],
    kept: Mapping[str, TenantGroup],
    ours: Mapping[str, Ours],
    *,
    last_owner_is_member: bool = False,
) -> Steps:
    """All by mark. ``there`` are the groups that exist; only from those of them that are ``kept``
    is anybody taken out, also where they are wanted no more: of ``ours``, whoever is not wanted.
    ``last_owner_is_member``: who stays an owner because nobody else would be one can do something
    there only as a member, too."""
    disown, alone = _given_up(wanted, kept, ours)
    return Steps(
        rename=tuple(_renames(wanted, there)),
        add=tuple(_missing(wanted, there, attrgetter("members"))),
        own=tuple(_missing(wanted, there, attrgetter("owners"))),
        remove=tuple(_removals(wanted, kept, ours, alone if last_owner_is_member else {})),
        disown=disown,
        alone=len(alone),
    )


def _renames(
    wanted: Mapping[str, RosterGroup], there: Mapping[str, TenantGroup]
) -> Iterator[Rename]:
    for mark, group in wanted.items():
        held = there.get(mark)
        if held and held.name != group.name:
            yield Rename(held.object_id, group.school, group.name)


def _missing(
    wanted: Mapping[str, RosterGroup],
    there: Mapping[str, TenantGroup],
    of: Callable[[RosterGroup | TenantGroup], frozenset[str]],
) -> Iterator[GroupMembers]:
    """Whom a group lacks as what ``of`` names: its members, or its owners."""
    for mark, group in wanted.items():
        held = there.get(mark)
        lacking = of(group) - (of(held) if held else frozenset())
        if lacking:
            object_id = held.object_id if held else ""
            yield GroupMembers(tuple(sorted(lacking)), object_id, mark, group.school)


def _given_up(
    wanted: Mapping[str, RosterGroup], kept: Mapping[str, TenantGroup], ours: Mapping[str, Ours]
) -> tuple[tuple[GroupMembers, ...], dict[str, frozenset[str]]]:
    """Owners of ours who are none any more; and those who stay all the same, by mark."""
    found, alone = list[GroupMembers](), dict[str, frozenset[str]]()
    for mark, held in kept.items():
        group = wanted.get(mark)
        now = group.owners if group else frozenset[str]()
        leaving = (held.owners & ours.get(mark, NOBODY).owners) - now
        if leaving and not (held.owners - leaving) | now:
            alone[mark] = leaving
        elif leaving:
            school = group.school if group else ""
            found.append(GroupMembers(tuple(sorted(leaving)), held.object_id, mark, school))
    return tuple(found), alone


def _removals(
    wanted: Mapping[str, RosterGroup], kept: Mapping[str, TenantGroup], ours: Mapping[str, Ours],
    alone: Mapping[str, frozenset[str]],
) -> Iterator[GroupMembers]:  # fmt: skip
    """People of ours who belong there no more."""
    for mark, held in kept.items():
        group = wanted.get(mark)
        stays = alone.get(mark, frozenset()) | (group.members if group else frozenset())
        leaving = (held.members & ours.get(mark, NOBODY).people) - stays
        if leaving:
            school = group.school if group else ""
            yield GroupMembers(tuple(sorted(leaving)), held.object_id, mark, school)
