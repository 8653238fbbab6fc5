"""The shapes of what a tool's maker reads beside a delivery: latest.json and RosterDelivered.

They are published as JSON Schema (docs/schemas), so a key is added, never taken away or renamed.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class DeliveredFile(TypedDict):
    """One file in the outbox; ``rows`` counts by CSV."""

    key: str
    sha256: str
    rows: dict[str, int]


class _Delivered(TypedDict):
    """``follows`` is the run whose delivery this one builds on, "" for a full one that needs none;
    ``pupils`` counts those whom the tool holds afterwards, ``staff`` the members of staff beside
    them."""

    city: str
    tool: str
    run_id: str
    as_of: str
    mode: Literal["bulk", "delta"]
    follows: str
    bucket: str
    pupils: int
    staff: NotRequired[int]


class Latest(_Delivered):
    """outbox/<city>/<tool>/latest.json: what came last."""

    files: list[DeliveredFile]


class RosterDelivered(_Delivered, DeliveredFile):
    """The ``detail`` of an event RosterDelivered: one of a delivery's files, ``part`` of ``parts``.

    Sent at least once: ``run_id`` and ``sha256`` together are the key under which to act once.
    """

    part: int
    parts: int
