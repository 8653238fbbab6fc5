"""The cells of an Excel workbook as texts, read as a stream and within limits.

A small zip may hold a sheet of a million blank formatted cells, or of anything, and whoever puts
one into the inbox must not stop the nights. So parts are read piece by piece, a sheet only as far
as its rows are asked for, and everything is counted over the whole book.

The form is ECMA-376 Part 1: cells in §18.3.1.4, shared texts in §18.4, ``_x000D_`` for what XML
cannot hold in §22.9.2.19. Elements are known by their local names, so that a Strict Open XML
workbook, which has other namespaces, is read like any other.

A day is a number, counted from 1900 or, where the book says ``date1904`` (§18.2.28: Excel for Mac,
and an option everywhere), from 1904; which number is a day, its format says (§18.8.30). Handed on
are numbers from 1900.
"""

from __future__ import annotations

import io
import posixpath
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.parsers import expat

type Row = tuple[int, Sequence[str]]  # number of the row in its sheet or file, cells
type Merged = tuple[range, range]  # rows, and columns from 0

UNCOMPUTED = "\x00"  # a formula that was saved without its value: no file can hold this text
COVERED = "\x01"  # what a merged cell of a row above covers: no workbook can hold this either
MOST_COLUMNS = 200  # what stands further right is counted, not read
MOST_LETTERS = 32_767  # of one cell, as Excel has it
MOST_MERGED = 10_000  # cells in one: what reaches further frames a page and says nothing of a row
_PIECE = 1 << 16  # bytes handed to the parser at a time
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # the others unpack without limit
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FROM_1900_TO_1904 = 1_462  # days, one of them the 29 February 1900 that there was not
_DAYS_BUILT_IN = frozenset(str(n) for n in (*range(14, 18), 22, *range(27, 37), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]|general', re.IGNORECASE)  # of a format's code
_DAY = re.compile(r"[yd]|ge", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9]+)(\.[0-9]+)?\Z")
_AREA = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})\Z")
_CELL = re.compile(r"([A-Z]{1,3})[0-9]+\Z")

# What zipfile and the parser raise for files that are no workbooks: they name no common base.
_NO_WORKBOOK = (
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
)


class UnreadableWorkbook(Exception):
    """Neither a workbook nor a CSV."""


class TooLarge(UnreadableWorkbook):
    """More than a list that a person has filled in can hold."""


@dataclass(frozen=True, slots=True)
class WorkbookLimits:
    """``unpacked`` are bytes of XML, ``cells`` those of all sheets, blank ones too, ``texts`` the
    shared ones. After ``blank_rows`` blank rows at once a sheet is taken to be at its end."""

    unpacked: int = 100_000_000
    cells: int = 2_000_000
    texts: int = 1_000_000
    blank_rows: int = 1_000


@dataclass(frozen=True, slots=True)
class SheetRows:
    """A sheet's rows, to be read once; after the last of them ``merged`` are the cells that reach
    over several rows (§18.3.1.54), of which only the first holds a text."""

    rows: Iterator[Row]
    merged: Sequence[Merged]

    def __iter__(self) -> Iterator[Row]:
        return self.rows


class Budget:
    """What is left of the limits while one book is read."""

    def __init__(self, limits: WorkbookLimits) -> None:
        self.unpacked, self.cells, self.texts = limits.unpacked, limits.cells, limits.texts
        self.blank_rows = limits.blank_rows

    def spend(self, what: str, count: int = 1) -> None:
        """Raises TooLarge where nothing is left."""
        left = getattr(self, what) - count
        setattr(self, what, left)
        if left < 0:
            raise TooLarge


