"""results/NNNN.jsonl: what became of each action, a shard a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kakehashi.jsonlines import parsed
from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written

FOLDER = "results/"


class End(StrEnum):
    """What became of an action."""

    DONE = "done"
    SKIPPED = "skipped"
    HELD = "held"
    FAILED = "failed"


CARRIED_OUT = frozenset({End.DONE, End.SKIPPED})
"""By this attempt of the run, or by an earlier one."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one action. ``line`` counts the lines of the shard's file from 1."""

    line: int
    pupil: str
    kind: str
    situation: str
    outcome: End
    code: str = ""
    request_id: str = ""

    @property
    def carried_out(self) -> bool:
        return self.outcome in CARRIED_OUT


def results(folder: RunFiles, under: str = FOLDER) -> Iterator[Result]:
    """Of all shards, in the order of the plan."""
    for name in folder.names(under):
        yield from in_file(folder, name)


def in_file(folder: RunFiles, name: str) -> Iterator[Result]:
    """Of one shard."""
    return (read(Result, row) for row in folder.lines(name))


def raw_in(folder: RunFiles, name: str) -> Iterator[bytes]:
    """The same as they are stored, for whoever parses only some of them."""
    return folder.raw_lines(name)


def carried_out(line: bytes) -> bool:
    """What such a line says."""
    return read(Result, parsed(line)).carried_out


def put_results(folder: RunFiles, name: str, found: Iterable[Result]) -> None:
    folder.put_lines(name, map(written, found))
