"""How a city stands: what `kakehashi status` tells of it, as values and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kakehashi.run_folder.progress import Progress
from kakehashi.state_records import RunRecord
from kakehashi.stored import written
from kakehashi_console.waiting import Outdated


@dataclass(frozen=True, slots=True)
class RunStanding:
    """A run: how far it is while it is under way; of a plan that waits, ``until`` when (an ISO
    date) it can be approved, and why it no longer can."""

    record: RunRecord
    progress: Progress | None = None
    outdated: tuple[Outdated, ...] = ()
    until: str = ""

    def to_json(self) -> dict[str, Any]:
        """The record, and beside its facts what else there is to say."""
        told = written(self.record)
        if self.progress:
            told["progress"] = self.progress.to_json()
        if self.until:
            told |= {"outdated": [written(one) for one in self.outdated], "until": self.until}
        return told


@dataclass(frozen=True, slots=True)
class RehearsalStanding:
    """A rehearsal: for which day it was made, pupils by situation, and how many were held."""

    run_id: str
    as_of: str
    counts: Mapping[str, int]
    held: int


@dataclass(frozen=True, slots=True)
class CityStanding:
    """The newest first. ``dead_letters`` counts what waits in the queue."""

    city: str
    runs: tuple[RunStanding, ...]
    rehearsals: tuple[RehearsalStanding, ...]
    dead_letters: int
