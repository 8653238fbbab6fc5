"""Pre-flight: the file as its receiver will see it, before it is put in the outbox.

What is looked at is the package read back, not what we meant to write: our own reader's checks,
the receiver's known rules (data of the dialect), and no title that tells of a disability.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kakehashi.catalogue import deliver as rules
from kakehashi.catalogue import file_rules, header_rules, row_rules
from kakehashi.catalogue.receivers import LOCAL_PART_REPEATED
from kakehashi.deliver.dialect import Dialect, Mode, ReceiverRules
from kakehashi.deliver.faults import Fault
from kakehashi.deliver.misreadings import CLASSES, misread
from kakehashi.deliver.packing import Sheet, UnreadableZip, sheets_of
from kakehashi.deliver.records import Key
from kakehashi.deliver.selection import TOMBSTONE, Selection
from kakehashi.findings import Effect, Place, Rule
from kakehashi.oneroster import Table, check, open_package

ONLY_FROM_C4TH = {  # what our reader refuses in a drop, and what is right in a file for a tool
    "bulk": frozenset({header_rules.NO_KEY_COLUMN.code}),  # 1.1 has none; sourcedId is the key
    "delta": frozenset(
        {header_rules.NO_KEY_COLUMN.code, file_rules.DELTA.code, file_rules.REQUIRED_ABSENT.code}
    ),
}

STRICT = frozenset({row_rules.BLANK.code, row_rules.EXCEL.code})
"""What our reader forgives in a drop, where a column goes unused, and no tool need forgive."""

TITLED = frozenset({"classes.csv", "courses.csv"})


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who will read the file. ``tells`` answers whether a title tells of a disability."""

    tool: str
    dialect: Dialect
    tells: Callable[[str], bool]
    mode: Mode

    @property
    def rules(self) -> ReceiverRules:
        return self.dialect.rules


def inspect(body: bytes, chosen: Selection, receiver: Receiver) -> Iterator[Fault]:
    """What the receiver would refuse in this zip. Raises Unreadable where it is not ``chosen``."""
    ours, read = _as_we_read_it(body, receiver) if receiver.dialect.layout else ({}, {})
    classes: list[Sheet] = []
    for file, sheets in sheets_of(body, chosen, read):
        unique = _Unique(file, receiver)
        for sheet in sheets:
            if file == CLASSES:
                classes.append(sheet)
            for place, code in ours.get(file, ()):
                if key := sheet.at(place.line or 0):
                    at = Place(file, None, place.column)
                    yield Fault(key, rules.NOT_ONEROSTER.at(at, tool=receiver.tool, rule=code))
            for find in (_blank, _misshapen, _too_long, _telling):
                yield from find(file, sheet, receiver)
            unique.note(sheet)
        yield from unique.repeated()
    if receiver.dialect.content.classes_by_title:
        yield from misread(classes, chosen, receiver.dialect.header, receiver.tool)


def _as_we_read_it(
    body: bytes, receiver: Receiver
) -> tuple[dict[str, list[tuple[Place, str]]], dict[str, Table]]:
    """Rows that our own reader would hold, by file: the strictest receiver we know. And the files
    of which it had nothing to say as it read them: they are read as they stand."""
    found: dict[str, list[tuple[Place, str]]] = {}
    package, passes = open_package(io.BytesIO(body)), ONLY_FROM_C4TH[receiver.mode]
    for finding in check(package):
        if finding.code in passes:
            continue
        if finding.effect in {Effect.REFUSE_DROP, Effect.AWAIT_APPROVAL}:
            raise UnreadableZip(finding.code)
        if finding.effect is Effect.HOLD_PUPIL or finding.code in STRICT:
            found.setdefault(finding.place.file, []).append((finding.place, finding.code))
    odd = {finding.place.file for finding in package.findings if finding.code not in passes}
    return found, {file: table for file, table in package.tables.items() if file not in odd}


