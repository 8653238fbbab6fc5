"""groups.json: how often Groups has run out of time in this run."""

from __future__ import annotations

from dataclasses import dataclass

from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written

NAME = "groups.json"


@dataclass(frozen=True, slots=True)
class GroupCalls:
    calls: int = 0


def one_more(folder: RunFiles) -> int:
    """Counts a call whose time was up; how many there have been."""
    calls = read(GroupCalls, folder.get_json(NAME)).calls + 1
    folder.put_json(NAME, written(GroupCalls(calls)))
    return calls
