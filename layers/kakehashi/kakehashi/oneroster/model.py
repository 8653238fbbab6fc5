"""What an opened package is made of: tables of tuples, a manifest, and what reading found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from kakehashi.findings import Finding
from kakehashi.oneroster.profiles import VERSIONS

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be laid under its header: where it begins and the cells it has."""

    line: int
    cells: Row


@dataclass(slots=True)
class Table:
    """One CSV file, leniencies applied.

    ``columns`` are canonical names, in the file's order. ``rows[i]`` has one cell per column and
    begins on physical line ``lines[i]`` (the header is line 1). ``bad`` rows are not in ``rows``.
    ``whole`` is False where the file could not be read to its end.
    """

    file: str
    columns: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    whole: bool = True

    def index(self, column: str) -> int | None:
        """Position of ``column``, or None where the file does not have it."""
        return self.columns.index(column) if column in self.columns else None

    def values(self, column: str) -> Iterator[str]:
        """Cells of ``column`` in row order; blanks where the file does not have it."""
        at = self.index(column)
        return ("" for _ in self.rows) if at is None else map(itemgetter(at), self.rows)

    def records(self) -> Iterator[dict[str, str]]:
        """Rows as dictionaries: convenient and slow."""
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))


@dataclass(frozen=True, slots=True)
class Manifest:
    """manifest.csv. ``modes`` maps "users.csv" to absent, bulk or delta, as far as it says."""

    version: str
    modes: Mapping[str, str]
    system_name: str = ""
    system_code: str = ""

    def mode(self, file: str) -> str:
        return self.modes.get(file, "absent")


@dataclass(frozen=True, slots=True)
class Package:
    """A drop, opened. ``findings`` is what opening and reading it found, in file order.

    ``present`` are the data files that were dropped, readable or not.
    """

    manifest: Manifest | None
    tables: Mapping[str, Table]
    findings: tuple[Finding, ...] = ()
    present: frozenset[str] = frozenset()

    @property
    def version(self) -> str:
        """The oneroster.version to read by; 1.2 where the manifest does not say a known one."""
        said = self.manifest.version if self.manifest else ""
        return said if said in VERSIONS else "1.2"
