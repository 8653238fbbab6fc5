"""`kakehashi drop`: watch the folder in which an RPA robot leaves its exports."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from kakehashi.report.upload_receipt import UploadStanding
from kakehashi_console.cli.nightly import a_city
from kakehashi_console.cli.options import Where, aside, in_clear_words, terminal, where
from kakehashi_console.dropping import NotSent, Watch
from kakehashi_console.operations.reach import stamp
from kakehashi_console.site import Deployed

ABSENT = frozenset({"NoSuchKey", "404", "AccessDenied", "403"})  # the robot may not list the bucket
UNFINISHED, REFUSED = 1, 4


class S3Inbox:
    """A bucket, with a bar for what goes up."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self.s3, self.bucket = s3, bucket

    def put(self, file: Path, key: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(),
                   TransferSpeedColumn())  # fmt: skip
        with Progress(*columns, console=aside, transient=True) as bar, file.open("rb") as body:
            task = bar.add_task(file.name, total=file.stat().st_size)
            try:
                self.s3.upload_fileobj(
                    body, self.bucket, key, Callback=lambda sent: bar.advance(task, sent)
                )
            except (S3UploadFailedError, BotoCoreError, ClientError) as exc:
                raise NotSent(_why(exc)) from exc

    def get(self, key: str) -> bytes | None:
        try:
            return bytes(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except ClientError as exc:
            if exc.response["Error"]["Code"] in ABSENT:
                return None
            raise NotSent(_why(exc)) from exc
        except BotoCoreError as exc:
            raise NotSent(_why(exc)) from exc


def _why(exc: Exception) -> str:
    """The kind of error; its text may name a path, which is no secret, and is long."""
    cause = exc.__context__ if isinstance(exc, S3UploadFailedError) and exc.__context__ else exc
    code = cause.response["Error"]["Code"] if isinstance(cause, ClientError) else ""
    return f"S3 に送れません / not sent: {code or type(cause).__name__}"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@a_city
@click.option("--bucket", help="受信用バケット(スタックを調べる権限がないとき) / the inbox by name")
@click.option(
    "--once", is_flag=True, help="今あるものの受領証を待って終わる / end with its receipts"
)
@click.option("--settle", default=10.0, show_default=True, type=click.FloatRange(0),
              help="変わらなければ完成とみなす秒数 / seconds without a change")  # fmt: skip
@click.option("--wait", default=30.0, show_default=True, type=click.FloatRange(0),
              help="--once で受領証を待つ分数 / minutes to wait with --once")  # fmt: skip
@where
@in_clear_words
def drop(
    *, folder: Path, city: str, bucket: str | None, once: bool, settle: float, wait: float,
    at: Where,
) -> None:  # fmt: skip
    """FOLDER に置かれた zip や CSV のフォルダーを、書き終わるのを待って送り、受領証を隣に置く。

    Watch FOLDER: what a robot leaves there goes up once it is whole, and its receipt is laid beside
    it. Exit status with --once: 0, 4 where something was refused, 1 where not all was done.
    """
    if bucket:
        inbox = S3Inbox(Deployed("").client("s3"), bucket)
    else:
        console = at.console(city)
        inbox = S3Inbox(console.s3, console.outputs["InboxBucket"])
    watch = Watch(folder, city, inbox, _tell, time.monotonic, stamp, settle)
    if not once:
        aside.print(f"{folder} を見ています(Ctrl+C で終わり) / watching", highlight=False)
    ends = time.monotonic() + wait * 60
    while (open_ := watch.look()) or not once:
        if once and time.monotonic() > ends:
            break
        time.sleep(max(0.2, min(settle / 4, 5.0)))
    raise SystemExit(_status(watch, unfinished=open_))


def _status(watch: Watch, *, unfinished: bool) -> int:
    if UploadStanding.REFUSED in watch.standings().values():
        return REFUSED
    return UNFINISHED if unfinished else 0


def _tell(name: str, sentence: str) -> None:
    terminal.print(f"{name}: {sentence}", highlight=False, soft_wrap=True, markup=False)
