"""Moments as staff read them: in Japan's time, wherever they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from kakehashi.roster import JAPAN
from kakehashi.run_folder.progress import Progress


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


def times_of(progress: Progress | None) -> Times | None:
    """None where no account was to be touched."""
    if not progress:
        return None
    return Times(*map(_clock, (progress.started, progress.forecast_end, progress.ended)))


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone(JAPAN):%H:%M:%S}" if moment else ""
