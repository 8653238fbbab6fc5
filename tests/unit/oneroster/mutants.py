"""Small packages spoiled at random: bytes, cells, rows, columns, files, encodings, the zip itself.

Half of them are broken so that nearly all are refused; of the other half every file stays a file of
OneRoster and only what its rows say is wrong, so that most of them come to be cleaned.
``KAKEHASHI_FUZZ`` is how many are tried (`make fuzz`: 20,000), ``KAKEHASHI_FUZZ_SEED`` says which.
"""

from __future__ import annotations

import csv
import io
import os
import random
from collections.abc import Callable, Iterator

from conformance import packages as p

CASES = int(os.environ.get("KAKEHASHI_FUZZ", "400"))
SEED = int(os.environ.get("KAKEHASHI_FUZZ_SEED", "1"))

Files = dict[str, bytes]
WORDS = [
    "", "NULL", "true", "TRUE", "0", "-1", "1E+12", "4月1日", "2026/4/1", "2026-99-99", '"', ",",
    "\r", "\n", "\r\n", "\x00", "\ufeff", "=1+1", "ext:", "{a:b}", "{", "ﾊﾝｶｸ", "\U000e0100",
    "𠮷", "x" * 300, p.YEAR, p.SCHOOL, p.CLASS, p.USERS[0], p.MASTERS[0], "sourcedId", "delta",
]  # fmt: skip


def _pick(r: random.Random, files: Files) -> str:
    return r.choice(sorted(files))


def _bytes(r: random.Random, files: Files) -> None:
    name = _pick(r, files)
    data = bytearray(files[name])
    for _ in range(r.randint(1, 4)):
        at = r.randrange(len(data) + 1)
        data[at : at + r.randint(0, 3)] = r.randbytes(r.randint(0, 3))
    files[name] = bytes(data)


def _cut(r: random.Random, files: Files) -> None:
    name = _pick(r, files)
    files[name] = files[name][: r.randrange(len(files[name]) + 1)]


def _cells(r: random.Random, files: Files) -> None:
    name = _pick(r, files)
    parts = files[name].decode("utf-8", "surrogateescape").split('","')
    for _ in range(r.randint(1, 3)):
        parts[r.randrange(len(parts))] = r.choice(WORDS)
    files[name] = '","'.join(parts).encode("utf-8", "surrogateescape")


def _rows(r: random.Random, files: Files) -> None:
    name = _pick(r, files)
    lines = files[name].split(b"\r\n")
    match r.randrange(3):
        case 0:
            r.shuffle(lines)
        case 1:
            del lines[r.randrange(len(lines))]
        case _:
            lines.append(r.choice(lines))
    files[name] = b"\r\n".join(lines)


def _columns(r: random.Random, files: Files) -> None:
    name = _pick(r, files)
    at, width = r.randrange(12), r.choice([0, 2])
    lines = [line.split(b",") for line in files[name].split(b"\r\n")]
    for cells in lines:
        cells[at : at + width] = [r.choice(WORDS).encode()] * r.randint(0, 2)
    files[name] = b"\r\n".join(b",".join(cells) for cells in lines)


def _files(r: random.Random, files: Files) -> None:
    name = _pick(r, files)
    body = files.pop(name)
    kept = [name.upper(), "a/" + name, _pick(r, files) if files else name, "x.csv"]
    if r.random() < 0.7:
        files[r.choice(kept)] = body


def _encoding(r: random.Random, files: Files) -> None:
    name = _pick(r, files)
    codec = r.choice(["cp932", "utf-16", "utf-8-sig", "euc_jp", "utf-7", "utf-32"])
    files[name] = files[name].decode("utf-8", "replace").encode(codec, "replace")


MUTATIONS: list[Callable[[random.Random, Files], None]] = [
    _bytes, _cut, _cells, _cells, _rows, _columns, _files, _encoding,
]  # fmt: skip


type Sheet = list[list[str]]  # rows without their header


def _another_word(r: random.Random, rows: Sheet) -> None:
    at = r.randrange(len(rows[0]))
    r.choice(rows)[at] = r.choice([*WORDS, r.choice(rows)[at], r.choice(r.choice(rows))])


def _exchanged(r: random.Random, rows: Sheet) -> None:
    at, one, other = r.randrange(len(rows[0])), r.choice(rows), r.choice(rows)
    one[at], other[at] = other[at], one[at]


def _row_gone(r: random.Random, rows: Sheet) -> None:
    if len(rows) > 1:
        rows.remove(r.choice(rows))


def _row_once_more(r: random.Random, rows: Sheet) -> None:
    rows.insert(r.randrange(len(rows) + 1), list(r.choice(rows)))
    if r.random() < 0.5:
        _another_word(r, rows)


MISTAKES: list[Callable[[random.Random, Sheet], None]] = [
    _another_word, _another_word, _exchanged, _row_gone, _row_once_more,
]  # fmt: skip


def _mistaken(r: random.Random, files: Files) -> None:
    """One mistake as somebody makes it in C4th, not in the file."""
    name = r.choice([file for file in sorted(files) if file != "manifest.csv"])
    header, *rows = csv.reader(io.StringIO(files[name].decode("utf-8"), newline=""))
    r.choice(MISTAKES)(r, rows)
    files[name] = p.csv_bytes([header, *rows])


def _source(r: random.Random, files: Files) -> io.BytesIO | Files:
    if r.random() < 0.5:
        return files
    data = bytearray(p.zipped(files))
    if r.random() < 0.5:
        for _ in range(r.randint(1, 6)):
            data[r.randrange(len(data))] = r.randrange(256)
    if r.random() < 0.1:
        del data[r.randrange(len(data)) :]
    return io.BytesIO(bytes(data))


def mutants() -> Iterator[tuple[int, Files, io.BytesIO | Files]]:
    """Number, files, and the same files as they are dropped: loose, or in a zip, broken or not."""
    clean = p.loose()
    for n in range(CASES):
        r = random.Random(SEED * 1_000_003 + n)
        files = dict(clean)
        if n % 2:
            for _ in range(r.randint(1, 3)):
                _mistaken(r, files)
            yield n, files, files
            continue
        for _ in range(r.randint(1, 3)):
            if files:
                r.choice(MUTATIONS)(r, files)
        yield n, files, _source(r, files)


def rows_of_users(body: bytes) -> list[bytes]:
    """Rows that must be accounted for: lines that begin with a user's id, header apart."""
    return [line for line in body.split(b"\r\n") if line.startswith(b'"5000')]
