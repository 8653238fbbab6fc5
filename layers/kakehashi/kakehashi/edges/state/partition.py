"""One city's partition of the table: its items by sort key, and writes that lost their race."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

import boto3
from boto3.dynamodb.conditions import ConditionBase, Key
from botocore.exceptions import ClientError

from kakehashi.edges.errors import LostRace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


class Partition:
    def __init__(self, table: Table, city: str) -> None:
        self.table, self.pk = table, f"CITY#{city}"

    @classmethod
    def of(cls, table_name: str, city: str) -> Self:
        return cls(boto3.resource("dynamodb").Table(table_name), city)

    def _get(self, sk: str) -> dict[str, Any] | None:
        item = self.table.get_item(Key={"pk": self.pk, "sk": sk}, ConsistentRead=True).get("Item")
        return plain(item) if item else None

    def _set(self, sk: str, attributes: Mapping[str, Any]) -> None:
        names = {f"#{i}": name for i, name in enumerate(attributes)}
        values = {f":{i}": value for i, value in enumerate(attributes.values())}
        self.table.update_item(
            Key={"pk": self.pk, "sk": sk},
            UpdateExpression="SET " + ", ".join(f"#{i} = :{i}" for i in range(len(attributes))),
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


def plain(value: Any) -> Any:
    """DynamoDB's Decimals as ints (we store no other numbers), without the partition's key."""
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items() if k != "pk"}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return int(value) if type(value).__name__ == "Decimal" else value


def lost_the_race(exc: ClientError) -> bool:
    """Whether a write's condition did not hold: somebody else wrote before us."""
    return exc.response["Error"]["Code"] == "ConditionalCheckFailedException"


def later(exc: ClientError, why: str) -> Exception:
    """What to raise for a write that may be tried again where it lost its race."""
    return LostRace(why) if lost_the_race(exc) else exc
