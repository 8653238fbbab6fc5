"""The MEXT school code: shape and check digit.

Thirteen characters: kind of school (letter and digit), prefecture, founder, seven digits of the
school's number, check digit. Two ways of computing the digit are met: the published one, and one
used since 2023 in which a product of exactly ten counts nothing. Either is taken as right.
"""

from __future__ import annotations

import re

SCHOOL_CODE = re.compile(
    r"(?:[ACDFH][12]|[BEG]1)(?:0[1-9]|[1-3][0-9]|4[0-7])[123][0-9]{8}", re.ASCII
)
BOARD_CODE = re.compile(r"(?:0[1-9]|[1-3][0-9]|4[0-7])[0-9]{4}", re.ASCII)

_LETTERS = {letter: f"{number:02d}" for number, letter in enumerate("ABCDEFGH", 1)}
_TEN = 10


def check_digits(code: str) -> frozenset[int]:
    """The digits either rule wants at the end of ``code`` (only its first 12 count)."""
    digits = [int(d) for d in _LETTERS[code[0]] + code[1:12]]
    products = [digit * (1 + place % 2) for place, digit in enumerate(digits)]
    published = sum(p // 10 + p % 10 for p in products)
    newer = sum(0 if p == _TEN else p // 10 + p % 10 for p in products)
    return frozenset({-published % 10, -newer % 10})


def digit_fits(code: str) -> bool:
    """Whether a well-shaped ``code`` ends in a check digit that either rule gives."""
    return int(code[12]) in check_digits(code)
