"""What requests to the staff page share: tables, buckets, the state machine, rules, the clock."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config

from kakehashi import city as cities
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.runs import Folder, prefix_of
from kakehashi.edges.settings import DeskSettings, PasswordPageSettings, StaffSettings
from kakehashi.edges.staff.audit_log import AuditLog
from kakehashi.edges.staff.posts import Posts
from kakehashi.edges.state import State
from kakehashi.edges.web.items import Items
from kakehashi.edges.web.short_lived import ShortLived
from kakehashi.guide import Guide

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class CityRules:
    """A city's rules and the text they were read from."""

    city: cities.City
    text: str


class StaffDependencies:
    """``clock`` is UTC; ``address`` has no trailing slash."""

    def __init__(self, settings: DeskSettings) -> None:
        self.settings = settings
        self.clock: Callable[[], datetime] = _utc
        self.address = settings.public_url.rstrip("/")
        self.table = boto3.resource("dynamodb").Table(settings.table)
        self.s3 = boto3.client("s3")
        self.kept = ShortLived.of(settings.staff_table)
        self.posts = Posts(Items(self.table, "POSTS"))

    @classmethod
    @functools.cache
    def of(cls, settings: DeskSettings) -> Self:
        return cls(settings)

    @property
    def guide(self) -> Guide:
        """How this stack is called on a command line, and where its pages are."""
        return self.settings.guide

    @property
    def staff(self) -> StaffSettings:
        """What only the page that decides knows. Raises BadConfiguration elsewhere."""
        if not isinstance(self.settings, StaffSettings):
            raise BadConfiguration("not the function of the staff page")
        return self.settings

    @property
    def for_passwords(self) -> PasswordPageSettings:
        """What only the part for passwords knows. Raises BadConfiguration elsewhere."""
        if not isinstance(self.settings, PasswordPageSettings):
            raise BadConfiguration("not the function for passwords")
        return self.settings

    @functools.cached_property
    def signing(self) -> S3Client:
        """A client that signs addresses for a browser: with version 4, as objects under a KMS key
        demand, and with the bucket's own host in its region, since from the global one a new bucket
        redirects."""
        here = bool(os.environ.get("AWS_ENDPOINT_URL"))  # an engine on loopback has one host
        style = Config(
            signature_version="s3v4", s3={"addressing_style": "path" if here else "virtual"}
        )
        return boto3.client("s3", config=style)

    def state(self, city: str) -> State:
        return State(self.table, city)

    def items(self, city: str) -> Items:
        return Items(self.table, city)

    def record(self, city: str) -> AuditLog:
        return AuditLog(Items(self.table, f"RECORD#{city}"))

    def folder(self, run_id: str) -> Folder:
        return Folder(self.s3, self.settings.runs_bucket, prefix_of(run_id))

    @property
    def rules_folder(self) -> Folder:
        """A file a city."""
        return Folder(self.s3, self.settings.rules_bucket, "cities/")

    def rules(self, city: str) -> CityRules | None:
        """Those of this moment; None for a city that nobody has put, or whose rules do not load."""
        body = self.rules_folder.get(f"{city}.toml")
        try:
            text = body.decode() if body else ""
            return CityRules(cities.parse(text), text) if text else None
        except (UnicodeDecodeError, cities.BadCity):
            return None
