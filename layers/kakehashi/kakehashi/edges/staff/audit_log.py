"""The record in the state table: written once, read by page, never changed.

A search is recorded with the pupil that was looked at, never with what was typed.
"""

from __future__ import annotations

import re
import secrets
import time
from datetime import UTC, datetime, timedelta

from kakehashi.edges.web.items import Items
from kakehashi.roster import JAPAN
from kakehashi.staff.recorded import Done, as_csv

PREFIX = "DID#"
MOST_ROWS = 20_000  # of one CSV
MOST_BYTES = 4_000_000  # of one CSV: a Lambda answers 6 MB, a third of it is base64
PAGE = 100
_WHEN = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])(?:-[0-3][0-9])?\Z")


class AuditLog:
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

    def month(self) -> str:
        """The newest of which there is something, as YYYY-MM in Japan; "" for none."""
        rows, _ = self.newest(1)
        return rows[0].minute[:7] if rows else ""

    def as_csv(self, first: datetime, end: datetime) -> bytes | None:
        """From ``first`` (aware) until before ``end``, the newest first; None where that is more
        than one answer holds."""
        rows: list[Done] = []
        older = f"{PREFIX}{end.astimezone(UTC).isoformat(timespec='milliseconds')}"
        while older and len(rows) <= MOST_ROWS:
            more, older = self.newest(1000, older)
            here = [one for one in more if one.at >= first]
            rows += here
            if len(here) < len(more):
                break
        body = as_csv(rows) if len(rows) <= MOST_ROWS else b""
        return body if 0 < len(body) <= MOST_BYTES else None


def span(when: str) -> tuple[datetime, datetime] | None:
    """A day (YYYY-MM-DD) or a month (YYYY-MM) in Japan: its beginning, and that of the next."""
    if not _WHEN.match(when):
        return None
    try:
        first = datetime.fromisoformat(when if len(when) > len("YYYY-MM") else f"{when}-01")
    except ValueError:
        return None
    day = len(when) > len("YYYY-MM")
    then = first + timedelta(days=1 if day else 31)
    end = then if day else then.replace(day=1)
    return first.replace(tzinfo=JAPAN), end.replace(tzinfo=JAPAN)


def _moment(key: str) -> datetime:
    return datetime.fromisoformat(key.split("#")[1])
