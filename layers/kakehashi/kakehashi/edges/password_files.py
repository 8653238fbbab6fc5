"""The initial-password files of a city, as they lie in their own bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import boto3
from botocore.exceptions import ClientError

from kakehashi.preprocess import PasswordFile

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_GONE = frozenset({"NoSuchKey", "404"})


class PasswordFiles:
    def __init__(self, s3: S3Client, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket

    @classmethod
    def of(cls, bucket: str) -> Self:
        return cls(boto3.client("s3"), bucket)

    def of_city(self, city: str) -> list[PasswordFile]:
        """Every CSV of the city in its newest version, the file that was put last at the end."""
        prefix = f"inbox/{city}/passwords/"
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        items = [item for page in pages for item in page.get("Contents", [])]
        items.sort(key=lambda item: (item["LastModified"], item["Key"]))
        keys = [item["Key"] for item in items if item["Key"].lower().endswith(".csv")]
        return [file for key in keys if (file := self._read(key)) is not None]

    def _read(self, key: str) -> PasswordFile | None:
        """None where the file expired or was taken away between the listing and now."""
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as exc:
            if exc.response["Error"]["Code"] in _GONE:
                return None
            raise
        return PasswordFile(key, answer.get("VersionId", ""), answer["Body"].read())
