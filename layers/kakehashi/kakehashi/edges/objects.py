"""A bucket's objects: listed in the order in which they came, and read where they may be gone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import (
        GetObjectOutputTypeDef,
        ObjectTypeDef,
        ObjectVersionTypeDef,
    )

_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404"})


class Objects:
    """Those of the bucket ``name``."""

    def __init__(self, s3: S3Client, name: str) -> None:
        self.s3, self.name = s3, name

    @classmethod
    def of(cls, name: str) -> Self:
        return cls(boto3.client("s3"), name)

    def listed(self, prefix: str) -> list[ObjectTypeDef]:
        """Everything below ``prefix``, the object that was put last at the end."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        found = [item for page in pages for item in page.get("Contents", [])]
        return sorted(found, key=lambda item: (item["LastModified"], item["Key"]))

    def versions(self, prefix: str) -> list[ObjectVersionTypeDef]:
        """Every version of everything below ``prefix``, without the marks of deletions."""
        pages = self.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.name, Prefix=prefix
        )
        return [version for page in pages for version in page.get("Versions", [])]

    def put(self, key: str, body: io.BytesIO) -> str:
        """Returns the new version, of a bucket that has versions."""
        return self.s3.put_object(Bucket=self.name, Key=key, Body=body)["VersionId"]

    def remove(self, key: str, version: str) -> None:
        """This version, for good."""
        self.s3.delete_object(Bucket=self.name, Key=key, VersionId=version)

    def read(
        self, key: str, version: str = "", *, first: int = 0, length: int = 0
    ) -> GetObjectOutputTypeDef | None:
        """GetObject's answer; the newest version if none is named, ``length`` bytes from ``first``
        on where one is. None where it is not there, has expired or was taken away since it was
        listed."""
        wanted: dict[str, Any] = {"VersionId": version} if version else {}
        if length:
            wanted["Range"] = f"bytes={first}-{first + length - 1}"
        try:
            return self.s3.get_object(Bucket=self.name, Key=key, **wanted)
        except ClientError as exc:
            if exc.response["Error"]["Code"] in _GONE:
                return None
            raise
