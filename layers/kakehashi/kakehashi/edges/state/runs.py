"""Records of runs, and of the drops that they took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.conditions import ConditionBase, Key

from kakehashi.diff.sums import NightCount
from kakehashi.edges.errors import OtherRelease
from kakehashi.edges.state.partition import Partition, in_todays_form, plain
from kakehashi.jsonlines import canonical
from kakehashi.state_records import NO_RECORD, DropRecord, RunRecord, undone
from kakehashi.stored import TooNew, read, some_of


class RunRecords(Partition):
    def run(self, run_id: str) -> RunRecord:
        """``NO_RECORD``, which is false, where there is none."""
        item = self._get(f"RUN#{run_id}")
        return _record(item) if item else NO_RECORD

    def note_run(self, run_id: str, **facts: Any) -> None:
        """Facts of ``RunRecord`` by their names. Raises TypeError for one that it has not."""
        self._set(f"RUN#{run_id}", some_of(RunRecord, facts))

    def runs(self, most: int = 30) -> list[RunRecord]:
        """The newest runs first."""
        return self._newest(Key("sk").begins_with("RUN#"), most)

    def runs_before(self, run_id: str, most: int) -> list[RunRecord]:
        """The newest runs whose ids come before this one, the newest first."""
        return self._newest(Key("sk").between("RUN#", f"RUN#{run_id}"), most)

    def _newest(self, sort_key: ConditionBase, most: int) -> list[RunRecord]:
        answer = self.table.query(
            KeyConditionExpression=Key("pk").eq(self.pk) & sort_key,
            ScanIndexForward=False,
            Limit=most,
            ConsistentRead=True,
        )
        return [_record(in_todays_form(plain(item))) for item in answer["Items"]]

    def run_ids(self, since: str) -> set[str]:
        """Ids of runs, from the id ``since`` on, that have a record."""
        return {_run_id(item) for item in self._every(_runs_from(since), "sk")}

    def work_since(self, run_id: str) -> dict[str, RunRecord]:
        """Runs from this id on, by their ids, as far as they say what work they saved."""
        return self._since(run_id, "sk, v, transfers, transfers_in_systems, rolled_over")

    def note_counts(self, run_id: str, night: NightCount) -> None:
        """What an applied night adds to the sums of the next weeks."""
        self.note_run(run_id, counted=canonical(night.to_json()).decode())

    def counts(self, run_id: str) -> NightCount | None:
        """None for a run that applied nothing, or was of an earlier release."""
        return _night_count(self.run(run_id))

    def counts_since(self, run_id: str, but: str = "") -> list[NightCount]:
        """What the runs from this id on, other than ``but``, have added that still stand, the
        newest first."""
        records = self._since(run_id, "sk, v, counted, undone_by, verdict, failures, held")
        standing = [record for one, record in sorted(records.items(), reverse=True)
                    if one != but and not undone(record, records)]  # fmt: skip
        return [night for record in standing if (night := _night_count(record)) is not None]

    def _since(self, run_id: str, only: str) -> dict[str, RunRecord]:
        items = self._every(_runs_from(run_id), only)
        found = (_record(in_todays_form(plain(item))) for item in items)
        return {record.run_id: record for record in found}

    def drop(self, sha256: str) -> DropRecord:
        """All "" for bytes that nobody has taken in."""
        return read(DropRecord, self._get(f"DROP#{sha256}") or {})

    def note_drop(self, sha256: str, **facts: Any) -> None:
        """Facts of ``DropRecord`` by their names. Raises TypeError for one that it has not."""
        self._set(f"DROP#{sha256}", some_of(DropRecord, facts))


def _record(item: Mapping[str, Any]) -> RunRecord:
    return read(RunRecord, {**item, "run_id": _run_id(item)})


def _night_count(record: RunRecord) -> NightCount | None:
    try:
        return record.night_count
    except TooNew as exc:
        raise OtherRelease("what a run has counted") from exc


def _runs_from(run_id: str) -> ConditionBase:
    return Key("sk").between(f"RUN#{run_id}", "RUN#~")


def _run_id(item: Mapping[str, Any]) -> str:
    return str(item["sk"]).removeprefix("RUN#")
