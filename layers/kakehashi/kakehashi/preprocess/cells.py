"""Cells by column name: what every module here reads tables with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kakehashi.oneroster import Package

type Cells = tuple[str, ...]


def cells(package: Package, file: str, *columns: str) -> Iterator[tuple[int, Cells]]:
    """``(line, cells)`` of each row; a column that is not there reads as blank.

    At least two columns. A file that is not there has no rows.
    """
    table = package.tables.get(file)
    if table is None:
        return iter(())
    return zip(table.lines, zip(*map(table.values, columns), strict=True), strict=True)


def column(package: Package, file: str, name: str) -> Iterator[tuple[int, str]]:
    """``(line, cell)`` of each row, as above, of one column."""
    table = package.tables.get(file)
    return iter(()) if table is None else zip(table.lines, table.values(name), strict=True)
