"""Passwords where a roster should be: what forbids even to keep a copy of the drop."""

from __future__ import annotations

import codecs
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import IO

from kakehashi.catalogue import file_rules as rules
from kakehashi.findings import Effect, Finding, Place
from kakehashi.oneroster.archive import KNOWN, READ_DAMAGE, Open, open_files
from kakehashi.oneroster.model import Table
from kakehashi.oneroster.rows import RowReader

COLUMN = "password"
USERS = "users.csv"
FILES = (USERS, "userProfiles.csv")  # whose standard has such a column


def passwords_in(source: IO[bytes] | Mapping[str, bytes]) -> list[Finding]:
    """The refusals of a drop that holds passwords: their files by name or header, filled columns,
    of copies too and in folders. With them is told why else it is refused.

    So may a drop in another format, whose columns nobody here knows, and one that nobody here can
    unpack: either is refused as what it is.
    Looked at as it streams by, so that nothing need be kept; never raises for bad data.
    """
    files = open_files(source)
    forbids = {rule.code for rule in (rules.PASSWORD_FILE, rules.OTHER_FORMAT, rules.COMPRESSION)}
    found = [f for f in files.findings if f.code in forbids]
    filled = Counter[str]()
    for name, opener in files.openers.items():
        filled[name] += _filled(opener) if name in FILES else 0
    for name, opener in files.astray:
        if (known := KNOWN.get(name, USERS)) in FILES:  # what else has such a column is a copy
            filled[known] += _filled(opener)
    for file in FILES:
        found += _told(file, filled[file])
    refused = [f for f in files.findings if f.effect is Effect.REFUSE_DROP and f not in found]
    return [*refused, *found] if found else []


def filled_column(table: Table) -> Iterator[Finding]:
    """The same refusal, of a table that has been read."""
    if table.file in FILES:
        yield from _told(table.file, sum(map(bool, table.values(COLUMN))))


def _told(file: str, count: int) -> Iterator[Finding]:
    if count:
        yield rules.PASSWORD_COLUMN.at(Place(file, None, COLUMN), count=count)


def _filled(open_file: Open) -> int:
    """How many rows have something in the password column, as far as they can be read."""
    try:
        with open_file() as raw:
            wide = raw.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
            raw.seek(0)
            # of CP932 only ASCII is read right, and that is what commas and quotes are
            encoding = "utf-16" if wide else "utf-8-sig"
            with io.TextIOWrapper(raw, encoding, errors="replace", newline="") as text:
                return _filled_rows(RowReader(text, "", []))
    except READ_DAMAGE:
        return 0


def _filled_rows(rows: RowReader) -> int:
    header = [name.strip().lower() for name in next(rows.each(), [])]
    if COLUMN not in header:
        return 0
    at, width = header.index(COLUMN), len(header)
    blocks = rows.blocks(width, lambda row: (row + [""] * width)[:width])
    return sum(sum(map(bool, columns[at])) for columns, _ in blocks if columns)
