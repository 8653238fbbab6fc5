"""How fast we may write: Microsoft's documented limit, shared by leases (``budget``).

3,000 writes in 150 seconds for one app in one tenant are 20 a second; ``$batch`` does not help,
because each item counts. The clock is passed in, so tests live on a virtual one.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Callable
from typing import Protocol

from kakehashi.directories.budget import (
    BURST,
    FIRST,
    IN_TIME,
    LEASE,
    SOON,
    PaceAsk,
    PaceLease,
    Timeline,
    WriteBudget,
)

LIMIT = 20.0  # writes a second, per app and tenant
SLOW_FROM = 0.8  # x-ms-throttle-limit-percentage appears from here on, and goes up to 1.8
CAUTIOUS = 20.0  # one $batch: all we may save up once Graph has told that less than that is left
SLOWEST = 0.1
LAPSE = 10.0  # seconds after which leased writes that nobody sent go back
LONGEST = 30.0  # seconds at most until who was refused a lease asks again
MOST_TOLD = 300.0  # seconds for which one answer stops the others: it may be a strange one
TELL = 1.0  # seconds by which a stop must be longer than the last one to be told to others
TINY = 1e-6  # of a write, lost in arithmetic


def forecast(writes: int, rate: float) -> int:
    """Seconds that so many writes take at this pace; 0 where there is none."""
    return math.ceil(writes / rate) if rate else 0


class Clock(Protocol):
    """Seconds that only go forward, and how to wait for a moment of them."""

    def now(self) -> float: ...
    def wait_until(self, moment: float) -> None: ...


class OwnBudget:
    """A budget that nobody shares: a process alone in its tenant."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._line = clock, Timeline()

    def lease(self, ask: PaceAsk) -> PaceLease | None:
        return self._line.lease(ask, self._clock.now())

    def give_back(self, seconds: float) -> None:
        self._line.give_back(seconds)

    def close(self, seconds: float) -> None:
        self._line.close(seconds, self._clock.now())


class Pacer:
    """One writer's share. ``rate`` in writes a second; 0 means unpaced (loopback only).

    ``urgent`` while it writes what must not wait for others. ``chance`` gives numbers below one:
    who was refused asks again at a moment of its own.
    """

    def __init__(
        self,
        rate: float,
        clock: Clock,
        budget: WriteBudget | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.rate, self.clock, self.budget = rate, clock, budget or OwnBudget(clock)
        self.slowness, self.urgent = 1.0, False
        self._chance = chance
        self._tokens, self._stretches = 0.0, deque[tuple[float, float]]()
        self._saved = BURST
        self._closed_until = 0.0
        self._used_at, self._ask_from, self._refusals = clock.now(), 0.0, 0

    def ready_at(self, writes: int) -> float:
        """The moment from which ``writes`` (a ``$batch`` at most) may be sent, or from which to ask
        again."""
        now = self.clock.now()
        if not self.rate or not writes:
            return max(now, self._closed_until)
        self._refill(now)
        self._lapse(now)
        ahead = IN_TIME * self._pace if self.urgent else 0.0
        if self._owned < writes + ahead and now >= self._asks_from(now):
            self._lease(writes, now)
        if self._owned < writes - TINY:
            return max(self._asks_from(now), self._closed_until)
        return max(self._covered(writes, now), self._closed_until)

    def take(self, writes: int, until: float | None = None) -> bool:
        """Wait until ``writes`` may be sent, and count them as sent; False, and nothing counted, if
        ``until`` comes first."""
        while (moment := self.ready_at(writes)) > self.clock.now():
            if until is not None and moment >= until:
                return False
            self.clock.wait_until(moment)
        if self.rate:
            self._tokens -= writes
            self._used_at = self.clock.now()
        return True

    def release(self) -> None:
        """Give back what is left over, for others."""
        self._refill(self.clock.now())
        left = sum(end - start for start, end in self._stretches)
        left += self._tokens / self.rate if self.rate else 0.0
        if left > SOON:
            self.budget.give_back(left)
            self._tokens = 0.0
            self._stretches.clear()

    def heed(self, used: float) -> None:
        """Slow down as the limit comes near: full speed at 0.8, half at 1.0, a tenth from 1.16."""
        self._refill(self.clock.now())
        self.slowness = 1.0
        if used >= SLOW_FROM:
            self.slowness = min(1.0, max(SLOWEST, (1.2 - used) / 0.4))
            self._tokens = min(CAUTIOUS, self._tokens)
            self._saved = CAUTIOUS

    def stop_for(self, seconds: float) -> None:
        """Nothing at all for a while: a 429 on one item speaks for the whole tenant."""
        moment = self.clock.now() + seconds
        if self.rate and moment > self._closed_until + TELL:
            self.budget.close(min(seconds, MOST_TOLD))
        self._closed_until = max(self._closed_until, moment)

    @property
    def _pace(self) -> float:
        return self.rate * self.slowness

    @property
    def _owned(self) -> float:
        """Writes that are leased and not sent."""
        return self._tokens + sum(end - start for start, end in self._stretches) * self._pace

    def _covered(self, writes: int, now: float) -> float:
        """The moment at which so many of the leased writes may be sent."""
        missing = writes - self._tokens
        moment = now
        for start, end in self._stretches:
            if missing <= 0:
                break
            seconds = min(missing / self._pace, end - start)
            missing, moment = missing - seconds * self._pace, start + seconds
        return moment

    def _refill(self, now: float) -> None:
        """What of the leased stretches has passed has become writes."""
        while self._stretches and self._stretches[0][0] < now:
            start, end = self._stretches.popleft()
            self._tokens += (min(end, now) - start) * self._pace
            if end > now:
                self._stretches.appendleft((now, end))

    def _asks_from(self, now: float) -> float:
        """Who is not urgent first uses up what it has leased."""
        if self.urgent or not self._stretches:
            return self._ask_from
        return max(self._ask_from, self._stretches[-1][1] - SOON)

    def _lease(self, writes: int, now: float) -> None:
        length = max(LEASE, (writes - self._owned) / self._pace)
        ahead = FIRST if self.urgent else SOON
        lease = self.budget.lease(PaceAsk(length, self._saved / self.rate, ahead))
        if lease is None:
            self._refusals += 1
            pause = LEASE * 2 ** (self._refusals - 1) * (0.5 + self._chance())
            self._ask_from = now + min(LONGEST, pause)
            return
        self._saved, self._refusals, self._used_at = BURST, 0, now
        start = now + lease.begins
        self._stretches.append((start, start + length))
        if lease.closed:
            self._closed_until = max(self._closed_until, now + lease.closed)
        self._refill(now)

    def _lapse(self, now: float) -> None:
        """What was not used for a while is not kept: many who kept some would burst together."""
        if not self._stretches and now - self._used_at > LAPSE:
            self.release()
            self._used_at = now
