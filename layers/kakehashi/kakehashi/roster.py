"""What everybody in the house speaks of: pupils, schools, and accounts as we know them."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, timezone
from enum import StrEnum
from operator import attrgetter
from sys import intern
from typing import Any, Self

from kakehashi.stored import VERSION, Form, Stored

JAPAN = timezone(timedelta(hours=9), "JST")  # every date of ours is a Japan date

SCHOOL_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/school")
CLASS_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/class")

GRADES = ("P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3")
GRADE_LABELS = dict(zip(GRADES, ("小1", "小2", "小3", "小4", "小5", "小6", "中1", "中2", "中3"),
                        strict=True))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pupil:
    """One pupil as the roster tells it after preprocessing: what accounts and tools are made from.

    ``id`` is the userMasterIdentifier in lower case, the one key that follows a child.
    ``school`` is the 13-character MEXT code. ``class_title`` is the outgoing title (renamed,
    masked); "" for a pupil without a home class. ``school_year`` is the 年度, the year in which
    the school year begins. ``line`` is where the row stands in the drop's users.csv: it is not
    part of what the pupil *is*, so it takes no part in comparison, hash or checksum.
    """

    id: str
    account: str
    family: str
    given: str
    kana_family: str
    kana_given: str
    grade: str
    school: str
    school_name: str
    school_year: int
    class_title: str
    class_grades: tuple[str, ...] = ()
    special_needs: bool = False
    attendance_no: int | None = None
    line: int = field(default=0, compare=False)

    def facts(self) -> dict[str, Any]:
        """Every field that makes the pupil what it is, JSON-ready, ``line`` left out."""
        facts = dict(zip(_FACT_NAMES, _facts(self), strict=True))
        facts["class_grades"] = list(self.class_grades)
        return facts

    def to_json(self) -> dict[str, Any]:
        facts = self.facts()
        facts["line"] = self.line
        return facts

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What classmates share is kept once: half a million pupils would not fit otherwise."""
        return cls(
            data["id"],
            data["account"],
            data["family"],
            data["given"],
            data["kana_family"],
            data["kana_given"],
            intern(data["grade"]),
            intern(data["school"]),
            intern(data["school_name"]),
            data["school_year"],
            intern(data["class_title"]),
            tuple(map(intern, data["class_grades"])),
            data["special_needs"],
            data["attendance_no"],
            data.get("line", 0),
        )

    def changed(self, other: Pupil) -> tuple[str, ...]:
        """Names of the facts in which the two differ, in field order."""
        return tuple(n for n in _FACT_NAMES if getattr(self, n) != getattr(other, n))


_FACT_NAMES = tuple(f.name for f in dataclasses.fields(Pupil) if f.compare)
_facts = attrgetter(*_FACT_NAMES)


def school_id(school: str) -> str:
    """The sourcedId a school keeps for ever: UUID v5 of its MEXT code."""
    return str(uuid.uuid5(SCHOOL_SPACE, school))


def class_id(school: str, school_year: int, title: str) -> str:
    """The sourcedId of a class: UUID v5 of (school, 年度, outgoing title)."""
    return str(uuid.uuid5(CLASS_SPACE, f"{school}\x1f{school_year}\x1f{title}"))


