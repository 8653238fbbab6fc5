"""What a receiver that makes classes of titles, and heeds no ``tobedeleted``, would misread."""

from __future__ import annotations

from collections.abc import Iterator

from kakehashi.catalogue import receivers as rules
from kakehashi.deliver.class_readings import LONGEST_NAME, BreaksOff, ClassReading, reading
from kakehashi.deliver.dialect import Header
from kakehashi.deliver.faults import Fault
from kakehashi.deliver.packing import Sheet
from kakehashi.deliver.records import Key
from kakehashi.deliver.selection import TOMBSTONE, Selection
from kakehashi.findings import Place, Rule

CLASSES, ENROLLMENTS = "classes.csv", "enrollments.csv"


def misread(classes: list[Sheet], chosen: Selection, header: Header, tool: str) -> Iterator[Fault]:
    """``classes`` as read back. Source: the importer sample of 2023; see ``class_readings``."""
    yield from _classes(classes, tool)
    yield from _still_there(chosen, header, tool)


def _classes(sheets: list[Sheet], tool: str) -> Iterator[Fault]:
    place = Place(CLASSES, None, "title")
    like: dict[tuple[str, str, str], list[tuple[Key, int]]] = {}
    for key, line, told in _rows(sheets, ("title", "grades", "schoolSourcedId", "status")):
        title, grades, school, status = told
        try:
            read = reading(grades, title)
        except BreaksOff:
            yield Fault(key, rules.CLASS_BREAKS_OFF.at(place, tool=tool, row=line))
            continue
        if status == TOMBSTONE:
            continue
        if misread := _misread(read):
            yield Fault(key, misread.at(place, tool=tool, row=line))
        if read.number or not read.grade:
            like.setdefault((school, *read.shown), []).append((key, line))
    for alike in like.values():
        for key, line in alike if len(alike) > 1 else ():
            found = rules.CLASSES_AS_ONE.at(place, tool=tool, row=line, count=len(alike))
            yield Fault(key, found)


def _misread(read: ClassReading) -> Rule | None:
    if read.grade and not read.number:
        return rules.CLASS_RENUMBERED
    return rules.CLASS_CUT if not read.grade and len(read.name) > LONGEST_NAME else None


def _still_there(chosen: Selection, header: Header, tool: str) -> Iterator[Fault]:
    """Enrollments taken away at a school that the pupil has left for another one.

    Of ``chosen``, whose rows stand in the file in this order: a city's are not held twice.
    """
    columns = header[ENROLLMENTS]
    user, school = columns.index("userSourcedId"), columns.index("schoolSourcedId")
    living, gone = chosen.living.get(ENROLLMENTS, {}), chosen.gone.get(ENROLLMENTS, {})
    lives_at = {(row[user], row[school]) for row in living.values()}
    pupils = {row[user] for row in living.values()}
    for line, (sourced_id, row) in enumerate(gone.items(), 2 + len(living)):
        if row[user] in pupils and (row[user], row[school]) not in lives_at:
            place, key = Place(ENROLLMENTS, None, "status"), (ENROLLMENTS, sourced_id)
            yield Fault(key, rules.STILL_AT_OLD_SCHOOL.at(place, tool=tool, row=line))


def _rows(
    sheets: list[Sheet], columns: tuple[str, ...]
) -> Iterator[tuple[Key, int, tuple[str, ...]]]:
    """(record, physical line in the file that goes out, cells) of every row."""
    for sheet in sheets:
        cells = zip(*(sheet.column(name) for name in columns), strict=True)
        yield from zip(sheet.keys, sheet.lines, cells, strict=True)
