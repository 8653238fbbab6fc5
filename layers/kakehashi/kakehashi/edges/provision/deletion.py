"""The one way to delete an account.

It is given a shard of nothing but deletions and the pupils whom a person named, and looks at each
account and each pupil's item once more right before. Retries, pace and broken connections are
those of every other call. A directory keeps a deleted account for a while: a child who comes back
meanwhile gets it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from kakehashi.actions import Action
from kakehashi.directories.port import Accounts, Doomed, Ended, Listed, Stopped
from kakehashi.edges.errors import TryLater
from kakehashi.edges.state import PupilItems
from kakehashi.findings import Effect
from kakehashi.people.record import Record
from kakehashi.provision.deletable import Conditions, objection
from kakehashi.provision.results import MOVED, UNTOUCHED, Ledger, Readiness, result


@dataclass(kw_only=True)
class Deletions(Ledger):
    """Deletions, carried out."""

    actions: Sequence[Action]
    conditions: Conditions
    effects: Mapping[str, Effect]
    state: PupilItems
    accounts: Accounts
    _read: dict[int, Record | None] = field(default_factory=dict)

    def now(self) -> float:
        """The moment by which ``until`` is told."""
        return self.accounts.now()

    def carry_out(self, until: float | None = None) -> bool:
        """Delete whom nothing speaks for; False if ``until``, a moment of the directory's clock,
        came first. Called again, it goes on: whoever is gone is only forgotten."""
        for ended in self.accounts.delete(self._doomed(), until):
            self._note(ended)
        return len(self.results) == len(self.actions)

    def _doomed(self) -> Iterator[Doomed]:
        """Each begun when it is drawn, so that its item is read right before."""
        for line, action in enumerate(self.actions, 1):
            record = self.state.pupils_of([action.pupil]).get(action.pupil)
            self._read[line] = record
            yield line, action.object_id, partial(self._objection, action, record)

    def _objection(
        self, action: Action, record: Record | None, account: Listed | None
    ) -> Stopped | None:
        if action.pupil in self.untouched:
            return UNTOUCHED
        return objection(action, record, account, self.conditions)

    def _note(self, ended: Ended) -> None:
        """Forget who is gone, unless the item has moved since it was read."""
        line, action, known = ended.key, self.actions[ended.key - 1], self._read.pop(ended.key)
        if isinstance(ended.outcome, Stopped):
            self.stop(line, action, ended.outcome, ended.request_id)
            return
        if known is None:
            self.results[line] = result(line, action, Readiness.DONE)
            return
        try:
            self.state.drop_pupil(known)
        except TryLater:
            self.stop(line, action, MOVED, ended.request_id)
            return
        self.results[line] = result(line, action, ended.outcome, ended.request_id)
