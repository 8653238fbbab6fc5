"""Lambda for tests: the real handlers in this process, what they say kept, and trouble on order."""

from __future__ import annotations

import copy
import functools
import importlib
import io
import itertools
import json
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, Literal

import boto3
from aws_lambda_powertools.logging.filters import SuppressFilter
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.model import OperationModel
from moto.core.botocore_stubber import MockRawResponse

from kakehashi.edges.telemetry import logger
from tests import quick
from tests.policies import Call, Roles, calls
from tests.runtime import unknown
from tests.walker import StateError

LONGEST_KEY = 1024  # bytes in UTF-8: "Naming Amazon S3 objects"
SIGNS_A_FORM = "CreateBucket"  # what boto3 calls the making of a presigned POST; asks nothing

type Happening = Callable[[Any], None]
type Answer = Callable[[], tuple[int, str] | None]
"""HTTP status and body, or None for what AWS answers anyway."""
type Spot = tuple[str, Literal["before", "after"]]


class Killed(BaseException):
    """A Lambda that dies: nobody in it catches this, and the state machine sees an exit."""

    error = "Runtime.ExitError"


class TimedOut(Killed):
    """The same, because its time was up."""

    error = "Sandbox.Timedout"


@dataclass
class Lambdas:
    """The functions. ``said`` is all that would reach CloudWatch Logs, metrics included.

    Each may do what ``roles`` allows it, once ``enforce`` has been told the session.
    """

    said: io.StringIO = field(default_factory=io.StringIO)
    roles: Roles = field(default_factory=Roles)
    _trouble: dict[Spot, list[BaseException | Happening]] = field(default_factory=dict)
    _inside: str = ""  # the stage at work

    def trouble(
        self, stage: str, when: Literal["before", "after"], *happens: BaseException | Happening
    ) -> None:
        """What happens at the next calls of ``stage``, one each, before or after it did its work.

        An exception leaves the handler, ``Killed`` is the end of its process; a function is given
        the event and may do anything.
        """
        self._trouble.setdefault((stage, when), []).extend(happens)

    @contextmanager
    def dying_at(
        self, operation: str, number: int = 1, stage: str = "", by: type[Killed] = Killed
    ) -> Iterator[None]:
        """A Lambda, or that of ``stage``, dies just before its n-th call of an AWS operation, e.g.
        "dynamodb.PutItem"."""
        calls = itertools.count(1)

        def count(**_: Any) -> None:
            if self._inside and self._inside == (stage or self._inside) and next(calls) == number:
                raise by

        with fresh_clients() as session:
            self.enforce(session)
            session.events.register(f"before-call.{operation}", count)
            yield

    @contextmanager
    def answered(self, service: str, stage: str, answer: Answer) -> Iterator[None]:
        """AWS answers ``stage`` as told instead of doing anything, where an answer is told.

        ``service`` may name an operation too: "stepfunctions.DescribeExecution".
        """

        def instead(request: AWSPreparedRequest, **_: Any) -> Any:
            if self._inside != stage or (told := answer()) is None:
                return None
            status, body = told
            return AWSResponse(request.url, status, HTTPHeaders(), MockRawResponse(body))

        with fresh_clients() as session:
            self.enforce(session)
            session.events.register_first(f"before-send.{service}", instead)
            yield

    def enforce(self, session: boto3.Session) -> None:
        """Clients made from here on do for a function what its role allows, and nothing else."""
        session.events.register("provide-client-params", self._ask)
        session.events.register("after-call.s3.GetObject", self._hide)

    def _ask(
        self, model: OperationModel, params: Mapping[str, Any], context: dict[str, Any], **_: Any
    ) -> None:
        if not self._inside or model.name == SIGNS_A_FORM:
            return
        context["bucket"] = params.get("Bucket")
        assert unknown(model, params) == [], "Lambda's own boto3 does not know this"
        if len(str(params.get("Key", "")).encode()) > LONGEST_KEY and "Bucket" in params:
            raise ClientError({"Error": {"Code": "KeyTooLongError", "Message": ""}}, model.name)
        for call in _asked(model, params):
            if not self.roles.ask(self._inside, self._with_tags(call)):
                code = "AccessDenied" if call.action.startswith("s3:") else "AccessDeniedException"
                raise ClientError({"Error": {"Code": code, "Message": str(call)}}, model.name)

    def _with_tags(self, call: Call) -> Call:
        """Of a KMS key, its tags as IAM sees them."""
        if not call.action.startswith("kms:"):
            return call
        with self._as(""):
            tags = boto3.client("kms").list_resource_tags(KeyId=call.resource)["Tags"]
        keys = ((f"aws:resourcetag/{tag['TagKey']}".lower(), tag["TagValue"]) for tag in tags)
        return replace(call, keys=tuple(keys))

    def _hide(self, parsed: dict[str, Any], context: Mapping[str, Any], **_: Any) -> None:
        """Who may not list a bucket is not told that a file is not there: 403, not 404."""
        missing = parsed.get("Error", {}).get("Code") in {"NoSuchKey", "NoSuchVersion"}
        if self._inside and missing:
            listing = Call("s3:ListBucket", f"arn:aws:s3:::{context['bucket']}")
            if not self.roles.ask(self._inside, listing):
                parsed["Error"] = {"Code": "AccessDenied", "Message": str(listing)}

    def invoke(self, stage: str, event: Any) -> Any:
        handler = importlib.import_module(f"functions.{stage}.app").lambda_handler
        try:
            with self._listening(stage):
                self._trip((stage, "before"), event)
                answer = handler(copy.deepcopy(event), a_context(stage))
                self._trip((stage, "after"), event)
        except BaseException as exc:
            raise _as_lambda_tells(exc) from exc
        return json.loads(json.dumps(answer))

    def _trip(self, spot: Spot, event: Any) -> None:
        if waiting := self._trouble.get(spot):
            happening = waiting.pop(0)
            if isinstance(happening, BaseException):
                raise happening
            with self._as(""):  # it is not the function that does this
                happening(event)

    @contextmanager
    def _as(self, stage: str) -> Iterator[None]:
        """Who is at work, for a while; "" for nobody in Lambda."""
        before, self._inside = self._inside, stage
        try:
            yield
        finally:
            self._inside = before

    @contextmanager
    def _listening(self, stage: str) -> Iterator[None]:
        """Everything that would reach CloudWatch Logs: the log, the metrics, stray prints."""
        stray = logging.StreamHandler(self.said)
        stray.setLevel(logging.WARNING)  # Lambda's own level for other people's loggers
        stray.addFilter(SuppressFilter(logger.name))  # as Powertools does to Lambda's handler
        ours = logger.registered_handler
        assert isinstance(ours, logging.StreamHandler)
        before = ours.setStream(self.said)
        logging.getLogger().addHandler(stray)
        try:
            with self._as(stage), redirect_stdout(self.said), redirect_stderr(self.said):
                yield
        finally:
            logging.getLogger().removeHandler(stray)
            ours.setStream(before)


