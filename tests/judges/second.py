"""A second interpreter of the state machine: moto's, which is LocalStack's, beside ``walker``.

It reads the definition with a grammar of its own. What a state calls is answered by the same hands
(``Call``), and only two things of it are replaced: it has no JSONata of its own without a JVM
(getmoto/moto#10105), and it waits in real time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import boto3
import jsonata
import pytest
import yaml
from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.jsonata import jsonata as moto_jsonata
from moto.stepfunctions.parser.backend import execution_worker

from tests.walker import Call, Execution, StateError

LAMBDA = "arn:aws:states:::lambda:invoke"
ROLE = "arn:aws:iam::123456789012:role/sync"


class SecondMachine:
    """As ``walker.Machine``, run by moto; only within ``second_interpreter``."""

    def __init__(
        self, text: str, values: Mapping[str, str], call: Call, clock: SimpleNamespace
    ) -> None:
        self.call, self.clock = call, clock
        definition = yaml.safe_load(re.sub(r"\$\{(\w+)\}", lambda m: values[m[1]], text))
        self.arn = boto3.client("stepfunctions").create_state_machine(
            name="sync", definition=json.dumps(definition), roleArn=ROLE
        )["stateMachineArn"]

    def run(self, given: Any, name: str, arn: str, started: str) -> Execution:
        """``arn`` is moto's to give."""
        del arn
        self.clock.now, self.clock.call = started, self.call
        client = boto3.client("stepfunctions")
        text = json.dumps(given, ensure_ascii=False)
        made = client.start_execution(stateMachineArn=self.arn, name=name, input=text)
        return self._told(client, made["executionArn"])

    def _told(self, client: Any, arn: str) -> Execution:
        answer = client.describe_execution(executionArn=arn)
        walk = Execution({"Execution": {"Id": arn}}, status=answer["status"])
        walk.error = answer.get("error", "")
        pages = client.get_execution_history(executionArn=arn, maxResults=1000)
        for event in pages["events"]:
            if entered := event.get("stateEnteredEventDetails"):
                walk.history.append(entered["name"])
                walk.payloads.append(json.loads(entered["input"]))
                walk.stands_at = (walk.history[-1], walk.payloads[-1])
        return walk


@contextmanager
def second_interpreter(patch: pytest.MonkeyPatch) -> Iterator[Callable[..., SecondMachine]]:
    """moto runs what is started; yields what makes a machine, called as ``walker.Machine`` is."""
    clock = SimpleNamespace(now="", call=None)
    with patch.context() as within:
        within.setitem(default_user_config["stepfunctions"], "execute_state_machine", True)
        within.setattr(moto_jsonata, "_eval_jsonata", _evaluate)
        within.setattr(retrier_decl, "time", SimpleNamespace(sleep=lambda _: None))
        within.setattr(
            execution_worker,
            "ExecutionData",
            lambda **told: told | {"StartTime": clock.now},  # what it makes is a dict
        )
        # To its end before StartExecution answers: nobody has to look again and again.
        within.setattr(
            execution_worker.ExecutionWorker, "start", lambda worker: worker._execution_logic()
        )
        within.setattr(
            lambda_eval_utils, "_invoke_lambda_function", lambda **asked: _invoke(clock, **asked)
        )
        yield lambda text, values, call: SecondMachine(text, values, call, clock)


def _evaluate(expression: str) -> Any:
    try:
        return json.loads(json.dumps(jsonata.Jsonata.jsonata(expression).evaluate(None)))
    except jsonata.JException as exc:
        raise moto_jsonata.JSONataException("UNKNOWN", str(exc)) from exc


def _invoke(clock: SimpleNamespace, parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
    asked = parameters | {"Payload": json.loads(parameters["Payload"])}
    try:
        return dict(clock.call(LAMBDA, asked))
    except StateError as exc:
        told = json.dumps({"errorType": exc.name, "errorMessage": exc.cause})
        raise lambda_eval_utils.LambdaFunctionErrorException("Unhandled", told) from exc
