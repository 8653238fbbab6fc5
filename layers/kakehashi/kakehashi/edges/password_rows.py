"""One pupil's initial password at the moment of use: in memory, and nowhere else."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Self

import boto3
from botocore.exceptions import ClientError

from kakehashi.diff.plan import Action
from kakehashi.preprocess import passwords

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404"})


class PasswordRows:
    """Rows of the password files that a plan names by key, version and line."""

    def __init__(self, s3: S3Client, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket
        self._rows = lru_cache(maxsize=2)(self._fetch)  # a shard's pupils mostly share one file

    @classmethod
    def of(cls, bucket: str) -> Self:
        return cls(boto3.client("s3"), bucket)

    def read(self, action: Action) -> str | None:
        """The password for the action's pupil; None if the file or the row is not there any more,
        or the row turns out to be somebody else's."""
        where, pupil = action.password, action.after
        if where is None or pupil is None:
            return None
        return passwords.read_row(self._rows(where.key, where.version), where.line, pupil)

    def _fetch(self, key: str, version: str) -> dict[int, passwords.Entry]:
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=key, VersionId=version)
        except ClientError as exc:
            if exc.response["Error"]["Code"] in GONE:
                return {}
            raise
        return {entry.line: entry for entry in passwords.parse(answer["Body"].read()).entries}
