"""What the roster asks for tonight, and which of its rows must wait."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any, Self

from kakehashi.people.pupil import Pupil

JAPAN = timezone(timedelta(hours=9), "JST")  # every date of ours is a Japan date


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
    a transfer has left behind. ``ahead``: the enrolment begins within the city's
    ``arrivals.prepare_days``; the account may be made, and everything else waits for the day.
    """

    pupil: Pupil
    password: PasswordAt | None = None
    unsafe_name: str = ""
    former: tuple[str, ...] = ()
    unsafe_school: str = ""
    ahead: bool = False

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            "pupil": self.pupil.to_json(),
            "password": self.password and dataclasses.asdict(self.password),
            "unsafe_name": self.unsafe_name,
        }
        if self.unsafe_school:
            row["unsafe_school"] = self.unsafe_school
        if self.ahead:
            row["ahead"] = True
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
            data.get("ahead", False),
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
