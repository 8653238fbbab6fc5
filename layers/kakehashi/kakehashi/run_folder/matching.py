"""matching.jsonl: the rows of the first matching, with names."""

from __future__ import annotations

from collections.abc import Iterable

from kakehashi.diff.matching import Match
from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written

NAME = "matching.jsonl"


def matches(folder: RunFiles) -> list[Match]:
    return [read(Match, row) for row in folder.lines(NAME)]


def put_matches(folder: RunFiles, found: Iterable[Match]) -> None:
    folder.put_lines(NAME, map(written, found))
