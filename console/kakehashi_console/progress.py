"""How far a run's accounts are, in one line: what `run`, `rerun` and `status` show meanwhile."""

from __future__ import annotations

from kakehashi.roster import JAPAN
from kakehashi.run_folder.progress import Progress


def progress_line(progress: Progress | None) -> str:
    """ "" where no account has been begun. The end is the one forecast before starting."""
    if not progress:
        return ""
    parts = [f"アカウント accounts {len(progress.written)}/{progress.shards}"]
    if end := progress.forecast_end:
        clock = f"{end.astimezone(JAPAN):%H:%M}"
        left = max(1, round(progress.seconds_left / 60))
        parts += [f"終了の予測 forecast end {clock}", f"残り約 {left} 分 minutes left"]
    return "、".join(parts)
