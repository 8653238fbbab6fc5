"""Every sample in events/ is what it claims to be: what a person starts, and what an upload is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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


STARTED = {  # by which rule, as infra/test_template names them
    "drop": "DropRule",
    "drop-loose": "LooseDropRule",
    "decisions": "DecisionsRule",
    "passwords": "PasswordsRule",
}
UPLOADS = tuple(STARTED.values())

type Resources = dict[str, dict[str, Any]]


def load(name: str) -> dict[str, Any]:
    return dict(json.loads(SAMPLES[name].read_text(encoding="utf-8")))


def test_every_sample_is_known() -> None:
    assert set(SAMPLES) == set(ORDERS)


@pytest.mark.parametrize("name", ORDERS)
def test_a_sample_is_an_order(name: str) -> None:
    assert type(receive.read_order(load(name))) is ORDERS[name]


def takes(rule: Mapping[str, Any], detail: Mapping[str, Any]) -> bool:
    """Whether the rule's pattern takes an upload to that bucket, named by its logical id."""
    wanted = rule["Properties"]["EventPattern"]["detail"]
    patterns = [re.escape(w["wildcard"]).replace(r"\*", ".*") for w in wanted["object"]["key"]]
    named = {"Ref": detail["bucket"]} in wanted["bucket"]["name"]
    return named and any(re.fullmatch(pattern, detail["key"]) for pattern in patterns)


def starts(resources: Resources, key: str, bucket: str = "InboxBucket") -> list[str]:
    """The rules that start a run of the nightly machine for an upload to ``key``."""
    upload = {"bucket": bucket, "key": key}
    return [name for name in UPLOADS if takes(resources[name], upload)]


@pytest.mark.parametrize(("name", "rule"), STARTED.items())
def test_the_sample_of_an_upload_starts_a_run(resources: Resources, name: str, rule: str) -> None:
    event, pattern = load(name), resources[rule]["Properties"]["EventPattern"]
    assert event["source"] in pattern["source"]
    assert event["detail-type"] in pattern["detail-type"]
    bucket = "PasswordsBucket" if name == "passwords" else "InboxBucket"
    assert starts(resources, event["detail"]["object"]["key"], bucket) == [rule]


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
def test_other_uploads_start_nothing(resources: Resources, key: str) -> None:
    assert starts(resources, key) == []
    assert starts(resources, key, "PasswordsBucket") == []


def test_a_robot_that_shouts_is_heard(resources: Resources) -> None:
    assert starts(resources, "inbox/demo/roster/2026.ZIP") == ["DropRule"]
