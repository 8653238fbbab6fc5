"""A tool's side of the world: what it took last, and where its files are put.

    s3://<outbox>/outbox/<city>/<tool>/<YYYY-MM-DD>/RO_YYYYMMDD_<code>.zip
    s3://<outbox>/outbox/<city>/<tool>/latest.json       what came last, and what it follows
    s3://<baselines>/<city>/<tool>.csv.gz                what the tool holds, a version a delivery
    TOOL#<tool> in the state table                       which version that is

The pointer moves when all is written. So a delivery cut short is made again by the same run, byte
for byte, from the baseline it began with; and what no run finished is in the next delta. The events
come after the pointer, and it remembers whether they went out: if not, the next run puts them.
"""

from __future__ import annotations

import gzip
import io
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Self, cast

import boto3

from kakehashi.deliver import (
    Acknowledgement,
    Delivery,
    Order,
    Outgoing,
    Records,
    read_baseline,
    taken_back,
    unmoved,
    write_baseline,
)
from kakehashi.deliver.dialect import Header
from kakehashi.deliver.shapes import DeliveredFile, Latest
from kakehashi.edges.deliver.announcements import announce
from kakehashi.edges.deliver.making import MadeFrom
from kakehashi.edges.errors import BadConfiguration, OtherRelease
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.settings import OutboxSettings
from kakehashi.edges.state import State
from kakehashi.state_records import ToolRecord
from kakehashi.stored import TooNew

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

