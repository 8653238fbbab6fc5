"""What runs leave behind: their end, their records, their files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kakehashi.diff.approval import MOST_DAYS
from kakehashi.edges import plans
from kakehashi.edges.archive import Archive
from kakehashi.edges.runs import Folder, city_of, made_on, prefix_of
from kakehashi.findings import Finding
from kakehashi.people.pupil import Pupil
from kakehashi.report.summary import summary_of
from kakehashi.report.words import Verdict
from kakehashi.roster import JAPAN
from kakehashi.run_folder.progress import Progress, progress
from kakehashi.run_folder.roster import pupils
from kakehashi_console.operations.executions import run_ids
from kakehashi_console.operations.reach import BadUse, Reach
from kakehashi_console.waiting import outdated_by

UNDER_WAY = frozenset({"running", "awaiting-approval"})  # the latter while it is being applied
RUNS_SHOWN = 10
REHEARSALS_SHOWN = 3
_RECENT, _LOOKED_AT = 100, 20  # runs listed, and folders opened, in search of rehearsals


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How an execution ended: ``summary`` is summary.json, ``prefix`` the folder it stands in."""

    run_id: str
    prefix: str
    summary: Mapping[str, Any]


class Results(Reach):
    def outcome(self, execution: Mapping[str, Any], city: str, run_id: str = "") -> RunOutcome:
        """What an ended execution left behind, whatever its end."""
        name = execution["executionArn"].rpartition(":")[2]
        made = [run_id] if run_id else list(run_ids(execution, city))
        for one in made:
            for place in (f"{prefix_of(one)}approvals/{name}/", prefix_of(one)):
                if summary := summary_of(self._folder(place)):
                    return RunOutcome(one, place, summary)
        told = {"run_id": made[0], "city": city, "verdict": "failed"}
        return RunOutcome(made[0], prefix_of(made[0]), told)

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

    def approved(self, run_id: str) -> dict[str, Any]:
        """Who approved this run's plan, when and with which codes; {} where nobody had to."""
        told = self.state(city_of(run_id)).run(run_id).get("approved", {})
        return {name: told[name] for name in ("by", "at", "accept") if name in told}

    def status(self, city: str) -> dict[str, Any]:
        """The newest runs first, then the newest rehearsals, and how many dead letters wait."""
        queue = self.site.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["DeadLettersUrl"],
            AttributeNames=["ApproximateNumberOfMessages"],
        )
        return {
            "city": city,
            "runs": [
                self._with_standing(city, self._with_progress(_record(item)))
                for item in self.state(city).runs(RUNS_SHOWN)
            ],
            "rehearsals": self._rehearsals(city),
            "dead_letters": int(queue["Attributes"]["ApproximateNumberOfMessages"]),
        }

    def _with_standing(self, city: str, record: dict[str, Any]) -> dict[str, Any]:
        """A record of a plan that waits, with the reasons for which it does so in vain."""
        if record.get("verdict") != "awaiting-approval":
            return record
        header = plans.header(self._folder(prefix_of(record["run_id"])))
        state, today = self.state(city), datetime.now(UTC).astimezone(JAPAN).date()
        reasons = outdated_by(record["run_id"], header, state, self.rules(city) or "", today)
        until = made_on(record["run_id"]) + timedelta(days=MOST_DAYS)
        return record | {"outdated": reasons, "until": until.isoformat()}

    def _rehearsals(self, city: str) -> list[dict[str, Any]]:
        """The newest first. They leave no record: their folders are all there is of them."""
        recorded = {str(item["sk"]).removeprefix("RUN#") for item in self.state(city).runs(_RECENT)}
        outputs = self.outputs
        archive = Archive(self.s3, outputs["RunsBucket"], outputs["OutboxBucket"], city)
        ids = [one for one in reversed(archive.run_ids(_RECENT)) if one not in recorded]
        folders = ((one, self._folder(prefix_of(one))) for one in ids[:_LOOKED_AT])
        found = ((one, summary_of(folder), folder) for one, folder in folders)
        return [
            {"run_id": one, "as_of": plans.header(folder).as_of,
             "counts": summary["counts"], "held": len(set().union(
                 *map(set, summary["held"].values())))}
            for one, summary, folder in found if summary and summary["verdict"] == Verdict.REHEARSED
        ][:REHEARSALS_SHOWN]  # fmt: skip

    def progress(self, run_id: str) -> Progress | None:
        """Of a run, None where its accounts have not been begun."""
        return progress(self._folder(prefix_of(run_id)))

    def _with_progress(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record of a run under way with how far it is."""
        if record.get("verdict") not in UNDER_WAY:
            return record
        told = self.progress(record["run_id"])
        return record | ({"progress": told.to_json()} if told and not told.ended else {})

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
        for delivery in outcome.summary.get("deliveries", []):
            for key in _files(delivery):
                file = out / "outbox" / delivery["tool"] / key.rpartition("/")[2]
                self._save(outbox, key, file)

    def _save(self, bucket: str, key: str, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def _folder(self, prefix: str) -> Folder:
        return Folder(self.s3, self.outputs["RunsBucket"], prefix)


def _record(item: Mapping[str, Any]) -> dict[str, Any]:
    """A run's record; its sort key is the run's id."""
    rest = {name: value for name, value in item.items() if name != "sk"}
    return rest | {"run_id": item["sk"].removeprefix("RUN#")}


def _files(delivery: Mapping[str, Any]) -> list[str]:
    """A delivery's object keys: one file, or one per school."""
    file = delivery.get("file")
    return [file] if isinstance(file, str) and file else list(file or [])