def _asked(model: OperationModel, params: Mapping[str, Any]) -> list[Call]:
    return calls(model.service_model.endpoint_prefix, model.name, params)


def _as_lambda_tells(exc: BaseException) -> StateError:
    """Kind, text, and where in the code; of a process that died, only that it did."""
    cause: BaseException | None = exc
    while cause:
        if isinstance(cause, Killed):
            return StateError(cause.error, "exit")
        cause = cause.__context__
    if not isinstance(exc, Exception):
        raise exc
    return StateError(
        type(exc).__name__, f"{exc}\n{''.join(traceback.format_tb(exc.__traceback__))}"
    )


client = functools.cache(boto3.client)  # making clients is a third of the time of a night
resource = functools.cache(boto3.resource)


@contextmanager
def fresh_clients() -> Iterator[boto3.Session]:
    """A session of its own for whatever is made inside, and nothing of it remains."""
    _forget_clients()
    try:
        yield quick.session()
    finally:
        boto3.DEFAULT_SESSION = None
        _forget_clients()


def _forget_clients() -> None:
    client.cache_clear()
    resource.cache_clear()


def a_context(function: str, seconds: float = 900) -> Any:
    """What Lambda hands to ``function``, with so many seconds left."""
    return SimpleNamespace(
        function_name=function,
        memory_limit_in_mb=512,
        invoked_function_arn=f"arn:aws:lambda:ap-northeast-1:123456789012:function:{function}",
        aws_request_id="request",
        get_remaining_time_in_millis=lambda: round(seconds * 1000),
    )
