"""JSON lines: what the stages hand to each other in the run folder.

A file of a large city has hundreds of thousands of lines, and every stage reads or writes several
of them, so both ways are made for many small rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import batched
from typing import Any

from kakehashi.roster import canonical

_AT_ONCE = 256  # lines decoded as one array: one call instead of many, and their keys are shared


def write(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Each row as one canonical line with its line end."""
    return (canonical(row).encode() + b"\n" for row in rows)


def read(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The rows of ``lines``, streamed. Raises ValueError for a line that is not JSON."""
    for some in batched(filter(bytes.strip, lines), _AT_ONCE, strict=False):
        yield from json.loads(b"[" + b",".join(some) + b"]")
