"""Decision files: what staff wrote behind each pupil, out of a workbook or a CSV.

A person fills these in by hand and saves them with whatever is at hand, so everything is borne and
nothing is guessed: a mark that cannot be followed is told, and the pupil stays as yesterday.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kakehashi.catalogue import diff as rules
from kakehashi.diff.reactions import Decision
from kakehashi.findings import Finding, Place, Rule

PUPIL, DECISION = "userMasterIdentifier", "決定"
HEADINGS = {PUPIL.lower(): PUPIL, DECISION: DECISION, "decision": DECISION}
WORDS: Mapping[str, Decision] = MappingProxyType(
    {
        "停止": "suspend",
        "削除": "delete",
        "連携": "link",
        "保留": "keep",
        "suspend": "suspend",
        "delete": "delete",
        "link": "link",
        "keep": "keep",
    }
)
HEADING_WITHIN = 10  # rows: a title and a date may stand above the headings
MOST_BYTES = 10_000_000
MOST_UNPACKED = 100_000_000  # bytes of a workbook's parts: a small zip may hold a huge sheet
MOST_ROWS, MOST_COLUMNS = 200_000, 200

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_SAFE_FILE = re.compile(r"[A-Za-z0-9_.-]{1,80}\Z")
# What zipfile, the XML parser and openpyxl raise for files that are no workbooks: each of these was
# seen, or can be, and openpyxl names no common base.
_NO_WORKBOOK = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)

type Row = tuple[int, Sequence[str]]  # physical line or row of the sheet, cells


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
class Mark:
    """What one file says of one pupil. ``decision`` None: something that cannot be followed."""

    pupil: str
    decision: Decision | None
    line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The marks of one file, one a pupil, and what was wrong with it."""

    file: DecisionFile
    marks: tuple[Mark, ...] = ()
    findings: tuple[Finding, ...] = ()


class _Unreadable(Exception):
    """Neither a workbook nor a CSV, or too large for one."""


def read(file: DecisionFile) -> Reading:
    """Never raises for what is in the file."""
    try:
        sheets = list(_sheets(file.body))
    except _Unreadable:
        return Reading(file, findings=(_told(file, rules.DECISIONS_UNREADABLE),))
    tables = [rows for sheet in sheets if (rows := _table(sheet)) is not None]
    if not tables:
        return Reading(file, findings=(_told(file, rules.DECISIONS_WITHOUT_COLUMNS),))
    findings: list[Finding] = []
    by_pupil: dict[str, list[Mark]] = {}
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
        marks.append(Mark(pupil, decided.pop() if len(decided) == 1 else None, several[0].line))
    return Reading(file, tuple(marks), tuple(findings))


def _mark(
    file: DecisionFile, line: int, pupil: str, word: str
) -> tuple[Mark | None, Finding | None]:
    """One row; a blank decision leaves the pupil as it is and says nothing."""
    if not word:
        return None, None
    if not _ID.match(pupil):
        return None, _told(file, rules.DECISION_ON_NO_ID, line, PUPIL)
    decision = WORDS.get(word)
    mark = Mark(pupil, decision, line)
    if decision is None:
        return mark, _told(file, rules.UNKNOWN_DECISION, line, DECISION, pupil=pupil)
    return mark, None


def _contradiction(file: DecisionFile, marks: Sequence[Mark]) -> Iterator[Finding]:
    for mark in marks:
        place = Place(file.name, mark.line, DECISION)
        yield rules.CONTRADICTORY_DECISIONS.at(
            place, pupil=mark.pupil, count=len(marks), first_line=marks[0].line
        )


def _told(
    file: DecisionFile,
    rule: Rule,
    line: int | None = None,
    column: str | None = None,
    *,
    pupil: str | None = None,
) -> Finding:
    return rule.at(Place(file.name, line, column), pupil=pupil)


# -- from bytes to rows ------------------------------------------------------------------------


def _sheets(body: bytes) -> Iterator[Iterable[Row]]:
    """Raises _Unreadable; a CSV is one sheet."""
    if not body or len(body) > MOST_BYTES:
        raise _Unreadable
    if body.startswith(b"PK"):
        yield from _workbook(body)
    else:
        yield _csv(body)


def _table(sheet: Iterable[Row]) -> list[tuple[int, tuple[str, str]]] | None:
    """Line, id and word of each row below the headings; None for a sheet without both columns."""
    rows = iter(sheet)
    for _, cells in islice(rows, HEADING_WITHIN):
        named = [HEADINGS.get(_plain(cell)) for cell in cells]
        if named.count(PUPIL) == 1 and named.count(DECISION) == 1:
            who, what = named.index(PUPIL), named.index(DECISION)
            return [(line, (_cell(cells, who), _cell(cells, what))) for line, cells in rows]
    return None


def _cell(cells: Sequence[str], at: int) -> str:
    return _plain(cells[at]) if at < len(cells) else ""


def _plain(text: str) -> str:
    """Full-width letters, capitals and blanks around it do not matter."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def _workbook(body: bytes) -> list[list[Row]]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise _Unreadable
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that openpyxl leaves out: none of ours
            book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True)
            return [_rows(sheet) for sheet in book.worksheets]
    except _NO_WORKBOOK as exc:
        raise _Unreadable from exc


def _rows(sheet: Any) -> list[Row]:
    sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
    rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
    return [(n, ["" if cell is None else str(cell) for cell in cells])
            for n, cells in enumerate(rows, 1)]  # fmt: skip


def _csv(body: bytes) -> list[Row]:
    text = _decoded(body)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for cells in islice(reader, MOST_ROWS):
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as exc:  # behind a broken quote nobody can tell which row is whose
        raise _Unreadable from exc
    return rows


def _decoded(body: bytes) -> str:
    for codec in ("utf-8-sig", "cp932"):
        try:
            text = body.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _Unreadable
