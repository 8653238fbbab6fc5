"""Children whose userMasterIdentifier has changed: one record each, and one id for all tools.

A link of an earlier release wrote a second record and left the first: two of one account, and a
second user in every tool. The account's mark says which of them lives; the others are given up.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kakehashi.directories.port import Listed
from kakehashi.people.record import Record, Status

TOOL_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/tool-id")


@dataclass(frozen=True, slots=True)
class MovedIds:
    """``former``: userMasterIdentifier → the child's records under ids that were given up, the
    oldest first. ``holders``: an id that tools know a child by → the child's
    userMasterIdentifier, where that is another one."""

    former: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    holders: Mapping[str, str] = field(default_factory=dict)

    def given_up(self) -> frozenset[str]:
        """Ids of the records that are left over."""
        return frozenset(one.pupil.id for several in self.former.values() for one in several)

    def tool_id_of(self, umi: str) -> str:
        """What tools may know a child by that is new to us: "" for its userMasterIdentifier,
        another id where they know somebody else by that."""
        if umi not in self.holders:
            return ""
        made = str(uuid.uuid5(TOOL_SPACE, umi))
        while made in self.holders:
            made = str(uuid.uuid5(TOOL_SPACE, made))
        return made


def moved(known: Mapping[str, Record], by_object: Mapping[str, Listed]) -> MovedIds:
    """Who has moved, by the records themselves and by the marks that the tenant shows."""
    holders = {one.tool_id: umi for umi, one in known.items() if one.tool_id}
    former: dict[str, tuple[Record, ...]] = {}
    for object_id, several in _shared(known.values()).items():
        holder = by_object.get(object_id)
        living = holder.mark.lower() if holder else ""
        if any(one.pupil.id == living for one in several):
            rest = [one for one in several if one.pupil.id != living]
            former[living] = tuple(sorted(rest, key=lambda one: (one.run_id, one.pupil.id)))
    for umi, others in former.items():
        holders |= {one.sourced_id: umi for one in others}
    return MovedIds(former, holders)


def _shared(known: Iterable[Record]) -> dict[str, list[Record]]:
    """Accounts that stand on several records; a city has a record for each, and next to none of
    these, so a list is made only for them."""
    first: dict[str, Record] = {}
    more: dict[str, list[Record]] = {}
    for one in known:
        if one.status is Status.DELETED or not one.object_id:
            continue
        before = first.setdefault(one.object_id, one)
        if before is not one:
            more.setdefault(one.object_id, [before]).append(one)
    return more
