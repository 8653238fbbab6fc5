"""When the accounts were begun, forecast to end and ended, as staff read it: in Japan's time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kakehashi.roster import JAPAN


@dataclass(frozen=True, slots=True)
class Times:
    """``forecast`` was made before the first write; "" where the pace is not limited. ``ended`` is
    "" where a stage failed before the end."""

    started: str
    forecast: str
    ended: str


def times_of(progress: Mapping[str, Any]) -> Times | None:
    """From progress.json; None where no account was to be touched."""
    if not progress:
        return None
    return Times(*(_clock(progress[name]) for name in ("started", "forecast_end", "ended")))


def _clock(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(JAPAN):%H:%M:%S}" if moment else ""
