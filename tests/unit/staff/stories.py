"""One child's papers of a few nights."""

from __future__ import annotations

from typing import Any

from kakehashi.staff.timeline import TimelineEntry, entries
from kakehashi.staff.trace import ToolDelivery, Trace
from tests.builders import a_pupil


def papers(run: int = 1, **facts: Any) -> Trace:
    pupil = a_pupil(1)
    defaults: dict[str, Any] = {
        "run_id": f"demo-202612{run:02}T021500-0a1b2c3d",
        "line": 12,
        "summary": {"verdict": "applied"},
        "plan": {"as_of": f"2026-12-{run:02}", "proposals": {}, "held": {}},
        "desired": {"pupil": pupil.to_json()},
        "held": (),
        "current": {"pupil": pupil.to_json(), "status": "active"},
        "decision": {},
        "match": {},
        "action": {},
        "result": {},
        "findings": (),
        "refusals": (),
        "delivered": (ToolDelivery("interactive-study", "delta", "nothing"),),
    }
    return Trace(**(defaults | facts))


def a_story() -> list[TimelineEntry]:
    """A quiet night, and one that changed the child's class."""
    moved = papers(2, current={"pupil": a_pupil(1, class_title="3年1組").to_json()},
                   action={"kind": "update", "situation": "CHANGED", "pupil": a_pupil(1).id},
                   result={"outcome": "done", "request_id": "r-1"})  # fmt: skip
    return list(entries(iter([papers(1), moved])))
