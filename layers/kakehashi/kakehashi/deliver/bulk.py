"""Bulk: everything the tool shall hold. What is missing from it, the tool removes."""

from __future__ import annotations

from kakehashi.deliver.records import Records
from kakehashi.deliver.selection import Selection
from kakehashi.oneroster import ROSTER


def everything(wanted: Records) -> Selection:
    """Every record, status blank as the binding asks of a bulk file."""
    return Selection(
        {
            file: {i: (rows[i], "") for i in wanted.shape.in_order(file, rows)}
            for file in ROSTER
            if (rows := wanted.rows[file])
        }
    )
