"""summary.json, written and read: who reads it need not know how one is made."""

from __future__ import annotations

from kakehashi.report.shapes import Summary
from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written
from kakehashi.verdict import Verdict

NAME = "summary.json"


def put_summary(folder: RunFiles, told: Summary) -> None:
    folder.put_json(NAME, written(told))


def summary_of(folder: RunFiles) -> Summary | None:
    """None where the run has none; one of an earlier release lacks what came later."""
    return read(Summary, told) if (told := folder.get_json(NAME)) else None


def was_rehearsed(folder: RunFiles) -> bool:
    """Whether the run was a rehearsal that went well."""
    told = summary_of(folder)
    return told is not None and told.verdict is Verdict.REHEARSED
