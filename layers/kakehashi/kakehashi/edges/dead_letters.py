"""The dead-letter queue: what a person must look at, one message each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Self

import boto3

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


class DeadLetters:
    """Sends ids of runs, stages, shard and line numbers, and codes; never a pupil's data."""

    def __init__(self, sqs: SQSClient, url: str) -> None:
        self.sqs, self.url = sqs, url

    @classmethod
    def of(cls, url: str) -> Self:
        return cls(boto3.client("sqs"), url)

    def send(self, *, run_id: str, city: str, stage: str, **where: int | str) -> None:
        """One message. ``where`` is e.g. shard, line (both from 1) and code."""
        body = {"run_id": run_id, "city": city, "stage": stage} | where
        self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps(body, sort_keys=True))
