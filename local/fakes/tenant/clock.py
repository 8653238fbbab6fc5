"""The tenant's clock: real, or virtual and moved by the tests alone."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch. In virtual mode time stands still until somebody advances it."""

    def __init__(self) -> None:
        self._virtual: float | None = None

    @property
    def virtual(self) -> bool:
        return self._virtual is not None

    def now(self) -> float:
        return time.time() if self._virtual is None else self._virtual

    def set_virtual(self, virtual: bool) -> None:
        """Entering virtual time starts at the present moment; leaving it jumps back to it."""
        self._virtual = self.now() if virtual else None

    def advance(self, seconds: float) -> None:
        """Only a virtual clock can be moved, and only forward. Raises ValueError otherwise."""
        if self._virtual is None or seconds < 0:
            raise ValueError("only a virtual clock advances, and only forward")
        self._virtual += seconds

    def stamp(self) -> str:
        """Now as Graph writes it: ``2026-04-01T02:30:00Z``."""
        return stamp(self.now())


def stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
