"""What may start a run: a drop in the inbox, or a person in the console. Nothing else.

The orders a person may give bear the names of the samples in ``events/``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from kakehashi.city import CITY_NAME
from kakehashi.state_records import DropRecord

CityName = Annotated[str, StringConstraints(pattern=rf"^{CITY_NAME.pattern.removesuffix(r'\Z')}$")]
RunId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}$")]


BESIDE_THE_ROSTER = frozenset({"approvals", "passwords"})  # folders whose uploads start a rerun


class NotAnOrder(ValueError):
    """The input starts nothing we know; ``problems`` name keys, never values."""


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Sync(_Input):
    """A drop is to be taken in. ``drop`` is a key in the inbox bucket: a zip, the manifest of
    loose files, or a folder ending in "/"."""

    action: Literal["sync"]
    city: CityName
    drop: str
    version: str | None = None
    as_of: date | None = None


class Rerun(_Input):
    """The newest drop again. ``upload`` says what has come in for it, "" when a person asks."""

    action: Literal["rerun"]
    city: CityName
    as_of: date | None = None
    upload: Literal["", "approvals", "passwords"] = ""


class Rehearse(_Input):
    """Everything up to the plan and the report; nothing is written outside the run folder."""

    action: Literal["rehearse"]
    city: CityName
    drop: str | None = None
    version: str | None = None
    as_of: date | None = None


class Apply(_Input):
    """A waiting plan may go: who says so, to which checksum, accepting which codes. ``second`` is
    the second person, where the city asks for two."""

    action: Literal["apply"]
    run_id: RunId
    checksum: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,100}$")]
    accept: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{3}$")], ...] = ()
    by: Annotated[str, Field(min_length=1, max_length=100)]
    second: Annotated[str, Field(max_length=100)] = ""

    @property
    def city(self) -> str:
        """A run's id begins with its city."""
        return self.run_id.rsplit("-", 2)[0]


class Deliver(_Input):
    """One tool is to be delivered to now, from the state as it is; ``full``: everything anew."""

    action: Literal["deliver"]
    city: CityName
    tool: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,100}$")]
    full: bool = False
    by: Annotated[str, Field(min_length=1, max_length=100)]


class Undo(_Input):
    """A run that was applied is to be turned back: this makes the plan, which then waits.

    ``city`` may be left out, since a run's id begins with it; where it is given it must be that.
    """

    action: Literal["undo"]
    run_id: RunId
    by: Annotated[str, Field(min_length=1, max_length=100)]
    given_city: Annotated[CityName | None, Field(alias="city")] = None

    @property
    def city(self) -> str:
        return self.given_city or self.run_id.rsplit("-", 2)[0]


type DropOrder = Sync | Rerun | Rehearse
type RunOrder = DropOrder | Apply | Undo | Deliver
_ORDER: TypeAdapter[RunOrder] = TypeAdapter(
    Annotated[Sync | Rerun | Rehearse | Apply | Undo | Deliver, Field(discriminator="action")]
)


def read_order(given: Mapping[str, Any]) -> RunOrder:
    """The order in a state machine's input. Raises NotAnOrder, whose text holds no value."""
    try:
        return _from_upload(given["detail"]) if "detail" in given else _ORDER.validate_python(given)
    except ValidationError as exc:
        found = exc.errors(include_input=False, include_url=False, include_context=False)
        where = sorted({".".join(map(str, e["loc"])) or "action" for e in found})
        raise NotAnOrder(f"input not understood: {', '.join(where)}") from None
    except (KeyError, TypeError):
        raise NotAnOrder("input not understood: neither an order nor an upload") from None


def _from_upload(detail: Mapping[str, Any]) -> Sync | Rerun:
    """EventBridge's "Object Created" for ``inbox/<city>/roster/…``; what arrives beside the roster,
    in ``approvals/`` or ``passwords/``, is for the drop that has come last."""
    found = detail["object"]
    key = str(found["key"])
    _, city, kind, *_ = [*key.split("/"), "", ""]
    if kind in BESIDE_THE_ROSTER:
        return Rerun.model_validate({"action": "rerun", "city": city, "upload": kind})
    return Sync(action="sync", city=city, drop=key, version=found.get("version-id") or None)


def inputs_digest(rules_sha256: str, as_of: date) -> str:
    """What a run depends on beside its drop, the state and the other uploads: rules and date."""
    return hashlib.sha256(f"{rules_sha256}\x1f{as_of.isoformat()}".encode()).hexdigest()


def upload_digests(uploads: Iterable[str]) -> list[str]:
    """Passwords and approvals, told apart without their names."""
    return sorted(hashlib.sha256(upload.encode()).hexdigest()[:16] for upload in uploads)


def already_done(earlier: DropRecord, *, inputs: str, uploads: Iterable[str], serial: int) -> bool:
    """Whether this very drop was taken in to the end and nothing has moved since.

    An upload that has gone since (a password file is deleted once it is used) is no reason to run.
    Not so after a failure, a refusal or a wait: then a person who drops the file again wants it
    looked at again, and a rerun is always safe.
    """
    return (
        earlier.went_well
        and earlier.inputs == inputs
        and set(uploads) <= set(earlier.uploads)
        and earlier.serial == serial
    )
