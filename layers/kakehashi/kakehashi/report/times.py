"""Moments as staff read them: in Japan's time, wherever they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kakehashi.roster import JAPAN


def minute(iso: str) -> str:
    """``2026-11-24 02:10``; "" where nobody knows. Without an offset it is UTC, as we store it."""
    return f"{in_japan(iso):%Y-%m-%d %H:%M}" if iso else ""


def in_japan(iso: str) -> datetime:
    moment = datetime.fromisoformat(iso)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(JAPAN)


@dataclass(frozen=True, slots=True)
class Times:
    """When the accounts were begun, forecast to end and ended.

    ``forecast`` was made before the first write; "" where the pace is not limited. ``ended`` is ""
    where a stage failed before the end.
    """

    started: str
    forecast: str
    ended: str


def times_of(progress: Mapping[str, Any]) -> Times | None:
    """From progress.json; None where no account was to be touched."""
    if not progress:
        return None
    return Times(*(_clock(progress[name]) for name in ("started", "forecast_end", "ended")))


def _clock(moment: str) -> str:
    return f"{in_japan(moment):%H:%M:%S}" if moment else ""
