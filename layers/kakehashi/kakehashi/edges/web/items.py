"""What the staff page keeps in the state table: partitions of its own, and nothing a night reads.

| pk                | sk                  | holds                                                |
|-------------------|---------------------|------------------------------------------------------|
| STAFF#POSTS       | <oid>               | where a person works: (city, school) pairs           |
| STAFF#RECORD#<c.> | DID#<moment>#<id>   | what somebody did on the page of city c., or tried to|
| STAFF#<city>      | PLAN#<run id>       | who approved: first, second; or that nobody is to    |
| STAFF#<city>      | CHANGE#<id>         | a change of posts or rules that waits for a second   |

Receive reads PLAN# alone: what stands there was said by somebody who was signed in. The page's role
may write partitions that begin with ``STAFF#``, and no other; the role of its part for passwords
those of the record alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from kakehashi.edges.errors import LostRace
from kakehashi.edges.state.partition import lost_the_race

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


def by(oid: str) -> str:
    """Who ordered or decided it, as an execution's input or a file may say it: whose id that is the
    record tells."""
    return f"staff:{oid}"


def of_plan(run_id: str) -> str:
    """The sort key of what was said about the plan of this run."""
    return f"PLAN#{run_id}"


class Items:
    """One partition, ``STAFF#<of>``; bodies are JSON texts."""

    def __init__(self, table: Table, of: str) -> None:
        self.table, self.pk = table, f"STAFF#{of}"

    def get(self, sk: str) -> dict[str, Any]:
        """{} where there is none."""
        key = {"pk": self.pk, "sk": sk}
        return _body(self.table.get_item(Key=key, ConsistentRead=True).get("Item"))

    def put(
        self, sk: str, body: Mapping[str, Any], before: Mapping[str, Any] | None = None
    ) -> None:
        """Over ``before``: {} for nothing there, None for whatever is. Raises LostRace."""
        item: dict[str, Any] = {"pk": self.pk, "sk": sk, "body": _text(body)}
        try:
            if before is None:
                self.table.put_item(Item=item)
            else:
                self.table.put_item(Item=item, ConditionExpression=_as_read(before))
        except ClientError as exc:
            raise _later(exc) from exc

    def drop(self, sk: str, before: Mapping[str, Any]) -> None:
        """Raises LostRace where it is no longer what was read."""
        try:
            self.table.delete_item(
                Key={"pk": self.pk, "sk": sk}, ConditionExpression=_as_read(before)
            )
        except ClientError as exc:
            raise _later(exc) from exc

    def newest(self, under: str, most: int, before: str = "") -> list[tuple[str, dict[str, Any]]]:
        """Sort keys and bodies below ``under``, the last key first; ``before`` this key only."""
        within = Key("sk").between(under, before or f"{under}~")
        found = (one for one in self._query(within, forward=False) if one[0] != before)
        return list(islice(found, most))

    def every(self, under: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
        """All below ``under`` in the order of their keys."""
        return self._query(Key("sk").begins_with(under) if under else None)

    def _query(
        self, sort_key: ConditionBase | None, *, forward: bool = True
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Page after page, as far as somebody reads."""
        mine = Key("pk").eq(self.pk)
        query: dict[str, Any] = {
            "KeyConditionExpression": mine & sort_key if sort_key else mine,
            "ScanIndexForward": forward,
            "ConsistentRead": True,
            "Limit": 200,
        }
        while True:
            page = self.table.query(**query)
            for item in page["Items"]:
                yield str(item["sk"]), _body(item)
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def _body(item: Mapping[str, Any] | None) -> dict[str, Any]:
    return dict(json.loads(item["body"])) if item else {}


def _as_read(before: Mapping[str, Any]) -> ConditionBase:
    return Attr("body").eq(_text(before)) if before else Attr("pk").not_exists()


def _later(exc: ClientError) -> Exception:
    return LostRace("an item of the staff page moved under us") if lost_the_race(exc) else exc
