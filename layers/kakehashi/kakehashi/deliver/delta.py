"""Delta: what has changed against what the tool last took.

A record that is new or differs goes out as ``active``, one that is gone as ``tobedeleted``. A
delivery that failed leaves the old baseline standing, so its changes are simply in the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from kakehashi.deliver.records import Records
from kakehashi.deliver.selection import Selection, closed
from kakehashi.deliver.tombstones import Tombstones
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


def changes(
    wanted: Records, before: Records, tombstones: Tombstones, *, anew: bool = False
) -> Selection:
    """What the tool must hear to get from ``before`` to ``wanted``; nothing when nothing changed.

    All rows of a pupil travel together: where one row, or something it points at, has changed, the
    others come along. A receiver may look at a pupil only through the roles and enrollments of the
    same file (インタラクティブスタディ does). ``anew``: everything is told again, for a tool that
    was emptied or restored.
    """
    if wanted == before and not anew:
        return Selection()
    gone = {file: had.keys() - wanted.rows[file].keys() for file, had in before.rows.items()}
    news = {
        file: {i for i, row in rows.items() if anew or before.rows[file].get(i) != row}
        for file, rows in wanted.rows.items()
    }
    if sum(map(len, news.values())) < len(wanted):
        news = _whole_pupils(wanted, news, before, gone)
    seed = {file: news[file] | gone[file] for file in news}
    ended = {
        file: {i: tombstones.row(file, before.rows[file][i]) for i in ids}
        for file, ids in gone.items()
    }
    return closed(seed, wanted.rows, ended, wanted.shape, "active")


def _owners(records: Records, ids: Mapping[str, Iterable[str]]) -> set[str]:
    """The pupils whose own records are among these."""
    found: set[str] = set()
    for file, some in ids.items():
        rows, at = records.rows[file], records.shape.owner_at(file)
        found.update(rows[i][at] for i in some if at is not None)
    return found


def _whole_pupils(
    wanted: Records, news: dict[str, set[str]], before: Records, gone: Mapping[str, Iterable[str]]
) -> dict[str, set[str]]:
    """``news``, and all records of the pupils whom they concern or who lose one of their own."""
    shape = wanted.shape
    owned = {file: at for file in wanted.rows if (at := shape.owner_at(file)) is not None}
    if all(wanted.rows[file].keys() <= news[file] for file in owned):
        return news  # in April everybody is told of already
    spread = {file: set(ids) for file, ids in news.items()}
    for file, rows in wanted.rows.items():  # references point backwards: one pass carries it on
        pointers, here = [(at, spread[to]) for at, to in shape.pointers(file)], spread[file]
        # more than once where orgs point at orgs
        while more := {
            i
            for i, row in rows.items()
            if i not in here and any(row[at] in changed for at, changed in pointers)
        }:
            here |= more
    touched = _owners(before, gone) | _owners(wanted, spread)
    for file, at in owned.items():
        news[file] |= {i for i, row in wanted.rows[file].items() if row[at] in touched}
    return news