def _blank(file: str, sheet: Sheet, receiver: Receiver) -> Iterator[Fault]:
    for column in receiver.rules.required.get(file, ()):
        if "" in sheet.column(column):
            finding = rules.BLANK.at(Place(file, None, column), tool=receiver.tool)
            yield from (Fault(key, finding) for key in sheet.having(column, {""}))


def _misshapen(file: str, sheet: Sheet, receiver: Receiver) -> Iterator[Fault]:
    for shape in receiver.rules.shapes:
        fits = shape.pattern.fullmatch
        for column in shape.columns if shape.file == file else ():
            wrong = {cell for cell in set(sheet.column(column)) if cell and not fits(cell)}
            if wrong:
                finding = rules.SHAPE.at(Place(file, None, column), tool=receiver.tool)
                yield from (Fault(key, finding) for key in sheet.having(column, wrong))


def _too_long(file: str, sheet: Sheet, receiver: Receiver) -> Iterator[Fault]:
    for length in receiver.rules.lengths:
        for column in length.columns if length.file == file else ():
            cells = sheet.column(column)
            if max(map(len, cells), default=0) > length.most:
                place = Place(file, None, column)
                finding = rules.TOO_LONG.at(place, tool=receiver.tool, most=length.most)
                wrong = {cell for cell in cells if len(cell) > length.most}
                yield from (Fault(key, finding) for key in sheet.having(column, wrong))


class _Unique:
    """Values that only one live record of a file may have; a tombstone may still carry one.

    Of some columns the receiver keeps what stands before the @.
    """

    def __init__(self, file: str, receiver: Receiver) -> None:
        self.file, self.tool = file, receiver.tool
        whole, cut = receiver.rules.unique, receiver.rules.unique_before_at
        self.looked_at = [
            (column, rule)
            for columns, rule in ((whole, rules.REPEATED), (cut, LOCAL_PART_REPEATED))
            for column in columns.get(file, ())
        ]
        self.keys: list[Key] = []
        self.cells: dict[str, list[str]] = {column: [] for column, _ in self.looked_at}
        self.gone = set[Key]()

    def note(self, sheet: Sheet) -> None:
        if TOMBSTONE in sheet.column("status"):
            self.gone.update(sheet.having("status", {TOMBSTONE}))
        for column in self.cells:
            self.cells[column] += sheet.column(column)
        if self.cells:
            self.keys += sheet.keys

    def repeated(self) -> Iterator[Fault]:
        told = set[tuple[str, ...]]()  # who is one as a whole is not told again of its part
        for column, rule in self.looked_at:
            place = Place(self.file, None, column)
            for keys in self._alike(column, rule):
                group = (column, *(sourced_id for _, sourced_id in keys))
                if group not in told:
                    told.add(group)
                    finding = rule.at(place, tool=self.tool, count=len(keys))
                    yield from (Fault(key, finding) for key in keys)

    def _alike(self, column: str, rule: Rule) -> Iterator[list[Key]]:
        """The records that have a value in common; value after value, as each is first met."""
        cells = told = self.cells[column]
        if rule is LOCAL_PART_REPEATED:
            told = [cell.partition("@")[0].lower() for cell in cells]
        if len(set(told)) == len(told):
            return
        holders: dict[str, list[Key]] = {}
        for key, cell, value in zip(self.keys, cells, told, strict=False):
            if cell and key not in self.gone:
                holders.setdefault(value, []).append(key)
        yield from (keys for keys in holders.values() if len(keys) > 1)


def _telling(file: str, sheet: Sheet, receiver: Receiver) -> Iterator[Fault]:
    if file in TITLED:
        finding = rules.TELLING_TITLE.at(Place(file, None, "title"), tool=receiver.tool)
        for key, cell in zip(sheet.keys, sheet.column("title"), strict=False):
            if receiver.tells(cell):
                yield Fault(key, finding)
