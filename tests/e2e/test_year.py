"""Ten nights of the school year (tests/year), with its own script and its own truth, in the engine.

What a night must leave behind is the same as on the fast path, which lives through all of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import requests

from kakehashi.findings import Finding
from kakehashi.people.record import Record
from kakehashi_console.operations import Console, RunOutcome, order_for_drop
from local.demo.moves import Changes
from local.stack import Stack
from tests.decisions import a_csv, filled_in
from tests.outbox_search import leaks
from tests.year.bridge import Night
from tests.year.living import live
from tests.year.world import World

PUPILS = 60
A_BUSY_DAY = Changes(come=1, move=2, leave=3, rename=1)
TEN = (
    date(2026, 9, 1),  # the first night of all
    date(2026, 9, 3),  # the same drop twice
    date(2026, 9, 9),  # a file cut short, and the whole one in the morning
    date(2026, 9, 10),  # transfers
    date(2026, 9, 24),  # newcomers whose passwords are late
    date(2026, 9, 28),  # the passwords come, and the office marks who left
    date(2026, 11, 4),  # one school missing
    date(2026, 12, 22),  # an ordinary night in winter
    date(2027, 4, 1),  # everybody goes up
    date(2027, 4, 19),  # the office marks for deletion, and the graduates for suspension
)


@dataclass(frozen=True)
class Ended:
    """One execution of the engine: DescribeExecution's answer, and what it left."""

    execution: Mapping[str, Any]
    outcome: RunOutcome
    found: tuple[Finding, ...]

    @property
    def status(self) -> str:
        return str(self.execution["status"])

    @property
    def verdict(self) -> str:
        return str(self.summary["verdict"])

    @property
    def why(self) -> str:
        """What the state machine's last state says: stage, and then the error's name."""
        return str(self.execution.get("cause", "")).rpartition(": ")[2]

    @property
    def summary(self) -> Mapping[str, Any]:
        return self.outcome.summary

    def findings(self) -> list[Finding]:
        return list(self.found)


class Engine:
    """The embedded stack as the year's bridge (tests.year.bridge.Bridge), for a city of its own."""

    def __init__(self, stack: Stack, folder: Path, city: str) -> None:
        self.stack, self.folder, self.city = stack, folder, city
        self.console = Console(stack)
        self.day = TEN[0]
        self.uploads = 0
        self.executions: list[str] = []

    def go_to(self, day: date) -> None:
        self.day = day

    def put_rules(self, text: str) -> None:
        self.console.put_rules(self.city, text)

    def put_passwords(self, body: bytes) -> None:
        self.console.upload_passwords(self.city, self._file("passwords.csv", body), starts=False)

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
        return Ended(execution, outcome, tuple(self.console.findings(outcome)))

    def _file(self, name: str, body: bytes) -> Path:
        self.uploads += 1
        file = self.folder / str(self.uploads) / name
        file.parent.mkdir()
        file.write_bytes(body)
        return file

    def _object(self, bucket: str, key: str) -> bytes:
        name = self.stack.outputs()[bucket]
        return bytes(self.stack.client("s3").get_object(Bucket=name, Key=key)["Body"].read())


def test_ten_nights_of_the_year_end_in_the_engine_as_it_is_true(
    stack: Stack, tmp_path: Path
) -> None:
    engine = Engine(stack, tmp_path, "ten")
    world = World(engine, PUPILS, TEN[0], domain="ten.demo.example.jp")
    for day in TEN:
        live(world, day, A_BUSY_DAY)
    assert world.ears.overheard() == set()
    outbox = engine.outbox()
    assert {key.split("/")[2] for key in outbox} == set(world.tools.receivers)
    assert leaks(outbox) == set(), "handed to a tool or not"
    assert {word for _, word in world.marked} == {"停止", "削除"}
