"""What a flat list could not say of somebody: a character or a value it has no room for."""

from __future__ import annotations

from collections.abc import Iterator

from kakehashi.catalogue import receivers as rules
from kakehashi.deliver.dialect import Dialect
from kakehashi.deliver.faults import Fault
from kakehashi.deliver.list_facts import SOURCES
from kakehashi.deliver.lists import FlatList, Of, SheetColumn, lacking
from kakehashi.deliver.records import RecordLayout
from kakehashi.deliver.selection import Selection
from kakehashi.findings import Place

_DERIVED = frozenset({"loginName", "name", "kanaName", "gradeNumber", "className", "classNumber"})


def unwritable(
    chosen: Selection, dialect: Dialect, tool: str, staff: frozenset[str] = frozenset()
) -> Iterator[Fault]:
    """Of each list, the cells with a character its encoding lacks or a value without a word.
    ``staff`` are the members of staff among those of whom ``chosen`` tells."""
    shape = RecordLayout(dialect.header)
    for flat in dialect.lists:
        for file, column, rule in _checked(flat):
            columns = dialect.header.get(file, ())
            if column not in columns:
                continue
            at = columns.index(column)
            for sourced_id, row in chosen.of(file):
                key = file, sourced_id
                if row[at] and _is_told(shape.owner(key, row), flat.of, staff):
                    yield from _faults(key, row[at], rule, Place(file, None, column), tool)


def _is_told(owner: str | None, of: Of, staff: frozenset[str]) -> bool:
    """Whether a list of these people tells of the record."""
    return owner is None or of not in {"pupils", "staff"} or (owner in staff) == (of == "staff")


def _checked(flat: FlatList) -> Iterator[tuple[str, str, SheetColumn | None]]:
    """(file, column, what has words for it); None where the characters are looked at."""
    facts = {one.fact for one in flat.used() if one.fact}
    if flat.encoding == "cp932" and flat.file == "csv":
        yield from ((*source, None) for source in {s for fact in facts for s in SOURCES[fact]})
    for one in flat.used():
        if one.words and one.fact and one.fact not in _DERIVED:
            yield from ((*source, one) for source in SOURCES[one.fact])


def _faults(
    key: tuple[str, str], told: str, column: SheetColumn | None, place: Place, tool: str
) -> Iterator[Fault]:
    if column is not None:
        if told not in column.words and "," not in told:
            yield Fault(key, rules.NO_WORD.at(place, tool=tool))
        return
    for char in lacking(told):
        found = rules.NOT_IN_CP932.at(place, tool=tool, char=f"U+{ord(char):04X}")
        yield Fault(key, found)
