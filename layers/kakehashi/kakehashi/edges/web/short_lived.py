"""What our pages remember for minutes or hours, each item with the moment at which it ends.

| pk                    | holds                                          | for             |
|-----------------------|------------------------------------------------|-----------------|
| SIGN_IN#<digest>      | a sign-in under way: state, nonce, PKCE        | 10 minutes      |
| SESSION#<digest>      | who is signed in in a browser                  | 8 hours         |
| USED#<digest>         | an id that must not be used a second time      | till it is over |
| TOKEN#<digest>        | a tool's access token                          | 1 hour          |
| TOLD#<digest>         | what a tool was told of a class                | 30 days         |
| CHOSEN#<digest>       | contents a pupil has chosen in tools           | 400 days        |
| UPLOAD#<digest>       | where a file that somebody uploads will stand  | 1 hour          |
| SLIPS#<digest>        | which slips of a person are still to be taken  | 1 hour          |
| MADE#<digest>         | whom passwords were made for, after which run  | 400 days        |

Whoever holds the secret finds the item: what is stored is the secret's SHA-256. DynamoDB removes
items some time after they end, so the end is checked here as well. A table of its own for the
launcher, and another for the staff page: neither can write here what a night reads.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import boto3
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from kakehashi.edges.state.partition import lost_the_race

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

type Kind = Literal[
    "SIGN_IN", "SESSION", "USED", "TOKEN", "TOLD", "CHOSEN", "UPLOAD", "SLIPS", "MADE"
]


class ShortLived:
    """``now`` and ``ends`` are in seconds since 1970."""

    def __init__(self, table: Table) -> None:
        self.table = table

    @classmethod
    def of(cls, table_name: str) -> Self:
        return cls(boto3.resource("dynamodb").Table(table_name))

    def keep(self, kind: Kind, body: Mapping[str, Any], ends: int) -> str:
        """Keep ``body``; returns the secret by which it is found again."""
        secret = secrets.token_urlsafe(32)
        self.keep_as(kind, secret, body, ends)
        return secret

    def keep_as(self, kind: Kind, name: str, body: Mapping[str, Any], ends: int) -> None:
        """Keep ``body`` under a name of ours, over what was there."""
        item: dict[str, Any] = {"pk": _key(kind, name), "body": json.dumps(body), "ends": ends}
        self.table.put_item(Item=item)

    def renew(self, kind: Kind, secret: str, body: Mapping[str, Any], ends: int) -> None:
        """Write over what is there; what has gone meanwhile stays gone."""
        item: dict[str, Any] = {"pk": _key(kind, secret), "body": json.dumps(body), "ends": ends}
        try:
            self.table.put_item(Item=item, ConditionExpression=Attr("pk").exists())
        except ClientError as exc:
            if not lost_the_race(exc):
                raise

    def swap(
        self,
        kind: Kind,
        name: str,
        body: Mapping[str, Any],
        ends: int,
        *,
        before: Mapping[str, Any] | None,
        now: int,
    ) -> bool:
        """Keep ``body`` over ``before`` as it was looked at ``now``, None for nothing there; False,
        and nothing done, where it is another by now."""
        item: dict[str, Any] = {"pk": _key(kind, name), "body": json.dumps(body), "ends": ends}
        nothing = Attr("pk").not_exists() | Attr("ends").lte(now)
        as_seen = nothing if before is None else Attr("body").eq(json.dumps(before))
        try:
            self.table.put_item(Item=item, ConditionExpression=as_seen)
        except ClientError as exc:
            if lost_the_race(exc):
                return False
            raise
        return True

    def peek(self, kind: Kind, secret: str, now: int) -> dict[str, Any] | None:
        if not secret:
            return None
        key = {"pk": _key(kind, secret)}
        return _body(self.table.get_item(Key=key, ConsistentRead=True).get("Item"), now)

    def take(self, kind: Kind, secret: str, now: int) -> dict[str, Any] | None:
        """The same, and gone: of two who ask at once, one gets it."""
        if not secret:
            return None
        answer = self.table.delete_item(Key={"pk": _key(kind, secret)}, ReturnValues="ALL_OLD")
        return _body(answer.get("Attributes"), now)

    def drop(self, kind: Kind, secret: str) -> None:
        if secret:
            self.table.delete_item(Key={"pk": _key(kind, secret)})

    def first_use(self, whose: str, once: str, ends: int) -> bool:
        """False where ``whose`` has used ``once`` before. Remembered until ``ends``."""
        item: dict[str, Any] = {"pk": _key("USED", f"{whose}\x1f{once}"), "ends": ends}
        try:
            self.table.put_item(Item=item, ConditionExpression=Attr("pk").not_exists())
        except ClientError as exc:
            if lost_the_race(exc):
                return False
            raise
        return True

    def used(self, whose: str, once: str) -> bool:
        """Whether ``first_use`` was told of it before."""
        key = {"pk": _key("USED", f"{whose}\x1f{once}")}
        return "Item" in self.table.get_item(Key=key, ConsistentRead=True)


def _key(kind: Kind, secret: str) -> str:
    return f"{kind}#{hashlib.sha256(secret.encode()).hexdigest()}"


def _body(item: Mapping[str, Any] | None, now: int) -> dict[str, Any] | None:
    if not item or item["ends"] <= now:
        return None
    return dict(json.loads(item["body"]))
