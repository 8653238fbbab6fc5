"""How many lines a drop's files have: told at once, before anything is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from kakehashi.oneroster.archive import READ_DAMAGE, Open, open_files

_BLOCK = 1 << 20


def lines_in(source: IO[bytes] | Mapping[str, bytes]) -> dict[str, int]:
    """Lines below the header by file, for the files that OneRoster knows; {} for a broken package.

    Line breaks are counted and nothing is parsed, so a line break inside quotes counts too. A file
    that ends before it should is left out. Never raises for bad data.
    """
    counted = (
        (file, _lines(opener)) for file, opener in sorted(open_files(source).openers.items())
    )
    return {file: lines for file, lines in counted if lines is not None}


def _lines(open_file: Open) -> int | None:
    breaks, last = 0, b"\n"
    try:
        with open_file() as file:
            while block := file.read(_BLOCK):
                breaks, last = breaks + block.count(b"\n"), block[-1:]
    except READ_DAMAGE:
        return None
    return max(0, breaks + (last != b"\n") - 1)
