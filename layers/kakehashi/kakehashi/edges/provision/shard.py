"""One shard of a plan carried out: tenant, state table and results kept in step.

Every action's item in the state table is written right after Graph said yes. So the shard can be
stopped anywhere, by the clock or by a crash, and called again: what is done is skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import batched, groupby
from typing import Any

from kakehashi.actions import Action, settled
from kakehashi.directories.port import Accounts, Ended, Ordered, Password, Settled, Stopped
from kakehashi.edges.state import PupilItems
from kakehashi.findings import Effect
from kakehashi.people.record import Record
from kakehashi.provision.results import (
    MOVED,
    UNTOUCHED,
    Ledger,
    Readiness,
    result,
    standing,
)

READ_AHEAD = 100  # items of the state table; a write is conditional on what was read anyway

type ReadPassword = Callable[[Action[Any]], str | None]
type Numbered = tuple[int, Action[Any]]


@dataclass(kw_only=True)
class Shard(Ledger):
    """Actions in the order of apply; deletions are refused: they are ``deletion``'s alone."""

    actions: Sequence[Action[Any]]
    run_id: str
    as_of: date
    effects: Mapping[str, Effect]
    state: PupilItems
    accounts: Accounts
    read_password: ReadPassword
    _read: dict[int, dict[str, Record[Any]]] = field(default_factory=dict)

    def now(self) -> float:
        """The moment by which ``until`` is told."""
        return self.accounts.now()

    def carry_out(self, until: float | None = None) -> bool:
        """Apply everything; False if ``until``, a moment of the directory's clock, came first.

        One kind of action after the other, and the next only when the last has ended: a name is
        given up before it is given away, and nobody is suspended before everybody has an account.
        """
        for kind, group in groupby(enumerate(self.actions, 1), key=lambda one: one[1].kind):
            numbered = list(group)
            for ended in self.accounts.apply(kind, self._open(numbered), until):
                self._note(ended)
            if any(line not in self.results for line, _ in numbered):
                return False
        return True

    def _open(self, numbered: Iterable[Numbered]) -> Iterator[Ordered]:
        """The actions that are still to be done, each looked at when it is drawn."""
        for line, action, items in self._current(numbered):
            match standing(action, items, self.as_of):
                case Readiness.DONE:
                    self.results[line] = result(line, action, Readiness.DONE)
                case Readiness.MOVED:
                    self.stop(line, action, MOVED)
                case Readiness.OPEN if action.pupil in self.untouched:
                    self.stop(line, action, UNTOUCHED)
                case Readiness.OPEN:
                    self._read[line] = items
                    yield line, action, self._password(action)

    def _current(
        self, numbered: Iterable[Numbered]
    ) -> Iterator[tuple[int, Action[Any], dict[str, Record[Any]]]]:
        """Actions with the items that they are about as they stand now, read a handful ahead."""
        for some in batched(numbered, READ_AHEAD, strict=False):
            known = self.state.pupils_of(umi for _, action in some for umi in action.ids())
            for line, action in some:
                yield line, action, {umi: known[umi] for umi in action.ids() if umi in known}

    def _password(self, action: Action[Any]) -> Password:
        return lambda: self.read_password(action)

    def _note(self, ended: Ended) -> None:
        """Write down one outcome: the state first, since it is what a later call looks at."""
        line, action = ended.key, self.actions[ended.key - 1]
        items = self._read.pop(line)
        if isinstance(ended.outcome, Stopped):
            self.stop(line, action, ended.outcome, ended.request_id)
            return
        self._keep(action, ended.outcome, items)
        if ended.outcome.note:
            self.note(action, ended.outcome.note, ended.outcome.facts)
        self.results[line] = result(line, action, ended.outcome, ended.request_id)

    def _keep(
        self, action: Action[Any], outcome: Settled, items: Mapping[str, Record[Any]]
    ) -> None:
        """The new item first: a child whose id moves is known at every moment, if once too often
        where the process dies in between. Called again, or on the next night, that is mended."""
        known = settled(action, as_of=self.as_of, run_id=self.run_id, object_id=outcome.object_id)
        kept = known.pupil.id if known is not None else ""
        if known is not None:
            self.state.put_pupil(known, items.get(kept))
        for umi, item in items.items():
            if umi != kept:
                self.state.drop_pupil(item)
