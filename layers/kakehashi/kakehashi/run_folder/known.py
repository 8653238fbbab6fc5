"""current.jsonl and tenant.jsonl: our state and the accounts in question, as Diff saw them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from kakehashi import jsonlines
from kakehashi.directories.port import Listed
from kakehashi.people.record import Record
from kakehashi.run_folder import RunFiles
from kakehashi.run_folder.roster import AtSchool, one_of_each

CURRENT, TENANT = "current.jsonl", "tenant.jsonl"


def current(folder: RunFiles, only: Collection[str] | None = None) -> Iterator[Record]:
    """``only`` those of these userMasterIdentifiers: nobody else's row is made a value of."""
    rows = folder.lines(CURRENT)
    wanted = (row for row in rows if only is None or row["pupil"]["id"] in only)
    return map(Record.from_json, wanted)


def at_school(folder: RunFiles) -> Iterator[AtSchool]:
    return map(AtSchool.of, folder.lines(CURRENT))


def schools(folder: RunFiles) -> Iterator[AtSchool]:
    """One pupil of each school."""
    return one_of_each(folder.raw_lines(CURRENT))


def raw(folder: RunFiles) -> list[bytes]:
    """Our state as it is stored, a line a pupil."""
    return list(folder.raw_lines(CURRENT))


def ids_of(lines: Sequence[bytes]) -> Iterator[str]:
    """Whose lines these are."""
    return (row["pupil"]["id"] for row in jsonlines.read(lines))


def put_current(folder: RunFiles, found: Iterable[Record]) -> None:
    folder.put_lines(CURRENT, (one.to_json() for one in found))


def put_tenant(folder: RunFiles, found: Iterable[Listed]) -> None:
    folder.put_lines(TENANT, (one.to_json() for one in found))
