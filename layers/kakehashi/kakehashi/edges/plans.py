"""A plan in its run folder, and the moment at which it begins to be applied.

plan.json            the header, the checksum in it
actions/NNNN.jsonl   the actions, a shard a file
findings/diff.jsonl  what was found while it was made
numbers.json         what class titles are numbered by, from Preprocess
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from kakehashi.city import City
from kakehashi.class_numbers import Numbers
from kakehashi.diff.plan import Plan
from kakehashi.diff.sums import night_count
from kakehashi.edges.errors import UNREADABLE, OtherRelease
from kakehashi.edges.runs import Folder, Run, prefix_of
from kakehashi.edges.state import State
from kakehashi.findings import Finding, soften
from kakehashi.run_folder import roster
from kakehashi.run_folder.plan import header, left_of, put_plan
from kakehashi.run_folder.plan import plan as stored_plan
from kakehashi.run_folder.results import results
from kakehashi.state_records import RunRecord
from kakehashi.verdict import Verdict

__all__ = ["begin", "count_what_was_done", "header", "read", "waits_since", "write"]

_LEAVES_A_PLAN_WAITING = {Verdict.REFUSED, Verdict.FAILED}


def write(folder: Folder, plan: Plan, findings: Iterable[Finding], city: City) -> None:
    folder.put_findings("diff", soften(findings, city.effects))
    put_plan(folder, plan)


def read(folder: Folder) -> Plan | None:
    """The plan as it was written, None where there is none. Raises OtherRelease."""
    try:
        return stored_plan(folder)
    except UNREADABLE as exc:
        raise OtherRelease(f"the plan of {folder.prefix}") from exc


def begin(
    state: State, folder: Folder, run_id: str, plan: Plan, accepted: Iterable[str] = (),
    *, staff_shards: int = 0,
) -> None:  # fmt: skip
    """From here on ``plan`` is the newest that was applied, and the numbers of class titles that
    its run has given are kept. Again for the same run is harmless.

    ``accepted`` are the codes that a person has accepted. ``staff_shards`` is how many shards of
    the staff's plan go with it.

    Raises Overtaken when another run has moved the state since the plan was made, OtherRelease
    before anything is written.
    """
    numbers = {} if plan.undoes else _numbers(folder)
    if plan.actions or staff_shards:
        state.begin_apply(run_id, plan.serial)
    if plan.undoes:
        state.note_run(plan.undoes, undone_by=run_id)
        state.note_undone(run_id)
    else:
        state.note_counts(run_id, night_count(plan.as_of, plan.counted, plan.breaches, accepted))
        for year, given in numbers.items():
            state.keep_numbers(year, given)
        state.note_export(state.newest_export().after(plan.export, plan.as_of))


def _numbers(folder: Folder) -> dict[int, Numbers]:
    try:
        return roster.numbers(folder)
    except UNREADABLE as exc:
        raise OtherRelease(f"the numbers of {folder.prefix}") from exc


def count_what_was_done(run: Run, folder: Folder, state: State) -> None:
    """What a run adds to the sums of the next weeks, once it has ended: what was not carried out
    is left out, for a later night plans, and counts, it again. Nothing to do for a run that never
    began to apply anything, or that did all it had planned. A plan that cannot be read, which is
    why its run failed, counts whole: the report must not fail as well."""
    record = state.run(run.run_id)
    if not record.counted or run.prefix != prefix_of(run.run_id):
        return
    done = {(one.pupil, one.kind) for one in results(folder) if one.carried_out}
    try:
        left = left_of(folder, done)
    except UNREADABLE:
        return
    if left and left.actions:
        accepted = record.approved.accept if record.approved else ()
        night = night_count(left.as_of, left.counted, left.breaches, accepted, left.actions)
        state.note_counts(run.run_id, night)


def waits_since(records: Iterable[RunRecord]) -> datetime | None:
    """When the plan was made that a person can still approve; None where none waits.

    ``records`` are a city's newest runs, newest first. A roster that was
    refused leaves yesterday's plan waiting; one that was applied, or found nothing to do, does not.
    """
    serial = 0
    for record in records:
        serial = max(serial, record.serial)
        if record.verdict in _LEAVES_A_PLAN_WAITING:
            continue
        waits = record.waits and record.serial == serial
        return datetime.fromisoformat(record.ended) if waits else None
    return None
