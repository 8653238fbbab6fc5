"""The settled roster → the files of one learning tool, in exactly what that tool can take in."""

from kakehashi.deliver.baseline import from_lines, to_lines
from kakehashi.deliver.delivery import Delivery, Order, Outgoing, build
from kakehashi.deliver.delta import changed_at
from kakehashi.deliver.dialect import Dialect, UnknownDialect, load
from kakehashi.deliver.records import Records, records_of, takes
from kakehashi.deliver.rows import Board

__all__ = [
    "Board",
    "Delivery",
    "Dialect",
    "Order",
    "Outgoing",
    "Records",
    "UnknownDialect",
    "build",
    "changed_at",
    "from_lines",
    "load",
    "records_of",
    "takes",
    "to_lines",
]
