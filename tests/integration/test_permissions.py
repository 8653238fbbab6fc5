"""What a stage calls is what its policy allows: moto allows everything, AWS does not."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from local.engine.deploy import read_template
from tests.builders import a_drop, a_password_file, a_pupil
from tests.nights import RULES, STAGES, Nights

type Permission = tuple[str, str]  # action, and the bucket for those of S3

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
DECISIONS = "userMasterIdentifier,決定\n".encode()
NAMED_OTHERWISE = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:DeleteObject": "s3:DeleteObjectVersion",  # we delete versions, never a name
}
NOT_ON_EVERY_NIGHT = {
    "states:DescribeExecution",  # a run that died with the city's lease
    "dynamodb:DeleteItem",  # a pupil whose account was deleted
    "dynamodb:GetItem",
    "sqs:SendMessage",  # an action that failed
    "s3:GetObjectVersion",  # GetObject of one version
    "s3:ListBucket",  # a file that does not exist is then 404 and not 403
}


def allowed(stage: str) -> set[Permission]:
    """What the policy of a stage's function says. KMS is left out: S3 and DynamoDB call it."""
    resources = read_template(TEMPLATE.read_text(encoding="utf-8"))["Resources"]
    (policy,) = resources[f"{stage.capitalize()}Function"]["Properties"]["Policies"]
    return {
        (action, bucket)
        for statement in policy["Statement"]
        for action in as_list(statement["Action"])
        for bucket in re.findall(r"(\w+)Bucket", json.dumps(statement["Resource"])) or [""]
        if not action.startswith("kms:")
    }


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@pytest.fixture
def needed(nights: Nights) -> dict[str, set[Permission]]:
    """What each stage calls on a first night, on its approval, and on a night with decisions."""
    secrets = a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in range(1, 14)})
    nights.put_rules(RULES + '[m365]\ngroups = ["class"]\n')
    with nights.lambdas.overhearing() as calls:
        first = nights.run(a_drop(12).zip(), passwords=secrets)
        assert nights.approve(first.summary).verdict == "applied"
        nights.tomorrow()
        nights.put("INBOX_BUCKET", "inbox/demo/approvals/list.csv", DECISIONS)
        assert nights.run(a_drop(13).zip()).verdict == "applied"
    found: dict[str, set[Permission]] = {stage: set() for stage in STAGES}
    for stage, operation, bucket in calls:
        found[stage].add((NAMED_OTHERWISE.get(operation, operation), bucket.title()))
    return found


def test_no_stage_is_denied_what_it_does(needed: dict[str, set[Permission]]) -> None:
    denied = {stage: sorted(needed[stage] - allowed(stage)) for stage in STAGES}
    assert {stage: calls for stage, calls in denied.items() if calls} == {}


def test_no_stage_may_more_than_it_does(needed: dict[str, set[Permission]]) -> None:
    spare = {
        stage: sorted(p for p in allowed(stage) - needed[stage] if p[0] not in NOT_ON_EVERY_NIGHT)
        for stage in STAGES
    }
    assert {stage: calls for stage, calls in spare.items() if calls} == {}
