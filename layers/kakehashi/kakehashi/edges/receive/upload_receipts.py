"""Receipts beside the roster's uploads: written when a drop has arrived, and when it is checked.

    s3://<inbox>/inbox/<city>/roster/<name>.receipt.txt, <name>.receipt.json

No rule starts a run on names that end so, and whoever reads loose files leaves them out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

import boto3

from kakehashi.edges import settings
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.receive.inbox import Drop, Inbox
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.findings import Finding
from kakehashi.oneroster import lines_in
from kakehashi.receive import Sync
from kakehashi.report.shapes import ReceiptBeside
from kakehashi.report.upload_receipt import (
    SUFFIXES,
    UploadReceipt,
    UploadStanding,
    beside,
    first_refusal,
)
from kakehashi.run_folder.drop import DropNote
from kakehashi.run_folder.drop import drop as dropped

MOST_KEY_BYTES = 1024  # of an object's key in UTF-8, "Object key naming guidelines" of S3


class UploadReceiptEnvironment(settings.InboxSettings, settings.GuideSettings):
    """What the completing of a receipt needs to know."""


def acknowledge(
    order: Sync, env: UploadReceiptEnvironment, state: State, run_id: str
) -> UploadReceipt | None:
    """Tell the sender that the drop is here, before anything else. None where nobody sent it, or
    where a newer file has come to its place.

    Called again for the same run, it says the same and writes nothing.
    """
    inbox = Inbox(boto3.client("s3"), env.inbox_bucket)
    name = _beside(order.drop, order.city)
    if not name:
        return None
    try:
        drop = inbox.drop(order.drop, order.version)
    except BadConfiguration:  # Receive says so, in its turn
        return None
    folder = Folder(inbox.s3, env.inbox_bucket, "")
    kept = beside(folder, name)
    if _newer(kept, drop.received.isoformat()):
        return None
    same = kept if kept and (kept["run_id"], kept["sha256"]) == (run_id, drop.sha256()) else None
    same_as = same["same_as"] if same else _same_as(drop, state, run_id)
    receipt = replace(_receipt(name, drop, run_id, same_as), guide=env.guide)
    if not same:  # who waits for the lease asks hundreds of times
        _put(folder, name, receipt)
    return receipt


def complete(
    run: Run,
    folder: Folder,
    env: UploadReceiptEnvironment,
    standing: str,
    findings: Iterable[Finding],
) -> None:
    """Complete the receipt of the upload that began ``run``; other runs have none."""
    drop = dropped(folder)
    name = _beside(drop.key, run.city)
    if run.mode != "sync" or not name or drop.lines is None:
        return
    inbox = Folder(folder.s3, env.inbox_bucket, "")
    if standing == UploadStanding.SUPERSEDED and _newer(beside(inbox, name), drop.received):
        return
    receipt = UploadReceipt(
        file=PurePosixPath(name).name,
        run_id=run.run_id,
        received=drop.received,
        bytes=drop.bytes,
        sha256=drop.sha256,
        lines=drop.lines,
        same_as=drop.same_as or "",
        standing=UploadStanding(standing),
        refusal=first_refusal(findings) if standing == UploadStanding.REFUSED else None,
        city=run.city,
        guide=env.guide,
    )
    _put(inbox, name, receipt)


def with_receipt(note: DropNote, receipt: UploadReceipt | None) -> DropNote:
    """What drop.json keeps of the receipt, so that it can be completed."""
    return replace(note, lines=receipt.lines, same_as=receipt.same_as) if receipt else note


def _beside(key: str, city: str) -> str:
    """The key that receipts are named after; "" for what did not come as an upload.

    A folder "approvals" below the roster's is left alone: an upload there would start a rerun.
    Of an upload whose name leaves no room for a receipt's the run is told, and nothing beside it.
    """
    if not key.startswith(f"inbox/{city}/roster/") or "/approvals/" in key:
        return ""
    name = f"{key}manifest.csv" if key.endswith("/") else key
    longest = max(len(f"{name}{suffix}".encode()) for suffix in SUFFIXES)
    return name if longest <= MOST_KEY_BYTES else ""


def _receipt(name: str, drop: Drop, run_id: str, same_as: str) -> UploadReceipt:
    return UploadReceipt(
        file=PurePosixPath(name).name,
        run_id=run_id,
        received=drop.received.isoformat(),
        bytes=sum(map(len, drop.files.values())),
        sha256=drop.sha256(),
        lines=lines_in(drop.source()),
        same_as=same_as,
    )


def _same_as(drop: Drop, state: State, run_id: str) -> str:
    """The earlier run that was given the same bytes, whatever became of it."""
    earlier = state.drop(drop.sha256()).run_id
    return earlier if earlier != run_id else ""


def _newer(kept: ReceiptBeside | None, received: str) -> bool:
    """Whether the receipt that lies there is of a file that came to this place later."""
    there = kept["received"] if kept else ""
    return bool(there) and datetime.fromisoformat(there) > datetime.fromisoformat(received)


def _put(folder: Folder, name: str, receipt: UploadReceipt) -> None:
    """Under S3's own key, not the roster's: who may read receipts need not be able to open it."""
    text = json.dumps(receipt.to_json(), ensure_ascii=False, indent=2) + "\n"
    for suffix, kind, body in (
        (".receipt.json", "application/json; charset=utf-8", text),
        (".receipt.txt", "text/plain; charset=utf-8", receipt.text()),
    ):
        folder.s3.put_object(
            Bucket=folder.bucket,
            Key=folder.prefix + name + suffix,
            Body=body.encode(),
            ContentType=kind,
            ServerSideEncryption="AES256",
        )
