"""The tenant's budget of writes, kept in the state table.

| pk                  | sk                  | holds                                                |
|---------------------|---------------------|------------------------------------------------------|
| TENANT#<tenant id>  | WRITES#<client id>  | ``leased`` and ``closed``: microseconds of UTC       |

Each lease is one conditional write; where nobody wrote for a while, two.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase
from botocore.exceptions import ClientError

from kakehashi.directories.budget import PaceAsk, PaceLease
from kakehashi.edges.settings import DirectorySettings
from kakehashi.edges.state.partition import lost_the_race

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

MICRO = 1_000_000


class TenantBudget:
    """``wall`` tells the seconds of UTC; the clocks of Lambda's hosts differ by milliseconds."""

    def __init__(
        self, table_name: str, tenant: str, client: str, wall: Callable[[], float] = time.time
    ) -> None:
        self._name, self._wall = table_name, wall
        self._key = {"pk": f"TENANT#{tenant}", "sk": f"WRITES#{client}"}

    @classmethod
    def of(cls, settings: DirectorySettings) -> Self:
        return cls(settings.table, settings.tenant_id, settings.client_id)

    def lease(self, ask: PaceAsk) -> PaceLease | None:
        now = self._now()
        length, floor = round(ask.length * MICRO), now - round(ask.saved * MICRO)
        ahead = now + round(ask.ahead * MICRO)
        item = self._update(
            "SET leased = leased + :n", Attr("leased").between(floor, ahead), {":n": length}
        ) or self._update(
            "SET leased = :n",
            Attr("leased").not_exists() | Attr("leased").lt(floor),
            {":n": floor + length},
        )
        if item is None:
            return None
        begins, closed = int(item["leased"]) - length - now, int(item.get("closed", 0)) - now
        return PaceLease(begins / MICRO, max(0, closed) / MICRO)

    def give_back(self, seconds: float) -> None:
        given = {":n": round(seconds * MICRO)}
        self._update("SET leased = leased - :n", Attr("leased").exists(), given)

    def close(self, seconds: float) -> None:
        moment = self._now() + round(seconds * MICRO)
        earlier = Attr("closed").not_exists() | Attr("closed").lt(moment)
        self._update("SET closed = :n", earlier, {":n": moment})

    def _now(self) -> int:
        return round(self._wall() * MICRO)

    def _update(
        self, expression: str, condition: ConditionBase, values: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The item afterwards; None where the condition does not hold."""
        try:
            answer = self._table.update_item(
                Key=self._key,
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
            )
        except ClientError as exc:
            if lost_the_race(exc):
                return None
            raise
        return answer["Attributes"]

    @cached_property
    def _table(self) -> Table:
        """Made by whoever writes first: Diff and Drift only read."""
        return boto3.resource("dynamodb").Table(self._name)
