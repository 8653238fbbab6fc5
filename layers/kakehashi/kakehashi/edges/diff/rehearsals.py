"""The newest rehearsal of a city, and what has moved between it and the plan of the day.

A rehearsal writes nothing outside its run folder, so it is found by that folder alone: one of the
last weeks that no run's record belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from kakehashi.diff.comparison import compare, concerns
from kakehashi.diff.plan import Plan
from kakehashi.edges import plans
from kakehashi.edges.errors import OtherRelease
from kakehashi.edges.runs import Folder, Run, city_of, made_on, prefix_of
from kakehashi.edges.state import State
from kakehashi.findings import Finding
from kakehashi.report.summary_file import was_rehearsed
from kakehashi.run_folder.comparison import put_comparison

LOOKS_BACK = timedelta(days=30)


def _read(folder: Folder) -> Plan | None:
    """One that another release rehearsed is none to compare with: the night goes on without."""
    try:
        return plans.read(folder)
    except OtherRelease:
        return None


class Rehearsals:
    """``folder`` is that of the run whose plan is to be compared."""

    def __init__(self, folder: Folder, state: State) -> None:
        self.folder, self.state = folder, state

    def compare(self, run: Run, plan: Plan) -> list[Finding]:
        """Write comparison.json, where there is a rehearsal to compare with; its finding."""
        found = None if plan.refused else self._newest(run)
        if found is None:
            return []
        comparison = compare(*found, plan)
        put_comparison(self.folder, comparison)
        return [comparison.finding()]

    def _newest(self, run: Run) -> tuple[str, Plan] | None:
        """The newest that was made for this day and whose day no applied run has seen yet."""
        for run_id in self._unrecorded(run.run_id):
            folder = Folder(self.folder.s3, self.folder.bucket, prefix_of(run_id))
            if was_rehearsed(folder):
                plan = _read(folder)
                fits = plan is not None and concerns(plan.as_of, run.as_of)
                return (run_id, plan) if plan and fits and not self._over(run_id, plan) else None
        return None

    def _over(self, run_id: str, rehearsed: Plan) -> bool:
        """Whether a run that came later has settled for the day that was rehearsed."""
        settled = self.state.settled_run()
        as_of = self.state.run(settled).as_of if settled > run_id else ""
        return bool(as_of) and date.fromisoformat(as_of) >= rehearsed.as_of

    def _unrecorded(self, run_id: str) -> Iterator[str]:
        """Runs of the last weeks without a record, the newest first."""
        city = city_of(run_id)
        since = f"{city}-{made_on(run_id) - LOOKS_BACK:%Y%m%d}"
        pages = self.folder.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.folder.bucket,
            Prefix=f"{city}/{city}-",
            Delimiter="/",
            StartAfter=f"{city}/{since}",
        )
        folders = [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])]
        found = {folder.rstrip("/").rpartition("/")[2] for folder in folders}
        recorded = self.state.run_ids(since) if found - {run_id} else set()
        yield from sorted((one for one in found - recorded if one < run_id), reverse=True)
