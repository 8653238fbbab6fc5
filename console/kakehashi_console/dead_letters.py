"""The dead-letter queue as a person uses it: read, start again, throw away.

Four kinds of message lie in it, and all become a ``DeadLetter``:

- a stage or a push that failed, by its state machine: run, stage, error, what was done, ``again``
- a pupil or a group that failed, by its function (``kakehashi.edges.dead_letters``): the same
- an event that EventBridge, or a call that the Scheduler could not deliver: the event itself, and
  in the message's attributes the target and why
- a call of drift that failed three times: what it was called with, and in the attributes why
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from kakehashi import receive
from kakehashi.roster import JAPAN
from kakehashi_console.site import Site

HELD = 60  # seconds for which nobody else sees a message that was read
WAIT = 1  # seconds to ask all of SQS's servers, not only some
_BATCH = 10
POLL = 2.0  # seconds between two looks at an execution


@dataclass(frozen=True, slots=True)
class Again:
    """``target`` is the ARN or name of what is to be called: a state machine, or a function."""

    target: str
    given: Mapping[str, Any]

    @property
    def is_run(self) -> bool:
        return ":stateMachine:" in self.target

    def text(self) -> str:
        return json.dumps(self.given, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """``id`` is the message's; ``receipt`` deletes it, for as long as it is held.

    ``stage`` is "start" where no execution began. ``where`` is e.g. shard and line.
    """

    id: str
    receipt: str
    sent: datetime
    stage: str
    error: str
    again: Again | None
    city: str = ""
    run_id: str = ""
    execution: str = ""
    done: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    where: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "sent": self.sent.astimezone(JAPAN).isoformat(),
            "city": self.city,
            "run_id": self.run_id,
            "stage": self.stage,
            "error": self.error,
            "done": list(self.done),
            "tools": list(self.tools),
            "where": dict(self.where),
            "execution": self.execution,
            "again": dict(self.again.given) if self.again else None,
        }


class DeadLetterQueue:
    """The queue of one stack. Whatever is read is held for a minute; ``release`` lets it go."""

    def __init__(self, site: Site) -> None:
        self.site, self.outputs = site, site.outputs()
        self.sqs = site.client("sqs")
        self.url = self.outputs["DeadLettersUrl"]

    def read(self) -> list[DeadLetter]:
        """Everything that lies in the queue and is not held by somebody else, oldest first."""
        found: dict[str, DeadLetter] = {}
        while messages := self._receive():
            for message in messages:
                found[message["MessageId"]] = letter_of(message, self.outputs)
        return sorted(found.values(), key=lambda letter: (letter.sent, letter.id))

    def _receive(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=HELD,
            WaitTimeSeconds=WAIT,
            AttributeNames=["SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        return list(answer.get("Messages", []))

    def release(self, letters: Iterable[DeadLetter]) -> None:
        """They can be read again at once."""
        for some in batched(letters, _BATCH, strict=False):
            entries = [
                {"Id": str(n), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
                for n, letter in enumerate(some)
            ]
            self.sqs.change_message_visibility_batch(QueueUrl=self.url, Entries=entries)

    def drop(self, letters: Iterable[DeadLetter]) -> None:
        for letter in letters:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=letter.receipt)

    def redrive(self, letters: Sequence[DeadLetter]) -> Iterator[tuple[Again, str]]:
        """Start what the letters say, once for all that say the same, oldest first; yields what was
        started and the execution's ARN.

        A nightly run's letters, and a comparison's, leave the queue by themselves when it has ended
        well. A push has nobody who does that: it is followed to its end here.
        """
        machine = self.outputs["StateMachineArn"]

        def is_push(again: Again) -> bool:
            return again.is_run and again.target != machine

        # whoever is started must see its letters when it ends
        self.release(one for one in letters if one.again and not is_push(one.again))
        for text in dict.fromkeys(_key(letter) for letter in letters if letter.again):
            same = [letter for letter in letters if letter.again and _key(letter) == text]
            again = same[0].again
            if again is not None:
                started = self._start(again)
                yield again, started
                if is_push(again) and self._ended_well(started):
                    self.drop(same)

    def _ended_well(self, execution: str) -> bool:
        """Wait for the end of an execution."""
        while True:
            told = self.site.client("stepfunctions").describe_execution(executionArn=execution)
            if told["status"] != "RUNNING":
                return bool(told["status"] == "SUCCEEDED")
            time.sleep(POLL)

    def _start(self, again: Again) -> str:
        """The execution's ARN, or "" for a function that was called."""
        body = json.dumps(again.given, ensure_ascii=False)
        if not again.is_run:
            self.site.client("lambda").invoke(
                FunctionName=again.target, InvocationType="Event", Payload=body.encode()
            )
            return ""
        answer = self.site.client("stepfunctions").start_execution(
            stateMachineArn=again.target,
            name=f"redrive-{datetime.now(UTC).astimezone(JAPAN):%Y%m%dT%H%M%S%f}",
            input=body,
        )
        return str(answer["executionArn"])


