"""What several suites share: an AWS account in this process, and a city to spend nights in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import hypothesis
import pytest
from moto import mock_aws

from tests import quick
from tests.nights import Nights, nights_in

# People search with new examples each time; CI repeats the same ones, so that red means changed.
# How long one takes says more of the machine than of the code.
hypothesis.settings.register_profile("people", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "people")

NAMES = {
    "INBOX_BUCKET": "inbox",
    "PASSWORDS_BUCKET": "passwords",
    "RUNS_BUCKET": "runs",
    "RULES_BUCKET": "rules",
    "OUTBOX_BUCKET": "outbox",
    "BASELINES_BUCKET": "baselines",
    "TABLE": "state",
    "CLASS_NUMBERS_SECRET": "kakehashi/class-numbers",
}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    with account_in(monkeypatch) as names:
        yield names


@contextmanager
def account_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Buckets, table, queue and topic; their names are in the environment and in the answer."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "ap-northeast-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    quick.moto(monkeypatch)
    with mock_aws():
        quick.session()
        names = dict(NAMES)
        s3 = quick.founder("s3")
        for name in ("INBOX_BUCKET", "PASSWORDS_BUCKET", "RUNS_BUCKET", "RULES_BUCKET",
                     "OUTBOX_BUCKET", "BASELINES_BUCKET"):  # fmt: skip
            s3.create_bucket(
                Bucket=names[name],
                CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"},
            )
            s3.put_bucket_versioning(
                Bucket=names[name], VersioningConfiguration={"Status": "Enabled"}
            )
        quick.founder("dynamodb").create_table(
            TableName=names["TABLE"],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in ("pk", "sk", "object_id", "class_id")
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": index,
                    "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
                for index, name in (("ByObject", "object_id"), ("ByClass", "class_id"))
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        names["DEAD_LETTERS_URL"] = quick.founder("sqs").create_queue(QueueName="dead")["QueueUrl"]
        names["TOPIC_ARN"] = quick.founder("sns").create_topic(Name="staff")["TopicArn"]
        quick.founder("secretsmanager").create_secret(
            Name=names["CLASS_NUMBERS_SECRET"], SecretString="nobody need know it"
        )
        for name, value in names.items():
            monkeypatch.setenv(name, value)
        yield names


@pytest.fixture
def nights(account: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    """A city with a tenant, and nobody in it yet."""
    with nights_in(account, monkeypatch) as city:
        yield city
