"""JSON lines: what was written is read, whatever stands in a text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi import jsonlines

VALUES = st.none() | st.booleans() | st.integers() | st.text()
ROWS = st.lists(st.dictionaries(st.text(), VALUES | st.lists(VALUES)), max_size=600)


@given(ROWS)
def test_reading_gives_back_what_was_written(rows: list[dict[str, Any]]) -> None:
    body = b"".join(jsonlines.write(rows))
    assert body.count(b"\n") == len(rows)
    assert list(jsonlines.read(body.splitlines(keepends=True))) == rows


def test_blank_lines_are_no_rows() -> None:
    assert list(jsonlines.read([b"\n", b'{"a":1}\n', b"", b"\r\n"])) == [{"a": 1}]


def test_what_is_no_json_is_told() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        list(jsonlines.read([b'{"a":1}\n', b"{broken\n"]))