class Status(StrEnum):
    """Where an account of ours stands in its life."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


def _with_tool_id(stored: Stored) -> Stored:
    """Once a child was told to tools by its userMasterIdentifier alone, and by every new one."""
    return {**stored, VERSION: 2, "tool_id": ""}


RECORD = Form("record", (_with_tool_id,))  # of ``Known``


@dataclass(frozen=True, slots=True)
class Known:
    """A pupil as last *applied*: one item of the state table.

    ``account`` maps Microsoft Graph property names to the values we last wrote (no password).
    ``object_id`` is the Graph object id. ``absent_since`` is the Japan date of the first night on
    which the roster no longer held the pupil; it is None while the pupil is in the roster.
    ``tool_id`` is what tools have known the child by since before it got this
    userMasterIdentifier, "" where that is it: what a child has learnt hangs on it. ``etag`` is the
    item's, as it was read: who writes over the item names it. It is no part of what we know.
    ``grade_since`` is the Japan date of the night on which we saw the grade change, None where it
    never has.
    """

    pupil: Pupil
    account: Mapping[str, str]
    object_id: str
    status: Status = Status.ACTIVE
    absent_since: date | None = None
    suspended_on: date | None = None
    run_id: str = ""
    tool_id: str = ""
    grade_since: date | None = None
    etag: str = field(default="", compare=False)

    @property
    def sourced_id(self) -> str:
        """Who the child is to a tool: OneRoster's sourcedId, and ``sub`` of a launch."""
        return self.tool_id or self.pupil.id

    def to_json(self) -> dict[str, Any]:
        since = {"grade_since": self.grade_since.isoformat()} if self.grade_since else {}
        return since | {
            VERSION: RECORD.v,
            "pupil": self.pupil.to_json(),
            "account": dict(sorted(self.account.items())),
            "object_id": self.object_id,
            "status": str(self.status),
            "absent_since": self.absent_since and self.absent_since.isoformat(),
            "suspended_on": self.suspended_on and self.suspended_on.isoformat(),
            "run_id": self.run_id,
            "tool_id": self.tool_id,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Of whatever form. Raises TooNew."""
        data = RECORD.upgrade(data)
        pupil = Pupil.from_json(data["pupil"])
        return cls(
            pupil=pupil,
            account=_shared(data["account"], pupil),
            object_id=data["object_id"],
            status=Status(data["status"]),
            absent_since=_date(data.get("absent_since")),
            suspended_on=_date(data.get("suspended_on")),
            run_id=data.get("run_id", ""),
            tool_id=data.get("tool_id", ""),
            grade_since=_date(data.get("grade_since")),
        )


_SAME_FOR_MANY = frozenset(
    {"department", "officeLocation", "jobTitle", "usageLocation", "ageGroup"}
)


def _shared(account: Mapping[str, str], pupil: Pupil) -> dict[str, str]:
    """A copy of ``account`` whose texts are the pupil's own, or one for all who have the same."""
    texts = (pupil.account, pupil.id, pupil.family, pupil.given)
    own = dict(zip(texts, texts, strict=True))
    return {
        name: intern(text) if name in _SAME_FOR_MANY else own.get(text, text)
        for name, text in account.items()
    }


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class PasswordAt:
    """Where a pupil's initial password stands, never the password itself.

    ``key`` and ``version`` name the S3 object, ``line`` the physical line of the row.
    """

    key: str
    version: str
    line: int


@dataclass(frozen=True, slots=True)
class Desired:
    """A pupil the roster wants to have an account tonight, and where its first password is.

    ``unsafe_name`` is the code of the finding that says this name must not go out (外字), or "":
    a new pupil is held under that code, a known one keeps yesterday's names while every other
    change goes on. ``unsafe_school`` is the same of the school's name: who is known there keeps it,
    and nobody comes to the school under a name that tools must not see. ``former`` are
    userMasterIdentifiers under which rows of the same child with the same account have ended: what
    a transfer has left behind.
    """

    pupil: Pupil
    password: PasswordAt | None = None
    unsafe_name: str = ""
    former: tuple[str, ...] = ()
    unsafe_school: str = ""

    def to_json(self) -> dict[str, Any]:
        row = {
            "pupil": self.pupil.to_json(),
            "password": self.password and dataclasses.asdict(self.password),
            "unsafe_name": self.unsafe_name,
        }
        if self.unsafe_school:
            row["unsafe_school"] = self.unsafe_school
        return row | {"former": list(self.former)} if self.former else row

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        where = data.get("password")
        return cls(
            Pupil.from_json(data["pupil"]),
            PasswordAt(**where) if where else None,
            data.get("unsafe_name", ""),
            tuple(data.get("former", ())),
            data.get("unsafe_school", ""),
        )


@dataclass(frozen=True, slots=True)
class Held:
    """A row that must not be acted on tonight, and that is *not* an absence.

    The pupil is found in our state by ``pupil`` (userMasterIdentifier) or else by ``account``;
    either may be missing when the row is too broken to tell. ``code`` is the finding's.
    ``leaving`` is true where the roster itself says that the pupil has left (the only row is
    disabled, or its enrolments have ended): the pupil stays as yesterday, and staff are asked.
    """

    code: str
    line: int
    pupil: str | None = None
    account: str | None = None
    leaving: bool = False

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class TenantAccount:
    """An account as the tenant lists it; ``mark`` is the userMasterIdentifier it carries, or "".

    The texts of places are told of unmarked accounts only: evidence for the first matching.
    ``synced`` is true where a local Active Directory masters the account, false where one once did,
    None where none ever has.
    """

    object_id: str
    upn: str
    mark: str
    enabled: bool
    display_name: str = ""
    department: str = ""
    office_location: str = ""
    job_title: str = ""
    synced: bool | None = None

    def to_json(self) -> dict[str, Any]:
        values = dataclasses.asdict(self)
        if self.synced is None:  # of nearly everybody
            del values["synced"]
        return values

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


_encode = json.JSONEncoder(
    sort_keys=True,
    ensure_ascii=False,
    separators=(",", ":"),
    check_circular=False,  # of a value made for one line, and a sixth of the time
).encode


def canonical(data: Mapping[str, Any]) -> str:
    """One line of canonical JSON: sorted keys, no spaces, UTF-8 as it is."""
    return _encode(data)
