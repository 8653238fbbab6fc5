"""A maker at the engine, where roles are enforced: it fetches what is its own, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.engine import deploy
from local.engine.environment import ACCOUNT
from local.stack import ROOT, Stack
from tests.e2e.town import Town

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

CITY, SECRET = "fetched", "agreed-on-with-the-maker"


@dataclass(frozen=True)
class Maker:
    """The maker of lgate, once it has assumed its role."""

    s3: S3Client
    outbox: str
    inbox: str

    def get(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=self.outbox, Key=key)["Body"].read()

    def names(self, prefix: str) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=self.outbox, Prefix=prefix)
        return [item["Key"] for item in listed.get("Contents", [])]

    def answer(self, key: str) -> None:
        self.s3.put_object(Bucket=self.inbox, Key=key, Body=b"file,line,result\r\n")


@pytest.fixture(scope="module")
def town(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = Town(stack, tmp_path_factory.mktemp("maker"), CITY, pupils=20)
    town.first_night()
    return town


def role(stack: Stack, folder: Any, may_answer: str) -> str:
    """The small stack as docs/deploy.md has it; returns the role's ARN."""
    outputs = stack.outputs()
    given = {name: outputs[name] for name in ("OutboxBucket", "InboxBucket", "DataKeyArn")}
    given |= {"City": CITY, "Tool": "lgate", "MakerAccount": ACCOUNT, "ExternalId": SECRET}
    project = deploy.Project(ROOT / "infra" / "tool_reader.yaml", folder)
    made = deploy.deploy(
        stack.client, project, f"reader-{may_answer}", given | {"MayAnswer": may_answer}, folder
    )
    return made["RoleArn"]


def maker_of(stack: Stack, arn: str) -> Maker:
    keys = stack.client("sts").assume_role(RoleArn=arn, RoleSessionName="maker", ExternalId=SECRET)[
        "Credentials"
    ]
    s3 = boto3.client(
        "s3",
        endpoint_url=stack.client("s3").meta.endpoint_url,
        region_name=stack.client("s3").meta.region_name,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    return Maker(s3, stack.outputs()["OutboxBucket"], stack.outputs()["InboxBucket"])


@pytest.fixture(scope="module")
def reader(stack: Stack, town: Town, tmp_path_factory: pytest.TempPathFactory) -> Maker:
    assert town
    return maker_of(stack, role(stack, tmp_path_factory.mktemp("reader"), "false"))


def denied(call: Callable[..., object], *words: str, **named: str) -> bool:
    with pytest.raises(ClientError) as caught:
        call(*words, **named)
    return caught.value.response["Error"]["Code"] in {"AccessDenied", "403"}


def test_a_maker_finds_its_newest_file_by_the_note_and_reads_it(reader: Maker) -> None:
    mine = f"outbox/{CITY}/lgate/"
    note = json.loads(reader.get(mine + "latest.json"))
    (file,) = note["files"]
    assert sha256(reader.get(file["key"])).hexdigest() == file["sha256"]
    assert set(reader.names(mine)) == {file["key"], mine + "latest.json"}


def test_it_reads_and_lists_no_other_tool_city_or_bucket(
    stack: Stack, town: Town, reader: Maker
) -> None:
    everything = stack.client("s3").list_objects_v2(Bucket=reader.outbox)["Contents"]
    others = [o["Key"] for o in everything if not o["Key"].startswith(f"outbox/{CITY}/lgate/")]
    assert any(f"outbox/{CITY}/" in key for key in others), "another tool of the city"
    assert all(denied(reader.get, key) for key in others)
    for prefix in ("", f"outbox/{CITY}/", f"outbox/{CITY}/interactive_study/", "outbox/demo/"):
        assert denied(reader.names, prefix), prefix
    s3 = stack.client("s3")
    for bucket in (b["Name"] for b in s3.list_buckets()["Buckets"] if b["Name"] != reader.outbox):
        assert denied(reader.s3.list_objects_v2, Bucket=bucket)
        for found in s3.list_objects_v2(Bucket=bucket, MaxKeys=1).get("Contents", []):
            key = found["Key"]
            assert denied(reader.s3.get_object, Bucket=bucket, Key=key)


def test_it_changes_nothing_and_answers_only_where_that_was_agreed(
    stack: Stack, reader: Maker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = f"outbox/{CITY}/lgate/latest.json"
    assert denied(lambda: reader.s3.put_object(Bucket=reader.outbox, Key=own, Body=b""))
    assert denied(lambda: reader.s3.delete_object(Bucket=reader.outbox, Key=own))
    assert denied(lambda: reader.answer(f"receipts/{CITY}/lgate/a.csv"))
    talker = maker_of(stack, role(stack, tmp_path_factory.mktemp("talker"), "true"))
    talker.answer(f"receipts/{CITY}/lgate/a.csv")
    for key in (f"receipts/{CITY}/interactive_study/a.csv", f"inbox/{CITY}/roster/a.zip"):
        assert denied(talker.answer, key), key


def test_the_role_is_nobodys_who_does_not_know_the_secret(
    stack: Stack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    arn = role(stack, tmp_path_factory.mktemp("again"), "false")
    sts = stack.client("sts")
    assert denied(lambda: sts.assume_role(RoleArn=arn, RoleSessionName="somebody"))
    assert denied(
        lambda: sts.assume_role(RoleArn=arn, RoleSessionName="maker", ExternalId=SECRET + "!")
    )
