"""How far a run's accounts are, in one line: what `run`, `rerun` and `status` show meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kakehashi.roster import JAPAN


def progress_line(progress: Mapping[str, Any]) -> str:
    """From progress.json; "" where there is none. The end is the one forecast before starting."""
    if not progress:
        return ""
    done, shards = len(progress["written"]), progress["shards"]
    parts = [f"アカウント accounts {done}/{shards}"]
    if end := progress["forecast_end"]:
        clock = f"{datetime.fromisoformat(end).astimezone(JAPAN):%H:%M}"
        left = max(1, round(progress["seconds_left"] / 60))
        parts += [f"終了の予測 forecast end {clock}", f"残り約 {left} 分 minutes left"]
    return "、".join(parts)
