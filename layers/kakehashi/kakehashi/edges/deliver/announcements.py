"""RosterDelivered on the account's default event bus: a tool's file lies ready to be fetched.

One event a file, at least once: whoever acts on it takes ``run_id`` and ``sha256`` together as the
key under which to do it once. Nothing of a person is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import batched
from typing import Any

import boto3

from kakehashi.edges.errors import TryLater

SOURCE = "kakehashi"
ROSTER_DELIVERED = "RosterDelivered"
_AT_ONCE = 10  # entries that one PutEvents takes


def announce(note: Mapping[str, Any]) -> None:
    """Put an event for each file of ``note`` (latest.json). Raises TryLater if one was refused."""
    bus = boto3.client("events")
    for some in batched(map(_entry, details_of(note)), _AT_ONCE, strict=False):
        answer = bus.put_events(Entries=list(some))
        if answer["FailedEntryCount"]:
            raise TryLater("the event bus did not take every RosterDelivered")


def details_of(note: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    shared = {key: value for key, value in note.items() if key != "files"}
    for part, file in enumerate(note["files"], 1):
        yield shared | file | {"part": part, "parts": len(note["files"])}


def _entry(detail: Mapping[str, Any]) -> Any:
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    return {"Source": SOURCE, "DetailType": ROSTER_DELIVERED, "Detail": text}
