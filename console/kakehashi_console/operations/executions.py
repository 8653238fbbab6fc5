"""Executions: started as in the Step Functions console, and followed to their end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kakehashi.edges.runs import run_id_of
from kakehashi.report import words
from kakehashi_console.operations.reach import BadUse, Reach, stamp
from kakehashi_console.site import Site

STAGES = tuple(stage.capitalize() for stage in words.STAGES)  # as the state machine names them
START_PATIENCE = 60.0  # seconds until an upload must have started a run
POLL = 0.25


class Executions(Reach):
    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.sfn = site.client("stepfunctions")

    def start(self, order: Mapping[str, Any]) -> str:
        """Start the state machine as the console does; returns the execution's ARN."""
        answer = self.sfn.start_execution(
            stateMachineArn=self.outputs["StateMachineArn"],
            name=f"{order['action']}-{stamp()}",
            input=json.dumps(order, ensure_ascii=False),
        )
        return str(answer["executionArn"])

    def running(self) -> int:
        """How many executions are under way, 100 at most."""
        answer = self.sfn.list_executions(
            stateMachineArn=self.outputs["StateMachineArn"], statusFilter="RUNNING"
        )
        return len(answer["executions"])

    def started_on_page(self, action: str, number: str) -> str:
        """The ARN of the execution that a form of the staff page has started."""
        machine = str(self.outputs["StateMachineArn"]).replace(":stateMachine:", ":execution:")
        return f"{machine}:{action}-staff-{number}"

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
        return next(run_ids(self.sfn.describe_execution(executionArn=arn), city))


def run_ids(execution: Mapping[str, Any], city: str) -> Iterator[str]:
    """Runs that an execution may have made, by DescribeExecution's answer, newest first. One that
    was redriven has begun another run, unless it went on where it had been stopped."""
    name = execution["executionArn"].rpartition(":")[2]
    if redrives := execution.get("redriveCount", 0):
        yield run_id_of(city, name, execution["redriveDate"], redrives)
    yield run_id_of(city, name, execution["startDate"])


def order_for_drop(
    action: str, city: str, key: str, version: str, as_of: date | None
) -> dict[str, Any]:
    order: dict[str, Any] = {"action": action, "city": city, "drop": key}
    if version and key.lower().endswith(".zip"):
        order["version"] = version
    if as_of:
        order["as_of"] = as_of.isoformat()
    return order