LATEST = "latest.json"
TYPES = {
    "zip": "application/zip",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class DeliverySlot:
    """This run's place among a tool's deliveries.

    ``baseline`` is the version of what the tool holds ("" for nothing), ``follows`` the run that
    delivered it, ``nth`` counts the deliveries of this day. ``anew`` tells everything again.
    ``announced`` is False where that run did not live to put its events. ``made`` tells what
    its files were made of, nothing where something was said of them.
    """

    baseline: str
    follows: str
    nth: int
    anew: bool
    announced: bool = True
    made: MadeFrom = field(default=MadeFrom())

    @classmethod
    def of(cls, last: ToolRecord, run_id: str, day: date) -> Self:
        """From the tool's record; the run that wrote it last gets the turn it had then."""
        if last.run_id == run_id:
            return cls(last.previous, last.follows, last.nth, last.made_anew)
        return cls(
            baseline=last.baseline,
            follows=last.run_id,
            nth=last.nth + 1 if last.day == day.isoformat() else 1,
            anew=last.anew,
            announced=last.announced,
            made=MadeFrom(last.made_by, last.made_of),
        )


class Baseline:
    """What one tool holds. The newest version stays for ever, those before it for a while."""

    def __init__(self, s3: S3Client, bucket: str, city: str, tool: str) -> None:
        self.objects, self.key = Objects(s3, bucket), f"{city}/{tool}.csv.gz"

    def get(self, version: str, header: Header) -> Records | None:
        """The records of one version; None where it is gone. Raises OtherRelease."""
        answer = self.objects.read(self.key, version)
        if answer is None:
            return None
        with gzip.open(io.BytesIO(answer["Body"].read()), "rt", newline="") as lines:
            try:
                return read_baseline(lines, header)
            except TooNew as exc:
                raise OtherRelease(f"what a tool holds, {self.key}") from exc

    def is_there(self, version: str) -> bool:
        """Without reading it."""
        return bool(version) and self.objects.read(self.key, version) is not None

    def put(self, records: Records) -> str:
        """Returns the new version."""
        body = io.BytesIO()
        with (
            gzip.GzipFile(fileobj=body, mode="wb", compresslevel=1, mtime=0) as packed,
            io.TextIOWrapper(packed, "utf-8", newline="") as out,
        ):
            write_baseline(records, out)
        body.seek(0)
        return self.objects.put(self.key, body)


def latest(folder: Folder) -> Latest | None:
    """What came last, None before the first; ``folder`` is a tool's in the outbox."""
    told = folder.get_json(LATEST)
    return cast("Latest", told) if told else None


class Outbox:
    """One tool of one city, in one run."""

    def __init__(self, state: State, run: Run, tool: str, env: OutboxSettings) -> None:
        s3 = boto3.client("s3")
        self.state, self.run, self.tool = state, run, tool
        self.slot = DeliverySlot.of(state.tool(tool), run.run_id, run.as_of)
        self.baseline = Baseline(s3, env.baselines_bucket, run.city, tool)
        self.folder = Folder(s3, env.outbox_bucket, f"outbox/{run.city}/{tool}/")

    def before(self, header: Header, answer: Acknowledgement) -> Records | None:
        """What the tool holds, laid under ``header``; None when it holds nothing.

        Of what it refused, by its ``answer``, it still holds what it held before. Raises
        BadConfiguration where the baseline was lost: without it nobody would be taken off the
        tool. To start the tool anew is for a person to say.
        """
        if not self.slot.baseline:
            return None
        held = self.baseline.get(self.slot.baseline, header)
        if held is None and not self.slot.anew:
            raise BadConfiguration(f"the baseline of tool {self.tool} is gone: start it anew")
        if held is None or not answer.refusals:
            return held
        earlier = self.baseline.get(answer.earlier, header) if answer.earlier else None
        return taken_back(held, answer.refusals, earlier, anew=answer.anew)

    def unmoved(self, order: Order, made: MadeFrom, answer: Acknowledgement) -> Delivery | None:
        """The delivery where roster, rules and code are those of the last one, and the tool has
        answered nothing. None where records must be made to tell."""
        if not made.of or made != self.slot.made or answer != Acknowledgement():
            return None
        if not self.baseline.is_there(self.slot.baseline):
            return None
        note = latest(self.folder)
        held = (note["pupils"], note.get("staff", 0)) if note else (0, 0)
        return unmoved(order, self.last_files(made), *held)

    def last_files(self, made: MadeFrom) -> tuple[Outgoing, ...]:
        """The files that the tool had last, as they were made; () where one is gone, or where they
        were made by something else."""
        note = latest(self.folder)
        if note is None or made.by != self.slot.made.by or note["run_id"] != self.slot.follows:
            return ()
        names = [file["key"].removeprefix(self.folder.prefix) for file in note["files"]]
        bodies = [self.folder.get(name) or b"" for name in names]
        files = tuple(
            Outgoing(name.rpartition("/")[2], body, file["rows"])
            for name, body, file in zip(names, bodies, note["files"], strict=True)
        )
        told = [file["sha256"] for file in note["files"]]
        return files if [file.sha256 for file in files] == told else ()

    def hand_over(
        self, delivery: Delivery, made: MadeFrom, *, again: bool = False
    ) -> list[DeliveredFile]:
        """Files, the note of what came last, the baseline, the pointer; and then the events.

        Returns key, sha256 and rows of each file; nothing is written when there is none. ``again``:
        they are the last ones, and so is the baseline.
        """
        if not self.slot.announced and (note := latest(self.folder)):
            self._announce(note)
        files: list[DeliveredFile] = [
            {"key": self._put(delivery, f.name, f.body), "sha256": f.sha256, "rows": dict(f.rows)}
            for f in delivery.files
        ]
        if files:
            note = self._note(delivery, files)
            self.folder.put_json(LATEST, note)
            version = self.slot.baseline if again else self.baseline.put(delivery.records)
            self._point(version, MadeFrom() if delivery.findings else made)
            self._announce(note)
        elif not delivery.findings and made.of and made != self.slot.made:
            self.state.note_tool(self.tool, made_by=made.by, made_of=made.of)
        return files

    def _put(self, delivery: Delivery, name: str, body: bytes) -> str:
        # A second full file of a day replaces the first. A second delta must not: a tool that has
        # not fetched the first yet would never hear of it.
        again = delivery.mode == "delta" and self.slot.nth > 1
        day = self.run.as_of.isoformat() + (f"/run-{self.slot.nth:02}" if again else "")
        return self.folder.put(f"{day}/{name}", body, TYPES[name.rpartition(".")[2]])

    def _note(self, delivery: Delivery, files: list[DeliveredFile]) -> Latest:
        note: Latest = {
            "city": self.run.city,
            "tool": self.tool,
            "run_id": self.run.run_id,
            "as_of": self.run.as_of.isoformat(),
            "mode": delivery.mode,
            "follows": self.slot.follows,
            "bucket": self.folder.bucket,
            "files": files,
            "pupils": delivery.pupils,
        }
        if staff := delivery.staff:
            note["staff"] = staff
        return note

    def _point(self, baseline: str, made: MadeFrom) -> None:
        self.state.note_tool(
            self.tool,
            run_id=self.run.run_id,
            day=self.run.as_of.isoformat(),
            nth=self.slot.nth,
            baseline=baseline,
            previous=self.slot.baseline,
            follows=self.slot.follows,
            anew=False,
            made_anew=self.slot.anew,
            announced=False,
            made_by=made.by,
            made_of=made.of,
        )

    def _announce(self, note: Latest) -> None:
        announce(note)
        self.state.note_tool(self.tool, announced=True)
