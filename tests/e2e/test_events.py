"""Each sample in events/ does what its name says when it is pasted into the console."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from local.demo import export
from local.stack import ROOT, Stack
from tests.e2e.town import Town


@pytest.fixture(scope="module")
def town(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The city that the samples name, after its first night, before their days."""
    folder = tmp_path_factory.mktemp("samples")
    town = Town(stack, folder, "demo", pupils=30, day=date(2026, 11, 9))
    town.first_night()
    return town


def sample(name: str, **replaced: Any) -> dict[str, Any]:
    text = (ROOT / "events" / f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text)) | replaced


def put(town: Town, key: str, body: bytes) -> str:
    answer = town.console.s3.put_object(
        Bucket=town.console.outputs["InboxBucket"], Key=key, Body=body
    )
    return str(answer["VersionId"])


def verdict(town: Town, order: dict[str, Any], action: str = "sample") -> str:
    arn = town.console.start({"action": action} | order)
    return str(town.end(arn).summary.verdict)


def test_sync_takes_the_drop_it_names(town: Town) -> None:
    order = sample("sync")
    put(town, order["drop"], export.package(town.city))
    assert verdict(town, order) in {"unchanged", "applied", "already-done"}


def test_rerun_takes_the_newest_drop(town: Town) -> None:
    order = sample("rerun", as_of=sample("sync")["as_of"])  # whatever the day on which this runs
    assert verdict(town, order) in {"applied", "unchanged"}
    assert verdict(town, order) == "unchanged", "running again is always safe"


def test_deliver_tells_one_tool_everything_anew(town: Town) -> None:
    summary = town.end(town.console.start(sample("deliver"))).summary
    assert summary.verdict == "unchanged"
    (told,) = summary.deliveries
    assert (told.tool, told.rows["users.csv"]) == ("interactive_study", 30)


def test_rehearse_plans_the_next_april(town: Town) -> None:
    order = sample("rehearse")
    april = town.city.__class__(town.seed, town.pupils, 4, town.city.day, unfilled=0,
                                domain=town.city.domain)  # fmt: skip
    april.next_april(date.fromisoformat(order["as_of"]))
    put(town, order["drop"], export.package(april))
    assert verdict(town, order) == "rehearsed"


def test_apply_carries_out_a_plan_that_waited(stack: Stack, tmp_path: Path) -> None:
    other = Town(stack, tmp_path, "pasted", pupils=30)
    waiting = other.night()
    order = sample("apply", run_id=waiting.run_id, checksum=waiting.summary.checksum,
                   accept=["S001"])  # fmt: skip
    assert other.end(other.console.start(order), waiting.run_id).summary.verdict == "applied"
