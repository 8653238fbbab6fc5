"""The robot's folder against a whole night: what goes up is checked, and its receipt comes back."""

from __future__ import annotations

import time
from pathlib import Path

import boto3

from kakehashi_console.cli.drop import S3Inbox
from kakehashi_console.dropping import Watch
from tests.builders import a_drop
from tests.integration.test_night import known
from tests.nights import Nights

NAME = "RO_20261124_082201.zip"


def test_a_zip_that_the_robot_leaves_is_sent_checked_and_answered(
    nights: Nights, tmp_path: Path
) -> None:
    nights.given(known(12))
    (tmp_path / NAME).write_bytes(a_drop(12).zip())
    inbox = S3Inbox(boto3.client("s3"), nights.names["INBOX_BUCKET"])
    said: list[str] = []
    watch = Watch(tmp_path, "demo", inbox, lambda name, text: said.append(text), time.monotonic,
                  lambda: "T1", settle=0)  # fmt: skip
    assert watch.look()
    nights.start({"action": "sync", "city": "demo", "drop": f"inbox/demo/roster/{NAME}"})
    assert not watch.look()
    assert said[-1].startswith("受け付けました。")
    assert (tmp_path / f"{NAME}.receipt.txt").read_text("utf-8").startswith("受け付けました。")
    assert watch.standings() == {NAME: "accepted"}
