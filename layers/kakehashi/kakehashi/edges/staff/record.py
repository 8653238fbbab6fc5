"""The record in the state table: written once, read by page, never changed.

A search is recorded with the pupil that was looked at, never with what was typed.
"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime

from kakehashi.edges.staff.items import Items
from kakehashi.staff.recorded import Done, as_csv

PREFIX = "DID#"
MOST_ROWS = 100_000  # of one CSV
PAGE = 100


class Record:
    """That of one city."""

    def __init__(self, items: Items) -> None:
        self.items = items

    def note(self, done: Done) -> None:
        """Notes of one request, which is of one moment, stand in their order."""
        moment = done.at.astimezone(UTC).isoformat(timespec="milliseconds")
        once = f"{time.time_ns():016x}{secrets.token_hex(4)}"
        self.items.put(f"{PREFIX}{moment}#{once}", done.to_json())

    def newest(self, most: int = PAGE, before: str = "") -> tuple[list[Done], str]:
        """The newest first, and the key to go on from ("" at the end); ``before`` is such a key."""
        at = before if before.startswith(PREFIX) else ""
        found = self.items.newest(PREFIX, most + 1, at)
        rows = [Done.from_json(key, _moment(key), body) for key, body in found[:most]]
        return rows, rows[-1].key if len(found) > most else ""

    def as_csv(self) -> bytes:
        """All of it, the newest first."""
        rows: list[Done] = []
        more, older = self.newest(1000)
        while more and len(rows) < MOST_ROWS:
            rows += more
            more, older = self.newest(1000, older) if older else ([], "")
        return as_csv(rows)


def _moment(key: str) -> datetime:
    return datetime.fromisoformat(key.split("#")[1])
