"""What lies in the queue of failures, as the staff page sees it.

Looked at and not taken: whoever reads next sees it too. SQS shows ten at a time and picks them as
it likes, so where there are more than ten, what was seen is out of sight for two seconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3

from kakehashi import receive
from kakehashi.edges.nights import city_of_input
from kakehashi.edges.staff.gate import Asked
from kakehashi.staff import operate

AT_ONCE = 10
MOST = 200  # letters that are looked at
OUT_OF_SIGHT = 2  # seconds
_TARGET, _CALL = "TARGET_ARN", "RequestID"  # attributes of EventBridge's and of Lambda's letters


@dataclass(frozen=True, slots=True)
class Letters:
    """Those of one city and those of none that anybody can name, oldest first, each with the order
    that tries it again ({} for none). ``cut``: more may lie there than were looked at."""

    found: list[tuple[operate.FailureLetter, dict[str, Any]]] = field(default_factory=list)
    cut: bool = False


def letters(asked: Asked) -> Letters:
    messages, cut = _messages(asked.deps.staff.dead_letters_url)
    bodies = [(message, _json(message["Body"])) for message in messages]
    mine = [
        _letter(message, body, asked.city)
        for message, body in bodies
        if city_of_input(body) in {asked.city, ""}
    ]
    return Letters(sorted(mine, key=lambda one: (one[0].sent, one[0].id)), cut)


def _messages(url: str) -> tuple[list[Mapping[str, Any]], bool]:
    found: dict[str, Mapping[str, Any]] = {}
    sqs, hide = boto3.client("sqs"), 0
    while len(found) < MOST:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=AT_ONCE,
            VisibilityTimeout=hide,
            AttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        some = answer.get("Messages", [])
        found |= {message["MessageId"]: message for message in some}
        if not some or (not hide and len(some) < AT_ONCE):
            return list(found.values()), False
        hide = OUT_OF_SIGHT
    return list(found.values()), True


def _letter(
    message: Mapping[str, Any], body: Mapping[str, Any], city: str
) -> tuple[operate.FailureLetter, dict[str, Any]]:
    told = {k: v["StringValue"] for k, v in message.get("MessageAttributes", {}).items()}
    sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    order = _order(body, told, city)
    stage, error = body.get("stage", "?"), body.get("error", "?")
    if _TARGET in told:  # an event that nothing took
        to_run = ":stateMachine:" in told[_TARGET]
        stage, error = "start" if to_run else "drift", told.get("ERROR_CODE", "?")
    elif _CALL in told:
        stage, error = "drift", told.get("ErrorCode", "?")
    letter = operate.FailureLetter(
        id=str(message["MessageId"]),
        sent=sent.isoformat(),
        stage=str(stage),
        error=str(error),
        run_id=str(body.get("run_id", "")),
        tools=tuple(map(str, body.get("tools") or ())),
        again=bool(order),
    )
    return letter, order


def _order(body: Mapping[str, Any], told: Mapping[str, str], city: str) -> dict[str, Any]:
    """What the nightly machine can do again, for this city; {} for anything else."""
    given = body if ":stateMachine:" in told.get(_TARGET, "") else body.get("again")
    if not isinstance(given, Mapping):
        return {}
    try:
        return dict(given) if receive.read_order(given).city == city else {}
    except receive.NotAnOrder:
        return {}


def _json(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
