"""Rows out, as `csv.writer` would write them: the counterpart of ``rows.split``.

Nearly no cell of a roster needs escaping. So a stretch of rows is joined at once, several times as
fast as `csv.writer` goes through it letter by letter, and its quotes, commas and line ends are
counted: where there are more than the joints made, a cell holds one, and `csv.writer` writes that
stretch.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Literal, TextIO

STRETCH = 1024  # rows


def write_rows(
    out: TextIO, rows: Iterable[Sequence[str]], *, line_end: str = "\r\n", quote_all: bool = False
) -> None:
    """``rows`` as CSV; only the cells that need it are quoted, or all of them."""
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(out, quoting=quoting, lineterminator=line_end)
    joined = _quoted if quote_all else _bare
    for some in batched(rows, STRETCH, strict=False):
        if text := joined(some, line_end):
            out.write(text)
        else:
            writer.writerows(some)


def _quoted(rows: Sequence[Sequence[str]], line_end: str) -> str:
    """ "" where a cell holds a quote."""
    text = '"' + f'"{line_end}"'.join(map('","'.join, rows)) + f'"{line_end}'
    return text if text.count('"') == 2 * sum(map(len, rows)) else ""


def _bare(rows: Sequence[Sequence[str]], line_end: str) -> str:
    """ "" where a cell holds a quote, a comma or a line break, or a row is a single cell, of which
    a blank one would be quoted."""
    widths = list(map(len, rows))
    if min(widths) < 2:  # noqa: PLR2004 - a single cell
        return ""
    text = line_end.join(map(",".join, rows)) + line_end
    breaks = all(text.count(c) == len(rows) * line_end.count(c) for c in "\r\n")
    plain = breaks and '"' not in text and text.count(",") == sum(widths) - len(rows)
    return text if plain else ""
