"""A city's state as a restored table has it, put back into the stack's own.

AWS restores a table to a point in time into another table, never into itself. Only a city's own
partition is copied: the staff page's posts and record stand in others, and a record is not turned
back. What later nights of this city knew is gone then; the accounts bear our mark, so the next
night finds them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kakehashi_console.operations import BadUse, Console
from kakehashi_console.partition import CityPartition, Items

STATE = "STATE"
LEASE = {"lease_owner", "lease_until"}  # of an execution of then, which has ended since


@dataclass(frozen=True, slots=True)
class Restoration:
    """What becomes of a city's partition: items to put, sort keys to delete, how many stay."""

    put: tuple[Mapping[str, Any], ...]
    delete: tuple[str, ...]
    same: int


def compared(now: Items, then: Items) -> Restoration:
    """``then`` as it is to stand; the lease of then is nobody's."""
    wanted = {sk: {k: v for k, v in item.items() if k not in LEASE} for sk, item in then.items()}
    put = [item for sk, item in wanted.items() if now.get(sk) != item]
    gone = tuple(sk for sk in now if sk not in wanted)
    return Restoration(tuple(put), gone, len(wanted) - len(put))


def look(console: Console, restored: str, city: str) -> Restoration:
    """What would be done. Raises BadUse while a run is under way, or where the restored table
    knows nothing of the city: then it is another stack's, or of a time before the city was."""
    if running := console.running():
        raise BadUse(f"実行が {running} 件動いています。 / a run is under way; wait for its end")
    then = CityPartition.of(console, city, restored).items()
    if not then:
        raise BadUse(f"{restored} に {city} の状態がありません。 / nothing of this city there")
    return compared(CityPartition.of(console, city).items(), then)


def put_back(console: Console, city: str, found: Restoration) -> None:
    """Safe to do again: whatever was cut short is found by ``look`` once more.

    A pupil may stand at another key now than then (``edges.state.pupils``), so nothing is deleted
    before everybody stands where they stood. STATE comes last: until it does, the serial is still
    the one of now.
    """
    partition = CityPartition.of(console, city)
    partition.write(put=[item for item in found.put if item["sk"] != STATE])
    partition.write(delete=found.delete)
    partition.write(put=[item for item in found.put if item["sk"] == STATE])
