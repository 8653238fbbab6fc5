"""A person as last applied: what the state table holds of everybody who has an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from sys import intern
from typing import Any, Self

from kakehashi.people.person import PersonLike
from kakehashi.people.population import person_of
from kakehashi.people.pupil import Pupil
from kakehashi.stored import VERSION, Form, Stored

SIGN_IN = "userPrincipalName"
"""Where the texts of an account hold its sign-in name, whatever the directory calls it: so state
tables have named it since the first release."""


def domain_of(sign_in: str) -> str:
    """What stands behind the @, in lower case: of several cities in one tenant, whose it is."""
    return sign_in.rpartition("@")[2].lower()


class Status(StrEnum):
    """Where an account of ours stands in its life; a ``prepared`` one waits for the first day."""

    PREPARED = "prepared"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


def _with_tool_id(stored: Stored) -> Stored:
    """Once a child was told to tools by its userMasterIdentifier alone, and by every new one."""
    return {**stored, VERSION: 2, "tool_id": ""}


RECORD = Form("record", (_with_tool_id,))  # of ``Record``


@dataclass(frozen=True, slots=True)
class Record[P: PersonLike = Pupil]:
    """A person as last *applied*: one item of the state table.

    ``account`` maps Microsoft Graph property names to the values we last wrote (no password).
    ``object_id`` is the Graph object id. ``absent_since`` is the Japan date of the first night on
    which the roster no longer held the pupil; it is None while the pupil is in the roster.
    ``tool_id`` is what tools have known the child by since before it got this
    userMasterIdentifier, "" where that is it: what a child has learnt hangs on it. ``etag`` is the
    item's, as it was read: who writes over the item names it. It is no part of what we know.
    ``grade_since`` is the Japan date of the night on which we saw the grade change, None where it
    never has.
    """

    pupil: P
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
    def serves(self) -> bool:
        """Whether the account is somebody's who is here, or is to come."""
        return self.status in {Status.ACTIVE, Status.PREPARED}

    @property
    def sign_in(self) -> str:
        """The sign-in name that we last gave the account; "" for a record without an account."""
        return self.account.get(SIGN_IN, "")

    def gone_to(self, sign_in: str) -> str:
        """The domain to which the account has gone that has this name now; "" where it has not."""
        domain = domain_of(sign_in)
        return domain if self.sign_in and domain != domain_of(self.sign_in) else ""

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
        pupil = person_of(data["pupil"])
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


_SAME_FOR_MANY = ("department", "officeLocation", "jobTitle", "usageLocation", "ageGroup")


def _shared(account: Mapping[str, str], pupil: PersonLike) -> dict[str, str]:
    """A copy of ``account`` whose texts are the pupil's own, or one for all who have the same."""
    sign_in, umi, family, given = pupil.account, pupil.id, pupil.family, pupil.given
    own = {sign_in: sign_in, umi: umi, family: family, given: given}.get
    found = {name: own(text, text) for name, text in account.items()}
    for name in _SAME_FOR_MANY:
        if name in found:
            found[name] = intern(found[name])
    return found


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
