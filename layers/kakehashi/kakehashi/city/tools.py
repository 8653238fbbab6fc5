"""The learning tools of a city: who gets roster files, and what pupils start by LTI."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from kakehashi.city.checked import CheckedModel, Grade, SchoolCode, Url

Fact = Literal[
    "username", "loginName", "userMasterIdentifier", "sourcedId", "enabledUser", "familyName",
    "givenName", "name", "kanaFamilyName", "kanaGivenName", "kanaName", "grade", "gradeNumber",
    "leftOn", "schoolYear", "schoolCode", "schoolName", "schoolId", "classTitle", "className",
    "classNumber", "classGrade", "classId", "attendanceNumber", "enrollmentId", "role", "teacherId",
]  # fmt: skip


class ListColumn(CheckedModel):
    """What stands below a heading of a flat list: a fact, or the constant ``text``."""

    fact: Fact | None = None
    text: str | None = None
    words: dict[str, str] | None = None
    date: str | None = None
    suffix: str | None = None
    blank: str | None = None

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.fact is None) == (self.text is None):
            raise ValueError("a column is either a fact or a text")
        return self


class Tool(CheckedModel):
    """A receiver of roster files; ``dialect`` names a shipped dialect (kakehashi/deliver).

    ``ids`` is the form of the sourcedIds we make, for a tool that holds none yet. The rest is for
    flat lists: the heading row of the maker's template, what stands below its headings, and the
    form of the file.

    ``staff`` says whether it is told of 教職員, and of which of their schools. ``staff_home_class``
    is what stands as homeClass of somebody without a class of their own, ``staff_grade`` as grade.
    ``staff_only``: the flat list is of staff, by a template of its own.
    """

    dialect: str
    split: Literal["city", "school"] = "city"
    grades: tuple[Grade, ...] = ()
    schools: tuple[SchoolCode, ...] = ()
    ids: Literal["v4", "v5"] | None = None
    headings: tuple[str, ...] = ()
    columns: dict[str, Fact | ListColumn] = Field(default_factory=dict)
    file: Literal["csv", "xlsx"] | None = None
    encoding: Literal["utf-8", "utf-8-sig", "cp932"] | None = None
    most_rows: Annotated[int, Field(ge=1)] | None = None
    staff: Literal["none", "home-school", "all-schools"] = "none"
    staff_home_class: Literal["own", "first"] = "own"
    staff_grade: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{0,10}$")] = ""
    staff_only: bool = False

    @model_validator(mode="after")
    def _says_which_staff(self) -> Self:
        if self.staff_only and self.staff == "none":
            raise ValueError("staff_only needs staff = home-school or all-schools")
        return self


CustomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
CustomValue = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,100}$")]  # ASCII


class LtiTool(CheckedModel):
    """A learning tool that pupils start from the launcher by LTI 1.3.

    ``kana`` is how its name is read. ``staff``: whether 教職員 start it as well. The tool's own
    keys come from ``jwks_uri`` or stand in ``keys`` (public JWKs); a tool that only takes launches
    needs neither.
    """

    name: Annotated[str, Field(min_length=1)]
    kana: str = ""
    login_url: Url
    redirect_uris: Annotated[tuple[Url, ...], Field(min_length=1)]
    target_link_uri: Url
    jwks_uri: Url | None = None
    keys: tuple[dict[str, str], ...] = ()
    grades: tuple[Grade, ...] = ()
    schools: tuple[SchoolCode, ...] = ()
    deployment: Annotated[str, StringConstraints(pattern=r"^(school|[PB]_[0-9]{6})$")] = "school"
    staff: bool = False
    send_names: bool = False
    memberships: bool = False
    deep_linking: bool = False
    custom: dict[CustomName, CustomValue] = Field(default_factory=dict, max_length=10)

    @model_validator(mode="after")
    def _has_keys_for_what_it_may(self) -> Self:
        if (self.memberships or self.deep_linking) and not (self.jwks_uri or self.keys):
            raise ValueError("memberships and deep_linking need the tool's jwks_uri or keys")
        return self
