"""Bulk: everything the tool shall hold. What is missing from it, the tool removes."""

from __future__ import annotations

from kakehashi.deliver.records import Records
from kakehashi.deliver.selection import Selection


def everything(wanted: Records) -> Selection:
    """Every record, status blank as the binding asks of a bulk file."""
    return {key: (row, "") for key, row in wanted}
