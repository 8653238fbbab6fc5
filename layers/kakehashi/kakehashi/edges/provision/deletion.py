"""The one way to delete an account, and the only module that can.

It is given a shard of nothing but deletions and the pupils whom a person named, and looks at each
account and each pupil's item once more right before. Retries, pace and broken connections are
those of every other call (``exchange``). Microsoft 365 keeps a deleted account for 30
days: a child who comes back within them gets it back (``flows.create``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from kakehashi.actions import Action
from kakehashi.directories.microsoft365 import requests as graph
from kakehashi.directories.microsoft365.answers import NOT_FOUND
from kakehashi.directories.microsoft365.flows import Flow
from kakehashi.directories.microsoft365.refusals import refusal
from kakehashi.directories.port import Ended, Settled, Stopped
from kakehashi.edges.errors import TryLater
from kakehashi.edges.microsoft.directory import Directory, as_account
from kakehashi.edges.state import PupilItems
from kakehashi.findings import Effect
from kakehashi.people.record import Record
from kakehashi.provision.deletable import Conditions, objection
from kakehashi.provision.results import MOVED, Ledger, Readiness, result


@dataclass(frozen=True, slots=True)
class _AccountDeletion:
    """DELETE /users/{id}. The id is a GUID, so the path cannot mean anything else."""

    object_id: str = field(repr=False)

    method: ClassVar[str] = "DELETE"
    body: ClassVar[None] = None
    writes: ClassVar[int] = 1
    patient: ClassVar[bool] = False
    links: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True

    @property
    def url(self) -> str:
        return f"/users/{UUID(self.object_id)}"


@dataclass(kw_only=True)
class Deletions(Ledger):
    """Deletions, carried out. ``mark`` is the extension attribute that holds our mark."""

    actions: Sequence[Action]
    conditions: Conditions
    mark: str
    effects: Mapping[str, Effect]
    state: PupilItems
    directory: Directory
    _read: dict[int, Record | None] = field(default_factory=dict)

    def now(self) -> float:
        """The moment by which ``until`` is told."""
        return self.directory.clock.now()

    def carry_out(self, until: float | None = None) -> bool:
        """Delete whom nothing speaks for; False if ``until``, a moment of the directory's clock,
        came first. Called again, it goes on: whoever is gone is only forgotten."""
        for ended in self.directory.apply(self._flows(), until):
            self._note(ended)
        return len(self.results) == len(self.actions)

    def _flows(self) -> Iterator[tuple[int, Flow]]:
        """Each begun when it is drawn, so that its item is read right before."""
        for line, action in enumerate(self.actions, 1):
            self._read[line] = self.state.pupils_of([action.pupil]).get(action.pupil)
            yield line, self._part(action, self._read[line])

    def _part(self, action: Action, record: Record | None) -> Flow:
        seen = yield graph.get_user(action.object_id, graph.IDENTITY)
        if not seen.ok and seen.status != NOT_FOUND:
            return refusal(seen)
        account = as_account(seen.user(), self.mark) if seen.ok else None
        if why := objection(action, record, account, self.conditions):
            return why
        if account:
            answer = yield _AccountDeletion(action.object_id)
            # Not found: a try that we did not hear of did it.
            if not answer.ok and answer.status != NOT_FOUND:
                return refusal(answer)
        return Settled(action.object_id)

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
