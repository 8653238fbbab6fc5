"""The run folder as a contract: one module a file, with what stands in it, its reader and writer.

drop.json                        drop          what was dropped
order.json, undo.json            orders        what a person has asked for
desired.jsonl, held.jsonl        roster        whom the roster wants, and which rows wait
counts.json                      roster        how many of what there are in it
numbers.json                     roster        what class titles are numbered by
current.jsonl, tenant.jsonl      known         our state and the accounts, as Diff has seen them
missing.json, last_night.json    inputs        what else the plan was made from
past_counts.json, exports.json   inputs
undone.jsonl                     undone        what is to be turned back
plan.json                        plan          the plan's header
actions/NNNN.jsonl               actions       the plan's actions, a shard a file
matching.jsonl                   matching      the rows of the first matching
comparison.json                  comparison    what has moved since the rehearsal
decisions.jsonl                  decided       every pupil's newest word, and if it counts
results/NNNN.jsonl               results       what became of each action
progress.json                    progress      how far the accounts are
groups.json                      calls         how often Groups has been called
deliveries/<tool>.json           deliveries    what a tool was given

Whoever wants a fact asks one of these for a value, and never a file for a key. Other files have
their rooms where they are written: ``report.summary``, ``report.school_facts``, ``staff.leaves``,
``edges.settled``, ``edges.staff_files``, ``edges.decision_files``.

Nothing here knows where the folder lies: that is ``edges.runs.Folder``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol


class RunFiles(Protocol):
    """A run's folder, as a file's module needs it."""

    def get_json(self, name: str) -> dict[str, Any]: ...
    def put_json(self, name: str, data: Mapping[str, Any]) -> str: ...
    def lines(self, name: str) -> Iterator[dict[str, Any]]: ...
    def raw_lines(self, name: str) -> Iterator[bytes]: ...
    def put_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int: ...
    def names(self, under: str = "") -> list[str]: ...
