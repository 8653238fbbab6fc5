"""In which directory a city's accounts live: the only place that chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.directories.microsoft365.shape import account_of

if TYPE_CHECKING:
    from kakehashi.city import City
    from kakehashi.directories.port import Shape


def shape_of(_city: City) -> Shape:
    """How an account looks there. Every city's are in Microsoft 365, as yet."""
    return account_of
