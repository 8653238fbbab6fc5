"""Every sample in events/ is what it claims to be: what a person starts, and what an upload is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from kakehashi import receive
from tests.infra.conftest import ROOT

SAMPLES = {path.stem: path for path in sorted((ROOT / "events").glob("*.json"))}
ORDERS = {
    "sync": receive.Sync,
    "rerun": receive.Rerun,
    "rehearse": receive.Rehearse,
    "undo": receive.Undo,
    "apply": receive.Apply,
    "deliver": receive.Deliver,
    "drop": receive.Sync,
    "drop-loose": receive.Sync,
    "decisions": receive.Rerun,
    "passwords": receive.Rerun,
}


def load(name: str) -> dict[str, Any]:
    return dict(json.loads(SAMPLES[name].read_text(encoding="utf-8")))


def test_every_sample_is_known() -> None:
    assert set(SAMPLES) == set(ORDERS)


@pytest.mark.parametrize("name", ORDERS)
def test_a_sample_is_an_order(name: str) -> None:
    assert type(receive.read_order(load(name))) is ORDERS[name]


def starts(resources: dict[str, dict[str, Any]], key: str) -> bool:
    """Whether the rule's pattern takes an upload to ``key``."""
    wanted = resources["DropRule"]["Properties"]["EventPattern"]["detail"]["object"]["key"]
    patterns = [re.escape(w["wildcard"]).replace(r"\*", ".*") for w in wanted]
    return any(re.fullmatch(pattern, key) for pattern in patterns)


@pytest.mark.parametrize("name", ["drop", "drop-loose", "decisions", "passwords"])
def test_the_sample_of_an_upload_starts_a_run(
    resources: dict[str, dict[str, Any]], name: str
) -> None:
    event, pattern = load(name), resources["DropRule"]["Properties"]["EventPattern"]
    assert event["source"] in pattern["source"]
    assert event["detail-type"] in pattern["detail-type"]
    assert starts(resources, event["detail"]["object"]["key"])


@pytest.mark.parametrize(
    "key",
    [
        "inbox/demo/roster/users.csv",
        "inbox/demo/roster/2026.zip.receipt.txt",
        "inbox/demo/roster/2026.zip.receipt.json",
        "inbox/demo/roster/2026/manifest.csv.receipt.json",
        "staging/demo/2026.zip",
        "receipts/demo/lgate/roster/2026.zip",
        "receipts/demo/lgate/approvals/passwords/a.csv",
    ],
)
def test_other_uploads_start_nothing(resources: dict[str, dict[str, Any]], key: str) -> None:
    assert not starts(resources, key)


def test_a_robot_that_shouts_is_heard(resources: dict[str, dict[str, Any]]) -> None:
    assert starts(resources, "inbox/demo/roster/2026.ZIP")