def _key(letter: DeadLetter) -> tuple[str, str]:
    return (letter.again.target, letter.again.text()) if letter.again else ("", "")


def letter_of(message: Mapping[str, Any], outputs: Mapping[str, str]) -> DeadLetter:
    """``message`` as SQS gives it. What cannot be read becomes a letter that says nothing."""
    body = _json(message["Body"])
    told = {k: v["StringValue"] for k, v in message.get("MessageAttributes", {}).items()}
    sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    common = {"id": message["MessageId"], "receipt": message["ReceiptHandle"], "sent": sent}
    if "TARGET_ARN" in told:
        return _undelivered(body, told["TARGET_ARN"], told.get("ERROR_CODE", "?"), common)
    if "RequestID" in told:
        again = Again(outputs["DriftFunction"], body)
        error = told.get("ErrorMessage", told.get("ErrorCode", "?"))
        return DeadLetter(**common, stage="drift", error=_kind(error), again=again)
    return _told(body, outputs, common)


def _undelivered(
    body: Mapping[str, Any], target: str, error: str, common: Mapping[str, Any]
) -> DeadLetter:
    """An event is its own input: an execution takes it as if it came now."""
    detail = body.get("detail", {})
    key = str(detail.get("object", {}).get("key", ""))
    city = key.split("/")[1] if key.count("/") > 1 else str(detail.get("city", ""))
    stage = "start" if ":stateMachine:" in target else "drift"
    return DeadLetter(**common, stage=stage, error=error, city=city, again=Again(target, body))


def _told(
    body: Mapping[str, Any], outputs: Mapping[str, str], common: Mapping[str, Any]
) -> DeadLetter:
    execution = str(body.get("execution", ""))
    machine = outputs["StateMachineArn"]
    if execution:  # a push is not the nightly machine's
        machine = execution.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    given = body.get("again")
    return DeadLetter(
        **common,
        stage=str(body.get("stage", "?")),
        error=str(body.get("error", "?")),
        city=str(body.get("city", "")),
        run_id=str(body.get("run_id", "")),
        execution=execution,
        done=tuple(body.get("done") or ()),
        tools=tuple(body.get("tools") or ()),
        where={k: body[k] for k in ("shard", "line", "count") if k in body},
        again=_startable(machine, given, outputs),
    )


def _startable(machine: str, given: Any, outputs: Mapping[str, str]) -> Again | None:
    """None where the nightly machine would only fail again, on its first state."""
    if not isinstance(given, dict):
        return None
    if machine == outputs["StateMachineArn"]:
        try:
            receive.read_order(given)
        except receive.NotAnOrder:
            return None
    return Again(machine, given)


def _kind(message: str) -> str:
    """The exception's name in what Lambda writes of an error, or the text in short."""
    told = _json(message)
    return str(told.get("errorType") or message)[:80]


def _json(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
