"""How a drop becomes a run: lease, rules, and a folder that holds all the run depends on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict

from kakehashi import city as cities
from kakehashi import receive
from kakehashi.catalogue.decisions import ACCEPTED_DROP_TAKEN
from kakehashi.catalogue.exports import SAME_FILE, SUPERSEDED
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.catalogue.staffing import NO_FIRST_PASSWORD
from kakehashi.diff.exports import comes_late, export_of
from kakehashi.edges import plans, settings
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.receive import upload_receipts
from kakehashi.edges.receive.inbox import Drop, Inbox
from kakehashi.edges.receive.staff_uploads import StaffUploads
from kakehashi.edges.runs import Folder, Mode, Run, prefix_of, run_id_of
from kakehashi.edges.staff_files import plan_header
from kakehashi.edges.state import State
from kakehashi.oneroster import passwords_in
from kakehashi.report.upload_receipt import UploadReceipt
from kakehashi.roster import JAPAN
from kakehashi.run_folder.drop import NO_DROP, put_drop
from kakehashi.run_folder.drop import drop as dropped
from kakehashi.state_records import NewestDrop
from kakehashi.verdict import RUNNING, Verdict

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class ReceiveEnvironment(
    upload_receipts.UploadReceiptEnvironment, settings.RulesSettings, settings.PasswordSettings
):
    """What Receive needs to know."""


class Execution(BaseModel):
    """The execution that runs us, as the state machine's context tells it.

    ``started`` is when it began, or was redriven last; ``redrives`` is how often it was.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    started: datetime
    redrives: int = 0  # a state machine of before an update does not tell it

    def run_id(self, city: str) -> str:
        """The id of the run that it makes."""
        return run_id_of(city, self.name, self.started, self.redrives)

    def today(self) -> date:
        """The Japan date on which it began."""
        return self.started.astimezone(JAPAN).date()

    def run(self, city: str, mode: Mode, tools: Iterable[str], as_of: date | None = None) -> Run:
        """The run that it makes, as of its own day unless another is given. A rehearsal takes no
        lease, and so names no execution."""
        run_id = self.run_id(city)
        return Run(
            run_id=run_id,
            city=city,
            prefix=prefix_of(run_id),
            mode=mode,
            as_of=as_of or self.today(),
            execution="" if mode == "rehearse" else self.id,
            tools=tuple(tools),
        )


@dataclass(frozen=True, slots=True)
class RulesFile:
    """A city's rules, and the text they were read from."""

    city: cities.City
    text: str


def rules_of(s3: S3Client, bucket: str, city: str) -> RulesFile:
    """Raises BadConfiguration for a city nobody has put, or whose rules do not load."""
    body = Folder(s3, bucket, "cities/").get(f"{city}.toml")
    if body is None:
        raise BadConfiguration("this city has no rules: kakehashi city put")
    text = body.decode()
    try:
        return RulesFile(cities.parse(text), text)
    except cities.BadCity as exc:
        raise BadConfiguration("this city's rules do not load: kakehashi city put") from exc


def take_lease(state: State, execution: Execution) -> None:
    """One run at a time per city. Raises TryLater while another execution is at work.

    An owner whose execution has ended without giving the lease back (stopped by hand, or with
    the whole engine) does not hold up the city.
    """
    held = state.lease()
    dead = None
    if held and held.owner != execution.id and _ended(held.owner):
        dead = held.owner
    state.take_lease(execution.id, datetime.now(UTC), dead=dead)


def _ended(execution: str) -> bool:
    try:
        answer = boto3.client("stepfunctions").describe_execution(executionArn=execution)
    except ClientError as exc:
        if exc.response["Error"]["Code"] in {"ExecutionDoesNotExist", "InvalidArn"}:
            return True
        raise
    return answer["status"] != "RUNNING"


@dataclass(frozen=True, slots=True)
class DropSource:
    """The drop that a run takes. ``as_of`` is the ISO date that was said of it, "" for none,
    ``accepted_by`` the run that had accepted it where a newer one was refused, else ""."""

    drop: Drop
    as_of: str = ""
    accepted_by: str = ""