def unescaped(text: str) -> str:
    """``_x000D_`` as the character that it stands for; what is no character is left out."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    sign = chr(int(found[1], 16))
    return (
        "" if unicodedata.category(sign) in {"Cs", "Cn"} or sign in {UNCOMPUTED, COVERED} else sign
    )


def workbook(body: bytes, limits: WorkbookLimits) -> Iterator[SheetRows]:
    """The sheets in their order; rows that hold nothing may be left out.

    Raises Unreadable or TooLarge, also while rows are being read.
    """
    with _told(), zipfile.ZipFile(io.BytesIO(body)) as archive:
        budget = Budget(limits)
        parts = _Parts(archive, budget)
        texts, days = parts.texts(), parts.days_of_1904()
        for part in parts.sheets:
            sheet = _Sheet(texts, days, budget)
            yield SheetRows(_rows(archive, part, sheet), sheet.merged)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _NO_WORKBOOK as exc:
        raise UnreadableWorkbook from exc


class _Handler:
    """Follows a part's elements by their local names. Text is gathered between ``take`` and
    ``taken``; an entity of one's own has no place in a workbook."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = lambda name, has: self.start(_local(name), has)
        self.parser.EndElementHandler = lambda name: self.end(_local(name))
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self._taking, self._taken, self._length = False, list[str](), 0

    def start(self, name: str, has: Mapping[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        """Nothing ends that was begun for its attributes alone."""

    def feed(self, archive: zipfile.ZipFile, part: str) -> Iterator[None]:
        """Goes through the part, stopping after each piece."""
        info = archive.getinfo(part)
        if info.compress_type not in _PACKED:
            raise UnreadableWorkbook
        with archive.open(info) as source:
            while piece := source.read(_PIECE):
                self.budget.spend("unpacked", len(piece))
                self.parser.Parse(piece)
                yield
            self.parser.Parse(b"", True)
            yield

    def read(self, archive: zipfile.ZipFile, part: str) -> None:
        for _ in self.feed(archive, part):
            pass

    def take(self, *, more: bool) -> None:
        """Gather what follows; ``more`` where it belongs to what has been gathered."""
        self._taking = True
        if not more:
            self._taken, self._length = [], 0

    def leave(self) -> None:
        self._taking = False

    def taken(self) -> str:
        return unescaped("".join(self._taken))

    def _text(self, text: str) -> None:
        if self._taking and self._length < MOST_LETTERS:
            self._taken.append(text)
            self._length += len(text)

    def _doctype(self, *_: object) -> None:
        raise UnreadableWorkbook


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _Relations(_Handler):
    """The ids of a part's relations and where they lead; ``by_kind`` for those that occur once."""

    def __init__(self, archive: zipfile.ZipFile, budget: Budget, part: str) -> None:
        super().__init__(budget)
        path = PurePosixPath(part)
        self.folder = "" if not part else str(path.parent)
        self.by_id: dict[str, str] = {}
        self.by_kind: dict[str, str] = {}
        self.read(archive, posixpath.join(self.folder, "_rels", f"{path.name}.rels"))

    def start(self, name: str, has: Mapping[str, str]) -> None:
        if name == "Relationship":
            where = posixpath.normpath(posixpath.join("/", self.folder, has["Target"]))[1:]
            self.by_id[has["Id"]] = self.by_kind[has["Type"].rpartition("/")[2]] = where


class _Parts(_Handler):
    """The workbook part: which sheets there are, in the order in which a person sees them."""

    def __init__(self, archive: zipfile.ZipFile, budget: Budget) -> None:
        super().__init__(budget)
        self.archive = archive
        book = _Relations(archive, budget, "").by_kind["officeDocument"]
        self.relations = _Relations(archive, budget, book)
        self.sheets: list[str] = []
        self.since_1904 = False
        self.read(archive, book)

    def start(self, name: str, has: Mapping[str, str]) -> None:
        if name == "workbookPr":
            self.since_1904 = has.get("date1904", "0") in {"1", "true"}
        elif name == "sheet":
            (relation,) = [
                value for key, value in has.items() if " " in key and _local(key) == "id"
            ]
            self.sheets.append(self.relations.by_id[relation])

    def texts(self) -> Sequence[str]:
        """The texts that cells share; a book may do without."""
        part = self.relations.by_kind.get("sharedStrings")
        if part is None:
            return ()
        shared = _Texts(self.budget)
        shared.read(self.archive, part)
        return shared.found

    def days_of_1904(self) -> Set[str]:
        """The styles in which a number is a day of the 1904 system; none of most books."""
        part = self.relations.by_kind.get("styles")
        if part is None or not self.since_1904:
            return frozenset()
        styles = _Styles(self.budget)
        styles.read(self.archive, part)
        return styles.days


class _Styles(_Handler):
    """Which styles show a number as a day, by their place in the list, as cells name them."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.days: set[str] = set()
        self._formats: dict[str, str] = {}
        self._cells, self._at = False, 0

    def start(self, name: str, has: Mapping[str, str]) -> None:
        if name == "numFmt":
            self._formats[has["numFmtId"]] = has["formatCode"]
        elif name == "cellXfs":
            self._cells = True
        elif name == "xf" and self._cells:
            number = has.get("numFmtId", "0")
            if number in _DAYS_BUILT_IN or _shows_a_day(self._formats.get(number, "")):
                self.days.add(str(self._at))
            self._at += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._cells = False


def _shows_a_day(shown: str) -> bool:
    """By a format's code: a year, a day or a Japanese era, outside of what is quoted."""
    return bool(_DAY.search(_QUOTED.sub("", shown)))


class _Worded(_Handler):
    """Texts may stand in runs, with readings above them (``rPh``) that are no part of them."""

    _reading = False

    def start(self, name: str, has: Mapping[str, str]) -> None:
        if name == "rPh":
            self._reading = True
        elif name == "t" and not self._reading:
            self.take(more=True)

    def end(self, name: str) -> None:
        if name == "rPh":
            self._reading = False
        elif name in {"t", "v"}:
            self.leave()


class _Texts(_Worded):
    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.found: list[str] = []
        self._known: dict[str, str] = {}

    def start(self, name: str, has: Mapping[str, str]) -> None:
        if name == "si":
            self.budget.spend("texts")
            self.take(more=False)
            self.leave()
        super().start(name, has)

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            text = self.taken()
            self.found.append(self._known.setdefault(text, text))


class _Sheet(_Worded):
    """One sheet's rows, as many as have been read and not yet handed on."""

    def __init__(self, texts: Sequence[str], days: Set[str], budget: Budget) -> None:
        super().__init__(budget)
        self.texts, self.days = texts, days
        self.ready: list[Row] = []
        self.merged: list[Merged] = []
        self._row, self._cells = 0, dict[int, str]()
        self._column, self._kind, self._formula, self._day = -1, "", False, False

    def start(self, name: str, has: Mapping[str, str]) -> None:
        match name:
            case "row":
                self._row = int(has.get("r", self._row + 1))
                self._cells, self._column = {}, -1
            case "c":
                self.budget.spend("cells")
                self._column = _column(has["r"]) if "r" in has else self._column + 1
                self._kind, self._formula = has.get("t", "n"), False
                self._day = self._kind == "n" and has.get("s", "0") in self.days
                self.take(more=False)
                self.leave()
            case "f":
                self._formula = True
            case "v":
                self.take(more=True)
            case "mergeCell":
                self._merge(has.get("ref", ""))
            case _:
                super().start(name, has)

    def end(self, name: str) -> None:
        super().end(name)
        if name == "c" and self._column < MOST_COLUMNS and (text := self._value()):
            self._cells[self._column] = text
        elif name == "row":
            cells = [self._cells.get(at, "") for at in range(max(self._cells, default=-1) + 1)]
            self.ready.append((self._row, cells))

    def _merge(self, area: str) -> None:
        found = _AREA.match(area)
        if not found:
            return
        rows = range(int(found[2]), int(found[4]) + 1)
        columns = range(_column(found[1] + "1"), min(_column(found[3] + "1") + 1, MOST_COLUMNS))
        if len(rows) > 1 and len(rows) * len(columns) <= MOST_MERGED:
            self.budget.spend("cells", len(rows) * len(columns))
            self.merged.append((rows, columns))

    def _value(self) -> str:
        text = self.taken()
        if self._kind == "s":
            return self.texts[int(text)] if text else ""
        if self._day and (found := _NUMBER.match(text)):
            return f"{int(found[1]) + _FROM_1900_TO_1904}{found[2] or ''}"
        missing = self._formula and not text and self._kind != "str"  # a text may be empty
        return UNCOMPUTED if missing else text


def _column(cell: str) -> int:
    """``AB12`` stands in column 27, the first being 0. Raises ValueError for no place at all."""
    found = _CELL.match(cell)
    if not found:
        raise ValueError("no place in a sheet")
    at = 0
    for letter in found[1]:
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1


def _rows(archive: zipfile.ZipFile, part: str, sheet: _Sheet) -> Iterator[Row]:
    with _told():
        blank = 0
        for _ in sheet.feed(archive, part):
            for number, cells in sheet.ready:
                blank = 0 if cells else blank + 1
                if blank > sheet.budget.blank_rows:
                    return
                yield number, cells
            sheet.ready.clear()
