"""Whether the decisions that a waiting plan of staff rests on still stand.

An answer can be taken back while its plan waits, and the file of a board can be written over; the
copies in the run folder say what the plan was made from, the inbox what people say now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kakehashi.catalogue.staffing import DECISION_GONE
from kakehashi.diff.deciders import Decider
from kakehashi.diff.sheets import MOST_BYTES
from kakehashi.diff.staff_decisions import StaffFile, read_staff_decisions
from kakehashi.diff.staff_plan import by_decision
from kakehashi.edges import staff_files
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import Folder
from kakehashi.findings import Finding


def unsupported(folder: Folder, inbox: Objects) -> Iterator[Finding]:
    """Why the plan of this folder must not go any more: changes of staff whose decision is gone."""
    decided = {one.pupil for one in staff_files.all_actions(folder) if by_decision(one)}
    if not decided:
        return
    then = list(staff_files.decision_files(folder))
    said, still = _said(then), _said(_as_it_is(one, inbox) for one in then)
    count = sum(not said.get(who, set()) <= still.get(who, set()) for who in decided)
    if count:
        yield DECISION_GONE.at(count=count)


def _said(files: Iterable[StaffFile]) -> dict[str, set[tuple[str, Decider]]]:
    """Person → what, and by whom."""
    found = read_staff_decisions(files, {}, "")
    return {who: {(one.what, one.by) for one in all_} for who, all_ in found.by_person.items()}


def _as_it_is(file: StaffFile, inbox: Objects) -> StaffFile:
    """The file of the same key; one that is gone says nothing."""
    key, _, version = file.id.rpartition(" ")
    answer = inbox.read(key)
    if answer is None:
        return replace(file, body=b"")
    same = version in {answer.get("VersionId"), answer["ETag"]}
    return file if same else replace(file, body=answer["Body"].read(MOST_BYTES + 1))
