"""The settled roster → the files of one learning tool, in exactly what that tool can take in."""

from kakehashi.deliver.baseline import read_baseline, write_baseline
from kakehashi.deliver.delivery import (
    Delivery,
    Order,
    Outgoing,
    build,
    once_more,
    same_again,
    unmoved,
)
from kakehashi.deliver.delta import changed_at
from kakehashi.deliver.dialect import Dialect, UnknownDialect, load
from kakehashi.deliver.receipts import Acknowledgement, taken_back
from kakehashi.deliver.records import Records, records_of, takes
from kakehashi.deliver.rows import Board
from kakehashi.deliver.selection import named, schools_of_pupils

__all__ = [
    "Acknowledgement",
    "Board",
    "Delivery",
    "Dialect",
    "Order",
    "Outgoing",
    "Records",
    "UnknownDialect",
    "build",
    "changed_at",
    "load",
    "named",
    "once_more",
    "read_baseline",
    "records_of",
    "same_again",
    "schools_of_pupils",
    "taken_back",
    "takes",
    "unmoved",
    "write_baseline",
]
