"""How a city's roster is read and cleaned: its source, names, schools and class titles."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from kakehashi.city.checked import (
    CheckedModel,
    DatePattern,
    Grade,
    Pattern,
    SchoolCode,
    template_of,
)
from kakehashi.class_numbers import NEUTRAL


class Source(CheckedModel):
    students_only: Literal[True] = True  # nothing would do what false asks for
    account_types: tuple[str, ...] = ("MS", "Microsoft", "Office365", "M365")
    versions: tuple[str, ...] = ("1.1", "1.2", "1.2.1", "1.2_JP")
    export_date: DatePattern = r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)"


class Names(CheckedModel):
    prefer: Literal["external", "record"] = "external"
    display: Annotated[str, template_of("family", "given")] = "{family} {given}"
    repertoire: Literal["jisx0213", "cp932", "unicode"] = "jisx0213"
    replace: Literal["none", "safe"] = "none"
    empty: Annotated[str, StringConstraints(pattern="^([^ \u3000=+@-](.{0,8}[^ \u3000])?)?$")] = ""


class UnifiedSchool(CheckedModel):
    mext_code: SchoolCode
    name: Annotated[str, Field(min_length=1)]


class SchoolAlias(CheckedModel):
    old: SchoolCode
    new: SchoolCode


class Example(CheckedModel):
    before: str
    after: str


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


class ClassTitle(CheckedModel):
    """A rename of home-class titles in these grades; first match wins."""

    grades: tuple[Grade, ...]
    match: Pattern
    replace: str
    example: Example

    @model_validator(mode="after")
    def _proves_its_example(self) -> Self:
        if self.renamed(self.example.before) != self.example.after:
            raise ValueError("a class_titles rule does not turn its example's before into after")
        return self

    def renamed(self, title: str) -> str | None:
        """``title`` renamed, or None where the rule does not match.

        Digits of the replacement are written as wide as the digits they replace.
        """
        found = re.search(self.match, title)
        if not found:
            return None
        new = found.expand(self.replace)
        if re.search("[０-９]", found.group()):
            new = new.translate(_FULL_WIDTH)
        return title[: found.start()] + new + title[found.end() :]


J_TITLES = tuple(
    ClassTitle(
        grades=(grade,),
        match=f"^[{half}{full}]年",
        replace=f"{new}年",
        example=Example(before=f"{half}年3組", after=f"{new}年3組"),
    )
    for grade, half, full, new in (("J1", "1", "１", 7), ("J2", "2", "２", 8), ("J3", "3", "３", 9))
)


class SpecialTitle(CheckedModel):
    """A neutral title for a special-needs class of one school (or of all, without ``school``)."""

    school: SchoolCode | None = None
    match: Pattern
    replace: Annotated[str, Field(min_length=1)]


class SpecialNeeds(CheckedModel):
    neutral: Annotated[str, template_of("n")] = NEUTRAL
    words: tuple[str, ...] = ()
    titles: tuple[SpecialTitle, ...] = ()
