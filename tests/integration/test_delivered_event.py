"""RosterDelivered as somebody outside hears it: a rule on the default bus, a queue behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.events.models import EventsBackend

from kakehashi.edges.state import State
from tests.builders import a_code, a_drop, a_known, a_password_file, a_pupil
from tests.nights import RULES, Nights

PATTERN = {"source": ["kakehashi"], "detail-type": ["RosterDelivered"]}
EVERYBODY = a_password_file({a_pupil(n).account: f"Pass-{n:04}" for n in range(1, 9)})


class Listener:
    """A queue that a rule fills."""

    def __init__(self, pattern: dict[str, Any]) -> None:
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(QueueName="delivered")["QueueUrl"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        events = boto3.client("events")
        events.put_rule(Name="delivered", EventPattern=json.dumps(pattern))
        queue = found["Attributes"]["QueueArn"]
        events.put_targets(Rule="delivered", Targets=[{"Id": "queue", "Arn": queue}])

    def heard(self) -> list[dict[str, Any]]:
        """Details of the events since the last look."""
        return list(self._drain())

    def _drain(self) -> Iterator[dict[str, Any]]:
        while got := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10):
            for message in got.get("Messages", []):
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                yield json.loads(message["Body"])["detail"]
            if not got.get("Messages"):
                return


@pytest.fixture
def listener(nights: Nights) -> Listener:
    return Listener(PATTERN)


def test_an_event_tells_of_each_file_what_a_robot_needs_to_fetch_it(
    nights: Nights, listener: Listener
) -> None:
    night = nights.run(a_drop(3).zip(), passwords=EVERYBODY)
    heard = {detail["tool"]: detail for detail in listener.heard()}
    assert set(heard) == {"lgate", "interactive_study"}
    told = night.folder.get_json("deliveries/lgate.json")
    assert heard["lgate"] == {
        "city": "demo", "tool": "lgate", "run_id": night.run["run_id"],
        "as_of": "2026-11-24", "mode": "bulk", "follows": "", "bucket": "outbox",
        "key": told["file"], "sha256": told["sha256"], "rows": told["rows"], "pupils": 3,
        "part": 1, "parts": 1,
    }  # fmt: skip
    assert heard["lgate"]["key"] in nights.outbox()


def test_no_event_names_anybody(nights: Nights, listener: Listener) -> None:
    nights.run(a_drop(3).zip(), passwords=EVERYBODY)
    text = json.dumps(listener.heard(), ensure_ascii=False)
    for pupil in map(a_pupil, range(1, 4)):
        for fact in (pupil.id, pupil.account, pupil.family, pupil.given, pupil.class_title):
            assert fact not in text


def test_a_night_on_which_a_tool_gets_nothing_says_nothing(
    nights: Nights, listener: Listener
) -> None:
    nights.run(a_drop(3).zip(), passwords=EVERYBODY)
    listener.heard()
    nights.tomorrow()
    nights.rerun()
    assert [detail["tool"] for detail in listener.heard()] == ["lgate"], "a full file every night"


def test_a_file_for_every_school_is_an_event_for_every_school(
    nights: Nights, listener: Listener
) -> None:
    nights.put_rules(RULES + 'split = "school"\n')
    schools = range(1, 13)
    nights.given(a_known(n, pupil=a_pupil(n, school=a_code(n))) for n in schools)
    order = {"action": "deliver", "city": "demo", "tool": "interactive_study", "by": "係"}
    nights.start(order)
    parts = listener.heard()
    assert [d["part"] for d in parts] == list(schools)
    assert {d["parts"] for d in parts} == {12}
    assert {d["key"].rpartition("_")[2] for d in parts} == {f"{a_code(n)}.zip" for n in schools}


@pytest.mark.parametrize("dies", ["before", "after"])
def test_an_event_that_a_dying_run_owed_is_put_by_the_next(
    nights: Nights, listener: Listener, dies: str
) -> None:
    with nights.lambdas.dying_at("events.PutEvents", number=2 if dies == "after" else 1):
        night = nights.run(a_drop(3).zip(), passwords=EVERYBODY)
    assert night.status == "FAILED"
    owed = {"lgate", "interactive_study"} - {d["tool"] for d in listener.heard()}
    nights.tomorrow()
    nights.rerun()
    later = listener.heard()
    assert owed <= {d["tool"] for d in later}
    delta = [d for d in later if d["tool"] == "interactive_study"]
    assert all(d["run_id"] == night.run["run_id"] for d in delta), "the file it was put for"


def test_the_same_run_called_again_says_the_same_key_again(
    nights: Nights, listener: Listener
) -> None:
    nights.lambdas.trouble("deliver", "after", TimeoutError(), TimeoutError())
    nights.run(a_drop(3).zip(), passwords=EVERYBODY)
    heard = listener.heard()
    assert len({(d["run_id"], d["sha256"]) for d in heard}) == 2


def test_a_bus_that_takes_no_event_is_tried_again_later(
    nights: Nights, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``moto``'s bus takes everything, so it is told to refuse twice."""
    real, refusals = EventsBackend.put_events, iter([True, True])

    def put(self: EventsBackend, events: Any) -> Any:
        taken = real(self, events)
        if next(refusals, False):
            return [{"ErrorCode": "ThrottlingException", "ErrorMessage": ""} for _ in taken]
        return taken

    monkeypatch.setattr(EventsBackend, "put_events", put)
    night = nights.run(a_drop(3).zip(), passwords=EVERYBODY)
    assert night.status == "SUCCEEDED"
    assert {d["tool"] for d in listener.heard()} == {"lgate", "interactive_study"}
    state = State.of(nights.names["TABLE"], "demo")
    assert state.tool("lgate").announced
    assert a_known(1).pupil.id not in repr(state.tool("lgate"))
