"""The tenant's memory: a few tables of JSON values, kept in one append-only file.

Each line of the file is one transaction, a list of ``[table, key, value]`` (null deletes), written
with a single system call before memory changes. A process killed at any moment therefore leaves
whole transactions and at most one torn last line, which the next start cuts off. A file that is
mostly history is rewritten beside the old one and swapped in.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

TABLES = ("users", "groups", "members", "deleted", "passwords", "settings")
ROWS = 500  # of a rewritten table, a line
SLACK = 20_000  # dead records that are tolerated beyond the number of living ones

type Change = tuple[str, str, Any]
type Tables = dict[str, dict[str, Any]]


class HomeInUse(Exception):
    """Another tenant works in the same home."""


class DamagedState(Exception):
    """A line in the middle of the file cannot be read; the text names file and line."""


def empty_tables() -> Tables:
    return {name: {} for name in TABLES}


class Store:
    """``folder`` None keeps everything in memory only. One process, one thread."""

    def __init__(self, folder: Path | None) -> None:
        self.tables = empty_tables()
        self._folder = folder
        self._file = -1
        self._lock = -1
        self._written = 0
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _take_lock(folder / "tenant.lock")
            self._load(folder / "tenant.jsonl")

    def commit(self, changes: Iterable[Change]) -> None:
        """All of ``changes`` or none: to the file first, then to memory."""
        changes = list(changes)
        if self._file >= 0:
            _write_all(self._file, _line(changes))
        self._apply(changes)
        if self._written > 2 * self._living() + SLACK:
            self.rewrite(self.tables)

    def rewrite(self, tables: Tables) -> None:
        """Make ``tables`` the whole state, atomically; also how history is thrown away."""
        if self._folder is not None:
            path = self._folder / "tenant.jsonl"
            fresh = _write_fresh(path, tables)
            if self._file >= 0:
                os.close(self._file)
            self._file = fresh
        self.tables = tables
        self._written = self._living()

    def close(self) -> None:
        if self._file >= 0 and self._written > self._living():
            self.rewrite(self.tables)
        for handle in (self._file, self._lock):
            if handle >= 0:
                os.close(handle)
        self._file = self._lock = -1

    def _living(self) -> int:
        return sum(len(table) for table in self.tables.values())

    def _apply(self, changes: list[Change]) -> None:
        for table, key, value in changes:
            if value is None:
                self.tables[table].pop(key, None)
            else:
                self.tables[table][key] = value
        self._written += len(changes)

    def _load(self, path: Path) -> None:
        data = path.read_bytes() if path.exists() else b""
        whole = data.rfind(b"\n") + 1
        for number, line in enumerate(data[:whole].splitlines(), 1):
            try:
                self._apply(json.loads(line))
            except (ValueError, KeyError, TypeError) as exc:
                raise DamagedState(f"{path}:{number}") from exc
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if whole < len(data):
            os.ftruncate(self._file, whole)


def _take_lock(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        os.close(lock)
        raise HomeInUse(str(path)) from exc
    return lock


def _write_fresh(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> int:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    for name, table in tables.items():
        rows: list[Change] = [(name, key, value) for key, value in table.items()]
        for start in range(0, len(rows), ROWS):  # long lines are read back in half the time
            _write_all(handle, _line(rows[start : start + ROWS]))
    os.fsync(handle)
    fresh.replace(path)
    return handle


def _line(changes: list[Change]) -> bytes:
    return json.dumps(changes, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
