"""A record that the tool shall forget, as a row that the tool takes in.

What is known of it is the row that the tool took once, perhaps in another dialect, by other rules
or under other columns than tonight's. A tombstone says whose end it is, and the rest of it should
be heeded by nobody: so whatever would have the tool refuse it gives way. A receiver that overlooks
the status meets an account that is disabled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from kakehashi.deliver.class_readings import can_be_read, told_grades
from kakehashi.deliver.dialect import Dialect
from kakehashi.deliver.records import Records, Row

GONE = "削除済"  # in the place of a name or title that may not be blank

# Columns of users.csv that not every header has → the column that stands in for it. Where no
# reading of a name was ever told, the name is its own.
STAND_INS = {
    "userMasterIdentifier": "sourcedId",
    "preferredGivenName": "givenName",
    "preferredFamilyName": "familyName",
    "metadata.jp.kanaGivenName": "givenName",
    "metadata.jp.kanaFamilyName": "familyName",
}
NAMED = {"title", "givenName", "familyName", *STAND_INS} - {"userMasterIdentifier"}
OF_EVERY_PUPIL = {"enabledUser": "false", "role": "student"}
OF_THE_ENROLLMENT = {
    "metadata.jp.homeClass": "classSourcedId",
    "orgSourcedIds": "schoolSourcedId",
    "primaryOrgSourcedId": "schoolSourcedId",
}

type Fits = Callable[[str], bool]


class Tombstones:
    """The rows that take away what a tool has (``had``), so that its ``rules`` let them pass.

    ``tells`` answers whether a title tells of a disability: such a title goes out no more, not
    even to be taken away.
    """

    def __init__(self, had: Records, dialect: Dialect, tells: Callable[[str], bool]) -> None:
        self._had, self._rules, self._tells = had, dialect.rules, tells
        self._by_title = dialect.content.classes_by_title

    def row(self, file: str, row: Row) -> Row:
        """``row`` of ``file`` with blanks filled, and without cells that would be refused.

        An id or account that breaks a rule stays: nothing else may stand for it, and pre-flight
        holds it.
        """
        cells = self._filled(row) if file == "users.csv" else row
        if file == "classes.csv" and self._by_title:
            cells = self._readable(cells)
        for at, fits, instead in self._checks[file]:
            if cells[at] and not fits(cells[at]):
                cells = (*cells[:at], instead, *cells[at + 1 :])
        return cells

    def _filled(self, row: Row) -> Row:
        columns = self._had.shape.header["users.csv"]
        told = dict(zip(columns, row, strict=True))
        if told.get("enabledUser") == "true":
            told["enabledUser"] = "false"
            row = tuple(told.values())
        if all(told[column] for column in self._fillable):
            return row
        enrolled = self._enrolled.get(told["sourcedId"], {})
        spare = (
            OF_EVERY_PUPIL
            | {column: told.get(other, "") for column, other in STAND_INS.items()}
            | {column: enrolled.get(other, "") for column, other in OF_THE_ENROLLMENT.items()}
        )
        return tuple(told[column] or spare.get(column, "") for column in columns)

    def _readable(self, row: Row) -> Row:
        """A class as such a receiver reads it without breaking off."""
        columns = self._had.shape.header["classes.csv"]
        told = dict(zip(columns, row, strict=True))
        told["grades"] = ",".join(told_grades(told["grades"].split(","), told["title"]))
        if not can_be_read(told["grades"], told["title"]):
            told["title"] = GONE
        return tuple(told.values())

    @cached_property
    def _fillable(self) -> list[str]:
        known = STAND_INS.keys() | OF_EVERY_PUPIL.keys() | OF_THE_ENROLLMENT.keys()
        return [column for column in self._had.shape.header["users.csv"] if column in known]

    @cached_property
    def _enrolled(self) -> dict[str, dict[str, str]]:
        """Pupil → the enrollment that the tool has, by column."""
        columns = self._had.shape.header["enrollments.csv"]
        user = columns.index("userSourcedId")
        rows = self._had.rows["enrollments.csv"].values()
        return {row[user]: dict(zip(columns, row, strict=True)) for row in rows}

    @cached_property
    def _checks(self) -> dict[str, list[tuple[int, Fits, str]]]:
        """File → position, rule, and what takes the place of a cell that breaks it."""
        header = self._had.shape.header
        found: dict[str, list[tuple[int, Fits, str]]] = {file: [] for file in header}
        for file, column, fits in self._limits():
            instead = GONE if column in NAMED else ""
            bears_it = fits(GONE) if instead else column not in self._rules.required.get(file, ())
            if column in header.get(file, ()) and bears_it:
                found[file].append((header[file].index(column), fits, instead))
        return found

    def _limits(self) -> Iterator[tuple[str, str, Fits]]:
        for shape in self._rules.shapes:
            fits = _shaped(shape.pattern.fullmatch)
            yield from ((shape.file, column, fits) for column in shape.columns)
        for length in self._rules.lengths:
            fits = _short(length.most)
            yield from ((length.file, column, fits) for column in length.columns)
        yield "classes.csv", "title", lambda title: not self._tells(title)


def _shaped(match: Callable[[str], object]) -> Fits:
    return lambda cell: match(cell) is not None


def _short(most: int) -> Fits:
    return lambda cell: len(cell) <= most
