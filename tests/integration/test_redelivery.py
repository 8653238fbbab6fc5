"""A person's order to deliver to one tool now: who asked, what the tool gets, and again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from kakehashi.stored import written
from tests.builders import a_known, a_pupil
from tests.integration.test_night import known
from tests.nights import Night, Nights
from tests.unit.deliver.receiver import Receiver, unzip

SAMPLE = json.loads(
    (Path(__file__).parents[2] / "events" / "deliver.json").read_text(encoding="utf-8")
)
TOOL = "interactive_study"


@pytest.fixture
def settled(nights: Nights) -> Nights:
    """Three pupils with accounts, whom both tools have heard of."""
    nights.given(known(3))
    for tool in ("lgate", TOOL):
        nights.start(SAMPLE | {"tool": tool, "full": False})
    return nights


def told(night: Night, tool: str = TOOL) -> dict[str, Any]:
    return night.folder.get_json(f"deliveries/{tool}.json")


def pupils(nights: Nights, key: str) -> set[str]:
    return {row["sourcedId"] for row in unzip(nights.outbox()[key])["users.csv"]}


def test_a_tool_that_was_emptied_is_told_everything_without_a_drop(settled: Nights) -> None:
    night = settled.start(SAMPLE)
    assert (night.status, night.verdict) == ("SUCCEEDED", "unchanged")
    assert night.history == ["Receive", "Received", "Deliver", "DeliverTool", "Delivered",
                             "Report", "Done"]  # fmt: skip
    tool = Receiver()
    tool.take(settled.outbox()[told(night)["file"]])
    assert set(tool.pupils()) == {a_pupil(n).id for n in (1, 2, 3)}


def test_only_the_tool_that_was_named_gets_a_file(settled: Nights) -> None:
    before = settled.outbox()
    settled.start(SAMPLE)
    assert {key.split("/")[2] for key in settled.outbox().keys() - before.keys()} == {TOOL}


def test_without_full_a_tool_hears_what_it_has_not_heard_of_yet(settled: Nights) -> None:
    quiet = settled.start(SAMPLE | {"full": False})
    assert told(quiet)["verdict"] == "nothing"
    settled.state.put_pupil(a_known(4), None)
    assert pupils(settled, told(settled.start(SAMPLE | {"full": False}))["file"]) == {a_pupil(4).id}


def test_asked_twice_the_tool_is_told_twice_and_then_only_of_changes(settled: Nights) -> None:
    first, second = settled.start(SAMPLE), settled.start(SAMPLE)
    assert told(first)["rows"] == told(second)["rows"]
    assert told(settled.start(SAMPLE | {"full": False}))["verdict"] == "nothing"


def test_it_is_kept_who_asked_and_when(settled: Nights) -> None:
    night = settled.start(SAMPLE)
    record = settled.state.run(night.run["run_id"])
    ordered = record.ordered
    assert ordered is not None
    assert (record.mode, ordered.by, ordered.full) == ("deliver", "教育総務課", True)
    assert night.folder.get_json("order.json") == written(ordered)
    assert settled.state.tool(TOOL).anew_asked == ordered


@pytest.mark.parametrize("operation", ["s3.PutObject", "dynamodb.UpdateItem"])
@pytest.mark.parametrize("number", [1, 3, 4, 6])
def test_a_run_that_dies_anywhere_leaves_the_order_to_the_next(
    settled: Nights, operation: str, number: int
) -> None:
    with settled.lambdas.dying_at(operation, number):
        settled.start(SAMPLE)
    asked = settled.state.tool(TOOL).anew_asked
    tool = Receiver()
    night = settled.start(SAMPLE | {"full": False})
    newest = json.loads(settled.outbox()[f"outbox/demo/{TOOL}/latest.json"])
    tool.take(settled.outbox()[newest["files"][0]["key"]])
    assert night.status == "SUCCEEDED"
    if asked:
        assert set(tool.pupils()) == {a_pupil(n).id for n in (1, 2, 3)}
    assert not settled.state.tool(TOOL).anew


def test_a_tool_that_the_rules_do_not_name_ends_red_and_nothing_is_written(
    settled: Nights,
) -> None:
    before = settled.outbox()
    night = settled.start(SAMPLE | {"tool": "unheard_of"})
    assert night.status == "FAILED"
    assert settled.outbox() == before
    assert settled.letters()[0]["error"] == "BadConfiguration"
    assert settled.start(SAMPLE).status == "SUCCEEDED", "the lease was given back"


@pytest.mark.parametrize("spoilt", [{"by": ""}, {"tool": "../lgate"}, {"full": "yes please"}])
def test_an_order_that_is_not_one_is_refused_by_the_key(
    settled: Nights, spoilt: dict[str, Any]
) -> None:
    night = settled.start(SAMPLE | spoilt)
    assert night.status == "FAILED"
    assert next(iter(spoilt)) in "".join(night.execution.causes)


def test_the_order_names_nobody_in_log_or_payload(settled: Nights) -> None:
    night = settled.start(SAMPLE)
    spoken = settled.lambdas.said.getvalue() + json.dumps(night.execution.payloads)
    assert a_pupil(1).id not in spoken
    assert a_pupil(1).account not in spoken


def test_a_file_lies_in_the_outbox_under_the_day_and_the_turn(settled: Nights) -> None:
    keys = [told(settled.start(SAMPLE))["file"] for _ in range(2)]
    assert [key.split("/")[4] for key in keys] == ["run-02", "run-03"]
    head = boto3.client("s3").head_object(Bucket="outbox", Key=keys[0])
    assert head["ContentType"] == "application/zip"
