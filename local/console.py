"""What a person does with a stack: upload, start, follow, read the result.

Nothing here knows whether the stack is embedded or deployed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from kakehashi.edges.runs import Folder, city_of, prefix_of, run_id_of
from kakehashi.findings import Finding
from kakehashi.roster import JAPAN, Pupil
from local.site import Site
from local.waiting import outdated_by

STAGES = ("Receive", "Validate", "Preprocess", "Diff", "Provision", "Groups", "Deliver", "Report")
UNDER_WAY = frozenset({"running", "awaiting-approval"})  # the latter while it is being applied
START_PATIENCE = 60.0  # seconds until an upload must have started a run
POLL = 0.25


class BadUse(Exception):
    """The command cannot do what was asked; its text is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an execution ended: ``summary`` is summary.json, ``prefix`` the folder it stands in."""

    run_id: str
    prefix: str
    summary: Mapping[str, Any]


class Console:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.outputs = site.outputs()
        self.s3 = site.client("s3")
        self.sfn = site.client("stepfunctions")

    # -- cities --------------------------------------------------------------------------------

    def cities(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.outputs["RulesBucket"], Prefix="cities/"
        )
        keys = (item["Key"] for page in pages for item in page.get("Contents", []))
        return sorted(Path(key).stem for key in keys if key.endswith(".toml"))

    def rules(self, city: str) -> str | None:
        """The text of a city's rules, or None for a city nobody has put."""
        try:
            answer = self.s3.get_object(
                Bucket=self.outputs["RulesBucket"], Key=f"cities/{city}.toml"
            )
        except ClientError as exc:
            if exc.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return None
            raise
        return str(answer["Body"].read().decode())

    def put_rules(self, city: str, text: str) -> None:
        self.s3.put_object(
            Bucket=self.outputs["RulesBucket"], Key=f"cities/{city}.toml", Body=text.encode()
        )

    def need_city(self, city: str) -> None:
        if self.rules(city) is None:
            known = "、".join(self.cities()) or "なし"
            raise BadUse(
                f"自治体 {city} の規則がありません(登録済み: {known})。"
                "kakehashi city put FILE.toml で登録してください。 / unknown city"
            )

    # -- uploads -------------------------------------------------------------------------------

    def upload_drop(
        self, city: str, drop: Path, *, starts: bool, without: Path | None = None
    ) -> tuple[str, str]:
        """Upload as the RPA robot does; returns key and version of the object that starts a run.

        With ``starts`` False the upload goes where nothing watches. A folder's ``manifest.csv``
        goes last, because its arrival is the signal. Of a folder only CSV files are taken, and
        never ``without``: a password file that lies beside the roster is no part of it.
        """
        base = f"inbox/{city}/roster" if starts else f"staging/{city}/{_stamp()}"
        if drop.is_file():
            return self._put("InboxBucket", f"{base}/{_named(drop, '.zip')}", drop.read_bytes())
        folder = f"{base}/{drop.resolve().name}-{_stamp()}"
        files = [f for f in csv_files(drop) if without is None or not f.samefile(without)]
        files.sort(key=lambda f: f.name == "manifest.csv")
        version = ""
        for file in files:
            _, version = self._put("InboxBucket", f"{folder}/{file.name}", file.read_bytes())
        last = files[-1].name if files[-1].name == "manifest.csv" else ""
        return f"{folder}/{last}", version if last else ""

    def upload_passwords(self, city: str, file: Path, *, starts: bool = True) -> tuple[str, str]:
        """Returns key and version, as ``upload_drop`` does.

        With ``starts`` False nothing begins until a drop comes: else the passwords that come with
        a roster would start a run of their own, with the roster of the night before.
        """
        name = _named(file, ".csv") + ("" if starts else ".with-roster")
        key = f"inbox/{city}/passwords/{name}"
        return self._put("PasswordsBucket", key, file.read_bytes())

    def put_passwords(self, city: str, body: bytes) -> tuple[str, str]:
        """Passwords made here, straight from memory; their arrival starts a run."""
        return self._put("PasswordsBucket", f"inbox/{city}/passwords/made-{_stamp()}.csv", body)

    def waiting_for(self, city: str, code: str) -> dict[str, Pupil]:
        """The pupils whom the newest run's plan holds under ``code``, by userMasterIdentifier."""
        item = self.site.client("dynamodb").get_item(
            TableName=self.outputs["Table"],
            Key={"pk": {"S": f"CITY#{city}"}, "sk": {"S": "PROPOSALS"}},
        )
        run_id = item.get("Item", {}).get("run_id", {}).get("S")
        if not run_id:
            return {}
        folder = Folder(self.s3, self.outputs["RunsBucket"], prefix_of(run_id))
        held = frozenset(folder.get_json("plan.json").get("held", {}).get(code, ()))
        rows = (row["pupil"] for row in folder.lines("desired.jsonl"))
        return {row["id"]: Pupil.from_json(row) for row in rows if row["id"] in held}

    def upload_approvals(self, city: str, file: Path) -> tuple[str, str]:
        """The same for decisions. Each file stays beside the ones before it, which still count."""
        key = f"inbox/{city}/approvals/{_stamp()}-{file.name}"
        return self._put("InboxBucket", key, file.read_bytes())

    def upload_receipt(self, city: str, tool: str, file: Path) -> str:
        """What a tool said of its last delivery. Starts nothing; returns the key."""
        key = f"receipts/{city}/{tool}/{_stamp()}-{_named(file, '.csv')}"
        return self._put("InboxBucket", key, file.read_bytes())[0]

    def _put(self, bucket: str, key: str, body: bytes) -> tuple[str, str]:
        answer = self.s3.put_object(Bucket=self.outputs[bucket], Key=key, Body=body)
        return key, answer.get("VersionId", "")

    # -- executions ----------------------------------------------------------------------------

    def start(self, order: Mapping[str, Any]) -> str:
        """Start the state machine as the console does; returns the execution's ARN."""
        answer = self.sfn.start_execution(
            stateMachineArn=self.outputs["StateMachineArn"],
            name=f"{order['action']}-{_stamp()}",
            input=json.dumps(order, ensure_ascii=False),
        )
        return str(answer["executionArn"])

    def started_by(self, key: str, version: str, since: datetime) -> str:
        """The ARN of the execution that an upload started. Raises BadUse if none starts."""
        patience = time.monotonic() + START_PATIENCE
        seen: set[str] = set()
        while time.monotonic() < patience:
            for arn in self._executions_since(since):
                if arn not in seen and self._is_for(arn, key, version):
                    return arn
                seen.add(arn)
            time.sleep(POLL)
        raise BadUse("投入しましたが実行が始まりません。 / the upload started no run")

    def _executions_since(self, since: datetime) -> Iterator[str]:
        answer = self.sfn.list_executions(
            stateMachineArn=self.outputs["StateMachineArn"], maxResults=100
        )
        for execution in answer["executions"]:
            if execution["startDate"] >= since - timedelta(seconds=5):
                yield execution["executionArn"]

    def _is_for(self, arn: str, key: str, version: str) -> bool:
        given = json.loads(self.sfn.describe_execution(executionArn=arn)["input"])
        found = given.get("detail", {}).get("object", {})
        return bool(
            found.get("key") == key and (not version or found.get("version-id", version) == version)
        )

    def follow(
        self,
        arn: str,
        on_stage: Callable[[str], None],
        on_wait: Callable[[], None] = lambda: None,
    ) -> Mapping[str, Any]:
        """Wait for the end, telling each stage entered; returns DescribeExecution's answer.

        ``on_wait`` is called again and again while nothing happens.
        """
        told: set[str] = set()
        while True:
            execution = self.sfn.describe_execution(executionArn=arn)
            for stage in self._entered(arn):
                if stage not in told:
                    told.add(stage)
                    on_stage(stage)
            if execution["status"] != "RUNNING":
                return dict(execution)
            on_wait()
            time.sleep(POLL)

    def _entered(self, arn: str) -> list[str]:
        """Stages entered so far, oldest first."""
        stages: list[str] = []
        pages = self.sfn.get_paginator("get_execution_history").paginate(
            executionArn=arn, includeExecutionData=False
        )
        for page in pages:
            for event in page["events"]:
                name = event.get("stateEnteredEventDetails", {}).get("name")
                if name in STAGES:
                    stages.append(name)
        return stages

    def run_of(self, arn: str, city: str) -> str:
        """The id of the run that an execution made."""
        return next(_run_ids(self.sfn.describe_execution(executionArn=arn), city))

    def outcome(self, execution: Mapping[str, Any], city: str, run_id: str = "") -> Outcome:
        """What an ended execution left behind, whatever its end."""
        name = execution["executionArn"].rpartition(":")[2]
        run_ids = [run_id] if run_id else list(_run_ids(execution, city))
        for made in run_ids:
            for place in (f"{prefix_of(made)}approvals/{name}/", prefix_of(made)):
                if summary := self._json("RunsBucket", f"{place}summary.json"):
                    return Outcome(made, place, summary)
        told = {"run_id": run_ids[0], "city": city, "verdict": "failed"}
        return Outcome(run_ids[0], prefix_of(run_ids[0]), told)

    def findings(self, outcome: Outcome) -> Iterator[Finding]:
        """What the stages of this run, or this approval, found."""
        runs = Folder(self.s3, self.outputs["RunsBucket"], outcome.prefix)
        return runs.findings()

    def need_drop(self, city: str) -> None:
        """Raises BadUse where this city has never had a drop."""
        item = self.site.client("dynamodb").get_item(
            TableName=self.outputs["Table"],
            Key={"pk": {"S": f"CITY#{city}"}, "sk": {"S": "NEWEST_DROP"}},
        )
        if "Item" not in item:
            raise BadUse(
                f"自治体 {city} にはまだ一度も投入がありません。"
                "kakehashi run DROP で投入してください。 / no drop has come yet"
            )

    def need_run(self, run_id: str) -> None:
        """Raises BadUse where no such run has been recorded."""
        item = self.site.client("dynamodb").get_item(
            TableName=self.outputs["Table"],
            Key={"pk": {"S": f"CITY#{city_of(run_id)}"}, "sk": {"S": f"RUN#{run_id}"}},
        )
        if "Item" not in item:
            raise BadUse(
                f"実行 {run_id} の記録がありません。kakehashi status で確かめてください。"
                " / no such run"
            )

    def approved(self, run_id: str) -> dict[str, Any]:
        """Who approved this run's plan, when and with which codes; {} where nobody had to."""
        item = self.site.client("dynamodb").get_item(
            TableName=self.outputs["Table"],
            Key={"pk": {"S": f"CITY#{city_of(run_id)}"}, "sk": {"S": f"RUN#{run_id}"}},
        )
        told = TypeDeserializer().deserialize(item.get("Item", {}).get("approved", {"M": {}}))
        return {name: told[name] for name in ("by", "at", "accept") if name in told}

    def status(self, city: str) -> dict[str, Any]:
        """The newest runs first, and how many dead letters wait."""
        table = self.site.client("dynamodb").query(
            TableName=self.outputs["Table"],
            KeyConditionExpression="pk = :pk AND begins_with(sk, :run)",
            ExpressionAttributeValues={":pk": {"S": f"CITY#{city}"}, ":run": {"S": "RUN#"}},
            ScanIndexForward=False,
            Limit=10,
        )
        queue = self.site.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["DeadLettersUrl"],
            AttributeNames=["ApproximateNumberOfMessages"],
        )
        return {
            "city": city,
            "runs": [
                self._with_standing(city, self._with_progress(_record(item)))
                for item in table["Items"]
            ],
            "dead_letters": int(queue["Attributes"]["ApproximateNumberOfMessages"]),
        }

    def _with_standing(self, city: str, record: dict[str, Any]) -> dict[str, Any]:
        """A record of a plan that waits, with the reasons for which it does so in vain."""
        if record.get("verdict") != "awaiting-approval":
            return record
        header = self._json("RunsBucket", f"{prefix_of(record['run_id'])}plan.json")
        item = self.site.client("dynamodb").get_item(
            TableName=self.outputs["Table"],
            Key={"pk": {"S": f"CITY#{city}"}, "sk": {"S": "STATE"}},
        )
        state = {k: TypeDeserializer().deserialize(v) for k, v in item.get("Item", {}).items()}
        today = datetime.now(UTC).astimezone(JAPAN).date()
        reasons = outdated_by(record["run_id"], header, state, self.rules(city) or "", today)
        return record | {"outdated": reasons}

    def progress(self, run_id: str) -> dict[str, Any]:
        """progress.json of a run, {} where its accounts have not been begun."""
        return self._json("RunsBucket", f"{prefix_of(run_id)}progress.json")

    def _with_progress(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record of a run under way with how far it is."""
        if record.get("verdict") not in UNDER_WAY:
            return record
        progress = self.progress(record["run_id"])
        return record | ({"progress": progress} if progress and not progress["ended"] else {})

    # -- results -------------------------------------------------------------------------------

    def fetch(self, outcome: Outcome, out: Path) -> None:
        """The run's folder to ``out/run``, what it delivered to ``out/outbox/<tool>``."""
        runs = self.outputs["RunsBucket"]
        for key in self._keys(runs, outcome.prefix):
            self._save(runs, key, out / "run" / key.removeprefix(outcome.prefix))
        for delivery in outcome.summary.get("deliveries", []):
            for key in _files(delivery):
                name = key.rpartition("/")[2]
                self._save(
                    self.outputs["OutboxBucket"], key, out / "outbox" / delivery["tool"] / name
                )

    def _keys(self, bucket: str, prefix: str) -> Iterator[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Contents", []):
                yield item["Key"]

    def _save(self, bucket: str, key: str, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def _json(self, bucket: str, key: str) -> dict[str, Any]:
        try:
            answer = self.s3.get_object(Bucket=self.outputs[bucket], Key=key)
        except ClientError as exc:
            if exc.response["Error"]["Code"] in {"NoSuchKey", "404"}:
                return {}
            raise
        return dict(json.loads(answer["Body"].read()))


def _run_ids(execution: Mapping[str, Any], city: str) -> Iterator[str]:
    """Runs that an execution may have made, by DescribeExecution's answer, newest first. One that
    was redriven has begun another run, unless it went on where it had been stopped."""
    name = execution["executionArn"].rpartition(":")[2]
    if redrives := execution.get("redriveCount", 0):
        yield run_id_of(city, name, execution["redriveDate"], redrives)
    yield run_id_of(city, name, execution["startDate"])


def _record(item: Mapping[str, Any]) -> dict[str, Any]:
    """A run's record as plain values; its sort key is the run's id."""
    plain = {k: next(iter(v.values())) for k, v in item.items() if k not in {"pk", "sk"}}
    return plain | {"run_id": item["sk"]["S"].removeprefix("RUN#")}


def csv_files(folder: Path) -> list[Path]:
    """The CSV files of a folder by name; a Mac's companions of them (``._users.csv``) are none."""
    found = (f for f in folder.iterdir() if f.suffix.lower() == ".csv" and f.is_file())
    return sorted(f for f in found if not f.name.startswith("."))


def _named(file: Path, ending: str) -> str:
    """A key with the right ending, which alone starts a run, whatever the file is called here."""
    plain = file.suffix in {ending, ending.upper()}
    return file.name if plain else f"{file.name}{ending}"


def order_for_drop(
    action: str, city: str, key: str, version: str, as_of: date | None
) -> dict[str, Any]:
    order: dict[str, Any] = {"action": action, "city": city, "drop": key}
    if version and key.lower().endswith(".zip"):
        order["version"] = version
    if as_of:
        order["as_of"] = as_of.isoformat()
    return order


def _files(delivery: Mapping[str, Any]) -> list[str]:
    """A delivery's object keys: one file, or one per school."""
    file = delivery.get("file")
    return [file] if isinstance(file, str) and file else list(file or [])


def _stamp() -> str:
    return f"{datetime.now(UTC).astimezone(JAPAN):%Y%m%dT%H%M%S%f}"
