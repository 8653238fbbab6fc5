"""The dead-letter queue: what a person must look at, one message each.

A message says which run failed, in which stage, by which error name or finding code, what was
done before, and how to run again: ``again`` is the input of an execution. The state machine sends
messages of the same form (infra/roster_sync.asl.yaml), and ``kakehashi dlq`` reads them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

import boto3

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

    from kakehashi.edges.runs import Run

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


def _again(run: Run, undoes: str) -> dict[str, str]:
    if undoes:
        return {"action": "undo", "run_id": undoes, "by": NOBODY}
    return {"action": "rerun", "city": run.city}
