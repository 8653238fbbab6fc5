"""Answers by city that are believed for a minute."""

from __future__ import annotations

import time
from collections.abc import Callable

FRESH = 60.0  # seconds


class Lately[V]:
    """Asked again after a minute; that there is none is not kept, for anybody may ask for cities
    that do not exist."""

    def __init__(self, ask: Callable[[str], V]) -> None:
        self.ask = ask
        self.kept: dict[str, tuple[float, V]] = {}

    def __call__(self, city: str) -> V:
        until, value = self.kept.get(city) or (0.0, None)
        if value is None or until < time.monotonic():
            value = self.ask(city)
            self.kept.pop(city, None)
            if value is not None:
                self.kept[city] = (time.monotonic() + FRESH, value)
        return value
