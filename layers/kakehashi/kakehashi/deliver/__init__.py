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
from kakehashi.deliver.dialect import Dialect, ReceiptForm, UnknownDialect, load
from kakehashi.deliver.of_city import dialect_of
from kakehashi.deliver.receipts import Acknowledgement, taken_back
from kakehashi.deliver.records import Records, as_held, records_of, stays_signed_in, takes
from kakehashi.deliver.rows import Board
from kakehashi.deliver.selection import named, schools_of_pupils

__all__ = [
    "Acknowledgement",
    "Board",
    "Delivery",
    "Dialect",
    "Order",
    "Outgoing",
    "ReceiptForm",
    "Records",
    "UnknownDialect",
    "as_held",
    "build",
    "changed_at",
    "dialect_of",
    "load",
    "named",
    "once_more",
    "read_baseline",
    "records_of",
    "same_again",
    "schools_of_pupils",
    "stays_signed_in",
    "taken_back",
    "takes",
    "unmoved",
    "write_baseline",
]
