"""One city's partition of the table: its items by sort key, and writes that lost their race.

Every item bears the number of its form (``FORMS``); pupils and the numbers of class titles bear it
within their text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

import boto3
from boto3.dynamodb.conditions import ConditionBase, Key
from botocore.exceptions import ClientError

from kakehashi.edges.errors import LostRace, OtherRelease
from kakehashi.stored import VERSION, Form, TooNew

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


FORMS = {name: Form(name) for name in ("STATE", "RUN", "DROP", "TOOL", "NEWEST_DROP", "PROPOSALS",
                                         "LISTING", "STAFF_LIST")}  # fmt: skip
"""What is written a few attributes at a time, by the first part of its sort key."""


_LOST = {"ConditionalCheckFailedException", "ConditionalCheckFailed", "TransactionConflict"}


class Partition:
    def __init__(self, table: Table, city: str) -> None:
        self.table, self.pk = table, f"CITY#{city}"

    @classmethod
    def of(cls, table_name: str, city: str) -> Self:
        return cls(boto3.resource("dynamodb").Table(table_name), city)

    def _get(self, sk: str) -> dict[str, Any] | None:
        item = self.table.get_item(Key={"pk": self.pk, "sk": sk}, ConsistentRead=True).get("Item")
        return in_todays_form(plain(item)) if item else None

    def _set(self, sk: str, attributes: Mapping[str, Any]) -> None:
        """An item that is there keeps the number of the form that it was begun in."""
        names = {f"#{i}": name for i, name in enumerate(attributes)}
        values = {f":{i}": value for i, value in enumerate(attributes.values())}
        told = [f"#{i} = :{i}" for i in range(len(attributes))]
        if form := FORMS.get(_kind(sk)):
            names["#v"], values[":v"] = VERSION, form.v
            told.append("#v = if_not_exists(#v, :v)")
        self.table.update_item(
            Key={"pk": self.pk, "sk": sk},
            UpdateExpression="SET " + ", ".join(told),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    def _every(self, sort_key: ConditionBase, only: str = "") -> Iterator[Mapping[str, Any]]:
        """Items whose sort key fulfils the condition, in its order, page after page, as they
        are stored; ``only`` these attributes of them."""
        query: dict[str, Any] = {
            "KeyConditionExpression": Key("pk").eq(self.pk) & sort_key,
            "ConsistentRead": True,
        }
        if only:
            query["ProjectionExpression"] = only
        while True:
            page = self.table.query(**query)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _kind(sk: str) -> str:
    return sk.partition("#")[0]


def in_todays_form(item: dict[str, Any]) -> dict[str, Any]:
    """An item with its sort key, led to today's form and without its number. Raises
    OtherRelease."""
    kind = _kind(str(item.get("sk", "")))
    form = FORMS.get(kind)
    try:
        found = form.upgrade(item) if form else item
    except TooNew as exc:
        raise OtherRelease(f"the item {kind} of the state") from exc
    return {name: value for name, value in found.items() if form is None or name != VERSION}


def plain(value: Any) -> Any:
    """DynamoDB's Decimals as ints (we store no other numbers), without the partition's key."""
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items() if k != "pk"}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return int(value) if type(value).__name__ == "Decimal" else value


def lost_the_race(exc: ClientError) -> bool:
    """Whether a write's condition did not hold: somebody else wrote before us, or is writing."""
    reasons: Any = exc.response.get("CancellationReasons", ())  # of a transaction, step by step
    told = {exc.response["Error"]["Code"], *(one.get("Code") for one in reasons)}
    return not told.isdisjoint(_LOST)


def later(exc: ClientError, why: str) -> Exception:
    """What to raise for a write that may be tried again where it lost its race."""
    return LostRace(why) if lost_the_race(exc) else exc
