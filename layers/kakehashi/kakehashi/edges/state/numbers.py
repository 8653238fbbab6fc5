"""Numbers of neutral class titles, one item a 年度: given in a night, kept when it is applied."""

from __future__ import annotations

from typing import Any

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from kakehashi.class_numbers import Numbers
from kakehashi.edges.errors import UNREADABLE, OtherRelease
from kakehashi.edges.state.partition import Partition, later
from kakehashi.jsonlines import canonical, parsed

PREFIX = "NUMBERS#"


def _read(given: Any) -> Numbers:
    try:
        return Numbers.from_json(parsed(given))
    except UNREADABLE as exc:
        raise OtherRelease("the numbers of class titles") from exc


class NumberItems(Partition):
    def numbers(self) -> dict[int, Numbers]:
        """What each 年度 has given, as text: no title stands in it. Raises OtherRelease."""
        items = self._every(Key("sk").begins_with(PREFIX))
        return {int(str(item["sk"]).removeprefix(PREFIX)): _read(item["given"]) for item in items}

    def keep_numbers(self, year: int, numbers: Numbers) -> None:
        """Join ``numbers`` to those kept; again for the same is harmless. Raises TryLater where
        somebody else did so at the same time, OtherRelease."""
        before = (self._get(f"{PREFIX}{year}") or {}).get("given")
        kept = _read(before) if before else None
        after = canonical((kept.joined(numbers) if kept else numbers).to_json()).decode()
        if after == before:
            return
        try:
            self.table.update_item(
                Key={"pk": self.pk, "sk": f"{PREFIX}{year}"},
                UpdateExpression="SET given = :after",
                ConditionExpression=Attr("given").eq(before)
                if before
                else Attr("given").not_exists(),
                ExpressionAttributeValues={":after": after},
            )
        except ClientError as exc:
            raise later(exc, "the numbers of class titles moved under us") from exc
