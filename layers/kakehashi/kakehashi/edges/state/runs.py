"""Records of runs, and of the drops that they took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import ConditionBase, Key

from kakehashi.diff import NightCount
from kakehashi.edges.errors import OtherRelease
from kakehashi.edges.state.partition import Partition, in_todays_form, plain
from kakehashi.roster import canonical
from kakehashi.stored import TooNew

WENT_WELL = frozenset({"applied", "unchanged"})


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
        return [in_todays_form(plain(item)) for item in answer["Items"]]

    def runs_before(self, run_id: str, most: int) -> list[dict[str, Any]]:
        """The newest runs whose ids come before this one, the newest first."""
        answer = self.table.query(
            KeyConditionExpression=Key("pk").eq(self.pk)
            & Key("sk").between("RUN#", f"RUN#{run_id}"),
            ScanIndexForward=False,
            Limit=most,
            ConsistentRead=True,
        )
        return [in_todays_form(plain(item)) for item in answer["Items"]]

    def run_ids(self, since: str) -> set[str]:
        """Ids of runs, from the id ``since`` on, that have a record."""
        return {_run_id(item) for item in self._every(_runs_from(since), "sk")}

    def work_since(self, run_id: str) -> dict[str, dict[str, Any]]:
        """What runs from this id on saved (``report.Work.record``), by run id."""
        wanted = "sk, v, transfers, transfers_in_systems, rolled_over"
        items = self._every(_runs_from(run_id), wanted)
        return {_run_id(item): _without_key(in_todays_form(plain(item))) for item in items}

    def note_counts(self, run_id: str, night: NightCount) -> None:
        """What an applied night adds to the sums of the next weeks."""
        self.note_run(run_id, counted=canonical(night.to_json()))

    def counts(self, run_id: str) -> NightCount | None:
        """None for a run that applied nothing, or was of an earlier release."""
        return _night_count(self.run(run_id))

    def counts_since(self, run_id: str, but: str = "") -> list[NightCount]:
        """What the runs from this id on, other than ``but``, have added that still stand, the
        newest first."""
        wanted = "sk, v, counted, undone_by, verdict, failures, held"
        records = {
            _run_id(r): in_todays_form(plain(r)) for r in self._every(_runs_from(run_id), wanted)
        }
        standing = [record for one, record in sorted(records.items(), reverse=True)
                    if one != but and not undone(record, records)]  # fmt: skip
        return [night for record in standing if (night := _night_count(record)) is not None]

    def drop(self, sha256: str) -> dict[str, Any]:
        return self._get(f"DROP#{sha256}") or {}

    def note_drop(self, sha256: str, **attributes: Any) -> None:
        self._set(f"DROP#{sha256}", attributes)


def undone(record: Mapping[str, Any], records: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether an undo has turned back all of this run, and has not been undone itself."""
    by = records.get(str(record.get("undone_by", "")), {})
    complete = by.get("verdict") in WENT_WELL and not (by.get("failures") or by.get("held"))
    return complete and not undone(by, records)


def _night_count(record: Mapping[str, Any]) -> NightCount | None:
    text = record.get("counted")
    try:
        return NightCount.from_json(json.loads(text)) if text else None
    except TooNew as exc:
        raise OtherRelease("what a run has counted") from exc


def _runs_from(run_id: str) -> ConditionBase:
    return Key("sk").between(f"RUN#{run_id}", "RUN#~")


def _run_id(item: Mapping[str, Any]) -> str:
    return str(item["sk"]).removeprefix("RUN#")


def _without_key(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "sk"}
