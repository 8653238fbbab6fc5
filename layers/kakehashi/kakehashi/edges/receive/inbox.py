"""The inbox: drops as the RPA robot leaves them, and the other uploads a run depends on."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING

from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.objects import Objects
from kakehashi.report.upload_receipt import SUFFIXES
from kakehashi.run_folder.drop import DropNote

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


@dataclass(frozen=True, slots=True)
class Drop:
    """A drop read whole: file name → bytes (one ``drop.zip``, or loose CSVs)."""

    key: str
    version: str
    received: datetime
    files: Mapping[str, bytes]

    def source(self) -> IO[bytes] | Mapping[str, bytes]:
        """The drop as ``oneroster`` opens it."""
        zipped = self.files.get("drop.zip")
        return io.BytesIO(zipped) if zipped is not None else self.files

    def sha256(self) -> str:
        """The zip's own hash; for loose files a hash over names and contents."""
        if list(self.files) == ["drop.zip"]:
            return hashlib.sha256(self.files["drop.zip"]).hexdigest()
        digest = hashlib.sha256()
        for name, body in sorted(self.files.items()):
            digest.update(f"{name}\x1f{len(body)}\x1f".encode() + body)
        return digest.hexdigest()

    def note(self) -> DropNote:
        """What the run folder keeps of it."""
        return DropNote(
            key=self.key,
            version=self.version,
            received=self.received.isoformat(),
            sha256=self.sha256(),
            bytes=sum(map(len, self.files.values())),
            files={name: len(body) for name, body in sorted(self.files.items())},
        )


class Inbox:
    def __init__(self, s3: S3Client, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket

    def drop(self, key: str, version: str | None = None) -> Drop:
        """The drop at ``key``. Raises BadConfiguration where nothing is there.

        A ``manifest.csv`` stands for all loose files beside it, and so does a key that ends
        in "/". A zip is read in exactly the version whose upload started the run.
        """
        if key.lower().endswith(".zip"):
            body, received, version = self._get(key, version)
            return Drop(key, version, received, {"drop.zip": body})
        folder = key.rpartition("/")[0] + "/"
        files, received_at = {}, None
        for name in self._list(folder):
            files[name.removeprefix(folder)], at, _ = self._get(name)
            received_at = max(at, received_at or at)
        if received_at is None:
            raise BadConfiguration("no drop at the key given")
        return Drop(key, "", received_at, files)

    def uploads(self, prefix: str) -> Iterator[str]:
        """``key etag`` of everything below ``prefix``: changes when anything there changes."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            for item in page.get("Contents", []):
                yield f"{item['Key']} {item['ETag']}"

    def _list(self, folder: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=folder, Delimiter="/"
        )
        keys = (item["Key"] for page in pages for item in page.get("Contents", []))
        return [key for key in keys if not key.endswith(SUFFIXES)]  # our own receipts

    def _get(self, key: str, version: str | None = None) -> tuple[bytes, datetime, str]:
        answer = Objects(self.s3, self.bucket).read(key, version or "")
        if answer is None:
            raise BadConfiguration("no drop at the key given")
        return answer["Body"].read(), answer["LastModified"], answer.get("VersionId", "")
