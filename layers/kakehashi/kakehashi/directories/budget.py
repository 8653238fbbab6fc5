"""One budget of writes for all who write to a tenant with our app: runs, shards, functions.

Microsoft counts the writes of an app in a tenant, whoever sends them. So there is one line in time,
and who wants to write leases the next stretch of it: within that, it has the whole pace to itself.
Moments that pass without a lease are saved up, ``BURST`` writes at most. All that is kept is the
moment up to which the line is leased, so a table can hold it, at one conditional write a lease
(elsewhere this is called the generic cell rate algorithm).

New pupils come first because who is urgent may lease further ahead than who is not: as long as
they ask in time, nobody else finds the line near enough.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

LEASE = 5.0  # seconds of the line at a time
BURST = 2000.0
"""Writes saved up while nobody wrote: what two functions of one city may send at once."""
SOON = 1.0  # seconds ahead up to which anybody may lease
FIRST = 15.0  # and who is urgent
IN_TIME = 2.0  # seconds of its own that who is urgent still has when it asks for more


@dataclass(frozen=True, slots=True)
class PaceAsk:
    """Seconds: how long a stretch, how much of the past may count, how far ahead it may begin."""

    length: float
    saved: float
    ahead: float


@dataclass(frozen=True, slots=True)
class PaceLease:
    """Seconds from now: where the stretch begins, negative for what was saved up, and how long the
    tenant wants to hear nothing."""

    begins: float
    closed: float = 0.0


class WriteBudget(Protocol):
    def lease(self, ask: PaceAsk) -> PaceLease | None:
        """None where others have leased the line further ahead than this one may begin."""

    def give_back(self, seconds: float) -> None:
        """What is left of a lease. Nobody writes more for it than the pace allows: by any moment,
        the stretches given are no longer than the line up to it."""

    def close(self, seconds: float) -> None:
        """The tenant has said that nobody may write for so long."""


class Timeline:
    """The budget of a single process. ``now`` comes from its clock, in seconds."""

    def __init__(self) -> None:
        self.leased, self.closed = -math.inf, -math.inf

    def lease(self, ask: PaceAsk, now: float) -> PaceLease | None:
        begins = max(self.leased, now - ask.saved)
        if begins > now + ask.ahead:
            return None
        self.leased = begins + ask.length
        return PaceLease(begins - now, max(0.0, self.closed - now))

    def give_back(self, seconds: float) -> None:
        self.leased -= seconds

    def close(self, seconds: float, now: float) -> None:
        self.closed = max(self.closed, now + seconds)
