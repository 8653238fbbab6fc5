"""Records of runs, and of the drops that they took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import ConditionBase, Key

from kakehashi.edges.state.partition import Partition, plain


class RunRecords(Partition):
    def run(self, run_id: str) -> dict[str, Any]:
        """Attributes of a run's record; {} where there is none."""
        return self._get(f"RUN#{run_id}") or {}

    def note_run(self, run_id: str, **attributes: Any) -> None:
        self._set(f"RUN#{run_id}", attributes)

    def runs(self, most: int = 30) -> list[dict[str, Any]]:
        """The newest runs first."""
        answer = self.table.query(
            KeyConditionExpression=Key("pk").eq(self.pk) & Key("sk").begins_with("RUN#"),
            ScanIndexForward=False,
            Limit=most,
            ConsistentRead=True,
        )
        return [plain(item) for item in answer["Items"]]

    def run_ids(self, since: str) -> set[str]:
        """Ids of runs, from the id ``since`` on, that have a record."""
        return {_run_id(item) for item in self._every(_runs_from(since), "sk")}

    def work_since(self, run_id: str) -> dict[str, dict[str, Any]]:
        """What runs from this id on saved (``report.Work.record``), by run id."""
        wanted = "sk, transfers, transfers_in_systems, rolled_over"
        items = self._every(_runs_from(run_id), wanted)
        return {_run_id(item): _without_key(plain(item)) for item in items}

    def drop(self, sha256: str) -> dict[str, Any]:
        return self._get(f"DROP#{sha256}") or {}

    def note_drop(self, sha256: str, **attributes: Any) -> None:
        self._set(f"DROP#{sha256}", attributes)


def _runs_from(run_id: str) -> ConditionBase:
    return Key("sk").between(f"RUN#{run_id}", "RUN#~")


def _run_id(item: Mapping[str, Any]) -> str:
    return str(item["sk"]).removeprefix("RUN#")


def _without_key(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "sk"}
