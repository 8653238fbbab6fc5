"""undone.jsonl: what the run did that is to be turned back, kept in the one that turns it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kakehashi.diff.inverse import Undone
from kakehashi.run_folder import RunFiles

NAME = "undone.jsonl"


def put_undone(folder: RunFiles, undone: Undone) -> None:
    """Each action of that run, how it ended, and if its account is within reach."""
    folder.put_lines(NAME, _rows(undone))


def _rows(undone: Undone) -> Iterator[dict[str, Any]]:
    for action in undone.actions:
        yield {
            "action": action.to_json(),
            "outcome": undone.outcomes.get(action.pupil, ""),
            "within_reach": action.object_id in undone.within_reach,
        }
