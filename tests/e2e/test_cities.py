"""Several cities in the one embedded stack, whose engine enforces roles and policies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.engine.environment import REGION
from local.stack import ROOT, Stack
from tests.e2e.town import Town

NAMES = ("haru", "natsu", "aki", "fuyu", "toki")
ACCESS = ROOT / "infra" / "city_access.yaml"


def test_five_cities_at_once_each_get_their_own_accounts(stack: Stack, tmp_path: Path) -> None:
    towns = [Town(stack, tmp_path, name, pupils=8, seed=n) for n, name in enumerate(NAMES, 1)]
    for town in towns:
        town.upload_passwords()
    started = [(town, town.upload(town.export())) for town in towns]
    ended = [(town, town.end(arn)) for town, arn in started]
    for town, outcome in ended:
        if outcome.summary.verdict == "awaiting-approval":
            town.approve(outcome)
        assert town.differences() == []
        others = {f"@{other.city.domain}" for other in towns if other is not town}
        told = town.findings(outcome)
        assert not any(domain in told for domain in others)


# -- who works for a city --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def policies(stack: Stack) -> dict[str, str]:
    """The policies of the city "haru": name → ARN."""
    outputs, cloud = stack.outputs(), stack.client("cloudformation")
    wanted = ("InboxBucket", "PasswordsBucket", "RunsBucket", "DataKeyArn", "PasswordKeyArn",
              "StateMachineArn")  # fmt: skip
    given = {name: outputs[name] for name in wanted} | {"City": "haru"}
    cloud.create_stack(
        StackName="haru-access",
        TemplateBody=ACCESS.read_text(encoding="utf-8"),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()],
    )
    cloud.get_waiter("stack_create_complete").wait(
        StackName="haru-access", WaiterConfig={"Delay": 1}
    )
    (made,) = cloud.describe_stacks(StackName="haru-access")["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in made["Outputs"]}


@dataclass(frozen=True)
class Person:
    """Somebody with an access key of their own and one policy."""

    s3: Any
    outputs: dict[str, str]

    def put(self, bucket: str, key: str) -> bool:
        return self._may("put_object", bucket, Key=key, Body=b"x")

    def get(self, bucket: str, key: str) -> bool:
        return self._may("get_object", bucket, Key=key)

    def _may(self, operation: str, bucket: str, **what: Any) -> bool:
        try:
            getattr(self.s3, operation)(Bucket=self.outputs[bucket], **what)
        except ClientError as exc:
            if exc.response["Error"]["Code"] != "AccessDenied":
                raise
            return False
        return True


@contextmanager
def somebody(stack: Stack, policy: str) -> Iterator[Person]:
    iam, name = stack.client("iam"), policy.rpartition("/")[2]
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    s3 = boto3.client(
        "s3",
        endpoint_url=stack.url,
        region_name=REGION,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    yield Person(s3, dict(stack.outputs()))
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])


def test_a_citys_robot_puts_its_roster_and_can_do_nothing_else(
    stack: Stack, policies: dict[str, str]
) -> None:
    with somebody(stack, policies["Robot"]) as robot:
        assert robot.put("InboxBucket", "inbox/haru/roster/note.txt")  # starts no run
        assert not robot.put("InboxBucket", "inbox/natsu/roster/note.txt")
        assert not robot.put("InboxBucket", "inbox/haru/approvals/list.csv")
        assert not robot.put("RunsBucket", "haru/x/plan.json")
        assert not robot.get("InboxBucket", "inbox/haru/roster/note.txt")


def test_a_citys_staff_reads_its_reports_and_no_other_citys(
    stack: Stack, policies: dict[str, str]
) -> None:
    bucket = stack.outputs()["RunsBucket"]
    for key in ("haru/x/report.html", "haru/x/desired.jsonl", "natsu/x/report.html"):
        stack.client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")
    with somebody(stack, policies["Staff"]) as staff:
        assert staff.get("RunsBucket", "haru/x/report.html")
        assert not staff.get("RunsBucket", "haru/x/desired.jsonl")
        assert not staff.get("RunsBucket", "natsu/x/report.html")


# -- without a statement ---------------------------------------------------------------------------


@contextmanager
def without(stack: Stack, stage: str, sid: str) -> Iterator[None]:
    """The role of a function lacks one statement of its policy for a while."""
    iam = stack.client("iam")
    function = stack.client("lambda").get_function(FunctionName=f"kakehashi-{stage}")
    role = function["Configuration"]["Role"].rpartition("/")[2]
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    less = whole | {"Statement": [s for s in whole["Statement"] if s.get("Sid") != sid]}
    assert len(less["Statement"]) == len(whole["Statement"]) - 1
    try:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(less))
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(whole))


@pytest.mark.parametrize(
    ("stage", "sid"),
    [("receive", "Rules"), ("validate", "RunFolder"), ("preprocess", "State"), ("report", "State")],
)
def test_without_a_statement_the_run_ends_red(
    stack: Stack, tmp_path: Path, stage: str, sid: str
) -> None:
    town = Town(stack, tmp_path, f"less{stage}", pupils=8)
    with without(stack, stage, sid):
        execution = town.console.follow(town.upload(town.export()), lambda _stage: None)
    assert execution["status"] == "FAILED"


def test_a_bucket_that_refuses_everybody_ends_the_run_red(stack: Stack, tmp_path: Path) -> None:
    s3, bucket = stack.client("s3"), stack.outputs()["RunsBucket"]
    whole = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    closed = json.loads(
        whole.replace('"aws:SecureTransport": "false"', '"aws:SecureTransport": "true"')
    )
    assert closed != json.loads(whole)
    town = Town(stack, tmp_path, "closed", pupils=8)
    try:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(closed))
        execution = town.console.follow(town.upload(town.export()), lambda _stage: None)
    finally:
        s3.put_bucket_policy(Bucket=bucket, Policy=whole)
    assert execution["status"] == "FAILED"
