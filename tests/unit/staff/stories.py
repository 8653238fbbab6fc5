"""One child's papers of a few nights."""

from __future__ import annotations

from typing import Any

from kakehashi.roster import Desired
from kakehashi.run_folder.actions import Acted
from kakehashi.run_folder.results import End, Result
from kakehashi.run_folder.roster import PersonLine
from kakehashi.staff.timeline import TimelineEntry, entries
from kakehashi.staff.trace import NightPlan, ToolDelivery, Trace
from tests.builders import a_pupil


def papers(run: int = 1, **facts: Any) -> Trace:
    pupil = a_pupil(1)
    defaults: dict[str, Any] = {
        "run_id": f"demo-202612{run:02}T021500-0a1b2c3d",
        "line": 12,
        "verdict": "applied",
        "plan": NightPlan(f"2026-12-{run:02}"),
        "desired": Desired(pupil),
        "current": PersonLine(pupil, "active"),
        "delivered": (ToolDelivery("interactive-study", "delta", "nothing"),),
    }
    return Trace(**(defaults | facts))


def a_story() -> list[TimelineEntry]:
    """A quiet night, and one that changed the child's class."""
    umi = a_pupil(1).id
    done = Result(1, umi, "update", "CHANGED", End.DONE, request_id="r-1")
    before = PersonLine(a_pupil(1, class_title="3年1組"))
    moved = papers(2, current=before, action=Acted(umi, "update", "CHANGED"), result=done)
    return list(entries(iter([papers(1), moved])))
