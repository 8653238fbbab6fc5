"""What the actions of a plan cost of Graph's write limit."""

from __future__ import annotations

from collections.abc import Mapping

from kakehashi.actions import Kind

WRITES = {
    Kind.RECORD: 0,  # of our own state only
    Kind.SUSPEND: 2,  # block sign-in, end sessions
}
"""Calls that count against Graph's write limit, by kind of action; one where nothing is said."""


def writes_of(actions: Mapping[str, int]) -> int:
    """What so many actions of each kind cost of the write limit."""
    return sum(WRITES.get(Kind(kind), 1) * count for kind, count in actions.items())
