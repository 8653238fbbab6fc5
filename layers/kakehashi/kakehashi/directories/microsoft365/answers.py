"""What Microsoft Graph can answer, and what it means for one action."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kakehashi.directories.port import FULL, Listed, Shown

EXTENSIONS = "onPremisesExtensionAttributes"
LONGEST_ASKED = 100_000.0  # seconds: more than a day is no pause
NO_ANSWER = 0  # the connection broke: nobody knows whether the call took effect
BAD_REQUEST, NOT_PERMITTED, NOT_FOUND, CONFLICT, TOO_MANY = 400, 403, 404, 409, 429
UNCLEAR = frozenset({NO_ANSWER, 500, 502, 504, 507})  # it may have been carried out all the same
NOT_DONE = frozenset({TOO_MANY, CONFLICT, 424, 503})
BUSY = UNCLEAR | NOT_DONE
"""Statuses after which the same call may succeed."""
_USER_TARGET = re.compile(r"User_([0-9a-fA-F-]{36})\Z")
_OTHER_TARGET = re.compile(r"([A-Za-z]+)_[0-9a-fA-F-]{36}\Z")
_PROPERTY = re.compile(r"\bproperty '?([A-Za-z]{1,40})'?", re.IGNORECASE)
_TAKEN = ("already exists", "conflicting object")
NAMED = frozenset({
    "accountEnabled", "ageGroup", "department", "displayName", "employeeId", "givenName",
    "jobTitle", "mail", "mailNickname", "officeLocation", "onPremisesExtensionAttributes",
    "onPremisesImmutableId", "otherMails", "passwordProfile", "proxyAddresses", "surname",
    "usageLocation", "userPrincipalName",
})  # fmt: skip
"""Properties of a user whose names may be repeated to staff: whatever else an answer says might
be a value."""


class _FromGraph(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)


class GraphUser(_FromGraph):
    """A user as Graph returns it; properties that were not selected are absent."""

    id: str = ""
    upn: str = Field(default="", alias="userPrincipalName")
    enabled: bool | None = Field(default=None, alias="accountEnabled")
    display_name: str | None = Field(default=None, alias="displayName")
    extensions: dict[str, Any] | None = Field(default=None, alias="onPremisesExtensionAttributes")
    synced: bool | None = Field(default=None, alias="onPremisesSyncEnabled")

    def mark(self, attribute: str) -> str:
        """The userMasterIdentifier that the account carries, lower case, or ""."""
        return str((self.extensions or {}).get(attribute) or "").lower()

    def values(self) -> dict[str, str]:
        """Flat property names → texts, null as "", the way ``shape.account_of`` writes them."""
        known = {"userPrincipalName": self.upn, "displayName": self.display_name}
        everything = known | (self.model_extra or {}) | (self.extensions or {})
        return {n: v or "" for n, v in everything.items() if v is None or isinstance(v, str)}


def shown(user: GraphUser, attribute: str) -> Shown:
    """The user as a comparison looks at it; ``attribute`` holds the mark."""
    mark = user.mark(attribute)
    return Shown(user.id, mark, user.enabled, user.values() | {attribute: mark})


def as_account(user: GraphUser, mark: str) -> Listed:
    """A user as the domain knows it; ``mark`` is the extension attribute."""
    has_mark = user.mark(mark)
    texts = {} if has_mark else user.values()  # of ours, places would only weigh on memory
    return Listed(
        object_id=user.id,
        sign_in=user.upn,
        mark=has_mark,
        enabled=user.enabled is not False,
        display_name=user.display_name or "",
        department=texts.get("department", ""),
        office_location=texts.get("officeLocation", ""),
        job_title=texts.get("jobTitle", ""),
        synced=user.synced,
    )


class _Detail(_FromGraph):
    code: str = ""
    target: str | None = None


class _Error(_FromGraph):
    code: str = ""
    message: str = ""
    details: tuple[_Detail, ...] | None = None


class _ErrorBody(_FromGraph):
    error: _Error = _Error()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, whether it came alone or inside a ``$batch``; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = field(default=None, repr=False)
    request_id: str = ""  # the client-request-id we sent

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def lacks_permission(self) -> bool:
        """403, a quota apart: the account is out of our reach, or all of them are."""
        return self.status == NOT_PERMITTED and self.code != FULL

    @property
    def code(self) -> str:
        """Graph's error code, e.g. ``Request_ResourceNotFound``; a safe word where it has none."""
        code = self._error().code
        if re.fullmatch(r"[A-Za-z0-9_.]{1,60}", code):
            return code
        return "NoAnswer" if self.status == NO_ANSWER else "NoErrorCode"

    @property
    def retry_after(self) -> float | None:
        """Seconds that Graph asks us to wait, or whoever stands before it, by a moment beside the
        answer's own (RFC 9110, 10.2.3); None where nobody says."""
        text = self.headers.get("retry-after", "")
        if re.fullmatch(r"\d{1,5}(\.\d+)?", text):
            return float(text)
        now, then = _moment(self.headers.get("date", "")), _moment(text)
        seconds = (then - now).total_seconds() if now and then else 0.0
        return seconds if 0 < seconds < LONGEST_ASKED else None

    @property
    def used(self) -> float | None:
        """Share of the write limit already used; Graph tells it from 0.8 on."""
        text = self.headers.get("x-ms-throttle-limit-percentage", "")
        return float(text) if re.fullmatch(r"\d{1,3}(\.\d+)?", text) else None

    def user(self) -> GraphUser:
        try:
            return GraphUser.model_validate(self.body)
        except ValidationError:  # not a user: an account without id and mark is nobody's
            return GraphUser()

    def conflicts(self) -> bool:
        """Another object has a value that we asked for. Seen as 400 and, for some keys, as 409."""
        error = self._error()
        codes = {detail.code for detail in error.details or ()}
        if codes & {"ObjectConflict", "ConflictingObjects"} or error.code in {
            "ObjectConflict",
            "Request_MultipleObjectsWithSameKeyValue",
        }:
            return True
        # Some services leave the details out: then the text is the only sign there is.
        return self._bad("object with") and any(map(self.says, _TAKEN))

    def about(self) -> str:
        """The property that the answer is about, e.g. ``proxyAddresses``; "" where it names none
        that we know. Never a value."""
        told = [d.target or "" for d in self._error().details or () if d.code == "ObjectConflict"]
        found = [*told, *_PROPERTY.findall(self._error().message)]
        if "extensionAttribute" in self._error().message:
            found.append(EXTENSIONS)
        return next((name for name in found if name in NAMED), "")

    def holder(self) -> str:
        """What kind of object is in the way: ``User``, ``Group``, ``Contact``; "" unsaid."""
        targets = [_OTHER_TARGET.match(d.target or "") for d in self._error().details or ()]
        return next((found[1] for found in targets if found), "")

    def says(self, text: str) -> bool:
        """Whether Graph's sentence holds ``text`` (lower case). Only for what has no code."""
        return text in self._error().message.lower()

    def conflicting_user(self) -> str | None:
        """Object id of the user in the way; "" if Graph does not say, None if it is no user."""
        targets = [d.target or "" for d in self._error().details or ()]
        for target in targets:
            if found := _USER_TARGET.match(target):
                return found[1]
        return None if any(map(_OTHER_TARGET.match, targets)) else ""

    def about_password(self) -> bool:
        # Graph gives a refused password the same code as any other bad value and no target:
        # the text is the only sign there is.
        return self.says("password")

    def not_replicated(self) -> bool:
        """What a read, a search or a reference gets while a new object is still spreading."""
        if self.ok:
            return isinstance(self.body, dict) and self.body.get("value") == []
        return self.status == NOT_FOUND or self._bad("not a valid reference")

    def already_member(self) -> bool:
        # One code for every bad request: the text is the only sign, here and below.
        return self._bad("references already exist")

    def already_team(self) -> bool:
        """409, and asking again says the same."""
        return self.status == CONFLICT and self.says("already provisioned")

    def no_owner(self) -> bool:
        """Of a group that Teams does not see an owner of, or not yet."""
        return self._bad("one or more owners")

    def no_member(self) -> bool:
        return self.status == NOT_FOUND or self._bad("references do not exist")

    def _bad(self, text: str) -> bool:
        return self.status == BAD_REQUEST and self.says(text)

    def _error(self) -> _Error:
        try:
            return _ErrorBody.model_validate(self.body).error
        except ValidationError:
            return _Error()


def _moment(text: str) -> datetime | None:
    """A date of HTTP; None for what is none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
