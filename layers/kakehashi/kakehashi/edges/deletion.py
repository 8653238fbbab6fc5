"""The one way to delete an account, and the only module that can.

It is given a shard of nothing but deletions and the pupils whom a person named, looks at each
account once more, and deletes them one after the other. Microsoft 365 keeps a deleted account for
30 days: a child who comes back within them gets it back (``provision.dialogues.create``).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import requests

from kakehashi.diff.plan import Action
from kakehashi.edges.directory import Directory
from kakehashi.edges.graph import TIMEOUT, UNAUTHORIZED, Wire, answer_of
from kakehashi.edges.state import State
from kakehashi.findings import Effect
from kakehashi.provision.answers import NO_ANSWER, NOT_FOUND, Answer, Settled, refusal
from kakehashi.provision.deletable import Conditions, objection
from kakehashi.provision.exchange import BUSY, FIRST_WAIT, LONGEST_WAIT, MOST_TRIES
from kakehashi.provision.results import Ledger, Standing, result

_OBJECT_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


@dataclass(kw_only=True)
class Deletions(Ledger):
    """Deletions, carried out in order. ``mark`` is the extension attribute that holds our mark."""

    actions: Sequence[Action]
    conditions: Conditions
    mark: str
    effects: Mapping[str, Effect]
    state: State
    directory: Directory

    def carry_out(self, until: float | None = None) -> bool:
        """Delete whom nothing speaks for; False if ``until``, a moment of the directory's clock,
        came first. Called again, it goes on: whoever is gone is only forgotten."""
        for line, action in enumerate(self.actions, 1):
            if until is not None and self.directory.clock.now() >= until:
                return False
            self._part(line, action)
        return True

    def _part(self, line: int, action: Action) -> None:
        known = self.state.pupils_of([action.pupil]).get(action.pupil)
        account = self.directory.account(action.object_id, self.mark)
        if why := objection(action, known, account, self.conditions):
            self.stop(line, action, why)
            return
        if known is None:
            self.results[line] = result(line, action, Standing.DONE)
            return
        answer = _delete(self.directory, action.object_id) if account else Answer(NOT_FOUND)
        if not answer.ok and answer.status != NOT_FOUND:
            self.stop(line, action, refusal(answer), answer.request_id)
            return
        self.state.drop_pupil(action.pupil)
        self.results[line] = result(line, action, Settled(action.object_id), answer.request_id)


def _delete(directory: Directory, object_id: str) -> Answer:
    """DELETE /users/{id} until Graph has an answer. Not found: a try we did not hear of did it."""
    for tries in range(MOST_TRIES):
        directory.pacer.take(1)
        answer = _once(directory.wire, object_id)
        if answer.status == UNAUTHORIZED:
            directory.wire.tokens.forget()
            answer = _once(directory.wire, object_id)
        if answer.status not in BUSY:
            break
        pause = max(answer.retry_after or 0.0, min(LONGEST_WAIT, FIRST_WAIT * 2**tries))
        directory.clock.wait_until(directory.clock.now() + pause)
    return answer


def _once(wire: Wire, object_id: str) -> Answer:
    if not _OBJECT_ID.match(object_id):
        raise ValueError("not the id of one user")
    request_id = str(uuid.uuid4())
    headers = {
        "Authorization": f"Bearer {wire.tokens.bearer()}",
        "client-request-id": request_id,
    }
    try:
        with wire.sessions.one() as session:
            url = f"{wire.base}/users/{object_id}"
            heard = session.delete(url, headers=headers, timeout=TIMEOUT, allow_redirects=False)
            return answer_of(heard, request_id)
    except requests.RequestException:  # reset, timed out, cut short: it may have taken effect
        return Answer(NO_ANSWER, request_id=request_id)
