"""progress.json: how far the accounts of a run are: forecast before the first write, then told
after each shard.

Pure: moments (UTC) and the pace come in as arguments. Groups and licences are not in the forecast:
how much they need is known only once the accounts are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from kakehashi.directories.pace import forecast
from kakehashi.run_folder import RunFiles

NAME = "progress.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """One execution's work on the accounts: ``progress.json`` in the run folder.

    ``rate`` is in writes a second, 0 where nothing holds us back and nothing can be forecast.
    ``written`` maps the shards that ended to their writes.
    """

    execution: str
    started: datetime
    writes: int
    shards: int
    rate: float
    written: Mapping[int, int] = field(default_factory=dict)
    ended: datetime | None = None

    @property
    def forecast_end(self) -> datetime | None:
        if not self.rate:
            return None
        return self.started + timedelta(seconds=forecast(self.writes, self.rate))

    @property
    def seconds_left(self) -> int:
        return forecast(max(0, self.writes - sum(self.written.values())), self.rate)

    def seconds_behind(self, writes: int, now: datetime) -> int:
        """How much later than forecast it is, once ``writes`` more than the ended shards' are done.

        0 where it is earlier, or nothing was forecast.
        """
        if not self.rate:
            return 0
        due = forecast(sum(self.written.values()) + writes, self.rate)
        return max(0, int((now - self.started).total_seconds()) - due)

    def after(self, shard: int, writes: int, now: datetime) -> Self:
        """With this shard ended; again for the same shard is harmless."""
        written = {**self.written, shard: writes}
        return replace(self, written=written, ended=now if len(written) >= self.shards else None)

    def to_json(self) -> dict[str, Any]:
        """With the forecast spelt out for whoever only reads."""
        end = self.forecast_end
        return {
            "execution": self.execution,
            "started": self.started.isoformat(),
            "forecast_end": end.isoformat() if end else "",
            "ended": self.ended.isoformat() if self.ended else "",
            "seconds_left": self.seconds_left,
            "writes": self.writes,
            "shards": self.shards,
            "rate": self.rate,
            "written": {str(shard): writes for shard, writes in self.written.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            execution=data["execution"],
            started=datetime.fromisoformat(data["started"]),
            writes=data["writes"],
            shards=data["shards"],
            rate=data["rate"],
            written={int(shard): writes for shard, writes in data["written"].items()},
            ended=datetime.fromisoformat(data["ended"]) if data["ended"] else None,
        )


def progress(folder: RunFiles) -> Progress | None:
    """None where no account was to be touched, or none has been so far."""
    told = folder.get_json(NAME)
    return Progress.from_json(told) if told else None


def put_progress(folder: RunFiles, now: Progress) -> None:
    folder.put_json(NAME, now.to_json())
