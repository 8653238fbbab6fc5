"""Many dialogues at once: what to send next, what to send again and when.

Pure but for its own memory: the moment (seconds) and the chance (0 to 1) come in as arguments.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from kakehashi.provision.answers import BUSY, NOT_DONE, Answer, Outcome
from kakehashi.provision.dialogues import Dialogue
from kakehashi.provision.requests import Request

MOST_TRIES = 10  # of one request; at the longest waits about four minutes
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds
REPLICATION_WAITS = (2.0, *([4.0] * 8), 8.0, 8.0, 16.0, 30.0, 60.0)  # 156 s in all
LINK_WAITS = (15.0, 15.0, 30.0, 30.0, 60.0)  # 150 s in all; each try counts against the limit


@dataclass(frozen=True, slots=True)
class Ended:
    """How a dialogue ended; ``request_id`` is the client-request-id of its last call, or ""."""

    key: int
    outcome: Outcome
    request_id: str = ""


@dataclass(slots=True)
class Talk:
    """One dialogue under way; ``key`` says whose it is."""

    key: int
    dialogue: Dialogue
    request: Request
    tries: int = 0
    unseen: int = 0  # how often "not replicated yet"
    request_id: str = ""


def wait_before_retry(
    request: Request, answer: Answer, tries: int, unseen: int, chance: float
) -> float | None:
    """Seconds until ``request`` should be sent again; None: take the answer as it is.

    ``tries`` counts the calls made so far, ``unseen`` how many of them met an object that was not
    replicated yet.
    """
    again = BUSY if request.repeatable else NOT_DONE
    if answer.status in again and not answer.conflicts() and tries < MOST_TRIES:
        backoff: float = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1))
        return max(answer.retry_after or 0.0, backoff * (0.5 + chance / 2))
    waits = LINK_WAITS if request.links else REPLICATION_WAITS
    if request.patient and answer.not_replicated() and unseen < len(waits):
        return waits[unseen]
    return None


@dataclass(slots=True)
class Exchange:
    """The dialogues of one shard: those to begin, those that wait, those that ended."""

    to_begin: Iterable[tuple[int, Dialogue]]
    ended: deque[Ended] = field(default_factory=deque)
    _ready: deque[Talk] = field(default_factory=deque)
    _waiting: list[tuple[float, int, Talk]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.to_begin = iter(self.to_begin)

    def next_batch(self, now: float, most: int) -> list[Talk]:
        """At most ``most`` talks whose request should go out now, second tries first."""
        while self._waiting and self._waiting[0][0] <= now:
            self._ready.append(heapq.heappop(self._waiting)[2])
        while len(self._ready) < most and self._begin():
            pass
        return [self._ready.popleft() for _ in range(min(most, len(self._ready)))]

    def put_back(self, batch: Iterable[Talk]) -> None:
        """These were not sent after all."""
        self._ready.extendleft(reversed(list(batch)))

    def next_moment(self) -> float | None:
        """When the next waiting talk is due; None if none waits."""
        return self._waiting[0][0] if self._waiting else None

    def hear(self, talk: Talk, answer: Answer, now: float, chance: float) -> None:
        """Give a talk its answer: it waits, goes on, or ends."""
        talk.tries += 1
        talk.request_id = answer.request_id or talk.request_id
        wait = wait_before_retry(talk.request, answer, talk.tries, talk.unseen, chance)
        talk.unseen += answer.not_replicated()
        if wait is not None:
            heapq.heappush(self._waiting, (now + wait, talk.key, talk))
            return
        try:
            talk.request = talk.dialogue.send(answer)
        except StopIteration as end:
            self.ended.append(Ended(talk.key, end.value, talk.request_id))
        else:
            talk.tries = talk.unseen = 0
            self._ready.append(talk)

    def _begin(self) -> bool:
        """Start one dialogue; False when there is none left. Some end without a word."""
        for key, dialogue in self.to_begin:
            try:
                self._ready.append(Talk(key, dialogue, next(dialogue)))
            except StopIteration as end:
                self.ended.append(Ended(key, end.value))
            return True
        return False
