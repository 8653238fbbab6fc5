"""The initial-password files of the cities, in their own bucket: read, and never written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import boto3
from botocore.exceptions import ClientError

from kakehashi.diff.plan import Action
from kakehashi.preprocess import PasswordFile, passwords
from kakehashi.roster import Known

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

ENDINGS = (".csv", ".csv.with-roster")  # the latter comes just before a roster and starts no run
_GONE = frozenset({"NoSuchKey", "NoSuchVersion", "404"})


class Passwords:
    def __init__(self, s3: S3Client, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket
        self._rows = lru_cache(maxsize=2)(self._entries)  # a shard's pupils mostly share one file

    @classmethod
    def of(cls, bucket: str) -> Self:
        return cls(boto3.client("s3"), bucket)

    def files(self, city: str) -> list[PasswordFile]:
        """Every CSV of the city in its newest version, the file that was put last at the end."""
        prefix = f"inbox/{city}/passwords/"
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        items = [item for page in pages for item in page.get("Contents", [])]
        items.sort(key=lambda item: (item["LastModified"], item["Key"]))
        keys = [item["Key"] for item in items if item["Key"].lower().endswith(ENDINGS)]
        return [file for key in keys if (file := self._file(key)) is not None]

    def forget_used(self, city: str, settled: Callable[[], Iterable[Known]]) -> int:
        """Delete the files of whose every row the pupil has an account; returns how many.

        All versions of a file go, so that no older one takes its place; one that is uploaded
        meanwhile stays. ``settled`` is asked only where there is a file at all.
        """
        versions = self._versions(f"inbox/{city}/passwords/")
        if not versions:
            return 0
        accounts = {known.pupil.account.lower(): known.pupil.id for known in settled()}
        used = [key for key, ids in versions.items() if self._is_used(key, ids[0], accounts)]
        for key in used:
            for version in reversed(versions[key]):  # killed halfway, the newest still counts
                self.s3.delete_object(Bucket=self.bucket, Key=key, VersionId=version)
        return len(used)

    def _versions(self, prefix: str) -> dict[str, list[str]]:
        """The versions of each CSV that has not been deleted, the newest first."""
        listing = self.s3.get_paginator("list_object_versions")
        pages = list(listing.paginate(Bucket=self.bucket, Prefix=prefix))
        rows = [row for page in pages for row in page.get("Versions", [])]
        present = {row["Key"] for row in rows if row["IsLatest"]}
        found: dict[str, list[str]] = {}
        for row in sorted(rows, key=lambda row: not row["IsLatest"]):
            if row["Key"] in present and row["Key"].lower().endswith(ENDINGS):
                found.setdefault(row["Key"], []).append(row["VersionId"])
        return found

    def _is_used(self, key: str, version: str, accounts: Mapping[str, str]) -> bool:
        file = self._file(key, version)
        return file is not None and passwords.used_up(file.body, accounts)

    def read(self, action: Action) -> str | None:
        """The password for the action's pupil, at the moment of use. None if the file or the row
        is not there any more, or the row turns out to be somebody else's."""
        where, pupil = action.password, action.after
        if where is None or pupil is None:
            return None
        return passwords.read_row(self._rows(where.key, where.version), where.line, pupil)

    def _entries(self, key: str, version: str) -> dict[int, passwords.Entry]:
        file = self._file(key, version)
        return {entry.line: entry for entry in passwords.parse(file.body).entries} if file else {}

    def _file(self, key: str, version: str = "") -> PasswordFile | None:
        """The newest version if none is named. None if it expired or was taken away meanwhile."""
        try:
            if version:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key, VersionId=version)
            else:
                answer = self.s3.get_object(Bucket=self.bucket, Key=key)
        except ClientError as exc:
            if exc.response["Error"]["Code"] in _GONE:
                return None
            raise
        return PasswordFile(key, answer.get("VersionId", ""), answer["Body"].read())
