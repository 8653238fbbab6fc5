"""What a night may do unasked: the calendar, leavers, and how much may change at once."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from kakehashi.city.checked import DayOfYear, Rules


class Season(Rules):
    """Two days of one year, both included; it does not run over the new year."""

    from_: Annotated[DayOfYear, Field(alias="from")] = "03-25"
    until: DayOfYear = "04-15"

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.from_ > self.until:
            raise ValueError("until comes before from")
        return self

    def covers(self, day: date) -> bool:
        return self.from_ <= f"{day:%m-%d}" <= self.until


class Calendar(Rules):
    rollover: Season = Season()


class Leaving(Rules):
    gone: Literal["propose"] = "propose"
    grace_days: Annotated[int, Field(ge=0)] = 90


class Limit(Rules):
    """Breached when the count is over ``floor`` and over either bound."""

    share: Annotated[float, Field(gt=0, le=1)]
    number: Annotated[int, Field(ge=0)]
    floor: Annotated[int, Field(ge=0)] = 0


class LimitSet(Rules):
    new: Limit | None = None
    moved: Limit | None = None
    renamed: Limit | None = None
    gone: Limit | None = None
    held: Limit | None = None
    returned: Limit | None = None
    updated: Limit | None = None
    class_changed: Limit | None = None


def _city_limits() -> LimitSet:
    return LimitSet(
        gone=Limit(share=0.005, number=120, floor=3),
        new=Limit(share=0.02, number=400, floor=5),
        moved=Limit(share=0.01, number=200, floor=5),
        renamed=Limit(share=0.01, number=200, floor=5),
        held=Limit(share=0.01, number=200, floor=5),
        returned=Limit(share=0.005, number=50, floor=5),
        updated=Limit(share=0.05, number=1000, floor=20),
        class_changed=Limit(share=0.02, number=500, floor=20),
    )


def _school_limits() -> LimitSet:
    return LimitSet(
        gone=Limit(share=0.05, number=15, floor=3),
        moved=Limit(share=0.10, number=30, floor=5),
        class_changed=Limit(share=0.25, number=200, floor=20),
    )


class Limits(Rules):
    """A kind left out of the file keeps its default; limits cannot be switched off by silence."""

    city: LimitSet = Field(default_factory=_city_limits)
    school: LimitSet = Field(default_factory=_school_limits)

    @field_validator("city", "school", mode="after")
    @classmethod
    def _keep_defaults(cls, given: LimitSet, info: object) -> LimitSet:
        defaults = _city_limits() if getattr(info, "field_name", "") == "city" else _school_limits()
        kept = {k: v for k, v in defaults if k not in given.model_fields_set}
        return given.model_copy(update=kept)
