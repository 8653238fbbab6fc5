"""The dead-letter queue: what a person must look at, one message each.

A message says which run failed, in which stage, by which error name or finding code, what was
done before, and how to run again: ``again`` is the input of an execution. The state machine sends
messages of the same form (infra/roster_sync.asl.yaml), and ``kakehashi dlq`` reads them. One leaves
the queue when the run that healed it has ended well (``report.healed``), and not before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

import boto3

from kakehashi.report.healed import EndedRun, QueuedFailure, heals

type Message = Mapping[str, Any]  # as SQS gives it

_TARGET, _CALL = (
    "TARGET_ARN",
    "RequestID",
)  # attributes of EventBridge's and of Lambda's own letters

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

    from kakehashi.edges.runs import Run

HELD = 60  # seconds for which nobody else sees a message that was read
MOST = 1_000  # messages looked at after one run
NOBODY = "dead letter"
"""Who asks, when what a person once asked for is asked for again: no name goes into the queue."""


class DeadLetters:
    """Sends ids of runs, stages, shard and line numbers, and codes; never a pupil's data."""

    def __init__(self, sqs: SQSClient, url: str) -> None:
        self.sqs, self.url = sqs, url

    @classmethod
    def of(cls, url: str) -> Self:
        return cls(boto3.client("sqs"), url)

    def send(
        self, run: Run, stage: str, error: str, *, undoes: str = "", **where: int | str
    ) -> None:
        """One message. ``where`` is e.g. shard and line (both from 1).

        ``undoes`` is the run that this one turns back: then the rest is undone once more, instead
        of the newest roster taken in again.
        """
        body: dict[str, Any] = {
            "run_id": run.run_id,
            "city": run.city,
            "stage": stage,
            "error": error,
            "done": list(run.seconds),
            "again": _again(run, undoes),
        }
        self.sqs.send_message(
            QueueUrl=self.url, MessageBody=json.dumps(body | where, sort_keys=True)
        )

    def forget_healed(self, ended: EndedRun) -> int:
        """Delete what ``ended`` has healed; returns how many. The rest can be read again at once.

        Whoever reads the queue meanwhile holds messages that we do not see: they stay for the next
        run that ends well.
        """
        with self._held() as held:
            told = {receipt: _told(message) for receipt, message in held.items()}
            own = any(_is_of(letter, ended) for letter in told.values())
            healed = {r for r, letter in told.items() if letter and heals(ended, letter, own=own)}
            self._delete(held, healed)
        return len(healed)

    def forget_calls(self, event: Mapping[str, Any]) -> int:
        """Delete the letters of calls of a function with this very event, which has now ended
        well; returns how many."""
        with self._held() as held:
            same = {r for r, message in held.items() if _called_with(message) == event}
            self._delete(held, same)
        return len(same)

    def _delete(self, held: dict[str, Message], receipts: Iterable[str]) -> None:
        for receipt in receipts:
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)
            del held[receipt]

    @contextmanager
    def _held(self) -> Iterator[dict[str, Message]]:
        """Messages by receipt, ``MOST`` at most; whatever is left in there can be read again."""
        held: dict[str, Message] = {}
        try:
            while len(held) < MOST and (messages := self._receive()):
                held.update((message["ReceiptHandle"], message) for message in messages)
            yield held
        finally:
            for receipt in held:
                self.sqs.change_message_visibility(
                    QueueUrl=self.url, ReceiptHandle=receipt, VisibilityTimeout=0
                )

    def _receive(self) -> list[Message]:
        answer: Mapping[str, Any] = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HELD,
            MessageAttributeNames=[_TARGET, _CALL],
        )
        return list(answer.get("Messages", []))


def _attribute(message: Message, name: str) -> str:
    told: Mapping[str, Any] = message.get("MessageAttributes", {})
    return str(told.get(name, {}).get("StringValue", ""))


def _told(message: Message) -> QueuedFailure | None:
    """What a message says of a nightly run; None of any other."""
    target = _attribute(message, _TARGET)
    return None if _attribute(message, _CALL) else QueuedFailure.read(message["Body"], target)


def _called_with(message: Message) -> Any:
    """The event of a call of a function that failed or could not be made; None of any other."""
    target = _attribute(message, _TARGET)
    if not _attribute(message, _CALL) and (not target or ":stateMachine:" in target):
        return None
    try:
        return json.loads(message["Body"])
    except ValueError:
        return None


def _is_of(letter: QueuedFailure | None, ended: EndedRun) -> bool:
    """About a single thing that this very run could not do."""
    return letter is not None and letter.run_id == ended.run_id and not letter.execution


def _again(run: Run, undoes: str) -> dict[str, str]:
    if undoes:
        return {"action": "undo", "run_id": undoes, "by": NOBODY}
    return {"action": "rerun", "city": run.city}
