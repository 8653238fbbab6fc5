"""plan.json: the header of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any

from kakehashi.diff.header import PlanHeader
from kakehashi.diff.plan import Plan, read_plan
from kakehashi.run_folder import RunFiles, actions

NAME = "plan.json"


def header(folder: RunFiles) -> PlanHeader:
    """What it says, as far as it can be read; false where there is no plan."""
    return PlanHeader.from_json(folder.get_json(NAME))


def plan(folder: RunFiles) -> Plan | None:
    """The plan as it was written, None where there is none; shards that an earlier attempt left
    behind are not its own. Raises KeyError and TooNew."""
    stored = folder.get_json(NAME)
    return read_plan(stored, _rows(folder, stored["shards"])) if stored else None


def left_of(folder: RunFiles, done: Set[tuple[str, str]]) -> Plan | None:
    """The plan with those of its actions alone that are not among ``done``, (pupil, kind); None
    where there is none. Raises KeyError and TooNew."""
    if not (stored := folder.get_json(NAME)):
        return None
    rows = _rows(folder, stored["shards"])
    return read_plan(stored, (row for row in rows if (row["pupil"], row["kind"]) not in done))


def _rows(folder: RunFiles, shards: int) -> Iterable[dict[str, Any]]:
    """As they stand there: the checksum is of what was written, facts included that this release
    does not know."""
    return (row for n in range(1, shards + 1) for row in folder.lines(actions.name(n)))


def put_plan(folder: RunFiles, made: Plan) -> None:
    """The actions first: whoever sees the header sees all."""
    for number, shard in enumerate(made.shards(), 1):
        actions.put_actions(folder, actions.name(number), shard)
    folder.put_json(NAME, made.header().to_json())
