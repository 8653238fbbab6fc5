"""A tool's receipt as a table: which rows it took, and which it did not.

No maker publishes the form of its receipts, so columns and words are data of the dialect and the
usual ones are known (``ReceiptForm``), those of the tool's own list among them. A CSV or a
workbook; a title may stand above the headings, and sheets of explanations before them.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from kakehashi.deliver.dialect import ReceiptForm
from kakehashi.oneroster import ROSTER

MOST_BYTES = 16 << 20
MOST_LINES = 500_000
HEADING_WITHIN = 10  # rows
OTHER = "other"  # a reason that is no code: it may quote anything, so it is counted and not told
_FILES = {file.removesuffix(".csv").casefold(): file for file in ROSTER}
_LINE = re.compile(r"[0-9]{1,7}", re.ASCII)

type NumberedRow = tuple[int, Sequence[str]]  # counted from 1, as its sheet or file has it


class BadReceipt(ValueError):
    """The file is no receipt; the text is a code, never a cell."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that the tool did not take: its file, line (0 for unknown) and id ("")."""

    file: str
    line: int
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One file read: how many rows were taken, and which were not. ``heading`` is the row that was
    taken for its headings."""

    accepted: int
    rejected: tuple[Rejected, ...]
    heading: int = 1


def read_receipt(body: bytes, form: ReceiptForm) -> Receipt:
    """Raises BadReceipt for what cannot be a receipt."""
    if len(body) > MOST_BYTES:
        raise BadReceipt("size")
    try:
        for table in tables(body):
            rows = iter(table)
            for number, cells in islice(rows, HEADING_WITHIN):
                if columns := _columns(cells, form):
                    return Receipt(*_read(rows, columns, form), heading=number)
    except csv.Error as exc:
        raise BadReceipt("csv") from exc
    raise BadReceipt("columns")


def _read(
    rows: Iterable[NumberedRow], columns: Mapping[str, int], form: ReceiptForm
) -> tuple[int, tuple[Rejected, ...]]:
    """How many rows were taken, and those that were not."""
    accepted, rejected = 0, []
    for count, (_, row) in enumerate(rows):
        if count >= MOST_LINES:
            raise BadReceipt("size")
        cells = {name: "".join(row[at : at + 1]).strip() for name, at in columns.items()}
        if not any(cells.values()):
            continue
        if _is_taken(cells, form):
            accepted += 1
        else:
            rejected.append(_rejected(cells, form))
    return accepted, tuple(rejected)


def tables(body: bytes) -> Iterator[Iterable[NumberedRow]]:
    """The sheets of a workbook, or a CSV as one. Raises BadReceipt, also while rows are read."""
    if not body.startswith(b"PK"):
        yield enumerate(csv.reader(io.StringIO(_text(body), newline=""), strict=True), 1)
        return
    from kakehashi.diff.sheets import (  # noqa: PLC0415 - nothing of Diff for who reads a CSV
        UnreadableWorkbook,
        sheets,
    )

    try:
        for sheet in sheets(body):
            yield list(sheet)
    except UnreadableWorkbook as exc:
        raise BadReceipt("workbook") from exc


def _text(body: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadReceipt("encoding")


def _columns(header: Sequence[str], form: ReceiptForm) -> dict[str, int]:
    """Our name of a column → where it stands; {} where rows could not be told by it."""
    names = [folded(cell) for cell in header]
    known = {
        "file": form.file, "line": form.line, "id": form.id,
        "result": form.result, "reason": form.reason,
    }  # fmt: skip
    found = {
        ours: next(at for at, name in enumerate(names) if name in map(folded, theirs))
        for ours, theirs in known.items()
        if set(map(folded, theirs)) & set(names)
    }
    tells = {"result", "reason"} & found.keys() and {"line", "id"} & found.keys()
    return found if tells else {}


def folded(text: str) -> str:
    """Without width, case, blanks and underscores."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_]", "", plain)


def _is_taken(cells: Mapping[str, str], form: ReceiptForm) -> bool:
    if "result" in cells:
        return folded(cells["result"]) in map(folded, form.accepted)
    return not cells.get("reason")


def _rejected(cells: Mapping[str, str], form: ReceiptForm) -> Rejected:
    reason = unicodedata.normalize("NFKC", cells.get("reason", ""))
    line = unicodedata.normalize("NFKC", cells.get("line", ""))
    name = cells.get("file", "").replace("\\", "/").rpartition("/")[2].casefold()
    return Rejected(
        file=_FILES.get(name.removesuffix(".csv"), name),
        line=int(line) if _LINE.fullmatch(line) else 0,
        id=cells.get("id", ""),
        reason=reason if form.code.fullmatch(reason) else OTHER,
    )
