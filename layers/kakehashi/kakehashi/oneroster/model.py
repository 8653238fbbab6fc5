"""What an opened package is made of: tables of tuples, a manifest, and what reading found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
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


class ByColumn(Collection[Row]):
    """Rows kept as one list for each column and put together when asked for.

    So the reader keeps them: a check looks at one column at a time, and rarely at a row.
    """

    __slots__ = ("columns",)

    def __init__(self, width: int) -> None:
        self.columns: list[list[str]] = [[] for _ in range(width)]

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Row]:
        return zip(*self.columns, strict=True)

    def __getitem__(self, n: int) -> Row:
        return tuple([column[n] for column in self.columns])

    def __contains__(self, row: object) -> bool:
        return any(row == one for one in self)

    def clear(self) -> None:
        for column in self.columns:
            column.clear()


@dataclass(slots=True)
class Table:
    """One CSV file, leniencies applied.

    ``columns`` are canonical names, in the file's order. ``rows[i]`` has one cell per column and
    begins on physical line ``lines[i]`` (the header is line 1). ``bad`` rows are not in ``rows``.
    ``whole`` is False where the file could not be read to its end. ``unquoted`` counts rows with a
    value that is not quoted.
    """

    file: str
    columns: tuple[str, ...] = ()
    rows: list[Row] | ByColumn = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    whole: bool = True
    unquoted: int = 0

    def index(self, column: str) -> int | None:
        """Position of ``column``, or None where the file does not have it."""
        return self.columns.index(column) if column in self.columns else None

    def cells(self, at: int) -> Sequence[str]:
        """Cells of the column at position ``at``, in row order."""
        if isinstance(self.rows, ByColumn):
            return self.rows.columns[at]
        return list(map(itemgetter(at), self.rows))

    def values(self, column: str) -> Sequence[str]:
        """Cells of ``column`` in row order; blanks where the file does not have it."""
        at = self.index(column)
        return [""] * len(self.rows) if at is None else self.cells(at)

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
