"""What may start a run: a drop in the inbox, or a person in the console. Nothing else.

The four orders a person may give bear the names of the samples in ``events/``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from kakehashi.city import CITY_NAME

CityName = Annotated[str, StringConstraints(pattern=rf"^{CITY_NAME.pattern.removesuffix(r'\Z')}$")]
RunId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+-\d{8}T\d{6}-[0-9a-f]{8}$")]


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
    """The newest drop again."""

    action: Literal["rerun"]
    city: CityName
    as_of: date | None = None


class Rehearse(_Input):
    """Everything up to the plan and the report; nothing is written outside the run folder."""

    action: Literal["rehearse"]
    city: CityName
    drop: str | None = None
    version: str | None = None
    as_of: date | None = None


class Apply(_Input):
    """A waiting plan may go: who says so, to which checksum, accepting which codes."""

    action: Literal["apply"]
    run_id: RunId
    checksum: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{6,64}$")]
    accept: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{3}$")], ...] = ()
    by: Annotated[str, Field(min_length=1, max_length=100)]

    @property
    def city(self) -> str:
        """A run's id begins with its city."""
        return self.run_id.rsplit("-", 2)[0]


type DropOrder = Sync | Rerun | Rehearse
type Order = DropOrder | Apply
_ORDER: TypeAdapter[Order] = TypeAdapter(
    Annotated[Sync | Rerun | Rehearse | Apply, Field(discriminator="action")]
)


def read_order(given: Mapping[str, Any]) -> Order:
    """The order in a state machine's input. Raises NotAnOrder, whose text holds no value."""
    try:
        return _from_upload(given["detail"]) if "detail" in given else _ORDER.validate_python(given)
    except ValidationError as exc:
        found = exc.errors(include_input=False, include_url=False, include_context=False)
        where = sorted({".".join(map(str, e["loc"])) or "action" for e in found})
        raise NotAnOrder(f"input not understood: {', '.join(where)}") from None
    except (KeyError, TypeError):
        raise NotAnOrder("input not understood: neither an order nor an upload") from None


def _from_upload(detail: Mapping[str, Any]) -> Sync:
    """EventBridge's "Object Created": the city is the second part of ``inbox/<city>/roster/…``."""
    found = detail["object"]
    key = str(found["key"])
    return Sync(
        action="sync", city=key.split("/")[1], drop=key, version=found.get("version-id") or None
    )


def inputs_digest(rules_sha256: str, as_of: date, uploads: Iterable[str]) -> str:
    """What a run depends on beside its drop and the state: rules, date, passwords, approvals."""
    parts = [rules_sha256, as_of.isoformat(), *sorted(uploads)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def already_done(earlier: Mapping[str, Any], *, inputs: str, serial: int) -> bool:
    """Whether this very drop was taken in to the end and nothing has moved since.

    Not so after a failure, a refusal or a wait: then a person who drops the file again wants it
    looked at again, and a rerun is always safe.
    """
    return (
        earlier.get("verdict") in {"applied", "unchanged"}
        and not earlier.get("failed")
        and earlier.get("inputs") == inputs
        and earlier.get("serial") == serial
    )
