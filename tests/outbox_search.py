"""What must never leave the house, looked for in everything that stands in an outbox.

>>> leaks(nights.outbox(), Banned.of(drop=drop, passwords=file))   # doctest: +SKIP
[]

Knows nothing of how a file was made: it unpacks whatever is there and reads every cell.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import openpyxl

from kakehashi.preprocess.lexicon import Lexicon

LEXICON = Lexicon()
UUID = re.compile("[0-9a-f-]{36}")  # one may begin with add
ABOUT_STAFF = ("sourcedId", "userMasterIdentifier", "username", "email", "identifier")


@dataclass(frozen=True)
class Banned:
    """Cells of ``staff`` may not stand anywhere, ``passwords`` not even inside a longer text."""

    staff: frozenset[str] = frozenset()
    passwords: frozenset[str] = frozenset()

    @classmethod
    def of(cls, drop: bytes = b"", passwords: bytes = b"") -> Banned:
        """What one night's uploads (the zip, the CSV) hold of it."""
        return cls(frozenset(staff_in(drop)) if drop else frozenset(),
                   frozenset(passwords_in(passwords)) if passwords else frozenset())  # fmt: skip

    def __or__(self, other: Banned) -> Banned:
        return Banned(self.staff | other.staff, self.passwords | other.passwords)


def leaks(outbox: Mapping[str, bytes], banned: Banned = Banned(), words: Lexicon = LEXICON) -> set[
    tuple[str, str]
]:  # fmt: skip
    """(key, what) of every object that holds a disability, 外字, somebody of the staff, or a
    password; its name counts as part of it."""
    return {(key, what) for key, body in outbox.items()
            for what in _found({key, *cells_of(key, body)}, banned, words)}  # fmt: skip


def _found(cells: set[str], banned: Banned, words: Lexicon) -> Iterator[str]:
    texts = [cell for cell in cells if not UUID.fullmatch(cell)]
    if any(map(words.tells, texts)):
        yield "disability"
    if any(map(is_gaiji, set("".join(texts)))):
        yield "gaiji"
    if cells & banned.staff:
        yield "staff"
    whole = "\n".join(texts)
    if any(password in whole for password in banned.passwords):
        yield "password"


def is_gaiji(char: str) -> bool:
    """Not in JIS X 0213, private, or a mark that picks a variant of the character before it."""
    if unicodedata.category(char) == "Co" or unicodedata.name(char, "").startswith("VARIATION"):
        return True
    try:
        return not char.encode("euc_jis_2004")
    except UnicodeEncodeError:
        return True


# -- reading --------------------------------------------------------------------------------------


def cells_of(key: str, body: bytes) -> set[str]:
    """Every cell of a zip of CSVs, of a CSV, of a workbook, or of a JSON file. Raises ValueError
    for others."""
    if key.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            inside = ((name, archive.read(name)) for name in archive.namelist())
            return {cell for name, data in inside for cell in {name} | cells_of(name, data)}
    if key.endswith(".csv"):
        rows = csv.reader(io.StringIO(_text(body), newline=""), strict=True)
        return {cell for row in rows for cell in row}
    if key.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True)
        lines = (row for sheet in book for row in sheet.iter_rows(values_only=True))
        return {str(cell) for row in lines for cell in row if cell is not None}
    if key.endswith(".json"):
        return set(_leaves(json.loads(body)))
    raise ValueError(f"nobody has said how to search {key}")


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp932")


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from value
        value = value.values()
    if isinstance(value, str) or not isinstance(value, Iterable):
        yield str(value)
    else:
        for one in value:
            yield from _leaves(one)


def staff_in(drop: bytes) -> Iterator[str]:
    """Ids and accounts of everybody in a drop who is no pupil."""
    with zipfile.ZipFile(io.BytesIO(drop)) as archive:
        users, roles = (_rows(archive, name) for name in ("users.csv", "roles.csv"))
    pupils = {row["userSourcedId"] for row in roles if row["role"] == "student"}
    pupils |= {row["sourcedId"] for row in users if row.get("role") == "student"}
    staff = {row["userSourcedId"] for row in roles if row["role"] != "student"} - pupils
    for row in users:
        if row["sourcedId"] in staff:
            yield from filter(None, (row.get(column, "") for column in ABOUT_STAFF))


def _rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    if name not in archive.namelist():
        return []
    return list(csv.DictReader(io.StringIO(_text(archive.read(name)), newline="")))


def passwords_in(file: bytes) -> Iterator[str]:
    """The initial passwords of a password file."""
    for row in csv.DictReader(io.StringIO(_text(file), newline="")):
        yield from filter(None, (row.get("initialPassword", ""),))
