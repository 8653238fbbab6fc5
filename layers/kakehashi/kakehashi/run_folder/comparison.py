"""comparison.json: what has moved since the rehearsal."""

from __future__ import annotations

from kakehashi.diff.comparison import SinceRehearsal
from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written

NAME = "comparison.json"


def comparison(folder: RunFiles) -> SinceRehearsal | None:
    """None where there was no rehearsal of this day."""
    told = folder.get_json(NAME)
    return read(SinceRehearsal, told) if told else None


def put_comparison(folder: RunFiles, found: SinceRehearsal) -> None:
    folder.put_json(NAME, written(found))
