"""Delta: what has changed against what the tool last took.

A record that is new or differs goes out as ``active``, one that is gone as ``tobedeleted``. A
delivery that failed leaves the old baseline standing, so its changes are simply in the next one.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from kakehashi.deliver.records import Key, Records, Row
from kakehashi.deliver.selection import Selection, Status, closed
from kakehashi.roster import JAPAN

_CLOCK = re.compile(r"\d{8}T(\d{6})")


def changed_at(as_of: date, run_id: str) -> str:
    """dateLastModified of a run: its date and the time in its id (Japan's), as UTC.

    Taken from no clock, so a run that is called again writes the same bytes.
    """
    found = _CLOCK.search(run_id)
    clock = datetime.strptime(found[1] if found else "000000", "%H%M%S").time()  # noqa: DTZ007
    moment = datetime.combine(as_of, clock, JAPAN).astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def final(wanted: Records, before: Records, key: Key) -> tuple[Row, Status] | None:
    """How a record shall end up at the tool; None for one that neither side knows."""
    row = wanted.get(key)
    if row:
        return row, "active"
    old = before.get(key)
    return (old, "tobedeleted") if old else None


def changes(wanted: Records, before: Records, *, anew: bool = False) -> Selection:
    """What the tool must hear to get from ``before`` to ``wanted``; {} when nothing changed.

    All rows of a pupil travel together: where one row, or something it points at, has changed, the
    others come along. A receiver may look at a pupil only through the roles and enrollments of the
    same file (インタラクティブスタディ does). ``anew``: everything is told again, for a tool that
    was emptied or restored.
    """
    seed = {key for key, row in wanted.unordered() if anew or before.get(key) != row}
    gone = {key for key, _ in before.unordered() if wanted.get(key) is None}
    if len(seed) < len(wanted):
        seed |= _whole_pupils(wanted, seed, gone, before)
    return closed(seed | gone, lambda key: final(wanted, before, key), wanted.shape)


def _whole_pupils(wanted: Records, seed: set[Key], gone: set[Key], before: Records) -> set[Key]:
    shape = wanted.shape
    touched = {shape.owner(key, before.rows[key[0]][key[1]]) for key in gone}
    spread = set(seed)
    for key, row in wanted:  # references point backwards: one pass carries a change through
        if key in spread or any(target in spread for target in shape.targets(key, row)):
            spread.add(key)
            touched.add(shape.owner(key, row))
    touched.discard(None)
    return {key for key, row in wanted.unordered() if shape.owner(key, row) in touched}
