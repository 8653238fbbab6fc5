"""One CSV file to one table: encoding, header, then its rows."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import IO, Self

from kakehashi.catalogue import file_rules, header_rules
from kakehashi.findings import Finding, Place, refuses
from kakehashi.oneroster.archive import READ_DAMAGE, Open
from kakehashi.oneroster.columns import Column
from kakehashi.oneroster.filler import Filler
from kakehashi.oneroster.header import Header, read_header
from kakehashi.oneroster.model import Table
from kakehashi.oneroster.profiles import layout
from kakehashi.oneroster.rows import RowReader

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Scheme:
    """How to read one file: its header line, what is known of its columns, strings to share."""

    header: Callable[[Sequence[str]], Header]
    columns: Mapping[str, Column]
    shared: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, file: str, version: str, shared: dict[str, str]) -> Self:
        return cls(partial(read_header, file, version), layout(file, version), shared)


def read_table(file: str, scheme: Scheme, open_file: Open) -> tuple[Table, list[Finding]]:
    """``file`` as a table, and what reading it found. Never raises for bad data."""
    table = Table(file)
    try:
        findings = _decode(open_file, table, scheme)
    except READ_DAMAGE:
        findings = [file_rules.DAMAGED.at(Place(file))]
        table.whole = False
    return table, findings


def _decode(open_file: Open, table: Table, scheme: Scheme) -> list[Finding]:
    place = Place(table.file)
    with open_file() as raw:
        head = raw.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or 0 in head[:2]:
            table.whole = False
            if not head.strip(b"\0"):  # zeros, as a disk that failed leaves them
                return [file_rules.NOT_UTF_8.at(place, encoding="unknown")]
            wider = head in {codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE}
            return [file_rules.UTF_16.at(place, encoding="UTF-32" if wider else "UTF-16")]
        raw.seek(0)
        findings = [file_rules.BOM.at(place)] if head.startswith(codecs.BOM_UTF8) else []
        try:
            with io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
                return findings + _read(text, table, scheme)
        except UnicodeDecodeError:
            table.whole = False
            for kept in (table.rows, table.lines, table.bad):
                kept.clear()
    return [*findings, _foreign(open_file, place)]


def _foreign(open_file: Open, place: Place) -> Finding:
    """Which encoding these bytes are in, as far as can be told by decoding them all."""
    for name, codec in (("CP932", "cp932"), ("EUC-JP", "euc_jis_2004")):
        decoder = codecs.getincrementaldecoder(codec)()
        try:
            with open_file() as raw:
                while block := raw.read(_BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        rule = file_rules.SHIFT_JIS if name == "CP932" else file_rules.NOT_UTF_8
        return rule.at(place, encoding=name)
    return file_rules.NOT_UTF_8.at(place, encoding="unknown")


def _read(stream: IO[str], table: Table, scheme: Scheme) -> list[Finding]:
    rows = RowReader(stream, table.file, table.bad)
    first = next(rows.each(), None)
    if first is None or rows.findings:
        table.whole = False
        table.bad.clear()
        stops = [finding for finding in rows.findings if refuses([finding])]
        return stops or [header_rules.NO_HEADER.at(Place(table.file, 1))]
    header = scheme.header(first)
    if not header.usable:
        table.whole = False
        return [*header.findings, *rows.notes()]
    table.columns, rows.unquoted = header.columns, 0  # a heading need not be quoted
    filler = Filler(table, header, scheme.columns, scheme.shared)
    filler.fill(rows)
    table.whole, table.unquoted = not refuses(rows.findings), rows.unquoted
    used = [*rows.notes(), *filler.tally.findings()]
    return [*header.findings, *rows.findings, *filler.findings, *used]
