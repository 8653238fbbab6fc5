"""decisions.jsonl: every pupil's newest word, and if it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kakehashi.diff.consent import DecisionNote
from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written

NAME = "decisions.jsonl"


def decisions(folder: RunFiles) -> Iterator[DecisionNote]:
    return (read(DecisionNote, row) for row in folder.lines(NAME))


def put_decisions(folder: RunFiles, found: Iterable[DecisionNote]) -> None:
    folder.put_lines(NAME, map(written, found))
