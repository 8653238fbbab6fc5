"""What a tool last took, as CSV: a header line for each file, then one line a record.

    ,,v,1                                the number of the form; the first two cells are blank
    ,users.csv,sourcedId,status,…        the columns of a file; the first cell is blank
    users.csv,<sourcedId>,<cells>…       a record of that file

CSV, because a city has a hundred thousand records and both ways are C.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TextIO

from kakehashi.deliver.dialect import Header
from kakehashi.deliver.records import RecordLayout, Records, Row
from kakehashi.oneroster.joined import write_rows
from kakehashi.stored import FIRST, VERSION, Form

FORM = Form("baseline")  # of its ``lines``, each a list of cells
RENAMED = {"orgSourcedIds": "primaryOrgSourcedId", "primaryOrgSourcedId": "orgSourcedIds"}


def write_baseline(records: Records, out: TextIO) -> None:
    """The same text for the same records; ``out`` leaves line ends alone (``newline=""``)."""
    head = [("", file, *columns) for file, columns in records.shape.header.items()]
    write_rows(out, [("", "", VERSION, str(FORM.v)), *head], line_end="\n")
    for file, held in records.rows.items():
        ids = records.shape.in_order(file, held)
        write_rows(out, ((file, i, *held[i]) for i in ids), line_end="\n")


def read_baseline(lines: Iterable[str], header: Header) -> Records:
    """The records of a baseline laid under ``header``.

    A dialect may have got other columns since: the cells that it still has are kept, new ones are
    blank, so that a record with something to say there differs and is told again. A file it no
    longer has is forgotten. Raises TooNew.
    """
    pool: dict[str, str] = {}  # a school's id stands in a thousand rows: kept once
    records = Records(RecordLayout(header))
    places: dict[str, list[int] | None] = {}
    for line in _in_todays_form(_cells(iter(lines))):
        if not line[0]:
            places[line[1]] = _places(line[2:], header.get(line[1], ()))
        elif line[0] in header:
            file, name, *cells = map(pool.setdefault, line, line)
            records.rows[file][name] = _laid(tuple(cells), places[file])
    return records


def _cells(lines: Iterator[str]) -> Iterator[list[str]]:
    """As csv.reader reads them; it is asked for nothing but records with a quote in them."""
    for line in lines:
        if '"' in line:
            yield next(csv.reader(chain((line,), lines), strict=True))
        else:
            yield line.rstrip("\r\n").split(",")


def _in_todays_form(lines: Iterator[list[str]]) -> Iterable[list[str]]:
    """The lines without the one that tells the form; what tells none stands in the first."""
    first = next(lines, [])
    told = first[:3] == ["", "", VERSION]
    v, rest = (int(first[3]), lines) if told else (FIRST, chain([first] if first else [], lines))
    found: Iterable[list[str]] = FORM.upgrade({VERSION: v, "lines": rest})["lines"]
    return found


def _places(old: Sequence[str], new: Sequence[str]) -> list[int] | None:
    """Where each new column stood, -1 for nowhere; None where nothing has changed."""
    if list(old) == list(new):
        return None
    names = [column if column in old else RENAMED.get(column, "") for column in new]
    return [old.index(name) if name in old else -1 for name in names]


def _laid(row: Row, places: list[int] | None) -> Row:
    return row if places is None else tuple(row[at] if at >= 0 else "" for at in places)
