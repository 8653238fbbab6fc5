"""What we change in ministack, and why. Each change names the test that needs it.

ministack is (c) 2026 MiniStack Contributors, MIT licence. The functions below wrap its private
functions and follow their structure, so the version is pinned and ``install`` refuses another.
"""

from __future__ import annotations

import contextvars
import functools
import importlib.metadata
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.services import eventbridge, lambda_svc, s3
from ministack.services.cloudformation import provisioners

from local.engine import queries, redrive

VERSION = "1.5.33"


class WrongVersion(Exception):
    """The installed ministack is not the one this overlay was written for."""


def install(lambda_python: str) -> None:
    """Apply every change. Call once, before the server starts. Raises WrongVersion."""
    found = importlib.metadata.version("ministack")
    if found != VERSION:
        raise WrongVersion(f"ministack {found} is installed, the overlay is for {VERSION}")
    run_our_worker(lambda_python)
    tell_errors_by_name()
    limit_workers(2 * (os.cpu_count() or 1) + 2)
    name_the_uploaded_version()
    count_loopback_as_tls()
    take_alarms_of_several_metrics()
    redrive.let_executions_be_redriven()
    queries.narrow_queries()


def run_our_worker(lambda_python: str) -> None:
    """Functions run in ``worker.py`` under an interpreter that has boto3 only.

    As shipped they see the engine's own site-packages, which hides a dependency that the layer
    lacks. Needed by test_a_function_sees_its_layer_and_boto3_and_nothing_else.
    """
    script = Path(__file__).with_name("worker.py").read_text(encoding="utf-8")

    def detect(runtime: str) -> tuple[str, str]:
        return (lambda_python, script) if runtime.startswith("python") else ("", "")

    lambda_runtime._detect_runtime_binary = detect


def tell_errors_by_name() -> None:
    """A failed invocation bears the name that Retry and Catch look for.

    As shipped every exception is "Runtime.HandlerError", and a worker is killed for it. Needed by
    test_an_error_is_retried_by_its_name and test_a_caught_error_reaches_the_dead_letters.
    """
    original: Callable[[Any, Any, str], dict[str, Any]] = lambda_svc._execute_function_warm

    @functools.wraps(original)
    def execute(func: Any, event: Any, request_id: str) -> dict[str, Any]:
        answer = original(func, event, request_id)
        body = answer.get("body")
        if isinstance(body, dict) and "__failed__" in body:
            return answer | {"body": body["__failed__"], "error": True}
        if answer.get("error") and isinstance(body, dict):
            return answer | {"body": body | {"errorType": _runtime_error(body)}}
        return answer

    lambda_svc._execute_function_warm = execute


def _runtime_error(body: dict[str, Any]) -> str:
    """AWS's name for a process that ended or never came up; any other name stays."""
    message = str(body.get("errorMessage", ""))
    if message.startswith("Worker init failed"):
        return "Runtime.ImportModuleError"
    if message.startswith(("Worker process died", "Worker process exited")):
        return "Runtime.ExitError"
    return str(body.get("errorType", "Runtime.Unknown"))


def limit_workers(slots: int) -> None:
    """At most ``slots`` invocations at a time; the others wait for their turn.

    As shipped a burst of uploads starts a process for each, until the machine is out of memory
    and functions time out. Our functions do not invoke each other, so waiting cannot deadlock.
    Needed by test_a_burst_of_uploads_runs_to_its_end.
    """
    original: Callable[[Any, Any, str], dict[str, Any]] = lambda_svc._execute_function_warm
    free = threading.BoundedSemaphore(slots)

    @functools.wraps(original)
    def execute(func: Any, event: Any, request_id: str) -> dict[str, Any]:
        with free:
            return original(func, event, request_id)

    lambda_svc._execute_function_warm = execute


def name_the_uploaded_version() -> None:
    """ "Object Created" names the version that was uploaded, as on a versioned bucket of AWS.

    Without it, two uploads to one key at the same moment are both read as the second. Needed by
    test_the_event_names_the_version_that_was_uploaded.
    """
    uploaded: contextvars.ContextVar[str | None] = contextvars.ContextVar("uploaded", default=None)
    fire: Callable[..., None] = s3._fire_s3_event
    dispatch: Callable[[dict[str, Any]], Any] = eventbridge._dispatch_event

    @functools.wraps(fire)
    def remember(*args: Any, **kwargs: Any) -> None:
        token = uploaded.set(kwargs.get("version_id"))
        try:
            fire(*args, **kwargs)
        finally:
            uploaded.reset(token)

    @functools.wraps(dispatch)
    def complete(event: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        version = uploaded.get()
        if version and event.get("Source") == "aws.s3":
            detail = json.loads(event["Detail"])
            detail["object"]["version-id"] = version
            event = event | {"Detail": json.dumps(detail)}
        return dispatch(event, *args, **kwargs)

    s3._fire_s3_event = remember
    eventbridge._dispatch_event = complete


def count_loopback_as_tls() -> None:
    """Buckets that refuse plain HTTP answer, though this engine speaks plain HTTP on 127.0.0.1.

    The roles are enforced here (AUTH in ``environment.py``), and with them every bucket's "TLS
    only". Needed by test_a_function_may_do_what_its_role_says_and_nothing_else.
    """
    pin = app.pin_request_origin
    app.pin_request_origin = lambda source_ip, _secure: pin(source_ip, True)


def take_alarms_of_several_metrics() -> None:
    """An alarm over several metrics is made as one over the first of them: no alarm rings here.

    As shipped the whole stack is refused for it. Needed by
    test_an_alarm_over_several_metrics_does_not_refuse_the_stack.
    """
    record: Callable[[str, dict[str, Any]], Any] = provisioners._cw_metric_alarm_record

    @functools.wraps(record)
    def simpler(name: str, props: dict[str, Any]) -> Any:
        stats = [m["MetricStat"] for m in props.get("Metrics", ()) if "MetricStat" in m]
        if not stats:
            return record(name, props)
        rest = {key: value for key, value in props.items() if key != "Metrics"}
        first = {"Statistic": stats[0]["Stat"], "Period": stats[0]["Period"]}
        return record(name, rest | stats[0]["Metric"] | first)

    provisioners._cw_metric_alarm_record = simpler
