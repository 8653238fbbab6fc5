"""What is right and what is wrong in a case, in one line each, found by comparing its package with
the clean one."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance import packages
from conformance.spoils import Case

MOST = 96  # characters of a line that are shown

WORDS: Mapping[str, tuple[str, str]] = {
    "F001": ("a whole zip", "the zip without its last 30 bytes"),
    "F002": ("no entry is encrypted", "users.csv is encrypted"),
    "F003": ("deflate", "bzip2"),
    "F004": ("users.csv fits its CRC", "one byte of users.csv differs from its CRC"),
    "F008": ("unpacks to some KB", "an entry says that it unpacks to more than 1 GB"),
    "F009": ("CSV files", "zeros.csv, a megabyte of zeros in a kilobyte"),
    "F010": ("the files of OneRoster", "hundreds of files"),
    "F018": ("manifest.csv, orgs.csv, users.csv, …", "Student.csv: SIS ID,School SIS ID,Username"),
    "F035": ("users.csv with all rows", "users.csv cut off between two rows"),
    "F040": ("UTF-8", "Shift_JIS (cp932)"),
    "F041": ("UTF-8", "UTF-16"),
    "F042": ("UTF-8", "bytes that no text of UTF-8 holds"),
    "F045": ("lines of some hundred characters", "a line of a million characters"),
    "F050": ('users.csv begins with "sourcedId"', "users.csv begins with EF BB BF (a BOM)"),
    "F051": ("lines end in CRLF", "lines end in LF"),
    "H010": ("users.csv with userMasterIdentifier", "users.csv of OneRoster 1.1, without it"),
    "R025": ("status active, dateLastModified 2026-11-01T00:00:00.000Z", "status active alone"),
    "R026": ("dateLastModified 2026-11-01T00:00:00.000Z", "dateLastModified yesterday"),
}
"""Where the difference is none of cells and lines."""


@dataclass(frozen=True, slots=True)
class Example:
    right: str
    wrong: str


def example(case: Case) -> Example:
    """``case`` against the clean package."""
    if words := WORDS.get(case.code):
        return Example(*words)
    right, wrong = packages.loose(), files_of(case)
    if added := sorted(wrong.keys() - right.keys()):
        gone = sorted(right.keys() - wrong.keys())
        return Example(gone[0] if gone else f"no {added[0]}", added[0])
    if gone := sorted(right.keys() - wrong.keys()):
        return Example(gone[0], f"no {gone[0]}")
    file = _differing(case, right, wrong)
    return _cells(file, right[file], wrong[file]) or _lines(file, right[file], wrong[file])


def files_of(case: Case) -> dict[str, bytes]:
    """The files of a case's package by name; a name that stands twice, once."""
    made = case.make()
    if isinstance(made, Mapping):
        return dict(made)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _differing(case: Case, right: Mapping[str, bytes], wrong: Mapping[str, bytes]) -> str:
    differ = [file for file in right if right[file] != wrong[file]]
    others = [file for file in differ if file != "manifest.csv"]
    return case.place[0] if case.place[0] in differ else (others or differ)[0]


def _cells(file: str, right: bytes, wrong: bytes) -> Example | None:
    """The first cell that differs, in files of one shape."""
    old, new = _rows(right), _rows(wrong)
    if [len(row) for row in old] != [len(row) for row in new]:
        return None
    for line, (before, after) in enumerate(zip(old, new, strict=True), 1):
        for at, (was, is_) in enumerate(zip(before, after, strict=True)):
            if was != is_:
                where = f"{file}, line {line}" + (f", {old[0][at]}" if line > 1 else "")
                return Example(f"{where}: {_shown(was)}", f"{where}: {_shown(is_)}")
    return None


def _rows(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def _shown(text: str) -> str:
    return repr(text) if text.strip() != text or "\n" in text else text or "(blank)"


def _lines(file: str, right: bytes, wrong: bytes) -> Example:
    """The first line that differs, from where it does."""
    old, new = list(_split(right)), list(_split(wrong))
    n = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b),
             min(len(old), len(new)))  # fmt: skip
    was, is_ = (lines[n] if n < len(lines) else "(no such line)" for lines in (old, new))
    at = next((i for i, (a, b) in enumerate(zip(was, is_, strict=False)) if a != b),
              min(len(was), len(is_)))  # fmt: skip
    begin = max(0, at - 24)
    where = f"{file}, line {n + 1}"
    return Example(*(f"{where}: {_cut(text, begin)}" for text in (was, is_)))


def _cut(text: str, begin: int) -> str:
    whole = text[begin : begin + MOST]
    return ("…" if begin else "") + whole + ("…" if begin + MOST < len(text) else "")


def _split(body: bytes) -> Iterator[str]:
    yield from body.decode().split("\r\n")
