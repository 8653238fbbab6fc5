"""The embedded stack for tests, each in a home of its own: one engine for tiny functions, one
whole stack. Nothing is shared with the stack a developer has up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.engine import deploy, process
from local.engine.engine import Engine
from local.stack import LAMBDA_PYTHON, Stack

PATIENCE = 120.0


@dataclass(frozen=True)
class Deployed:
    """An engine with a stack in it."""

    engine: Engine
    outputs: dict[str, str]

    def run(self, name: str, **given: Any) -> dict[str, Any]:
        """Run the state machine to its end; DescribeExecution's answer, ``output`` parsed."""
        sfn = self.engine.client("stepfunctions")
        arn = sfn.start_execution(
            stateMachineArn=self.outputs["StateMachineArn"], name=name, input=json.dumps(given)
        )["executionArn"]
        return self.ended(arn)

    def ended(self, arn: str) -> dict[str, Any]:
        sfn = self.engine.client("stepfunctions")

        def end() -> dict[str, Any] | None:
            answer = sfn.describe_execution(executionArn=arn)
            return None if answer["status"] == "RUNNING" else dict(answer)

        answer = until(end)
        succeeded = answer["status"] == "SUCCEEDED"
        return answer | {"output": json.loads(answer["output"]) if succeeded else {}}

    def executions(self) -> list[dict[str, Any]]:
        sfn = self.engine.client("stepfunctions")
        pages = sfn.get_paginator("list_executions").paginate(
            stateMachineArn=self.outputs["StateMachineArn"]
        )
        return [execution for page in pages for execution in page["executions"]]


def until[T](look: Callable[[], T | None]) -> T:
    """What ``look`` sees, as soon as it sees anything."""
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        if (seen := look()) is not None:
            return seen
        time.sleep(0.1)
    raise TimeoutError


def tiny_engine(home: Path, port: int) -> Deployed:
    """An engine at ``home`` with the tiny stack in it; none where the stack does not come up."""
    engine = Engine(home, port, LAMBDA_PYTHON)
    engine.start()
    dependencies = home / "dependencies"
    dependencies.mkdir(exist_ok=True)
    project = deploy.Project(Path(__file__).parent / "tiny" / "template.yaml", dependencies)
    try:
        outputs = deploy.deploy(engine.client, project, "tiny", {}, home / "layers")
        engine.save()
    except BaseException:
        engine.stop()
        raise
    return Deployed(engine, outputs)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    deployed = tiny_engine(tmp_path_factory.mktemp("tiny"), process.free_port())
    yield deployed
    deployed.engine.stop()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole stack, up. Its state is shared: a test takes a city of its own."""
    whole = Stack(tmp_path_factory.mktemp("stack"))
    try:
        whole.up()
        yield whole
    finally:
        whole.down()
