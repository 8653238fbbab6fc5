"""A run and its folder in S3: what flows between the states, and what every stage leaves behind.

The payload between states is a ``Run``, under 2 KB and without a pupil's data. Everything else is
a file in ``s3://<runs bucket>/<city>/<run_id>/``, so a run can be replayed on a laptop.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any, Literal, Self

import boto3
from pydantic import BaseModel, ConfigDict, Field

from kakehashi import city as cities
from kakehashi import jsonlines
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.objects import Objects
from kakehashi.findings import Finding
from kakehashi.roster import JAPAN

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

Mode = Literal["sync", "rerun", "rehearse", "apply", "undo", "deliver"]


class Run(BaseModel):
    """What one state hands to the next.

    ``prefix`` is the run's folder within the runs bucket, with a trailing slash. ``execution``
    is the ARN that holds the city's lease, "" for a rehearsal, which takes none. ``verdict`` is
    the one word the next Choice looks at. ``seconds`` are wall seconds spent per stage.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    run_id: str
    city: str
    prefix: str
    mode: Mode
    as_of: date
    execution: str = ""
    verdict: str = ""
    tools: tuple[str, ...] = ()
    counts: dict[str, int] = Field(default_factory=dict)
    seconds: dict[str, float] = Field(default_factory=dict)

    def after(self, stage: str, verdict: str, started: float, **counts: int) -> dict[str, Any]:
        """The payload for the next state; ``started`` is ``time.monotonic()`` at entry."""
        spent = round(self.seconds.get(stage, 0.0) + time.monotonic() - started, 3)
        update = {
            "verdict": verdict,
            "counts": self.counts | counts,
            "seconds": self.seconds | {stage: spent},
        }
        return self.model_copy(update=update).model_dump(mode="json")


def run_id_of(city: str, execution_name: str, started: datetime, redrives: int = 0) -> str:
    """The id of the run that an execution makes: the same however often its first state runs.

    It leads back to its city, so that an approval needs to name nothing but the run. ``redrives``
    counts how often somebody has redriven the execution, and ``started`` is when that last was:
    what it begins then is another run.
    """
    begun = f"{execution_name} {redrives}" if redrives else execution_name
    digest = hashlib.sha256(begun.encode()).hexdigest()[:8]
    return f"{city}-{started.astimezone(JAPAN):%Y%m%dT%H%M%S}-{digest}"


def city_of(run_id: str) -> str:
    return run_id.rsplit("-", 2)[0]


def made_on(run_id: str) -> date:
    """The Japan date on which the run began, by the clock."""
    return datetime.strptime(run_id.rsplit("-", 2)[1], "%Y%m%dT%H%M%S").replace(tzinfo=JAPAN).date()


def prefix_of(run_id: str) -> str:
    """The run's folder within the runs bucket."""
    return f"{city_of(run_id)}/{run_id}/"


class Folder:
    """The run's folder: small files whole, JSON lines as a stream."""

    def __init__(self, s3: S3Client, bucket: str, prefix: str) -> None:
        self.s3, self.bucket, self.prefix = s3, bucket, prefix
        self._objects = Objects(s3, bucket)

    @classmethod
    def of(cls, run: Run, bucket: str) -> Self:
        return cls(boto3.client("s3"), bucket, run.prefix)

    def put(self, name: str, body: bytes | str | io.BytesIO, content_type: str = "") -> str:
        """Write one file; returns its key. A buffer is sent from its beginning, not copied."""
        extra: dict[str, Any] = {"ContentType": content_type} if content_type else {}
        data = body.encode() if isinstance(body, str) else body
        if isinstance(data, io.BytesIO):
            data.seek(0)
        self.s3.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=data, **extra)
        return self.prefix + name

    def get(self, name: str) -> bytes | None:
        """One file's bytes, or None where it does not exist."""
        answer = self._objects.read(self.prefix + name)
        return answer["Body"].read() if answer else None

    def part(self, name: str, first: int, length: int) -> bytes:
        """``length`` bytes of a file from ``first`` on; b"" where it does not exist."""
        answer = self._objects.read(self.prefix + name, first=first, length=length)
        return answer["Body"].read() if answer else b""

    def need(self, name: str) -> bytes:
        """One file's bytes. Raises BadConfiguration where it is missing."""
        body = self.get(name)
        if body is None:
            raise BadConfiguration(f"missing in run folder: {name}")
        return body

    def put_json(self, name: str, data: Mapping[str, Any]) -> str:
        text = json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True)
        return self.put(name, text + "\n", "application/json; charset=utf-8")

    def get_json(self, name: str) -> dict[str, Any]:
        """One file's content, or {} where it does not exist."""
        return dict(json.loads(self.get(name) or b"{}"))

    def put_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Write rows as canonical JSON lines; returns how many."""
        count, out = 0, io.BytesIO()
        for count, line in enumerate(jsonlines.write(rows), 1):  # noqa: B007 - the last is wanted
            out.write(line)
        self.put(name, out, "application/x-ndjson")
        return count

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """Rows of a JSON-lines file, streamed; nothing where the file does not exist."""
        if answer := self._objects.read(self.prefix + name):
            yield from jsonlines.read(answer["Body"].iter_lines(chunk_size=1 << 16))

    def raw_lines(self, name: str) -> Iterator[bytes]:
        """The same as they are stored, for whoever parses only some of them."""
        if answer := self._objects.read(self.prefix + name):
            yield from answer["Body"].iter_lines(chunk_size=1 << 16)

    def names(self, under: str = "") -> list[str]:
        """Names of all files below ``under``, sorted, relative to the folder."""
        found = self._objects.listed(self.prefix + under)
        return sorted(item["Key"].removeprefix(self.prefix) for item in found)

    def within(self, under: str) -> Self:
        """A folder of its own below this one; ``under`` ends in "/"."""
        return type(self)(self.s3, self.bucket, self.prefix + under)

    def findings(self, stage: str = "") -> Iterator[Finding]:
        """Findings of one stage (``findings/<stage>.jsonl``), or of all stages in order."""
        for name in [f"findings/{stage}.jsonl"] if stage else self.names("findings/"):
            yield from map(Finding.from_json, self.lines(name))

    def put_findings(self, stage: str, findings: Iterable[Finding]) -> int:
        return self.put_lines(f"findings/{stage}.jsonl", (f.to_json() for f in findings))

    def rules(self) -> cities.City:
        """The city's rules as Receive copied them into the folder."""
        return cities.parse(self.need("city.toml").decode())

    @contextmanager
    def package(self) -> Iterator[IO[bytes] | dict[str, bytes]]:
        """The drop as it came: the zip as a seekable file, or loose files by name."""
        names = self.names("roster/")
        if names == ["roster/drop.zip"]:
            yield io.BytesIO(self.need("roster/drop.zip"))
        else:
            yield {name.removeprefix("roster/"): self.need(name) for name in names}
