"""How an account is deleted: the only module that can say so to Microsoft Graph.

Microsoft 365 keeps a deleted account for 30 days: a child who comes back within them gets it back
(``flows.create``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from kakehashi.directories.microsoft365 import requests as graph
from kakehashi.directories.microsoft365.answers import NOT_FOUND, as_account
from kakehashi.directories.microsoft365.flows import Flow
from kakehashi.directories.microsoft365.refusals import refusal
from kakehashi.directories.port import Objection, Settled


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
    after: ClassVar[float] = 0.0

    @property
    def url(self) -> str:
        return f"/users/{UUID(self.object_id)}"


def delete(object_id: str, mark: str, objection: Objection) -> Flow:
    """Look once more, then delete. Not found: a try that we did not hear of did it."""
    seen = yield graph.get_user(object_id, graph.IDENTITY)
    if not seen.ok and seen.status != NOT_FOUND:
        return refusal(seen)
    account = as_account(seen.user(), mark) if seen.ok else None
    if why := objection(account):
        return why
    if account:
        answer = yield _AccountDeletion(object_id)
        if not answer.ok and answer.status != NOT_FOUND:
            return refusal(answer)
    return Settled(object_id)
