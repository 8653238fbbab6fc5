"""How fast we may write: a token bucket at Microsoft's documented limit.

3,000 writes in 150 seconds for one app in one tenant are 20 a second; ``$batch`` does not help,
because each item counts. The clock is passed in, so tests live on a virtual one.
"""

from __future__ import annotations

import math
from typing import Protocol

LIMIT = 20.0  # writes a second, per app and tenant
SLOW_FROM = 0.8  # x-ms-throttle-limit-percentage appears from here on, and goes up to 1.8
BURST = 1000.0  # writes saved up while we had to wait; the bucket of 3,000 fills meanwhile too
CAUTIOUS = 20.0  # one $batch: all we may save up once Graph has told that less than that is left
SLOWEST = 0.1


def forecast(writes: int, rate: float) -> int:
    """Seconds that so many writes take at this pace; 0 where there is none."""
    return math.ceil(writes / rate) if rate else 0


class Clock(Protocol):
    """Seconds that only go forward, and how to wait for a moment of them."""

    def now(self) -> float: ...
    def wait_until(self, moment: float) -> None: ...


class Pacer:
    """One writer's bucket. ``rate`` in writes a second; 0 means unpaced (loopback only)."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self.rate, self.clock = rate, clock
        self.slowness = 1.0
        self._tokens, self._at = BURST, clock.now()
        self._closed_until = 0.0

    def ready_at(self, writes: int) -> float:
        """The moment from which ``writes`` (a ``$batch`` at most) may be sent."""
        now = self.clock.now()
        self._refill(now)
        missing = max(0.0, writes - self._tokens) if self.rate else 0.0
        wait = missing / (self.rate * self.slowness) if missing else 0.0
        return max(now + wait, self._closed_until)

    def take(self, writes: int) -> None:
        """Wait until ``writes`` may be sent, and count them as sent."""
        while (moment := self.ready_at(writes)) > self.clock.now():
            self.clock.wait_until(moment)
        self._tokens -= writes

    def heed(self, used: float) -> None:
        """Slow down as the limit comes near: full speed at 0.8, half at 1.0, a tenth from 1.16."""
        self._refill(self.clock.now())
        self.slowness = 1.0
        if used >= SLOW_FROM:
            self.slowness = min(1.0, max(SLOWEST, (1.2 - used) / 0.4))
            self._tokens = min(CAUTIOUS, self._tokens)

    def stop_for(self, seconds: float) -> None:
        """Nothing at all for a while: a 429 on one item speaks for the whole tenant."""
        self._closed_until = max(self._closed_until, self.clock.now() + seconds)

    def _refill(self, now: float) -> None:
        gained = (now - self._at) * self.rate * self.slowness
        self._tokens = min(BURST, self._tokens + gained)
        self._at = now
