"""教職員: whether staff have accounts too, and how. Without ``[staff]`` nothing of it happens."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from kakehashi.city.accounts import Licence
from kakehashi.city.checked import CheckedModel, template_of
from kakehashi.city.limits import Limit, Season

type Owner = Literal["list", "roster", "both"]
type PersonsToldBy = Literal["sign-in", "name"]

StaffText = Annotated[str, template_of("family", "given", "school", "job")]
_OF_PUPILS = ("_STUDENT", "STUUSEBNFT")


def _has_a_number(template: str) -> str:
    if "{number}" not in template:
        raise ValueError("must hold {number}: nothing else tells two people apart for ever")
    return template


def _of_faculty(licences: tuple[Licence, ...]) -> tuple[Licence, ...]:
    if any(word in one.sku for one in licences for word in _OF_PUPILS):
        raise ValueError("a licence for students is no licence for staff")
    return licences


class Owners(CheckedModel):
    """Which source is believed where both tell of a person: ``both`` must say the same, else the
    person waits. Where only one source knows the person it is believed."""

    names: Owner = "list"
    posts: Owner = "list"
    homerooms: Owner = "roster"
    account: Owner = "both"


class StaffLimits(CheckedModel):
    """How much of the staff may change in one night, outside ``season`` and in it: on 1 April a
    quarter moves, and what ends on 31 March is asked about ``gap_days`` later, all at once."""

    new: Limit = Limit(share=0.05, number=100, floor=10)
    ended: Limit = Limit(share=0.05, number=100, floor=5)
    moved: Limit = Limit(share=0.05, number=100, floor=10)
    moved_in_season: Limit = Limit(share=0.45, number=100_000, floor=10)
    new_in_season: Limit = Limit(share=0.45, number=100_000, floor=10)
    ended_in_season: Limit = Limit(share=0.25, number=100_000, floor=10)


class ClassTeams(CheckedModel):
    """A Team for each class with a homeroom teacher. ``a_night``: so many Teams at most are made in
    one night, and so many archived."""

    a_night: Annotated[int, Field(ge=1, le=2000)] = 300


class Staff(CheckedModel):
    """``number`` is the column of users.csv that holds the 職員番号. ``open_ended`` are the 区分
    whose posts may have no last day. ``two_persons`` are the 職名 who are suspended only by a
    decision of two persons, and ``two_persons_by`` is what tells two persons from one.
    ``leave_alone`` are sign-in names that are never touched. ``owners``: of which of the ``groups``
    teachers are owners, too: of a class its homeroom teachers, of a school's staff those whom
    ``two_persons`` names."""

    sources: Annotated[tuple[Literal["list", "roster"], ...], Field(min_length=1)] = (
        "list", "roster")  # fmt: skip
    number: Literal["identifier", "userMasterIdentifier", "username"] = "identifier"
    owner: Owners = Owners()
    account: Annotated[str, template_of("number"), AfterValidator(_has_a_number)] = "t{number}"
    department: StaffText = "{school}"
    office_location: StaffText = "{school}"
    job_title: StaffText = "{job}"
    licences: Annotated[tuple[Licence, ...], AfterValidator(_of_faculty)] = ()
    groups: tuple[Literal["school", "class"], ...] = ()
    owners: tuple[Literal["school", "class"], ...] = ()
    class_teams: ClassTeams | None = None
    gap_days: Annotated[int, Field(ge=0, le=60)] = 7
    prepare_days: Annotated[int, Field(ge=0, le=30)] = 10
    grace_days: Annotated[int, Field(ge=0)] = 90
    open_ended: tuple[str, ...] = ("正規", "行政")
    two_persons: tuple[str, ...] = ("校長", "副校長", "教頭", "園長", "教育長")
    two_persons_by: PersonsToldBy = "sign-in"
    leave_alone: tuple[str, ...] = ()
    season: Season = Season.model_validate({"from": "03-20", "until": "04-15"})
    limits: StaffLimits = StaffLimits()

    def sign_in_of(self, number: str) -> str:
        """What stands before the @ of somebody whom no source names an account."""
        return self.account.format(number=number.lower())

    @model_validator(mode="after")
    def _owners_are_asked(self) -> Self:
        if not set(self.owners) <= set(self.groups):
            raise ValueError("staff.owners names a kind that is not among staff.groups")
        wanted = {getattr(self.owner, name) for name in Owners.model_fields} - {"both"}
        if len(self.sources) > 1 and not wanted <= set(self.sources):
            raise ValueError("staff.owner names a source that is not among staff.sources")
        return self
