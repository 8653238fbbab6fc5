"""What is joined in one go is what csv.writer would have written cell by cell."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.oneroster import joined

CELLS = st.text(st.sampled_from('あa ,"\r\n=') | st.characters(codec="utf-8"), max_size=4)
ROWS = st.lists(st.lists(CELLS | st.just(""), min_size=1, max_size=4), max_size=6)


@given(rows=ROWS, line_end=st.sampled_from(["\r\n", "\n"]), quote_all=st.booleans())
def test_any_rows_are_written_as_csv_writer_writes_them(
    rows: list[list[str]], line_end: str, quote_all: bool
) -> None:
    assert _written(rows, line_end, quote_all=quote_all) == _by_csv(rows, line_end, quote_all)


@pytest.mark.parametrize("cell", ["", ",", '"', "\r", "\n", "\r\n", '","', '"\r\n"', " a "])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
@pytest.mark.parametrize("quote_all", [True, False])
def test_a_cell_that_must_be_escaped_is(cell: str, line_end: str, quote_all: bool) -> None:
    rows = [["a", "b"], [cell, "c"], ["d", cell], [cell]]
    for some in (rows, rows[:3], rows[3:]):
        assert _written(some, line_end, quote_all=quote_all) == _by_csv(some, line_end, quote_all)


def test_only_the_stretch_with_such_a_cell_is_written_cell_by_cell() -> None:
    rows = [["a", "b"]] * (2 * joined.STRETCH) + [["a,", 'b"']] + [["a", "b"]] * joined.STRETCH
    assert _written(rows, "\r\n", quote_all=True) == _by_csv(rows, "\r\n", True)


def _written(rows: list[list[str]], line_end: str, *, quote_all: bool) -> str:
    out = io.StringIO(newline="")
    joined.write_rows(out, rows, line_end=line_end, quote_all=quote_all)
    return out.getvalue()


def _by_csv(rows: list[list[str]], line_end: str, quote_all: bool) -> str:
    out = io.StringIO(newline="")
    if quote_all:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=line_end)
    else:
        writer = csv.writer(out, lineterminator=line_end)
    writer.writerows(rows)
    return out.getvalue()
