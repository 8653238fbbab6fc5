"""A city's part of a state table as it is stored, for what a person does to all of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from boto3.dynamodb.conditions import Key

from kakehashi_console.operations import Console

type Items = Mapping[str, Mapping[str, Any]]
"""Sort key → item."""


@dataclass(frozen=True, slots=True)
class CityPartition:
    table: Any
    pk: str

    @classmethod
    def of(cls, console: Console, city: str, table: str = "") -> Self:
        """In the stack's own table, or in one of this name."""
        name = table or console.outputs["Table"]
        return cls(console.site.resource("dynamodb").Table(name), f"CITY#{city}")

    def items(self) -> Items:
        asked: dict[str, Any] = {
            "KeyConditionExpression": Key("pk").eq(self.pk), "ConsistentRead": True
        }  # fmt: skip
        found: dict[str, Mapping[str, Any]] = {}
        while True:
            page = self.table.query(**asked)
            found |= {str(item["sk"]): item for item in page["Items"]}
            if "LastEvaluatedKey" not in page:
                return found
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def write(self, *, put: Iterable[Mapping[str, Any]] = (), delete: Iterable[str] = ()) -> None:
        """``delete`` are sort keys. Cut short, it is safe to do again."""
        with self.table.batch_writer() as batch:
            for sk in delete:
                batch.delete_item(Key={"pk": self.pk, "sk": sk})
            for item in put:
                batch.put_item(Item=dict(item))
