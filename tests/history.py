"""How many events an execution can write into its history, which holds 25,000 at the most.

What writes how many: "Execution history" and HistoryEventType in the API reference of Step
Functions. A state is entered and left, a try of a task is scheduled, begins and ends, a Map begins
and ends, and so does each of its items.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_EVENTS = 25_000  # "Quotas related to state machine executions"; at one more it fails


def most_events(machine: Mapping[str, Any], times: Mapping[str, int]) -> int:
    """Of one execution in which everything is tried as often as it may be, and then goes well.

    ``times``: how many items a Map has, or how often a state of a loop is entered, by its name.
    """
    return 2 + sum(_of(name, state, times) for name, state in machine["States"].items())


def _of(name: str, state: Mapping[str, Any], times: Mapping[str, int]) -> int:
    many = times.get(name, 1)
    match state["Type"]:
        case "Task":
            tries: int = 1 + sum(retrier["MaxAttempts"] for retrier in state.get("Retry", ()))
            return many * (2 + 3 * tries)
        case "Map":
            within = state["ItemProcessor"]["States"].items()
            return 4 + many * (2 + sum(_of(inner, one, times) for inner, one in within))
    return many * 2