class Intake:
    """Takes one drop in, by an order."""

    def __init__(self, env: ReceiveEnvironment, state: State, execution: Execution) -> None:
        self.env, self.state, self.execution = env, state, execution
        self.s3: S3Client = boto3.client("s3")

    def take(
        self, order: receive.DropOrder, rules: RulesFile, receipt: UploadReceipt | None = None
    ) -> Run:
        """Fill a new run folder. The Run's verdict is "go", "already-done", "superseded" or
        "refused".

        A drop that holds passwords is refused here, before anything of it is copied.
        """
        if isinstance(order, receive.Rerun) and not self._concerned(order):
            said = self.state.newest_drop().as_of
            run = self._run(order, rules.city, said)
            return run.model_copy(update={"verdict": "already-done"})
        source = self._source(order)
        drop, run = source.drop, self._run(order, rules.city, source.as_of)
        if newer := self._superseded_by(order, drop, run.as_of, rules.city):
            return self._left_alone(run, drop, newer, receipt)
        # First of all: a rerun after any failure must find this drop, and of what day it is.
        if self._is_of_the_newest(order, drop, rules.city):
            self.state.note_newest_drop(NewestDrop(drop.key, drop.version, source.as_of))
        same_as = self._same_as(order, run, drop)
        done = self._noted(order, run, drop, rules.city, same_as)
        forbidden = passwords_in(drop.source())
        folder = Folder(self.s3, self.env.runs_bucket, run.prefix)
        note = replace(drop.note(), as_of=source.as_of)
        put_drop(folder, upload_receipts.with_receipt(note, receipt))
        self._fill(folder, drop, rules.text, roster=not forbidden)
        if rules.city.staff:
            StaffUploads(self.s3, self.env.inbox_bucket).copy(run, folder, self.state)
        same_file = [SAME_FILE.at(run=same_as)] if same_as else []
        instead = [ACCEPTED_DROP_TAKEN.at(run=source.accepted_by)] if source.accepted_by else []
        if told := [*forbidden, *same_file, *instead]:
            folder.put_findings("receive", told)
        verdict = "already-done" if done else "refused" if forbidden else "go"
        if verdict != "go":
            upload_receipts.complete(run, folder, self.env, verdict, forbidden)
        return run.model_copy(update={"verdict": verdict})

    def _superseded_by(
        self, order: receive.DropOrder, drop: Drop, as_of: date, city: cities.City
    ) -> str:
        """The run that has planned with a roster which came after this one, "" for none.

        Only an upload is asked: a rerun is of the newest, and a rehearsal may look at any.
        """
        if order.action != "sync":
            return ""
        newest = self.state.newest_plan()
        pattern, received = city.source.export_date, drop.received.isoformat()
        given = export_of(drop.key, pattern, (), received)
        return newest.run_id if newest.supersedes(given, as_of) else ""

    def _left_alone(self, run: Run, drop: Drop, newer: str, receipt: UploadReceipt | None) -> Run:
        """Nothing of the drop is taken in, and no record of it is made."""
        folder = Folder(self.s3, self.env.runs_bucket, run.prefix)
        put_drop(folder, upload_receipts.with_receipt(drop.note(), receipt))
        folder.put_findings("receive", [SUPERSEDED.at(run=newer)])
        upload_receipts.complete(run, folder, self.env, "superseded", ())
        return run.model_copy(update={"verdict": "superseded"})

    def _is_of_the_newest(self, order: receive.DropOrder, drop: Drop, city: cities.City) -> bool:
        """Whether what is said of the drop goes for all reruns to come: of one that has come, and
        of the newest where somebody corrects its day."""
        if isinstance(order, receive.Rerun):
            return order.as_of is not None and not order.upload
        return order.action == "sync" and not self._comes_late(order, drop, city)

    def _comes_late(self, order: receive.DropOrder, drop: Drop, city: cities.City) -> bool:
        """Whether its event was held up and a newer drop has come meanwhile: a rerun's is that."""
        newest = self.state.newest_drop().key
        today = order.as_of or self.execution.today()
        return comes_late(drop.key, newest, city.source.export_date, today)

    def _run(self, order: receive.DropOrder, city: cities.City, said: str) -> Run:
        """As of the day that a person names, or that was ``said`` of the drop, else of today."""
        as_of = order.as_of or (date.fromisoformat(said) if said else self.execution.today())
        return self.execution.run(order.city, order.action, city.tools, as_of)

    def _concerned(self, order: receive.Rerun) -> bool:
        """Whether an upload beside the roster is for anybody; what a person asks for always is.

        Passwords mostly come just before the roster of the same night, whose own run reads them.
        """
        if not order.upload:
            return True
        if not self.state.newest_drop():
            return False
        return order.upload == "approvals" or self._password_is_awaited(order.city)

    def _password_is_awaited(self, city: str) -> bool:
        newest = self.state.proposals()
        folder = Folder(self.s3, self.env.runs_bucket, prefix_of(newest) if newest else f"{city}/")
        staff = plan_header(folder).held
        return NO_PASSWORD.code in plans.header(folder).held or NO_FIRST_PASSWORD.code in staff

    def _source(self, order: receive.DropOrder) -> DropSource:
        inbox = Inbox(self.s3, self.env.inbox_bucket)
        if not isinstance(order, receive.Rerun) and order.drop:
            given = order.as_of.isoformat() if order.as_of else ""
            return DropSource(inbox.drop(order.drop, order.version), given)
        newest = self.state.newest_drop()
        if not newest:
            raise BadConfiguration("no drop has come yet")
        drop = inbox.drop(newest.key, newest.version or None)
        if not isinstance(order, receive.Rerun):
            return DropSource(drop)
        refused = order.upload and self.state.drop(drop.sha256()).verdict == Verdict.REFUSED
        accepted = self._accepted() if refused else None
        corrected = order.as_of.isoformat() if order.as_of else newest.as_of
        return accepted or DropSource(drop, corrected)

    def _accepted(self) -> DropSource | None:
        """The drop that staff were asked about last, whose plan is the newest that was not refused:
        as its run has kept it, since another file may have its place in the inbox by now."""
        run_id = self.state.proposals()
        folder = Folder(self.s3, self.env.runs_bucket, prefix_of(run_id)) if run_id else None
        told = dropped(folder) if folder else NO_DROP
        if folder is None or not told:
            return None
        names = folder.names("roster/")
        files = {name.removeprefix("roster/"): folder.need(name) for name in names}
        drop = Drop(told.key, told.version, datetime.fromisoformat(told.received), files)
        return DropSource(drop, told.as_of or "", run_id)

    def _same_as(self, order: receive.DropOrder, run: Run, drop: Drop) -> str:
        """The earlier run that applied this very file, when it is dropped again under another name
        or on another day; "" for none. Called again for the same run, it says the same."""
        earlier = self.state.drop(drop.sha256())
        if order.action != "sync":
            return ""
        if earlier.run_id == run.run_id:
            return earlier.same_as
        again = (earlier.key, earlier.as_of) != (drop.key, run.as_of.isoformat())
        return earlier.run_id if earlier.went_well and again else ""

    def _noted(
        self, order: receive.DropOrder, run: Run, drop: Drop, city: cities.City, same_as: str
    ) -> bool:
        """Whether this drop is done already; if not, note that it is being taken in.

        A rehearsal leaves no note: nothing outside its run folder changes.
        """
        if order.action == "rehearse":
            return False
        passwords = Inbox(self.s3, self.env.passwords_bucket)
        approvals = Inbox(self.s3, self.env.inbox_bucket)
        uploads = receive.upload_digests([
            *passwords.uploads(f"inbox/{run.city}/passwords/"),
            *approvals.uploads(f"inbox/{run.city}/approvals/"),
            *approvals.uploads(f"inbox/{run.city}/decisions/"),
            *(approvals.uploads(f"inbox/{run.city}/staff/") if city.staff else ()),
        ])  # fmt: skip
        inputs = receive.inputs_digest(city.sha256, run.as_of)
        sha256 = drop.sha256()
        earlier = self.state.drop(sha256)
        if order.action == "sync" and receive.already_done(
            earlier, inputs=inputs, uploads=uploads, serial=self.state.serial()
        ):
            return True
        self.state.note_drop(
            sha256,
            run_id=run.run_id,
            key=drop.key,
            as_of=run.as_of.isoformat(),
            same_as=same_as,
            inputs=inputs,
            uploads=uploads,
            verdict=RUNNING,
        )
        self.state.note_run(
            run.run_id,
            verdict=RUNNING,
            mode=run.mode,
            as_of=run.as_of.isoformat(),
            drop=sha256,
            execution=run.execution,
        )
        return False

    def _fill(self, folder: Folder, drop: Drop, rules: str, *, roster: bool) -> None:
        folder.put("city.toml", rules, "application/toml")
        for name, body in drop.files.items() if roster else ():
            folder.put(f"roster/{name}", body)
