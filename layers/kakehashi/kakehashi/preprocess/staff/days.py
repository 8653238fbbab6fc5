"""Dates as people write them: western or 和暦, full-width or not, or as Excel keeps them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

_ERAS = {"令": 2018, "r": 2018, "平": 1988, "h": 1988, "昭": 1925, "s": 1925}
_WESTERN = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?\Z")
_JAPANESE = re.compile(
    r"(令和?|平成?|昭和?|[rhs])\.?([0-9]{1,2}|元)[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?\Z"
)
_BEHIND = re.compile(
    r"(?: *(?:\((?P<short>[月火水木金土日])(?:曜日?)?\)|(?P<long>[月火水木金土日])曜日?))?"
    r"(?:[t ] *[0-9]{1,2}:[^()]*|付)?\Z"
)
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?\Z")
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})\Z")
_EXCEL_BEGINS = date(1899, 12, 30)  # of the 1900 system, its 29 February 1900 included
_FIRST, _LAST = date(1950, 1, 1), date(2150, 12, 31)


def day_of(text: str) -> date | None:
    """None for what is no day, or none in which anybody works here. Behind it may stand a weekday,
    which has to be that day's, and a time of day or 付, which do not matter."""
    written = unicodedata.normalize("NFKC", text).strip().lower()
    behind = _BEHIND.search(written)
    try:
        found = _read(written[: behind.start() if behind else None].replace(" ", ""))
    except (ValueError, OverflowError):
        return None
    weekday = (behind["short"] or behind["long"]) if behind else None
    if found and weekday and found.weekday() != "月火水木金土日".index(weekday):
        return None
    return found if found and _FIRST <= found <= _LAST else None


def _read(text: str) -> date | None:
    if found := _WESTERN.match(text) or _EIGHT.match(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _JAPANESE.match(text):
        year = 1 if found[2] == "元" else int(found[2])
        return date(_ERAS[found[1][0]] + year, int(found[3]), int(found[4]))
    if found := _SERIAL.match(text):
        return _EXCEL_BEGINS + timedelta(days=int(found[1]))
    return None
