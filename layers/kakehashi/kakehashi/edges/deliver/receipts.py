"""What a tool says of the delivery it had last, read when it is delivered to again.

    s3://<inbox>/receipts/<city>/<tool>/….csv, .xlsx put there by the tool, or by staff for it
    s3://<runs>/<run folder>/receipts/<tool>.json    what was read: a run called again reads this
    TOOL#<tool>.receipts in the state table          which files are settled

Not below inbox/: the rule that starts runs looks for words anywhere in those keys, and a tool that
may write a receipt must not be able to start anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import boto3

from kakehashi.deliver import Records
from kakehashi.deliver.dialect import Dialect
from kakehashi.deliver.list_files import unpacked
from kakehashi.deliver.receipt_files import MOST_BYTES
from kakehashi.deliver.receipts import Acknowledgement, Delivered, answer
from kakehashi.edges.deliver.outbox import Baseline, latest
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.settings import ToolSettings
from kakehashi.edges.state import State

MOST_FILES = 200  # of one tool, the newest


class Receipts:
    """Those of one tool, in one run."""

    def __init__(
        self, folder: Folder, state: State, run: Run, tool: str, env: ToolSettings
    ) -> None:
        s3 = boto3.client("s3")
        self.folder, self.state, self.tool = folder, state, tool
        self.inbox = Folder(s3, env.inbox_bucket, f"receipts/{run.city}/{tool}/")
        self.outbox = Folder(s3, env.outbox_bucket, f"outbox/{run.city}/{tool}/")
        self.baseline = Baseline(s3, env.baselines_bucket, run.city, tool)
        self._name = f"receipts/{tool}.json"

    def gather(self, dialect: Dialect) -> Acknowledgement:
        """What has come since the last delivery; the same when the run is called again."""
        kept = self.folder.get_json(self._name)
        if not kept:
            files = self._new()
            said = self._answer([key for key, _ in files], dialect)
            kept = said.to_json() | {"files": [digest for _, digest in files]}
            if files:
                self.folder.put_json(self._name, kept)
        return Acknowledgement.from_json(kept)

    def settle(self, *, delivered: bool) -> None:
        """Read these files no more: what they refused is in the delivery that was handed over."""
        kept = self.folder.get_json(self._name)
        if kept and (delivered or not kept["refusals"]):
            settled = [*self.state.tool(self.tool).receipts, *kept["files"]]
            newest = list(dict.fromkeys(settled))[-2 * MOST_FILES :]
            self.state.note_tool(self.tool, receipts=newest)

    def _new(self) -> list[tuple[str, str]]:
        """(key, digest) of the files that nobody has read, oldest first."""
        settled = set(self.state.tool(self.tool).receipts)
        pages = self.inbox.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.inbox.bucket, Prefix=self.inbox.prefix
        )
        found = [item for page in pages for item in page.get("Contents", [])]
        tables = [item for item in found if item["Key"].lower().endswith((".csv", ".xlsx"))]
        tables.sort(key=lambda item: (item["LastModified"], item["Key"]))
        told = [(item["Key"], _digest(item["Key"], item["ETag"])) for item in tables[-MOST_FILES:]]
        return [(key, digest) for key, digest in told if digest not in settled]

    def _answer(self, keys: list[str], dialect: Dialect) -> Acknowledgement:
        if not keys:
            return Acknowledgement()
        last = self.state.tool(self.tool)
        return answer(
            self._bodies(keys),
            dialect.receipt,
            self._delivered(dialect),
            last.previous,
            anew=last.made_anew,
        )

    def _bodies(self, keys: list[str]) -> Iterator[bytes]:
        for key in keys:
            answer = self.inbox.s3.get_object(Bucket=self.inbox.bucket, Key=key)
            yield answer["Body"].read(MOST_BYTES + 1)

    def _delivered(self, dialect: Dialect) -> Delivered:
        """The delivery that the receipts are about, as far as its files are still there."""
        if not dialect.lists:
            return Delivered(body for name, body in self._files() if name.endswith(".zip"))
        zips, lists = list[bytes](), dict[str, bytes]()
        for name, body in self._files():
            if name.endswith(".zip") and not dialect.lists_instead:
                zips.append(body)
            else:
                lists |= unpacked(body) if name.endswith(".zip") else {name: body}
        return Delivered(zips).with_lists(lists, self._people(dialect), dialect.receipt)

    def _people(self, dialect: Dialect) -> Iterator[Records]:
        """What the tool held once it had taken that delivery, and before it."""
        last = self.state.tool(self.tool)
        for version in filter(None, (last.baseline, last.previous)):
            if records := self.baseline.get(version, dialect.header):
                yield records

    def _files(self) -> Iterator[tuple[str, bytes]]:
        note = latest(self.outbox)
        for file in note["files"] if note else ():
            name = file["key"].removeprefix(self.outbox.prefix)
            if body := self.outbox.get(name):
                yield name.rpartition("/")[2], body


def _digest(key: str, etag: str) -> str:
    return hashlib.sha256(f"{key} {etag}".encode()).hexdigest()[:16]
