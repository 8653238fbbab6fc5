"""What a tool last took, as JSON lines: a header line, then one line a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kakehashi.deliver.dialect import Header
from kakehashi.deliver.records import Records, Shape


def to_lines(records: Records) -> Iterator[dict[str, Any]]:
    """The lines of a baseline file, the same for the same records."""
    yield {"header": {file: list(columns) for file, columns in records.shape.header.items()}}
    for (file, sourced_id), row in records:
        yield {"file": file, "id": sourced_id, "row": row}


def from_lines(lines: Iterable[Mapping[str, Any]], header: Header) -> Records | None:
    """The records of a baseline laid under ``header``; None for no lines at all.

    A dialect may have got other columns since: the cells that it still has are kept, new ones are
    blank, so that every record differs and is told again. A file it no longer has is forgotten.
    """
    rest = iter(lines)
    first = next(rest, None)
    if first is None:
        return None
    pool: dict[str, str] = {}  # a school's id stands in a thousand rows: kept once
    records = Records(Shape(header))
    places = {file: _places(old, header.get(file, ())) for file, old in first["header"].items()}
    same = {file: list(header.get(file, ())) == old for file, old in first["header"].items()}
    for line in rest:
        file, row = line["file"], line["row"]
        if file in header:
            laid = row if same[file] else [row[i] if i >= 0 else "" for i in places[file]]
            records.put((file, line["id"]), tuple(map(pool.setdefault, laid, laid)))
    return records


def _places(old: Sequence[str], new: Sequence[str]) -> list[int]:
    return [old.index(column) if column in old else -1 for column in new]
