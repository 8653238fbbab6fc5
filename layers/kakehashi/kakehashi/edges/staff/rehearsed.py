"""予行: one rehearsal, beside today and beside the night that it was made for.

A rehearsal leaves no record: its folder is all there is of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kakehashi.catalogue import staff as rules
from kakehashi.diff.comparison import LASTS, SinceRehearsal
from kakehashi.edges import plans
from kakehashi.edges.runs import city_of, made_on
from kakehashi.edges.staff.approving import RUN
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.reading import RUNS, all_schools
from kakehashi.refusal import Refusal
from kakehashi.report.summary_file import was_rehearsed
from kakehashi.run_folder.comparison import comparison
from kakehashi.staff import rehearsal


def past(asked: Asked, run_id: str) -> rehearsal.PastRehearsal | None:
    """None for whatever is no rehearsal of this city."""
    if not RUN.match(run_id) or city_of(run_id) != asked.city:
        return None
    folder = asked.deps.folder(run_id)
    rehearsed = was_rehearsed(folder)
    return rehearsal.PastRehearsal(run_id, plans.header(folder)) if rehearsed else None


def one(asked: Asked, run_id: str) -> rehearsal.Rehearsal | Refusal:
    chosen = past(asked, run_id)
    if chosen is None:
        return Refusal(rules.UNKNOWN_RUN)
    records = asked.deps.state(asked.city).runs(RUNS)
    newest = next((record.run_id for record in records if record.went_well), "")
    real, moved = _real(asked, chosen, [record.run_id for record in records])
    facts = rehearsal.RehearsalFacts(
        city=asked.city,
        past=[chosen],
        chosen=chosen,
        now=_counts(asked, newest) if newest else {},
        real=_counts(asked, real) if real else {},
        moved=moved,
        schools=all_schools(asked),
    )
    return rehearsal.rehearsal(facts, asked.caller.viewer)


def _counts(asked: Asked, run_id: str) -> Mapping[str, int]:
    counts: Mapping[str, int] = plans.header(asked.deps.folder(run_id)).counts
    return counts


def _real(
    asked: Asked, chosen: rehearsal.PastRehearsal, run_ids: list[str]
) -> tuple[str, SinceRehearsal | None]:
    """The newest run that was compared with this rehearsal, and the comparison; such a run is made
    within days of the day that was rehearsed."""
    day = chosen.header.as_of
    if not day:
        return "", None
    rehearsed = date.fromisoformat(day)
    for run_id in run_ids:
        if run_id > chosen.run_id and abs(made_on(run_id) - rehearsed) <= LASTS:
            told = comparison(asked.deps.folder(run_id))
            if told and told.run_id == chosen.run_id:
                return run_id, told
    return "", None
