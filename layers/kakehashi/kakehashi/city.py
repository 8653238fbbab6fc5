"""A municipality's rules as data: one TOML file, checked when it is put and when it is read.

Three kinds of rule only: tables, ordered regex renames that prove their own example, and
enumerated choices. Every key is explained in docs/city.md, and a key nobody knows is an error.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date
from string import Formatter
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from kakehashi.findings import HARD_LETTERS, Effect
from kakehashi.roster import GRADES

CITY_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?\Z")

SchoolCode = Annotated[str, StringConstraints(pattern=r"^[A-H][12]\d{11}$")]
Grade = Literal["P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3"]
FindingCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{3}$")]
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


class Rules(BaseModel):
    """Frozen, no unknown key, and never the offending value in an error text."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class Source(Rules):
    students_only: bool = True
    account_types: tuple[str, ...] = ("MS", "Microsoft", "Office365", "M365")
    versions: tuple[str, ...] = ("1.1", "1.2", "1.2.1", "1.2_JP")
    export_date: DatePattern = r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?!\d)"


class Names(Rules):
    prefer: Literal["external", "record"] = "external"
    display: Annotated[str, template_of("family", "given")] = "{family} {given}"
    repertoire: Literal["jisx0213", "cp932", "unicode"] = "jisx0213"
    replace: Literal["none", "safe"] = "none"


class UnifiedSchool(Rules):
    mext_code: SchoolCode
    name: Annotated[str, Field(min_length=1)]


class SchoolAlias(Rules):
    old: SchoolCode
    new: SchoolCode


class Example(Rules):
    before: str
    after: str


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


class ClassTitle(Rules):
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


class SpecialTitle(Rules):
    """A neutral title for a special-needs class of one school (or of all, without ``school``)."""

    school: SchoolCode | None = None
    match: Pattern
    replace: Annotated[str, Field(min_length=1)]


class SpecialNeeds(Rules):
    neutral: Annotated[str, template_of("n")] = "なかよし{n}組"
    words: tuple[str, ...] = ()
    titles: tuple[SpecialTitle, ...] = ()


class Licence(Rules):
    sku: Annotated[str, Field(min_length=1)]
    by: Literal["group", "user"] = "group"
    group: str | None = None


class M365(Rules):
    mark: Annotated[str, StringConstraints(pattern=r"^extensionAttribute([1-9]|1[0-5])$")] = (
        "extensionAttribute1"
    )
    department: PupilText = "{class}"
    office_location: PupilText = "{school}"
    job_title: PupilText = "{grade_label}"
    change_password_at_first_sign_in: bool = True
    licences: tuple[Licence, ...] = ()
    groups: tuple[Literal["school", "grade", "class"], ...] = ()


PASSWORD_WORDS = (
    "Ahiru", "Ajisai", "Asagao", "Banana", "Budou", "Daikon", "Dango", "Donguri", "Edamame",
    "Fukuro", "Hamabe", "Himawari", "Hinagiku", "Hiyoko", "Hotaru", "Hoshi", "Kabocha", "Kabuto",
    "Kaede", "Kaeru", "Kamome", "Kawasemi", "Kinoko", "Kirin", "Kitsune", "Koara", "Koinu",
    "Koneko", "Kosumosu", "Kujira", "Kyabetsu", "Medaka", "Mikan", "Mikazuki", "Momiji",
    "Nadeshiko", "Nasubi", "Ninjin", "Panda", "Pengin", "Rakuda", "Ringo", "Sakura", "Senbei",
    "Shimauma", "Soramame", "Suika", "Sumire", "Suzume", "Suzuran", "Taiyou", "Takenoko", "Tamago",
    "Tanpopo", "Tanuki", "Tomato", "Tonbo", "Tsubame", "Tsuru", "Umibe", "Usagi", "Wakame",
    "Yukidaruma", "Zakuro",
)  # fmt: skip
PasswordWord = Annotated[str, StringConstraints(pattern=r"^[A-HJ-NP-Z][a-km-z]{3,11}$")]


class PasswordLength(Rules):
    """So many words and digits for pupils of these grades."""

    grades: tuple[Grade, ...]
    words: Annotated[int, Field(ge=1, le=4)]
    digits: Annotated[int, Field(ge=4, le=8)]


