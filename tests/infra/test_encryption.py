"""A bucket takes what comes under its own key or names none, and nothing under another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policies import PSEUDO, Call, Resolver, allows, arn

OWN = {
    "InboxBucket": "DataKey",
    "PasswordsBucket": "PasswordKey",
    "RunsBucket": "DataKey",
    "RulesBucket": "DataKey",
    "OutboxBucket": "DataKey",
    "BaselinesBucket": "DataKey",
}
HEADER = "s3:x-amz-server-side-encryption"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
RECEIPT = "inbox/demo/roster/2026-11-30.zip.receipt.json"

type Resources = dict[str, dict[str, Any]]


def takes(resources: Resources, bucket: str, key: str = "a", /, **headers: str) -> bool:
    """Whether the bucket's policy lets somebody put an object who may do anything else.

    ``headers``: what the upload says of its encryption, e.g. kind="aws:kms".
    """
    policy = resources[f"{bucket}Policy"]["Properties"]["PolicyDocument"]["Statement"]
    denials = Resolver(PSEUDO, resources).resolve(policy)
    names = {"kind": "", "key": "-aws-kms-key-id", "own": "-customer-algorithm"}
    said = tuple((HEADER + names[name], value) for name, value in headers.items())
    return allows(
        [EVERYTHING, *denials], Call("s3:PutObject", f"arn:aws:s3:::{bucket}/{key}", said)
    )


@pytest.mark.parametrize("bucket", OWN)
def test_an_upload_that_names_no_encryption_or_the_buckets_own_is_taken(
    resources: Resources, bucket: str
) -> None:
    assert takes(resources, bucket)
    assert takes(resources, bucket, kind="aws:kms", key=arn("kms", f"key/{OWN[bucket]}"))


@pytest.mark.parametrize("bucket", OWN)
def test_an_upload_under_another_encryption_is_refused(resources: Resources, bucket: str) -> None:
    (other,) = {"DataKey", "PasswordKey"} - {OWN[bucket]}
    assert not takes(resources, bucket, kind="aws:kms", key=arn("kms", f"key/{other}"))
    assert not takes(resources, bucket, kind="aws:kms")  # the account's default key
    assert not takes(resources, bucket, kind="AES256")
    assert not takes(resources, bucket, own="AES256")


def test_receipts_alone_are_under_the_keys_of_s3(resources: Resources) -> None:
    """The robot reads them and may use no key of ours for reading."""
    assert takes(resources, "InboxBucket", RECEIPT, kind="AES256")
    assert not takes(resources, "InboxBucket", RECEIPT, own="AES256")
    assert not takes(resources, "RunsBucket", RECEIPT, kind="AES256")
    assert not takes(resources, "InboxBucket", "inbox/demo/roster/2026-11-30.zip", kind="AES256")
