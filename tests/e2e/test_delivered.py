"""RosterDelivered on the engine, where the function's role is enforced: a rule fills a queue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.stack import Stack
from tests.e2e.conftest import until
from tests.e2e.town import Town

PATTERN = {
    "source": ["kakehashi"],
    "detail-type": ["RosterDelivered"],
    "detail": {"tool": ["lgate"]},
}


@pytest.fixture
def queue(stack: Stack) -> str:
    sqs, events = stack.client("sqs"), stack.client("events")
    url = str(sqs.create_queue(QueueName="heard")["QueueUrl"])
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.put_rule(Name="heard", EventPattern=json.dumps(PATTERN))
    events.put_targets(Rule="heard", Targets=[{"Id": "queue", "Arn": found["QueueArn"]}])
    return url


def test_a_delivered_file_is_announced_and_can_be_fetched_as_announced(
    stack: Stack, queue: str, tmp_path: Path
) -> None:
    town = Town(stack, tmp_path, "heard", pupils=20)
    done = town.first_night()

    def heard() -> dict[str, Any] | None:
        got = stack.client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
        return dict(json.loads(got[0]["Body"])["detail"]) if got else None

    detail = until(heard)
    assert (detail["city"], detail["tool"], detail["run_id"]) == ("heard", "lgate", done.run_id)
    head = stack.client("s3").head_object(Bucket=detail["bucket"], Key=detail["key"])
    assert head["ContentLength"] > 0

    order = {"action": "deliver", "city": "heard", "tool": "lgate", "full": True, "by": "試験"}
    again = town.end(town.console.start(order))
    assert again.summary.verdict == "unchanged"
    assert until(heard)["run_id"] == again.run_id
