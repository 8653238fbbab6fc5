"""Logger, metrics, and the frame every handler stands in.

What a library's exception says may quote a cell or an account, and the text of an exception that
leaves a handler is copied into the execution history and the log. So the log writes where an
exception came from and of what kind it is, never what it says; and an unexpected exception
leaves a handler under its own name with its place in the code as the only text.
"""

from __future__ import annotations

import functools
import gc
import logging
import os
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.edges.errors import DirectoryError, KakehashiError, TryLater

NAMESPACE = "Kakehashi"
SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", "kakehashi")

type ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
type Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


class DiscreetFormatter(LambdaPowertoolsFormatter):
    """Tells where an exception came from and what kind it is, but not what it says."""

    def formatException(self, ei: ExcInfo | tuple[None, None, None]) -> str:  # noqa: N802
        lines: list[str] = []
        exc = ei[1]
        while exc is not None:
            lines.append(f"{type(exc).__module__}.{type(exc).__qualname__}")
            frames = traceback.extract_tb(exc.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            exc = exc.__cause__ or exc.__context__
        return "\n".join(lines)

    def _serialize_stacktrace(self, log_record: logging.LogRecord) -> None:
        """No second copy of the exception: Powertools would put its text there."""


logger = Logger(service=SERVICE, logger_formatter=DiscreetFormatter())
metrics = Metrics(namespace=NAMESPACE, service=SERVICE)


def measure(stage: str, city: str, counts: Mapping[str, int]) -> None:
    """Counts of one stage and city as metrics; their names are what the alarms watch."""
    metrics.add_dimension(name="stage", value=stage)
    metrics.add_dimension(name="city", value=city)
    for name, count in counts.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=count)


def measure_city(stage: str, city: str, counts: Mapping[str, int]) -> None:
    """The same at once and by itself, for a function that serves several cities in one call."""
    for name, count in counts.items():
        own = {"service": SERVICE, "stage": stage, "city": city}
        with single_metric(
            name, MetricUnit.Count, count, namespace=NAMESPACE, default_dimensions=own
        ):
            pass


class Unexpected(KakehashiError):
    """A fault of ours. Its subclass bears the name of the exception that was raised."""


def place_of(exc: BaseException) -> str:
    """``module.py:line`` of the innermost frame: where to look, without what was there."""
    frames = traceback.extract_tb(exc.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def discreet(exc: Exception) -> KakehashiError:
    """``exc`` as it may leave a handler: ours as it is, any other by name and place only."""
    if isinstance(exc, KakehashiError):
        return exc
    kind: type[Unexpected] = type(type(exc).__name__, (Unexpected,), {})
    return kind(f"at {place_of(exc)}")


def _run(event: Mapping[str, Any]) -> dict[str, str]:
    """The run that a stage worked on; nothing for Receive, which makes it."""
    return {"run_id": str(event["run_id"])} if event.get("run_id") else {}


def _refusal(exc: BaseException) -> dict[str, str | int]:
    """Microsoft's code and HTTP status where it was Microsoft who refused."""
    if isinstance(exc, DirectoryError):
        return {"code": exc.code, "status": exc.status}
    return {}


def stage_handler(handler: Handler) -> Handler:
    """The frame of every Lambda: structured log, metrics, and nothing said too much."""

    @functools.wraps(handler)
    def framed(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        # A stage builds hundreds of thousands of small values that live until it ends and hold no
        # cycles; the collector would walk them again and again, a seventh of the time, for nothing.
        gc.disable()
        try:
            return handler(event, context)
        except TryLater as exc:
            about = {**_run(event), **_refusal(exc), "cause": type(exc).__name__}
            logger.info("busy or throttled: the state machine will call again", extra=about)
            metrics.add_metric("Waited", MetricUnit.Count, 1)
            raise
        except Exception as exc:
            logger.exception("stage failed", extra={**_run(event), **_refusal(exc)})
            metrics.add_metric("StageFailed", MetricUnit.Count, 1)
            raise discreet(exc) from None
        finally:
            gc.enable()

    counted = metrics.log_metrics(framed)
    logged: Handler = logger.inject_lambda_context(counted)
    return logged
