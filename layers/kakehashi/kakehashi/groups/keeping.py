"""Orders for groups and licences, carried out through the directory's port.

Nothing is remembered between two calls. Stopped anywhere, by the clock or by a crash, the next
call looks again and does what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from typing import NamedTuple

from kakehashi.directories.port import (
    AddMembers,
    AddOwner,
    ArchiveTeam,
    Ended,
    GiveLicence,
    GroupChange,
    Groups,
    MakeClass,
    MakeGroup,
    MakeTeam,
    RemoveMember,
    RemoveOwner,
    RenameGroup,
    ReopenTeam,
    Stopped,
    TeamChange,
)
from kakehashi.groups.left import Left
from kakehashi.groups.planning import Orders
from kakehashi.groups.steps import GroupMembers
from kakehashi.groups.teams import TeamOrders

TEAM_WORDS = ("teams", "archived", "reopened")


class Piece(NamedTuple):
    """One change to ask for: the word for the count, the school's MEXT code or ""."""

    word: str
    school: str
    change: GroupChange | TeamChange

    @property
    def changes(self) -> int:
        return len(self.change.members) if isinstance(self.change, AddMembers) else 1


@dataclass
class Keeper:
    """Orders carried out in one directory. ``counts`` and ``left`` grow meanwhile."""

    groups: Groups
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("made", "added", "removed", "licensed", "left"), 0)
    )
    left: list[Left] = field(default_factory=list)
    _made: dict[str, str] = field(default_factory=dict)  # mark → object id

    def carry_out(self, orders: Orders, until: float | None = None) -> bool:
        """Do everything; False if ``until``, a moment of the directory's clock, came first.

        Licences come before everything else, and nobody leaves a group before everybody is in, nor
        an owner before the next one is.
        """
        return (
            self._do(_gifts(orders), until)
            and self._do(_makings(orders), until)
            and self._do(self._additions(orders.add), until)
            and self._do(self._owners(orders.own), until)
            and self._do(_removals(orders), until)
        )

    def carry_out_teams(self, orders: TeamOrders, until: float | None = None) -> int:
        """Make, archive and open Teams; how many are left to the next night. The last thing of a
        night: whoever has no time left for all of them need not be called again."""
        self.counts |= dict.fromkeys(TEAM_WORDS, 0) | self.counts
        return orders.later + self._bring(self._teams(orders), until)

    def _do(self, wanted: Iterable[Piece], until: float | None) -> bool:
        """Bring these changes to their ends; False if the time was up before that."""
        return not self._bring(wanted, until)

    def _bring(self, wanted: Iterable[Piece], until: float | None) -> int:
        """How many of these changes have not ended when the time is up."""
        pieces, ends = list(wanted), 0
        for ended in self.groups.apply([piece.change for piece in pieces], until):
            self._note(pieces[ended.key], ended)
            ends += 1
        return len(pieces) - ends

    def _note(self, piece: Piece, ended: Ended) -> None:
        undone = 0
        if isinstance(ended.outcome, Stopped):
            self.left.append(Left(ended.outcome, piece.school))
            undone = self.left[-1].count
        elif isinstance(piece.change, MakeGroup | MakeClass):
            self._made[piece.change.mark] = ended.outcome.object_id
        self.counts[piece.word] += piece.changes - undone
        self.counts["left"] += undone

    def _additions(self, links: Iterable[GroupMembers]) -> Iterator[Piece]:
        """Chunks of all groups in turn: two changes of one group at once get in each other's way.

        A group that could not be made has no id: its members wait with it.
        """
        chunks = [
            (turn, group, link.school, chunk)
            for link in links
            if (group := link.object_id or self._made.get(link.mark, ""))
            for turn, chunk in enumerate(
                batched(link.members, self.groups.members_at_once, strict=False)
            )
        ]
        for _, group, school, chunk in sorted(chunks, key=lambda one: one[0]):
            yield Piece("added", school, AddMembers(group, chunk))

    def _owners(self, links: Iterable[GroupMembers]) -> Iterator[Piece]:
        for link in links:
            if group := link.object_id or self._made.get(link.mark, ""):
                for owner in link.members:
                    yield Piece("added", link.school, AddOwner(group, owner))

    def _teams(self, orders: TeamOrders) -> Iterator[Piece]:
        """A class whose group could not be made waits for it."""
        for one in orders.make:
            if group := one.object_id or self._made.get(one.mark, ""):
                yield Piece("teams", one.school, MakeTeam(group))
        yield from (Piece("archived", "", ArchiveTeam(team)) for team in orders.archive)
        yield from (Piece("reopened", "", ReopenTeam(team)) for team in orders.reopen)


def _gifts(orders: Orders) -> Iterator[Piece]:
    for gift in orders.gifts:
        for user in gift.users:
            yield Piece("licensed", "", GiveLicence(gift.sku, gift.sku_id, user))


def _makings(orders: Orders) -> Iterator[Piece]:
    for group in orders.make:
        yield Piece("made", group.school, MakeGroup(group.mark, group.name))
    for group in orders.classes:
        yield Piece("made", group.school, MakeClass(group.mark, group.name))
    for rename in orders.rename:
        yield Piece("made", rename.school, RenameGroup(rename.object_id, rename.name))


def _removals(orders: Orders) -> Iterator[Piece]:
    for link in orders.remove:
        for member in link.members:
            yield Piece("removed", link.school, RemoveMember(link.object_id, member))
    for link in orders.disown:
        for owner in link.members:
            yield Piece("removed", link.school, RemoveOwner(link.object_id, owner))
