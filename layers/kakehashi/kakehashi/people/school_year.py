"""年度: the Japanese school year, 1 April to 31 March."""

from __future__ import annotations

from datetime import date

APRIL = 4


def year_of(day: date) -> int:
    """The 年度 that a day lies in."""
    return day.year if day.month >= APRIL else day.year - 1
