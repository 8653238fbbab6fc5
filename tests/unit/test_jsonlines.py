"""JSON lines: what was written is read, whatever stands in a text."""

import json
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


@pytest.mark.parametrize("line", [b"{broken\n", b'{"a":NaN}', b'{"a":"\xff"}', b'{"a":1}{"b":2}'])
def test_what_is_no_json_is_told_without_its_words(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"^not JSON$"):
        list(jsonlines.read([b'{"a":1}\n', line]))


@given(st.dictionaries(st.text(), VALUES | st.lists(VALUES) | st.dictionaries(st.text(), VALUES)))
def test_a_line_is_what_the_standard_library_writes(row: dict[str, Any]) -> None:
    """Digests and etags are made of such lines, and releases before this one wrote them so."""
    told = json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert jsonlines.canonical(row) == told.encode()
