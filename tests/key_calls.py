"""What AWS asks KMS in a caller's name, and with which context, where a thing is under a key.

S3, DynamoDB, SNS and Secrets Manager ask in the name of whoever calls them, so that caller's
policies must allow it. Sources: "Using SSE-KMS" and "Multipart upload API and permissions" (S3),
"DynamoDB encryption at rest: usage notes", "Key management" (SNS), "Secret encryption and
decryption in AWS Secrets Manager".
"""

from __future__ import annotations

from collections.abc import Iterator

REGION, ACCOUNT = "ap-northeast-1", "123456789012"
VIA = "kms:viaservice"
CONTEXT = "kms:encryptioncontext:"

type Keys = tuple[tuple[str, str], ...]
"""Condition keys of a call, in lower case, e.g. (("kms:viaservice", "s3…"),)."""


def asked(action: str, resource: str, *, in_parts: bool = False) -> tuple[list[str], Keys]:
    """Actions on the key of ``resource``, e.g. of an object for "s3:GetObject", with their keys."""
    service = action.partition(":")[0]
    context = ((VIA, f"{service}.{REGION}.amazonaws.com"), *_context(service, resource))
    if action.startswith(("s3:List", "s3:Delete")):
        return [], context
    match action:
        case "s3:PutObject" if not in_parts:
            return ["kms:GenerateDataKey"], context
        case "s3:PutObject" | "sns:Publish":
            return ["kms:GenerateDataKey", "kms:Decrypt"], context
    return ["kms:Decrypt"], context  # DynamoDB opens its table's own key, as Secrets Manager does


def _context(service: str, resource: str) -> Iterator[tuple[str, str]]:
    match service:
        case "s3":  # the bucket, since all of ours have a bucket key
            yield f"{CONTEXT}aws:s3:arn", resource.partition("/")[0]
        case "dynamodb":
            table = resource.partition(":table/")[2].partition("/")[0]
            yield f"{CONTEXT}aws:dynamodb:tablename", table
            yield f"{CONTEXT}aws:dynamodb:subscriberid", ACCOUNT
        case "sns":
            yield f"{CONTEXT}aws:sns:topicarn", resource
        case "secretsmanager":
            yield f"{CONTEXT}secretarn", resource
