"""A tool's side of the world: what it took last, and where its files are put.

    s3://<outbox>/outbox/<city>/<tool>/<YYYY-MM-DD>/RO_YYYYMMDD_<code>.zip
    s3://<outbox>/outbox/<city>/<tool>/latest.json       what came last, and what it follows
    s3://<runs>/<city>/baselines/<tool>/<run_id>.jsonl   what the tool holds after that run
    TOOL#<tool> in the state table                       which of these is the newest

The pointer moves last. So a delivery cut short is made again by the same run, byte for byte, from
the baseline it began with; and what no run finished is in the next delta.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import boto3

from kakehashi.deliver import Delivery, Records, from_lines, to_lines
from kakehashi.deliver.dialect import Header
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.settings import OutboxSettings
from kakehashi.edges.state import State


@dataclass(frozen=True, slots=True)
class Turn:
    """This run's place among a tool's deliveries.

    ``baseline`` is the key of what the tool holds ("" for nothing), ``follows`` the run that
    delivered it, ``nth`` counts the deliveries of this day. ``anew`` tells everything again.
    """

    baseline: str
    follows: str
    nth: int
    anew: bool

    @classmethod
    def of(cls, pointer: Mapping[str, Any], run_id: str, day: date) -> Self:
        """From the tool's pointer; the run that moved it last gets the turn it had then."""
        if pointer.get("run_id") == run_id:
            return cls(
                pointer["previous"], pointer["follows"], pointer["nth"], bool(pointer["made_anew"])
            )
        same_day = pointer.get("day") == day.isoformat()
        return cls(
            baseline=pointer.get("baseline", ""),
            follows=pointer.get("run_id", ""),
            nth=pointer.get("nth", 0) + 1 if same_day else 1,
            anew=bool(pointer.get("anew", False)),
        )


class Outbox:
    """One tool of one city, in one run."""

    def __init__(self, state: State, run: Run, tool: str, env: OutboxSettings) -> None:
        s3 = boto3.client("s3")
        self.state, self.run, self.tool = state, run, tool
        self.turn = Turn.of(state.tool(tool), run.run_id, run.as_of)
        self.baselines = Folder(s3, env.runs_bucket, f"{run.city}/baselines/{tool}/")
        self.folder = Folder(s3, env.outbox_bucket, f"outbox/{run.city}/{tool}/")

    def before(self, header: Header) -> Records | None:
        """What the tool holds, laid under ``header``; None when it holds nothing.

        Raises BadConfiguration where the baseline was lost: without it nobody would be taken off
        the tool. To start the tool anew is for a person to say.
        """
        if not self.turn.baseline:
            return None
        name = self.turn.baseline.removeprefix(self.baselines.prefix)
        held = from_lines(self.baselines.lines(name), header)
        if held is None and not self.turn.anew:
            raise BadConfiguration(f"the baseline of tool {self.tool} is gone: start it anew")
        return held

    def hand_over(self, delivery: Delivery) -> list[dict[str, Any]]:
        """Zips, then the note of what came last, then the baseline, and the pointer at the end.

        Returns key, sha256 and rows of each zip; nothing is written when there is none.
        """
        files = [
            {"key": self._put(delivery, f.name, f.body), "sha256": f.sha256, "rows": dict(f.rows)}
            for f in delivery.files
        ]
        if files:
            self.folder.put_json("latest.json", self._note(delivery, files))
            self.baselines.put_lines(f"{self.run.run_id}.jsonl", to_lines(delivery.records))
            self._point()
        return files

    def _put(self, delivery: Delivery, name: str, body: bytes) -> str:
        # A second full file of a day replaces the first. A second delta must not: a tool that has
        # not fetched the first yet would never hear of it.
        again = delivery.mode == "delta" and self.turn.nth > 1
        day = self.run.as_of.isoformat() + (f"/run-{self.turn.nth:02}" if again else "")
        return self.folder.put(f"{day}/{name}", body, "application/zip")

    def _note(self, delivery: Delivery, files: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "tool": self.tool,
            "run_id": self.run.run_id,
            "as_of": self.run.as_of.isoformat(),
            "mode": delivery.mode,
            "follows": self.turn.follows,
            "files": files,
            "pupils": len(delivery.records.pupils()),
        }

    def _point(self) -> None:
        self.state.note_tool(
            self.tool,
            run_id=self.run.run_id,
            day=self.run.as_of.isoformat(),
            nth=self.turn.nth,
            baseline=f"{self.baselines.prefix}{self.run.run_id}.jsonl",
            previous=self.turn.baseline,
            follows=self.turn.follows,
            anew=False,
            made_anew=self.turn.anew,
        )
