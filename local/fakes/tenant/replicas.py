"""Eventual consistency: reads that lag behind writes by a set number of seconds.

For each write the state *before* it is remembered until the delay is over; a lagging reader is
shown the oldest state that is still within the delay. Writes are always judged against the truth.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

type Facts = Mapping[str, Any]


class Past(NamedTuple):
    """How an object was until ``until`` (epoch seconds); None: it did not exist."""

    until: float
    facts: Facts | None


class Replicas:
    def __init__(self) -> None:
        self._order: deque[tuple[float, str]] = deque()
        self._past: dict[str, deque[Past]] = {}

    def remember(self, now: float, key: str, before: Facts | None, keep: float) -> None:
        """Note the state before a write. ``keep``: the longest delay in force, in seconds."""
        self._forget(now - keep)
        if keep > 0:
            self._order.append((now, key))
            self._past.setdefault(key, deque()).append(Past(now, before))

    def past(self, now: float, key: str, delay: float) -> Past | None:
        """What a reader ``delay`` seconds behind still sees of one object; None: the present."""
        return next((past for past in self._past.get(key, ()) if past.until + delay > now), None)

    def stale(self, now: float, delay: float) -> dict[str, Facts | None]:
        """The same for every object that such a reader sees otherwise than it is."""
        pasts = {key: self.past(now, key, delay) for key in self._past} if delay > 0 else {}
        return {key: past.facts for key, past in pasts.items() if past is not None}

    def _forget(self, oldest: float) -> None:
        while self._order and self._order[0][0] <= oldest:
            _, key = self._order.popleft()
            self._past[key].popleft()
            if not self._past[key]:
                del self._past[key]


def visible_ids(ids: Sequence[str], stale: Mapping[str, Facts | None]) -> Sequence[str]:
    """``ids`` (sorted) and those deleted objects that a lagging reader still sees."""
    ghosts = [key for key, facts in stale.items() if facts is not None]
    return sorted({*ids, *ghosts}) if ghosts else ids
