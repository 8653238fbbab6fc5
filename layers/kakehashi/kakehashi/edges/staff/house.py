"""What requests to the staff page share: tables, buckets, the state machine, rules, the clock."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import boto3

from kakehashi import city as cities
from kakehashi.edges.runs import Folder, prefix_of
from kakehashi.edges.settings import StaffSettings
from kakehashi.edges.staff.items import Items
from kakehashi.edges.staff.posts import Posts
from kakehashi.edges.staff.record import Record
from kakehashi.edges.state import State
from kakehashi.edges.web.short_lived import ShortLived


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Rules:
    """A city's rules and the text they were read from."""

    city: cities.City
    text: str


class House:
    """``clock`` is UTC; ``address`` has no trailing slash."""

    def __init__(self, settings: StaffSettings) -> None:
        self.settings = settings
        self.clock: Callable[[], datetime] = _utc
        self.address = settings.public_url.rstrip("/")
        self.table = boto3.resource("dynamodb").Table(settings.table)
        self.s3 = boto3.client("s3")
        self.kept = ShortLived.of(settings.staff_table)
        self.posts = Posts(Items(self.table, "POSTS"))

    @classmethod
    @functools.cache
    def of(cls, settings: StaffSettings) -> Self:
        return cls(settings)

    def state(self, city: str) -> State:
        return State(self.table, city)

    def items(self, city: str) -> Items:
        return Items(self.table, city)

    def record(self, city: str) -> Record:
        return Record(self.items(city))

    def folder(self, run_id: str) -> Folder:
        return Folder(self.s3, self.settings.runs_bucket, prefix_of(run_id))

    def rules(self, city: str) -> Rules | None:
        """Those of this moment; None for a city that nobody has put, or whose rules do not load."""
        body = Folder(self.s3, self.settings.rules_bucket, "cities/").get(f"{city}.toml")
        try:
            text = body.decode() if body else ""
            return Rules(cities.parse(text), text) if text else None
        except (UnicodeDecodeError, cities.BadCity):
            return None
