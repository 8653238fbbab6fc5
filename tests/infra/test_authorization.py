"""Every action, resource and condition key of our policies is one that AWS has."""

from __future__ import annotations

from typing import Any

import pytest

from local.engine.deploy import read_template
from tests.authorization import statements, wrong
from tests.infra.conftest import ROOT

TEMPLATES = [
    "template.yaml", "infra/tool_reader.yaml", "infra/city_access.yaml", "infra/city_alarms.yaml",
    "infra/deployer.yaml",
]  # fmt: skip
KEY, BUCKET = "arn:aws:kms:r:123456789012:key/k", "arn:aws:s3:::inbox"


@pytest.mark.parametrize("file", TEMPLATES)
def test_a_policy_says_nothing_that_aws_does_not_know(file: str) -> None:
    template = read_template((ROOT / file).read_text(encoding="utf-8"))
    found = [(logical, text) for logical, s in statements(template) for text in wrong(s)]
    assert found == []


def test_every_policy_is_read(template: dict[str, Any]) -> None:
    read = {logical for logical, _ in statements(template)}
    with_policies = {
        logical
        for logical, resource in template["Resources"].items()
        if "'Effect'" in str(resource["Properties"])
    }
    assert read - {"Function"} == with_policies
    assert "Function" in read, "the trust that all functions share"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ({"Action": "s3:GetObjects", "Resource": f"{BUCKET}/*"}, "no action s3:GetObjects"),
        ({"Action": "s4:GetObject", "Resource": f"{BUCKET}/*"}, "no action s4:GetObject"),
        ({"Action": "s3:GetObject", "Resource": BUCKET}, "takes none of"),
        ({"Action": "s3:ListBucket", "Resource": f"{BUCKET}/*"}, "takes none of"),
        ({"Action": "s3:ListBucket", "Resource": [BUCKET, KEY]}, "nothing is done to"),
        ({"Action": "sqs:SendMessage", "Resource": "*"}, "takes none of"),
        (
            {
                "Action": ["kms:Decrypt", "kms:GetPublicKey"],
                "Resource": KEY,
                "Condition": {"StringEquals": {"kms:EncryptionContext:aws:s3:arn": BUCKET}},
            },
            "kms:GetPublicKey knows no kms:EncryptionContext:aws:s3:arn",
        ),
        (
            {
                "Action": "s3:PutObject",
                "Resource": f"{BUCKET}/*",
                "Condition": {"NumericEquals": {"s3:x-amz-server-side-encryption": "1"}},
            },
            "is not compared by NumericEquals",
        ),
    ],
)
def test_what_is_wrong_is_told(statement: dict[str, Any], said: str) -> None:
    assert said in " ".join(wrong(statement))
