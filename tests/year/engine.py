"""The embedded stack as the year's bridge (``bridge.Bridge``): the real machine, real processes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import requests

from kakehashi.edges.runs import Folder
from kakehashi.findings import Finding
from kakehashi.people.record import Record
from kakehashi.run_folder.deliveries import DeliveryNote, deliveries
from kakehashi.stored import written
from kakehashi_console.operations import Console, RunOutcome, order_for_drop
from local.engine import deploy
from local.stack import NAME, Stack
from tests.decisions import a_csv, filled_in
from tests.year.bridge import RUN_DAYS, Night

RUN = re.compile(r"[^/]+/[^/]*?-(\d{8})T")
WHO_DOES = {"dynamodb.PutItem": "provision", "s3.PutObject": "deliver"}
DIES = """\
import os

def lambda_handler(event, context):
    os._exit(1)
"""
DIES_IN_THE_MIDDLE = """\
import itertools, os
from botocore.client import BaseClient
from whole import lambda_handler

calls, ask = itertools.count(1), BaseClient._make_api_call

def dying(self, operation, given):
    if operation == "{0}" and next(calls) == {1}:
        os._exit(1)
    return ask(self, operation, given)

BaseClient._make_api_call = dying
"""


@dataclass(frozen=True)
class Ended:
    """One execution of the engine: DescribeExecution's answer, and what it left."""

    execution: Mapping[str, Any]
    outcome: RunOutcome
    found: tuple[Finding, ...]
    delivered: tuple[DeliveryNote, ...]

    @property
    def status(self) -> str:
        return str(self.execution["status"])

    @property
    def verdict(self) -> str:
        return str(self.outcome.summary.verdict)

    @property
    def why(self) -> str:
        """What the state machine's last state says: stage, and then the error's name."""
        return str(self.execution.get("cause", "")).rpartition(": ")[2]

    @property
    def summary(self) -> Mapping[str, Any]:
        """With what was put into the outbox, which a tool takes although the report died."""
        notes = [note.to_json() for note in self.delivered]
        return written(self.outcome.summary) | {"deliveries": notes}

    def findings(self) -> list[Finding]:
        return list(self.found)


