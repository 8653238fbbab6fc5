"""What a night may do unasked: the calendar, leavers, and how much may change at once."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kakehashi.city.checked import CheckedModel, DayOfYear


class Season(CheckedModel):
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


class Calendar(CheckedModel):
    rollover: Season = Season()


class Arrivals(CheckedModel):
    """``prepare_days``: so many days before the enrolment begins an account is made, without groups
    and tools; 0 makes it on the first day."""

    prepare_days: Annotated[int, Field(ge=0, le=60)] = 0


class Leaving(CheckedModel):
    gone: Literal["propose"] = "propose"
    grace_days: Annotated[int, Field(ge=0)] = 90


class Approvals(CheckedModel):
    """Of a plan with more changes than ``second_person_above``, two people must say yes."""

    second_person_above: Annotated[int, Field(ge=0)] | None = None


class Limit(CheckedModel):
    """Breached when the count is over ``floor`` and over either bound."""

    share: Annotated[float, Field(gt=0, le=1)]
    number: Annotated[int, Field(ge=0)]
    floor: Annotated[int, Field(ge=0)] = 0


class LimitSet(CheckedModel):
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


class SumSet(CheckedModel):
    """Bounds of what several nights have counted together; other kinds borrow as they do of one."""

    new: Limit | None = None
    moved: Limit | None = None
    renamed: Limit | None = None
    returned: Limit | None = None
    class_changed: Limit | None = None


# Twice the highest sums of simulated school years (docs/decisions/0038); of classes that much more
# than one night may. The floors let a small city live.
def _city_7_nights() -> SumSet:
    return SumSet(
        new=Limit(share=0.0015, number=170, floor=15),
        moved=Limit(share=0.0035, number=400, floor=15),
        renamed=Limit(share=0.003, number=350, floor=10),
        returned=Limit(share=0.0008, number=90, floor=10),
        class_changed=Limit(share=0.022, number=1000, floor=30),
    )


def _city_28_nights() -> SumSet:
    return SumSet(
        new=Limit(share=0.002, number=230, floor=30),
        moved=Limit(share=0.0101, number=1150, floor=40),
        renamed=Limit(share=0.0085, number=1000, floor=20),
        returned=Limit(share=0.0022, number=250, floor=20),
        class_changed=Limit(share=0.024, number=1500, floor=40),
    )


def _school_7_nights() -> SumSet:
    return SumSet(
        moved=Limit(share=0.03, number=45, floor=15),
        class_changed=Limit(share=0.27, number=250, floor=30),
    )


def _school_28_nights() -> SumSet:
    return SumSet(
        moved=Limit(share=0.05, number=90, floor=30),
        class_changed=Limit(share=0.29, number=300, floor=40),
    )


class Limits(CheckedModel):
    """A kind left out of the file keeps its default; limits cannot be switched off by silence.

    The last four are held against what several nights have counted together.
    """

    city: LimitSet = Field(default_factory=_city_limits)
    school: LimitSet = Field(default_factory=_school_limits)
    city_7_nights: SumSet = Field(default_factory=_city_7_nights)
    city_28_nights: SumSet = Field(default_factory=_city_28_nights)
    school_7_nights: SumSet = Field(default_factory=_school_7_nights)
    school_28_nights: SumSet = Field(default_factory=_school_28_nights)

    def sums(self, *, city: bool) -> tuple[tuple[int, SumSet], ...]:
        """The limits on sums, with the number of nights that are added up."""
        if city:
            return (7, self.city_7_nights), (28, self.city_28_nights)
        return (7, self.school_7_nights), (28, self.school_28_nights)

    @model_validator(mode="after")
    def _keep_defaults(self) -> Self:
        for name, field in type(self).model_fields.items():
            given, defaults = getattr(self, name), field.get_default(call_default_factory=True)
            kept = {kind: one for kind, one in defaults if kind not in given.model_fields_set}
            object.__setattr__(self, name, given.model_copy(update=kept))
        return self
