"""actions/NNNN.jsonl: what the plan does, a shard a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kakehashi.actions import Action
from kakehashi.run_folder import RunFiles

FOLDER = "actions/"


def name(number: int) -> str:
    """Of a shard, counted from 1."""
    return f"{FOLDER}{number:04}.jsonl"


def actions(folder: RunFiles, under: str = FOLDER) -> Iterator[Action[Any]]:
    """Of all shards there are, in the order of the plan."""
    for one in folder.names(under):
        yield from in_file(folder, one)


def in_file(folder: RunFiles, file: str) -> Iterator[Action[Any]]:
    """Of one shard."""
    return map(Action.from_json, folder.lines(file))


def raw(folder: RunFiles) -> Iterator[bytes]:
    """As they are stored, for whoever parses only some of them."""
    for one in folder.names(FOLDER):
        yield from folder.raw_lines(one)


def raw_in(folder: RunFiles, number: int) -> Iterator[bytes]:
    """The same of one shard."""
    return folder.raw_lines(name(number))


def put_actions(folder: RunFiles, file: str, shard: Iterable[Action[Any]]) -> None:
    folder.put_lines(file, (action.to_json() for action in shard))
