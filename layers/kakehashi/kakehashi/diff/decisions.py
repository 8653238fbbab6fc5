"""Decision files: what staff wrote behind each pupil, out of a workbook or a CSV.

A person fills these in by hand and saves them with whatever is at hand, so everything is borne and
nothing is guessed: a mark that cannot be followed is told, and the pupil stays as yesterday.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from kakehashi.catalogue import decisions as told
from kakehashi.catalogue import diff as rules
from kakehashi.diff.answers import DECISION, PUPIL, REHEARSED, Decision, meant
from kakehashi.diff.sheets import (
    COVERED,
    UNCOMPUTED,
    Row,
    TooLarge,
    UnreadableWorkbook,
    plain,
    whole_sheets,
)
from kakehashi.findings import Finding, Place, Rule

HEADINGS = {PUPIL.lower(): PUPIL, DECISION: DECISION, "decision": DECISION,
            plain(REHEARSED): REHEARSED}  # fmt: skip
HEADING_WITHIN = 10  # rows: a title and a date may stand above the headings
MOST_DECIDED = 200_000  # rows with a decision in one file
MOST_TOLD = 1_000  # of the wrong rows of one file; how many there are the report counts

_NOT_WRITTEN = {UNCOMPUTED: told.DECISION_UNCOMPUTED, COVERED: told.DECISION_COVERED}
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_SAFE_FILE = re.compile(r"[A-Za-z0-9_.-]{1,80}\Z")


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """One uploaded file as S3 holds it; ``uploaded`` is an ISO moment. ``repr`` hides the body."""

    key: str
    version: str
    uploaded: str
    body: bytes = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """The same file, unchanged, has the same id on every night."""
        return f"{self.key} {self.version}"

    @property
    def name(self) -> str:
        """The file's own name; one that could tell something of a person is not shown."""
        base = self.key.rpartition("/")[2]
        return base if _SAFE_FILE.match(base) else "decisions"


@dataclass(frozen=True, slots=True)
class DecisionMark:
    """What one file says of one pupil. ``decision`` None: something that cannot be followed."""

    pupil: str
    decision: Decision | None
    line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The marks of one file, one a pupil, and what was wrong with it."""

    file: DecisionFile
    marks: tuple[DecisionMark, ...] = ()
    findings: tuple[Finding, ...] = ()


type Table = list[tuple[int, tuple[str, str]]]  # line, userMasterIdentifier and word


class _OfARehearsal(Exception):
    """A sheet on which nobody is asked yet."""


def read(file: DecisionFile) -> Reading:
    """Never raises for what is in the file."""
    tables = _tables(file.body)
    if isinstance(tables, Rule):
        return Reading(file, findings=(_says(file, tables),))
    findings: list[Finding] = []
    by_pupil: dict[str, list[DecisionMark]] = {}
    for line, cells in (row for table in tables for row in table):
        mark, finding = _mark(file, line, *cells)
        findings += [finding] if finding else []
        if mark:
            by_pupil.setdefault(mark.pupil, []).append(mark)
    marks = []
    for pupil, several in by_pupil.items():
        decided = {mark.decision for mark in several}
        if len(decided) > 1:
            findings += _contradiction(file, several)
        marks.append(
            DecisionMark(pupil, decided.pop() if len(decided) == 1 else None, several[0].line)
        )
    return Reading(file, tuple(marks), tuple(findings[:MOST_TOLD]))


def _tables(body: bytes) -> list[Table] | Rule:
    """The rows of each sheet that has both columns; why none can be used where that is so."""
    try:
        found = [rows for sheet in whole_sheets(body) if (rows := _table(sheet)) is not None]
    except _OfARehearsal:
        return told.DECISIONS_OF_A_REHEARSAL
    except TooLarge:
        return told.DECISIONS_TOO_LARGE
    except UnreadableWorkbook:
        return rules.DECISIONS_UNREADABLE
    return found or rules.DECISIONS_WITHOUT_COLUMNS


def _mark(
    file: DecisionFile, line: int, pupil: str, word: str
) -> tuple[DecisionMark | None, Finding | None]:
    """One row with a decision."""
    if not _ID.match(pupil):
        return None, _says(file, rules.DECISION_ON_NO_ID, line, PUPIL)
    decision = meant(word)
    mark = DecisionMark(pupil, decision, line)
    if decision is None:
        why = _NOT_WRITTEN.get(word, rules.UNKNOWN_DECISION)
        return mark, _says(file, why, line, DECISION, pupil=pupil)
    return mark, None


def _contradiction(file: DecisionFile, marks: Sequence[DecisionMark]) -> Iterator[Finding]:
    for mark in marks:
        place = Place(file.name, mark.line, DECISION)
        yield rules.CONTRADICTORY_DECISIONS.at(
            place, pupil=mark.pupil, count=len(marks), first_line=marks[0].line
        )


def _says(
    file: DecisionFile,
    rule: Rule,
    line: int | None = None,
    column: str | None = None,
    *,
    pupil: str | None = None,
) -> Finding:
    return rule.at(Place(file.name, line, column), pupil=pupil)


def _table(sheet: Iterable[Row]) -> Table | None:
    """Line, id and word of each row with a word: a blank decision says nothing. None for a sheet
    without both columns. Raises TooLarge, and _OfARehearsal whatever else the file holds."""
    rows = iter(sheet)
    for _, cells in islice(rows, HEADING_WITHIN):
        named = [HEADINGS.get(plain(cell)) for cell in cells]
        if REHEARSED in named:
            raise _OfARehearsal
        if named.count(PUPIL) == 1 and named.count(DECISION) == 1:
            who, what = named.index(PUPIL), named.index(DECISION)
            below = ((line, (_cell(cells, who), _cell(cells, what))) for line, cells in rows)
            found = list(islice((row for row in below if row[1][1]), MOST_DECIDED + 1))
            if len(found) > MOST_DECIDED:
                raise TooLarge
            return found
    return None


def _cell(cells: Sequence[str], at: int) -> str:
    return plain(cells[at]) if at < len(cells) else ""
