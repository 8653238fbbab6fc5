"""Bulk: everything the tool shall hold. What is missing from it, the tool removes."""

from __future__ import annotations

from kakehashi.deliver.records import Records
from kakehashi.deliver.selection import Selection


def everything(wanted: Records) -> Selection:
    """Every record, status blank as the binding asks of a bulk file."""
    in_order = wanted.shape.in_order
    return Selection({f: {i: r[i] for i in in_order(f, r)} for f, r in wanted.rows.items()})
