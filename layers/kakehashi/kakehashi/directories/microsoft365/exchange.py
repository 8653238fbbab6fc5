"""Many flows at once: what to send next, what to send again and when.

Pure but for its own memory: the moment (seconds) and the chance (0 to 1) come in as arguments.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from kakehashi.directories.microsoft365.answers import BUSY, NOT_DONE, Answer
from kakehashi.directories.microsoft365.flows import Flow
from kakehashi.directories.microsoft365.requests import Request
from kakehashi.directories.port import Ended

MOST_TRIES = 10  # of one request; at the longest waits about four minutes
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0  # seconds
REPLICATION_WAITS = (2.0, *([4.0] * 8), 8.0, 8.0, 16.0, 30.0, 60.0)  # 156 s in all
LINK_WAITS = (15.0, 15.0, 30.0, 30.0, 60.0)  # 150 s in all; each try counts against the limit


@dataclass(slots=True)
class Pending:
    """One flow under way; ``key`` says whose it is."""

    key: int
    flow: Flow
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
    final = answer.conflicts() or answer.already_team()
    if answer.status in again and not final and tries < MOST_TRIES:
        backoff: float = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1))
        return max(answer.retry_after or 0.0, backoff * (0.5 + chance / 2))
    waits = LINK_WAITS if request.links else REPLICATION_WAITS
    if request.patient and answer.not_replicated() and unseen < len(waits):
        return waits[unseen]
    return None


@dataclass(slots=True)
class Exchange:
    """The flows of one shard: those to begin, those that wait, those that ended."""

    to_begin: Iterable[tuple[int, Flow]]
    ended: deque[Ended] = field(default_factory=deque)
    _ready: deque[Pending] = field(default_factory=deque)
    _waiting: list[tuple[float, int, Pending]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.to_begin = iter(self.to_begin)

    def next_batch(self, now: float, most: int) -> list[Pending]:
        """At most ``most`` flows whose request should go out now, second tries first."""
        while self._waiting and self._waiting[0][0] <= now:
            self._ready.append(heapq.heappop(self._waiting)[2])
        while len(self._ready) < most and self._begin(now):
            pass
        return [self._ready.popleft() for _ in range(min(most, len(self._ready)))]

    def put_back(self, batch: Iterable[Pending]) -> None:
        """These were not sent after all."""
        self._ready.extendleft(reversed(list(batch)))

    def next_moment(self) -> float | None:
        """When the next waiting pending is due; None if none waits."""
        return self._waiting[0][0] if self._waiting else None

    def hear(self, pending: Pending, answer: Answer, now: float, chance: float) -> None:
        """Give a pending its answer: it waits, goes on, or ends."""
        pending.tries += 1
        pending.request_id = answer.request_id or pending.request_id
        wait = wait_before_retry(pending.request, answer, pending.tries, pending.unseen, chance)
        pending.unseen += answer.not_replicated()
        if wait is not None:
            heapq.heappush(self._waiting, (now + wait, pending.key, pending))
            return
        try:
            pending.request = pending.flow.send(answer)
        except StopIteration as end:
            self.ended.append(Ended(pending.key, end.value, pending.request_id))
        else:
            pending.tries = pending.unseen = 0
            self._queue(pending, now)

    def _begin(self, now: float) -> bool:
        """Start one flow; False when there is none left. Some end without a word."""
        for key, flow in self.to_begin:
            try:
                self._queue(Pending(key, flow, next(flow)), now)
            except StopIteration as end:
                self.ended.append(Ended(key, end.value))
            return True
        return False

    def _queue(self, pending: Pending, now: float) -> None:
        if pending.request.after:
            heapq.heappush(self._waiting, (now + pending.request.after, pending.key, pending))
        else:
            self._ready.append(pending)