class InitialPasswords(Rules):
    """What `kakehashi passwords make` makes them of: no letter that looks like a digit, Entra's
    eight characters of three kinds at least. A grade not named gets two words and four digits."""

    words: Annotated[tuple[PasswordWord, ...], Field(min_length=32)] = PASSWORD_WORDS
    lengths: tuple[PasswordLength, ...] = (PasswordLength(grades=("P1", "P2"), words=1, digits=4),)

    def length(self, grade: str) -> tuple[int, int]:
        """Words and digits for a pupil of this grade."""
        named = (one for one in self.lengths if grade in one.grades)
        return next(((one.words, one.digits) for one in named), (2, 4))


class Season(Rules):
    """Two days of the year, MM-DD, both included."""

    from_: Annotated[str, Field(alias="from", pattern=r"^\d\d-\d\d$")] = "03-25"
    until: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] = "04-15"

    def covers(self, day: date) -> bool:
        return self.from_ <= f"{day:%m-%d}" <= self.until


class Calendar(Rules):
    rollover: Season = Season()


class Matching(Rules):
    """Which unmarked accounts of the domain look like a pupil's: all the patterns that are given.

    ``account`` is searched in what stands before the @. Without any pattern none is listed.
    """

    account: Pattern | None = None
    department: Pattern | None = None
    office_location: Pattern | None = None
    job_title: Pattern | None = None


class Savings(Rules):
    """Person-days of hand work that the report counts as saved, as the Tsukuba trial's table 4-3
    estimates them: one pupil's transfer in one system, and one school's turn of the year."""

    transfer: Annotated[float, Field(ge=0)] = 0.02
    rollover: Annotated[float, Field(ge=0)] = 0.2


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


def _city_limits() -> LimitSet:
    return LimitSet(
        gone=Limit(share=0.005, number=120, floor=3),
        new=Limit(share=0.02, number=400, floor=5),
        moved=Limit(share=0.01, number=200, floor=5),
        renamed=Limit(share=0.01, number=200, floor=5),
        held=Limit(share=0.01, number=200, floor=5),
        returned=Limit(share=0.005, number=50, floor=5),
        updated=Limit(share=0.05, number=1000, floor=20),
    )


def _school_limits() -> LimitSet:
    return LimitSet(
        gone=Limit(share=0.05, number=15, floor=3), moved=Limit(share=0.10, number=30, floor=5)
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


class Tool(Rules):
    """A receiver of roster files; ``dialect`` names a shipped dialect (kakehashi/deliver)."""

    dialect: str
    split: Literal["city", "school"] = "city"
    grades: tuple[Grade, ...] = ()
    schools: tuple[SchoolCode, ...] = ()


def _is_safe(url: str) -> str:
    """https, or http on loopback; an exact address without fragment."""
    parts = urlsplit(url)
    loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or parts.fragment or not (parts.scheme == "https" or loopback):
        raise ValueError("must be https (or http on loopback), with a host and without fragment")
    return url


LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Url = Annotated[str, AfterValidator(_is_safe)]


CustomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
CustomValue = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,100}$")]  # ASCII


class LtiTool(Rules):
    """A learning tool that pupils start from the launcher by LTI 1.3.

    ``kana`` is how its name is read. The tool's own keys come from ``jwks_uri`` or stand in
    ``keys`` (public JWKs); a tool that only takes launches needs neither.
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
    deployment: Annotated[str, StringConstraints(pattern=r"^(school|[PB]_\d{6})$")] = "school"
    send_names: bool = False
    memberships: bool = False
    deep_linking: bool = False
    custom: Annotated[dict[CustomName, CustomValue], Field(max_length=10)] = {}

    @model_validator(mode="after")
    def _has_keys_for_what_it_may(self) -> Self:
        if (self.memberships or self.deep_linking) and not (self.jwks_uri or self.keys):
            raise ValueError("memberships and deep_linking need the tool's jwks_uri or keys")
        return self


class City(Rules):
    """All rules of one municipality. ``sha256`` is the fingerprint of the file they came from."""

    name: Annotated[str, Field(min_length=1)]
    board_code: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|[1-3][0-9]|4[0-7])\d{4}$")]
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
    leaving: Leaving = Leaving()
    savings: Savings = Savings()
    matching: Matching = Matching()
    limits: Limits = Field(default_factory=Limits)
    tools: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")], Tool] = {}
    lti: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,30}$")], LtiTool] = {}
    effects: dict[FindingCode, Effect] = {}
    sha256: str = ""

    @field_validator("effects")
    @classmethod
    def _hard_stay_hard(cls, effects: dict[str, Effect]) -> dict[str, Effect]:
        if hard := sorted(code for code in effects if code[0] in HARD_LETTERS):
            raise ValueError(f"F and S findings cannot be softened: {', '.join(hard)}")
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
