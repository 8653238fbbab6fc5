"""What runs leave behind: their end, their records, their files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from kakehashi.diff.approval import MOST_DAYS
from kakehashi.edges import plans
from kakehashi.edges.archive import Archive
from kakehashi.edges.runs import Folder, city_of, made_on, prefix_of
from kakehashi.findings import Finding
from kakehashi.people.pupil import Pupil
from kakehashi.report.shapes import Summary
from kakehashi.report.summary_file import summary_of
from kakehashi.roster import JAPAN
from kakehashi.run_folder.progress import Progress, progress
from kakehashi.run_folder.roster import pupils
from kakehashi.state_records import ApprovalGiven, RunRecord
from kakehashi.verdict import Verdict
from kakehashi_console.operations.executions import run_ids
from kakehashi_console.operations.reach import BadUse, Reach
from kakehashi_console.standing import CityStanding, RehearsalStanding, RunStanding
from kakehashi_console.waiting import outdated_by

RUNS_SHOWN = 10
REHEARSALS_SHOWN = 3
_RECENT, _LOOKED_AT = 100, 20  # runs listed, and folders opened, in search of rehearsals


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How an execution ended: ``summary`` is summary.json, ``prefix`` the folder it stands in."""

    run_id: str
    prefix: str
    summary: Summary


class Results(Reach):
    def outcome(self, execution: Mapping[str, Any], city: str, run_id: str = "") -> RunOutcome:
        """What an ended execution left behind, whatever its end."""
        name = execution["executionArn"].rpartition(":")[2]
        made = [run_id] if run_id else list(run_ids(execution, city))
        for one in made:
            for place in (f"{prefix_of(one)}approvals/{name}/", prefix_of(one)):
                if summary := summary_of(self._folder(place)):
                    return RunOutcome(one, place, summary)
        return RunOutcome(made[0], prefix_of(made[0]), Summary(made[0], city, Verdict.FAILED))

    def findings(self, outcome: RunOutcome) -> Iterator[Finding]:
        """What the stages of this run, or this approval, found."""
        return self._folder(outcome.prefix).findings()

    def need_drop(self, city: str) -> None:
        """Raises BadUse where this city has never had a drop."""
        if not self.state(city).newest_drop():
            raise BadUse(
                f"自治体 {city} にはまだ一度も投入がありません。"
                "kakehashi run DROP で投入してください。 / no drop has come yet"
            )

    def need_run(self, run_id: str) -> None:
        """Raises BadUse where no such run has been recorded."""
        if not self.state(city_of(run_id)).run(run_id):
            raise BadUse(
                f"実行 {run_id} の記録がありません。kakehashi status で確かめてください。"
                " / no such run"
            )

    def approved(self, run_id: str) -> ApprovalGiven | None:
        """Who approved this run's plan, when and with which codes; None where nobody had to."""
        return self.state(city_of(run_id)).run(run_id).approved

    def status(self, city: str) -> CityStanding:
        """Its newest runs and rehearsals, and how many dead letters wait."""
        queue = self.site.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["DeadLettersUrl"],
            AttributeNames=["ApproximateNumberOfMessages"],
        )
        return CityStanding(
            city,
            tuple(self._standing(city, one) for one in self.state(city).runs(RUNS_SHOWN)),
            tuple(islice(self._rehearsals(city), REHEARSALS_SHOWN)),
            int(queue["Attributes"]["ApproximateNumberOfMessages"]),
        )

    def _standing(self, city: str, record: RunRecord) -> RunStanding:
        """A plan that waits may do so in vain; while it is applied, its record says so still."""
        told = self.progress(record.run_id) if record.under_way or record.waits else None
        under_way = told if told and not told.ended else None
        if not record.waits:
            return RunStanding(record, under_way)
        header = plans.header(self._folder(prefix_of(record.run_id)))
        state, today = self.state(city), datetime.now(UTC).astimezone(JAPAN).date()
        reasons = outdated_by(record.run_id, header, state, self.rules(city) or "", today)
        until = made_on(record.run_id) + timedelta(days=MOST_DAYS)
        return RunStanding(record, under_way, reasons, until.isoformat())

    def _rehearsals(self, city: str) -> Iterator[RehearsalStanding]:
        """The newest first. They leave no record: their folders are all there is of them."""
        recorded = {record.run_id for record in self.state(city).runs(_RECENT)}
        outputs = self.outputs
        archive = Archive(self.s3, outputs["RunsBucket"], outputs["OutboxBucket"], city)
        ids = [one for one in reversed(archive.run_ids(_RECENT)) if one not in recorded]
        folders = ((one, self._folder(prefix_of(one))) for one in ids[:_LOOKED_AT])
        for one, folder in folders:
            summary = summary_of(folder)
            if summary and summary.verdict is Verdict.REHEARSED:
                as_of, held = plans.header(folder).as_of, len(summary.people_held)
                yield RehearsalStanding(one, as_of, summary.counts, held)

    def progress(self, run_id: str) -> Progress | None:
        """Of a run, None where its accounts have not been begun."""
        return progress(self._folder(prefix_of(run_id)))

    def waiting_for(self, city: str, code: str) -> dict[str, Pupil]:
        """The pupils whom the newest run's plan holds under ``code``, by userMasterIdentifier."""
        run_id = self.state(city).proposals()
        if not run_id:
            return {}
        folder = self._folder(prefix_of(run_id))
        held = frozenset(plans.header(folder).held.get(code, ()))
        return {one.id: one for one in pupils(folder, only=held)}

    def fetch(self, outcome: RunOutcome, out: Path) -> None:
        """The run's folder to ``out/run``, what it delivered to ``out/outbox/<tool>``."""
        runs, outbox = self.outputs["RunsBucket"], self.outputs["OutboxBucket"]
        for name in self._folder(outcome.prefix).names():
            self._save(runs, outcome.prefix + name, out / "run" / name)
        for delivery in outcome.summary.deliveries:
            for key in delivery.keys:
                file = out / "outbox" / delivery.tool / key.rpartition("/")[2]
                self._save(outbox, key, file)

    def _save(self, bucket: str, key: str, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def _folder(self, prefix: str) -> Folder:
        return Folder(self.s3, self.outputs["RunsBucket"], prefix)
