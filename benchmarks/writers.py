"""Many who write to one tenant, on one virtual clock: what each sends, and when.

The leases, pacers and the line they share are those that are deployed; only the clock and the table
in between are not.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from kakehashi.directories.budget import BURST, PaceAsk, PaceLease, Timeline
from kakehashi.directories.pace import LIMIT, Pacer

RATE = 19.0
TINY = 1e-3  # writes, lost in arithmetic
GRAPH = 3000.0  # writes that the bucket of an app in a tenant holds


@dataclass
class Moments:
    """A clock that a simulation moves; nobody waits on it."""

    time: float = 1000.0

    def now(self) -> float:
        return self.time

    def wait_until(self, _moment: float) -> None:
        raise AssertionError


@dataclass
class SharedLine:
    """A budget that several pacers ask; ``asked`` counts the calls of a table."""

    clock: Moments
    line: Timeline = field(default_factory=Timeline)
    asked: int = 0

    def lease(self, ask: PaceAsk) -> PaceLease | None:
        self.asked += 1
        return self.line.lease(ask, self.clock.now())

    def give_back(self, seconds: float) -> None:
        self.asked += 1
        self.line.give_back(seconds)

    def close(self, seconds: float) -> None:
        self.line.close(seconds, self.clock.now())


@dataclass
class Writer:
    """Somebody who has so many writes to send, in batches of twenty."""

    pacer: Pacer
    left: int
    begins: float = 0.0
    ended: float = 0.0


class WrittenTenant:
    """Writers and what they send; ``level`` is Graph's bucket, never to be emptied: each time that
    it was, Graph would have answered 429 (``refused``)."""

    def __init__(self, full: float = BURST, draw: int = 7) -> None:
        self.clock, self.chance = Moments(), random.Random(draw)
        self.budget, self.level, self.at = SharedLine(self.clock), full, self.clock.time
        self.lowest, self.refused = full, 0

    def writer(self, left: int, *, urgent: bool = False, begins: float = 0.0) -> Writer:
        pacer = Pacer(RATE, self.clock, self.budget, self.chance.random)
        pacer.urgent = urgent
        return Writer(pacer, left, self.clock.time + begins)

    def run(self, writers: Iterable[Writer]) -> float:
        """Seconds until everybody is done; each writer looks again when it was told to."""
        start, writers = self.clock.time, list(writers)
        turns = [(one.begins, n) for n, one in enumerate(writers)]
        heapq.heapify(turns)
        while turns:
            moment, n = heapq.heappop(turns)
            self.clock.time = max(self.clock.time, moment)
            one = writers[n]
            batch = min(20, one.left)
            ready = one.pacer.ready_at(batch)
            if ready > self.clock.time:
                heapq.heappush(turns, (ready, n))
                continue
            assert one.pacer.take(batch)
            self.sent(batch)
            one.left -= batch
            if one.left:
                heapq.heappush(turns, (self.clock.time, n))
            else:
                one.pacer.release()
                one.ended = self.clock.time
        return self.clock.time - start

    def sent(self, writes: int) -> None:
        gained = (self.clock.time - self.at) * LIMIT
        self.level = min(GRAPH, self.level + gained) - writes
        self.at, self.lowest = self.clock.time, min(self.lowest, self.level)
        self.refused += self.level < -TINY
