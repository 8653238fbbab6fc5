"""What the values of a city's rules are made of: each kind checks itself."""

from __future__ import annotations

import re
from datetime import date
from string import Formatter
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from kakehashi.people.pupil import GRADES

# A digit is written [0-9] here: \d, to pydantic as to Python, is also ３ and ٣.
CITY_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?\Z")

SchoolCode = Annotated[str, StringConstraints(pattern=r"^[A-H][12][0-9]{11}$")]
Grade = Literal["P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3"]
FindingCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{3}$")]
assert set(GRADES) == set(Grade.__args__)  # type: ignore[attr-defined]


def _is_regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as exc:
        raise ValueError(f"not a regular expression: {exc}") from exc
    return pattern


Pattern = Annotated[str, AfterValidator(_is_regex)]


def _finds_a_date(pattern: str) -> str:
    if pattern and re.compile(pattern).groups != len(("year", "month", "day")):
        raise ValueError("needs three groups: year, month, day")
    return pattern


DatePattern = Annotated[str, AfterValidator(_is_regex), AfterValidator(_finds_a_date)]


def _is_a_day(text: str) -> str:
    """MM-DD of a leap year: of such texts the smaller one is the earlier day."""
    try:
        date.fromisoformat(f"2024-{text}")
    except ValueError as exc:
        raise ValueError("not a day of the year, MM-DD") from exc
    return text


DayOfYear = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{2}-[0-9]{2}$"), AfterValidator(_is_a_day)
]


def template_of(*fields: str) -> AfterValidator:
    """A text whose ``{placeholders}`` are all among ``fields``."""

    def check(text: str) -> str:
        used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        if unknown := used - set(fields):
            raise ValueError(f"unknown placeholder {sorted(unknown)}; known: {sorted(fields)}")
        return text

    return AfterValidator(check)


_PUPIL_WORDS = ("family", "given", "school", "class", "grade", "grade_label")
PupilText = Annotated[str, template_of(*_PUPIL_WORDS)]


class CheckedModel(BaseModel):
    """Frozen, no unknown key, and never the offending value in an error text."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        defer_build=True,
        allow_inf_nan=False,
    )


def _is_safe(url: str) -> str:
    """https, or http on loopback; an exact address without fragment."""
    parts = urlsplit(url)
    loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or parts.fragment or not (parts.scheme == "https" or loopback):
        raise ValueError("must be https (or http on loopback), with a host and without fragment")
    return url


LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Url = Annotated[str, AfterValidator(_is_safe)]
