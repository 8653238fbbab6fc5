"""A municipality's rules as data: one TOML file, checked when it is put and when it is read.

Three kinds of rule only: tables, ordered regex renames that prove their own example, and
enumerated choices. Every key is explained in docs/city.md, and a key nobody knows is an error.
"""

from __future__ import annotations

import hashlib
import tomllib
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, field_validator

from kakehashi.city.accounts import (
    M365,
    PASSWORD_WORDS,
    InitialPasswords,
    Licence,
    Matching,
)
from kakehashi.city.checked import CITY_NAME, CheckedModel, FindingCode
from kakehashi.city.cleaning import (
    J_TITLES,
    ClassTitle,
    Names,
    SchoolAlias,
    Source,
    SpecialNeeds,
    SpecialTitle,
    UnifiedSchool,
)
from kakehashi.city.limits import (
    Approvals,
    Arrivals,
    Calendar,
    Leaving,
    Limit,
    Limits,
    LimitSet,
    Season,
    SumSet,
)
from kakehashi.city.staff import Staff
from kakehashi.city.tools import LtiTool, Tool
from kakehashi.findings import HARD_LETTERS, Effect

__all__ = [
    "CITY_NAME",
    "J_TITLES",
    "M365",
    "PASSWORD_WORDS",
    "Approvals",
    "Arrivals",
    "BadCity",
    "City",
    "ClassTitle",
    "InitialPasswords",
    "Licence",
    "Limit",
    "LimitSet",
    "LtiTool",
    "Names",
    "Savings",
    "SchoolAlias",
    "Season",
    "Source",
    "SpecialNeeds",
    "SpecialTitle",
    "Staff",
    "SumSet",
    "Tool",
    "parse",
]  # fmt: skip


class Savings(CheckedModel):
    """Person-days of hand work that the report counts as saved, as the Tsukuba trial's table 4-3
    estimates them: one pupil's transfer in one system, and one school's turn of the year."""

    transfer: Annotated[float, Field(ge=0)] = 0.02
    rollover: Annotated[float, Field(ge=0)] = 0.2


class City(CheckedModel):
    """All rules of one municipality. ``sha256`` is the fingerprint of the file they came from."""

    name: Annotated[str, Field(min_length=1)]
    board_code: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|[1-3][0-9]|4[0-7])[0-9]{4}$")]
    domain: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
    language: Literal["ja", "en"] = "ja"
    source: Source = Source()
    names: Names = Names()
    unified_schools: tuple[UnifiedSchool, ...] = ()
    school_aliases: tuple[SchoolAlias, ...] = ()
    class_titles: tuple[ClassTitle, ...] = J_TITLES
    special_needs: SpecialNeeds = SpecialNeeds()
    m365: M365 = M365()
    passwords: InitialPasswords = InitialPasswords()
    calendar: Calendar = Calendar()
    arrivals: Arrivals = Arrivals()
    leaving: Leaving = Leaving()
    savings: Savings = Savings()
    matching: Matching = Matching()
    limits: Limits = Field(default_factory=Limits)
    approval: Approvals = Approvals()
    staff: Staff | None = None
    tools: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")], Tool] = Field(
        default_factory=dict
    )
    lti: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,30}$")], LtiTool] = Field(
        default_factory=dict
    )
    effects: dict[FindingCode, Effect] = Field(default_factory=dict)
    sha256: str = ""

    @field_validator("school_aliases")
    @classmethod
    def _one_successor(cls, aliases: tuple[SchoolAlias, ...]) -> tuple[SchoolAlias, ...]:
        if len({alias.old for alias in aliases}) < len(set(aliases)):
            raise ValueError("a school that was divided has no one successor: two rows of one old")
        return aliases

    @field_validator("effects")
    @classmethod
    def _hard_stay_hard(cls, effects: dict[str, Effect]) -> dict[str, Effect]:
        if hard := sorted(code for code in effects if code[0] in HARD_LETTERS):
            raise ValueError(f"A, F and S findings cannot be softened: {', '.join(hard)}")
        return effects


class BadCity(ValueError):
    """The rules file is not TOML, or breaks a rule; ``problems`` are lines a person can act on."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def parse(text: str) -> City:
    """Read a city's rules. Raises BadCity, whose text holds key paths but never values."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise BadCity([f"TOML: {exc}"]) from exc
    data["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    try:
        return City.model_validate(data)
    except ValidationError as exc:
        problems = exc.errors(include_input=False, include_url=False)
        raise BadCity([f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems]) from exc
