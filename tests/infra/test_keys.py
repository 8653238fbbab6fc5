"""Whoever uses a thing under a key may use the key for it, and services may for themselves."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from local.engine.deploy import read_template
from tests.infra.conftest import FUNCTIONS, ROOT
from tests.key_calls import asked
from tests.keys import lacking
from tests.policies import (
    PSEUDO,
    Call,
    Resolver,
    Roles,
    allows,
    arn,
    calls,
    names_here,
    statements,
)
from tests.policies import (
    resources as of_file,
)

DATA, PASSWORD = arn("kms", "key/data"), arn("kms", "key/password")
GIVEN = PSEUDO | {
    "City": "tsukuba", "Tool": "lgate", "DataKeyArn": DATA, "PasswordKeyArn": PASSWORD,
    "InboxBucket": "inbox", "PasswordsBucket": "passwords", "RunsBucket": "runs",
    "OutboxBucket": "outbox", "RunsBucketArn": "runs",
}  # fmt: skip
UNDER = {"inbox": DATA, "passwords": PASSWORD, "runs": DATA, "outbox": DATA}
BOTH = ["GenerateDataKey", "Decrypt"]
LOGS = "logs.ap-northeast-1.amazonaws.com"


@pytest.mark.parametrize(
    ("service", "operation", "params", "wanted"),
    [
        ("s3", "PutObject", {"Bucket": "b", "Key": "k"}, ["GenerateDataKey"]),
        ("s3", "CreateMultipartUpload", {"Bucket": "b", "Key": "k"}, BOTH),
        ("s3", "UploadPart", {"Bucket": "b", "Key": "k"}, BOTH),
        ("s3", "GetObject", {"Bucket": "b", "Key": "k"}, ["Decrypt"]),
        ("s3", "ListObjectsV2", {"Bucket": "b"}, []),
        ("dynamodb", "PutItem", {"TableName": "t", "Item": {}}, ["Decrypt"]),
        ("sns", "Publish", {"TopicArn": "a"}, BOTH),
        ("secretsmanager", "GetSecretValue", {"SecretId": "s"}, ["Decrypt"]),
    ],
)  # fmt: skip
def test_what_a_key_is_asked_in_the_name_of_a_caller(
    service: str, operation: str, params: dict[str, Any], wanted: list[str]
) -> None:
    (call,) = calls(service, operation, params)
    found, keys = asked(call.action, call.resource, in_parts=call.in_parts)
    assert found == [f"kms:{action}" for action in wanted]
    assert dict(keys)["kms:viaservice"] == f"{service}.ap-northeast-1.amazonaws.com"


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:GetObject", "arn:aws:s3:::inbox/a/b", {"aws:s3:arn": "arn:aws:s3:::inbox"}),
        (
            "dynamodb:Query",
            arn("dynamodb", "table/t/index/i"),
            {"aws:dynamodb:tablename": "t", "aws:dynamodb:subscriberid": "123456789012"},
        ),
        ("sns:Publish", arn("sns", "t"), {"aws:sns:topicarn": arn("sns", "t")}),
    ],
)
def test_a_statement_for_one_context_allows_that_one(
    action: str, resource: str, context: dict[str, str]
) -> None:
    """As kms:EncryptionContext: ties a key to one bucket, table or topic."""
    (*_, decrypt), keys = asked(action, resource)
    condition = {f"kms:EncryptionContext:{name}": value for name, value in context.items()}
    allow = {"Effect": "Allow", "Action": "kms:*", "Resource": DATA}
    mine = allow | {"Condition": {"StringEquals": condition}}
    other = allow | {"Condition": {"StringEquals": dict.fromkeys(condition, "another")}}
    assert allows([mine], Call(decrypt, DATA, keys))
    assert not allows([other], Call(decrypt, DATA, keys))
    assert not allows([mine], Call(decrypt, DATA)), "without a context"


def test_whoever_may_put_objects_under_a_key_may_put_large_ones() -> None:
    """Of each policy of the small stacks: from 8 MiB on, a client sends parts."""
    tried = 0
    for file in ("city_access", "tool_reader"):
        made = of_file(f"infra/{file}.yaml")
        for logical, resource in made.items():
            held = list(_allowing(Resolver(GIVEN, made).resolve(resource["Properties"])))
            for put in (s for s in held if "s3:PutObject" in s["Action"]):
                place = put["Resource"]
                key = UNDER[place.removeprefix("arn:aws:s3:::").partition("/")[0]]
                actions, keys = asked("s3:PutObject", place, in_parts=True)
                tried += 1
                assert all(allows(held, Call(a, key, keys)) for a in actions), logical
    assert tried == 5


def _allowing(part: Any) -> Any:
    if isinstance(part, dict):
        if part.get("Effect") == "Allow" and "Resource" in part:
            yield part
        else:
            part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            if isinstance(inner, dict) and "Fn::If" in inner:
                yield from _allowing(inner["Fn::If"][1:])
            else:
                yield from _allowing(inner)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_open_the_table_that_it_may_ask(function: str) -> None:
    """DynamoDB asks for the table's key in the caller's name, whatever the call is."""
    template = Resolver(names_here(), of_file())
    held = template.resolve(statements(function))
    places = {r for s in held if "dynamodb:" in str(s["Action"]) for r in _listed(s["Resource"])}
    keys = Roles().keys
    for place in places:
        key = keys[place.split("/index/")[0]]
        actions, context = asked("dynamodb:GetItem", place)
        assert all(allows(held, Call(action, key, context)) for action in actions), place


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


# -- services for themselves -----------------------------------------------------------------------


@pytest.mark.parametrize("file", ["template.yaml", "infra/deployer.yaml"])
def test_a_key_lets_every_service_that_acts_by_itself(file: str) -> None:
    assert lacking(read_template((ROOT / file).read_text(encoding="utf-8"))) == []


def test_a_log_group_under_a_key_needs_the_key_to_let_the_logs(template: dict[str, Any]) -> None:
    changed = copy.deepcopy(template)
    changed["Resources"]["ReceiveLog"]["Properties"]["KmsKeyId"] = {
        "Fn::GetAtt": ["DataKey", "Arn"]
    }
    assert f"DataKey: {LOGS} kms:Decrypt for ReceiveLog" in lacking(changed)
    policy = changed["Resources"]["DataKey"]["Properties"]["KeyPolicy"]["Statement"]
    policy.append(_for_logs("/aws/lambda/another"))
    assert len(lacking(changed)) == 6, "another group's context helps nobody"
    policy.append(_for_logs("/aws/lambda/${AWS::StackName}-receive"))
    assert lacking(changed) == []


def _for_logs(group: str) -> dict[str, Any]:
    place = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
    context = {"kms:EncryptionContext:aws:logs:arn": {"Fn::Sub": place + group}}
    return {
        "Effect": "Allow",
        "Principal": {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*",
                   "kms:Describe*"],
        "Resource": "*",
        "Condition": {"ArnEquals": context},
    }  # fmt: skip


def test_without_its_statement_an_alarm_cannot_reach_anybody(template: dict[str, Any]) -> None:
    changed = copy.deepcopy(template)
    policy = changed["Resources"]["DataKey"]["Properties"]["KeyPolicy"]
    policy["Statement"] = policy["Statement"][:1]
    assert {line.partition(": ")[2].split()[0] for line in lacking(changed)} == {
        "cloudwatch.amazonaws.com"
    }


def test_a_queue_under_a_key_would_need_the_key_to_let_the_rules(template: dict[str, Any]) -> None:
    changed = copy.deepcopy(template)
    changed["Resources"]["DeadLetters"]["Properties"]["KmsMasterKeyId"] = {"Ref": "DataKey"}
    assert "DataKey: events.amazonaws.com kms:Decrypt for DeadLetters" in lacking(changed)


def test_no_log_of_accesses_is_under_a_key_that_s3_cannot_use(resources: Any) -> None:
    """S3 delivers them under its own keys only ("Enabling server access logging")."""
    rules = resources["AccessLogBucket"]["Properties"]["BucketEncryption"]
    (rule,) = rules["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
