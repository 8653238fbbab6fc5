"""RedriveExecution, which ministack lacks: the button *Redrive* of the Step Functions console.

As on AWS the same execution goes on at the state that did not succeed, with the input it had then;
a Map starts over with its first item (AWS leaves out those that succeeded). It wraps ministack's
private functions, like ``overlay``, which installs it.
"""

from __future__ import annotations

import contextvars
import functools
import json
import threading
from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json, json_response
from ministack.services import stepfunctions

ENDED_BADLY = frozenset({"FAILED", "ABORTED", "TIMED_OUT"})
GOES_ON = "goesOn"  # in an execution: the state and input to go on with, until it has been entered

type Response = tuple[int, dict[str, str], bytes]

_walked: set[str] = set()  # executions with a thread at work; a stopped one's ends its state first


def let_executions_be_redriven() -> None:
    """Needed by test_a_redriven_execution_goes_on_where_it_failed_and_knows_how_often and
    test_what_has_not_failed_cannot_be_redriven."""
    _answer()
    _remember_who_is_walked()
    _tell_how_often()
    _jump()


def _answer() -> None:
    original = stepfunctions.handle_request

    @functools.wraps(original)
    async def handle(method: str, path: str, headers: Any, body: Any, query: Any) -> Response:
        if str(headers.get("x-amz-target", "")).endswith(".RedriveExecution"):
            answer: Response = stepfunctions._finalize_response(_redrive(json.loads(body)))
            return answer
        other: Response = await original(method, path, headers, body, query)
        return other

    stepfunctions.handle_request = handle


def _redrive(data: dict[str, Any]) -> Response:
    arn = data["executionArn"]
    execution = stepfunctions._executions.get(arn)
    if not execution:
        return _refused("ExecutionDoesNotExist", f"Execution {arn} not found")
    if execution["status"] not in ENDED_BADLY or arn in _walked or not _starts_with_task(execution):
        return _refused("ExecutionNotRedrivable", f"Execution {arn} cannot be redriven")
    at, count = stepfunctions.now_iso(), execution.get("redriveCount", 0) + 1
    execution |= {"status": "RUNNING", "stopDate": None, "output": None, "error": None,
                  "cause": None, "redriveCount": count, "redriveDate": at}  # fmt: skip
    entered = [e for e in execution["events"] if e["type"].endswith("StateEntered")]
    if entered:
        execution[GOES_ON] = entered[-1]["stateEnteredEventDetails"]
    told = {"executionRedrivenEventDetails": {"redriveCount": count}}
    stepfunctions._add_event(execution, "ExecutionRedriven", told)
    _walked.add(arn)
    here = contextvars.copy_context()  # the account and region of this request
    threading.Thread(target=here.run, args=(stepfunctions._run_execution, arn), daemon=True).start()
    answer: Response = json_response({"redriveDate": at})
    return answer


def _refused(code: str, message: str) -> Response:
    answer: Response = error_response_json(code, message, 400)
    return answer


def _starts_with_task(execution: dict[str, Any]) -> bool:
    """``_jump`` leaps from the first state, and knows Tasks only."""
    machine = json.loads(stepfunctions._state_machines[execution["stateMachineArn"]]["definition"])
    return bool(machine["States"][machine["StartAt"]]["Type"] == "Task")


def _remember_who_is_walked() -> None:
    original: Callable[[str], None] = stepfunctions._run_execution

    @functools.wraps(original)
    def run(arn: str) -> None:
        _walked.add(arn)
        try:
            original(arn)
        finally:
            _walked.discard(arn)

    stepfunctions._run_execution = run


def _tell_how_often() -> None:
    """In DescribeExecution; in the context object it is ``_jump`` that does."""
    original: Callable[[dict[str, Any]], Response] = stepfunctions._describe_execution

    @functools.wraps(original)
    def describe(data: dict[str, Any]) -> Response:
        status, headers, body = original(data)
        execution = stepfunctions._executions.get(data.get("executionArn"))
        if not execution:
            return status, headers, body
        told = {"redriveCount": execution.get("redriveCount", 0)}
        if told["redriveCount"]:
            told["redriveDate"] = execution["redriveDate"]
        answer: Response = json_response(json.loads(body) | told)
        return answer

    stepfunctions._describe_execution = describe


def _jump() -> None:
    """The walk always begins with the first state: there a redriven execution leaps to the state
    it stood at, and its history does not tell of the first one."""
    task: Callable[..., tuple[Any, str | None]] = stepfunctions._execute_task
    add: Callable[..., Any] = stepfunctions._add_event

    @functools.wraps(task)
    def execute(
        state: Any, given: Any, execution: dict[str, Any], context: dict[str, Any]
    ) -> tuple[Any, str | None]:
        if count := execution.get("redriveCount"):
            redriven = {"RedriveCount": count, "RedriveTime": execution["redriveDate"]}
            context["Execution"] |= redriven
        if there := execution.get(GOES_ON):
            return json.loads(there["input"]), there["name"]
        return task(state, given, execution, context)

    @functools.wraps(add)
    def add_event(execution: dict[str, Any], kind: str, details: Any = None) -> Any:
        if GOES_ON not in execution or not kind.endswith(("StateEntered", "StateExited")):
            return add(execution, kind, details)
        if kind.endswith("StateExited"):
            del execution[GOES_ON]
        return None

    stepfunctions._execute_task, stepfunctions._add_event = execute, add_event