class Engine:
    """The embedded stack as the year's bridge (tests.year.bridge.Bridge), for a city of its own."""

    keeps_real_time = True

    def __init__(self, stack: Stack, folder: Path, city: str) -> None:
        self.stack, self.folder, self.city = stack, folder, city
        self.console = Console(stack)
        self.day = date.min
        self.uploads = 0
        self.executions: list[str] = []

    def __getstate__(self) -> dict[str, Any]:
        """To be gone on with later; the console is made anew."""
        return {name: value for name, value in vars(self).items() if name != "console"}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        vars(self).update(kept)
        self.console = Console(self.stack)

    def go_to(self, day: date) -> None:
        """On the first of a month old run folders go, as the bucket's lifecycle rule has it."""
        self.day = day
        if day.day == 1:
            self._expire(f"{day - RUN_DAYS:%Y%m%d}")

    def put_rules(self, text: str) -> None:
        self.console.put_rules(self.city, text)

    def put_passwords(self, body: bytes) -> None:
        """Beside the files before it, which still count for whoever waits for another reason."""
        file = self._file(f"passwords-{self.day}.csv", body)
        self.console.upload_passwords(self.city, file, starts=False)

    def put_staff(self, name: str, body: bytes) -> None:
        key, bucket = f"inbox/{self.city}/staff/{name}", self.stack.outputs()["InboxBucket"]
        self.stack.client("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def put_staff_passwords(self, body: bytes) -> None:
        file = self._file(f"staff-{self.day}.csv", body)
        self.console.upload_passwords(self.city, file, starts=False)

    # -- each starts a run ---------------------------------------------------------------------

    def upload(self, name: str, body: bytes) -> Night:
        """Where nothing watches, because an upload starts a run of the day that the clock shows."""
        return self._sync("sync", self._file(name, body), self.day)

    def rehearse(self, body: bytes, as_of: date) -> Night:
        return self._sync("rehearse", self._file("rehearsal.zip", body), as_of)

    def passwords_arrive(self, body: bytes) -> Night:
        self.put_passwords(body)
        return self.rerun()

    def rerun(self) -> Night:
        day = self.day.isoformat()
        return self._end({"action": "rerun", "city": self.city, "as_of": day})

    def approve(self, summary: Mapping[str, Any]) -> Night:
        accept = sorted({breach["code"] for breach in summary["breaches"]})
        order = {"action": "apply", "run_id": summary["run_id"], "checksum": summary["checksum"],
                 "accept": accept, "by": "教育総務課"}  # fmt: skip
        return self._end(order, summary["run_id"])

    def mark(self, words: Mapping[str, str]) -> Night:
        return self._decide("list.csv", a_csv(words.items(), codec="cp932"))

    def fill_in(self, night: Night, words: Mapping[str, str]) -> Night:
        assert isinstance(night, Ended)
        report = self._object("RunsBucket", night.outcome.prefix + "report.xlsx")
        return self._decide("report.xlsx", filled_in(report, words))

    # -- what can be looked at -----------------------------------------------------------------

    def users(self) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.stack.tenant_url}/_tenant/export", timeout=60).json()
        ours = f"@{self.city}.demo.example.jp"
        return [user for user in answer["value"] if user["userPrincipalName"].endswith(ours)]

    def groups(self) -> list[dict[str, Any]]:
        """Of this city: its mark is in the nickname."""
        answer = requests.get(f"{self.stack.tenant_url}/_tenant/export", timeout=60).json()
        ours = f"kakehashi-{self.city}-"
        return [one for one in answer["groups"] if one["mailNickname"].startswith(ours)]

    def known(self) -> Iterable[Record]:
        pages = (
            self.stack.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self.stack.outputs()["Table"],
                KeyConditionExpression="pk = :city AND begins_with(sk, :pupil)",
                ExpressionAttributeValues={
                    ":city": {"S": f"CITY#{self.city}"},
                    ":pupil": {"S": "PUPIL#"},
                },
            )
        )
        return [Record.from_json(json.loads(item["known"]["S"]))
                for page in pages for item in page["Items"]]  # fmt: skip

    def delivered(self, key: str) -> bytes:
        return self._object("OutboxBucket", key)

    def outbox(self) -> Mapping[str, bytes]:
        bucket, prefix = self.stack.outputs()["OutboxBucket"], f"outbox/{self.city}/"
        listed = self.stack.client("s3").get_paginator("list_objects_v2")
        return {item["Key"]: self.delivered(item["Key"])
                for page in listed.paginate(Bucket=bucket, Prefix=prefix)
                for item in page.get("Contents", [])}  # fmt: skip

    def said(self) -> list[Any]:
        """The whole history of the last execution, every payload in it."""
        history = self.stack.client("stepfunctions").get_paginator("get_execution_history")
        return [json.dumps(event, default=str, ensure_ascii=False)
                for page in history.paginate(executionArn=self.executions[-1])
                for event in page["events"]]  # fmt: skip

    # -- trouble -------------------------------------------------------------------------------

    def fault(self, **rule: Any) -> None:
        """Microsoft 365 is in a bad temper; see local.fakes.tenant.faults."""
        self._tenant("POST", json=rule)

    def heal(self) -> None:
        self._tenant("DELETE")

    @contextmanager
    def dying(self, stage: str) -> Iterator[None]:
        """The process of that function ends before it has done anything."""
        with self._instead_of(stage, DIES):
            yield

    @contextmanager
    def dying_at(self, operation: str, number: int) -> Iterator[None]:
        """The function that does most of this dies at its own n-th call of it."""
        words = operation.partition(".")[2], number
        with self._instead_of(WHO_DOES[operation], DIES_IN_THE_MIDDLE.format(*words)):
            yield

    @contextmanager
    def _instead_of(self, stage: str, code: str) -> Iterator[None]:
        """As after a bad deployment; afterwards the function is as it was."""
        functions = self.stack.client("lambda")
        whole = deploy.sources(self.stack.project.root / "functions" / stage)
        name = f"{NAME}-{stage}"
        spoilt = {**whole, "app.py": code.encode(), "whole.py": whole["app.py"]}
        functions.update_function_code(FunctionName=name, ZipFile=deploy.zipped(spoilt))
        try:
            yield
        finally:
            functions.update_function_code(FunctionName=name, ZipFile=deploy.zipped(whole))

    def _tenant(self, method: str, **asked: Any) -> None:
        url = f"{self.stack.tenant_url}/_tenant/faults"
        requests.request(method, url, timeout=60, **asked).raise_for_status()

    def _expire(self, began: str) -> None:
        s3, bucket = self.stack.client("s3"), self.stack.outputs()["RunsBucket"]
        listed = s3.get_paginator("list_object_versions")
        for page in listed.paginate(Bucket=bucket, Prefix=f"{self.city}/"):
            for one in page.get("Versions", []):
                at = RUN.match(one["Key"])
                if at and at[1] < began:
                    s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])

    # -- hands ---------------------------------------------------------------------------------

    def _sync(self, action: str, file: Path, as_of: date) -> Night:
        key, version = self.console.upload_drop(self.city, file, starts=False)
        return self._end(order_for_drop(action, self.city, key, version, as_of))

    def _decide(self, name: str, body: bytes) -> Night:
        """The upload starts a run, of the day for which the newest roster was run."""
        since = datetime.now(UTC)
        key, version = self.console.upload_approvals(self.city, self._file(name, body))
        return self._follow(self.console.started_by(key, version, since))

    def _end(self, order: Mapping[str, Any], run_id: str = "") -> Night:
        return self._follow(self.console.start(order), run_id)

    def _follow(self, arn: str, run_id: str = "") -> Night:
        self.executions.append(arn)
        execution = self.console.follow(arn, lambda stage: None)
        outcome = self.console.outcome(execution, self.city, run_id)
        left = Folder(self.stack.client("s3"), self.stack.outputs()["RunsBucket"], outcome.prefix)
        return Ended(execution, outcome, tuple(left.findings()), tuple(deliveries(left)))

    def _file(self, name: str, body: bytes) -> Path:
        self.uploads += 1
        file = self.folder / str(self.uploads) / name
        file.parent.mkdir(parents=True)
        file.write_bytes(body)
        return file

    def _object(self, bucket: str, key: str) -> bytes:
        name = self.stack.outputs()[bucket]
        return bytes(self.stack.client("s3").get_object(Bucket=name, Key=key)["Body"].read())
