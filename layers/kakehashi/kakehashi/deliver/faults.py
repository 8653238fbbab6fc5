"""What pre-flight says of a record."""

from __future__ import annotations

from dataclasses import dataclass

from kakehashi.deliver.records import Key
from kakehashi.findings import Finding


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that the receiver would not take, or would misread, and what is to be said of it."""

    key: Key
    finding: Finding
