"""Whole nights in this process: the real handlers, in the order of the real state machine.

>>> night = nights.run(a_drop().zip(), passwords=a_password_file({…}))   # doctest: +SKIP
>>> nights.approve(night.summary)                                        # doctest: +SKIP

AWS is moto, Microsoft 365 is the fake tenant behind HTTP, and the order of the stages is read from
infra/roster_sync.asl.yaml (``walker``). The clock is the harness's: it stands at ``nights.clock``
and each execution moves it on by a few minutes. ``nights.lambdas`` makes trouble (``lambdas``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal

import boto3
import pytest

from kakehashi.edges.microsoft import directory
from kakehashi.edges.runs import Folder
from kakehashi.edges.state import State
from kakehashi.findings import Finding
from kakehashi.people.record import Record
from kakehashi.report import words
from kakehashi.report.upload_receipt import SUFFIXES
from kakehashi.roster import JAPAN
from local.fakes import tenant as fake
from tests import builders, quick
from tests.builders import TODAY
from tests.lambdas import Lambdas, client, fresh_clients, resource
from tests.tenants import Tenant, environment
from tests.walker import Execution, Machine

ROOT = Path(__file__).parents[1]
STAGES = tuple(words.STAGES)
BUCKETS = ("INBOX_BUCKET", "PASSWORDS_BUCKET", "RUNS_BUCKET", "RULES_BUCKET", "OUTBOX_BUCKET",
           "BASELINES_BUCKET")  # fmt: skip
BEGINS = time(2, 10, tzinfo=JAPAN)
FIRST_NIGHT = datetime.combine(TODAY, BEGINS)
OPTIONS = "--stack kakehashi"
EXECUTION = "arn:aws:states:ap-northeast-1:123456789012:execution:kakehashi-RosterSync:"
RULES = f"""\
{builders.RULES}\
[tools.lgate]
dialect = "lgate"
[tools.interactive_study]
dialect = "interactive_study"
"""


@dataclass(frozen=True)
class Night:
    """One execution, from its start to its end."""

    execution: Execution
    runs_bucket: str

    @property
    def status(self) -> str:
        """SUCCEEDED or FAILED, as the console shows it."""
        return self.execution.status

    @property
    def why(self) -> str:
        """The name of the error that ended it; "" where none did.

        A stage's is what the last state was given; the execution's own is that it was not redriven.
        """
        _, given = self.execution.stands_at
        failed = given.get("failed", {}) if self.execution.error else {}
        return str(failed.get("error", self.execution.error))

    @property
    def history(self) -> list[str]:
        """States in the order in which they were entered."""
        return self.execution.history

    @property
    def run(self) -> dict[str, Any]:
        """The last payload that named a run; {} where there never was one."""
        named = (p for p in reversed(self.execution.payloads) if "run_id" in p)
        return dict(next(named, {}))

    @property
    def folder(self) -> Folder:
        return Folder(boto3.client("s3"), self.runs_bucket, self.run["prefix"])

    @property
    def summary(self) -> dict[str, Any]:
        return self.folder.get_json("summary.json")

    @property
    def verdict(self) -> str:
        return str(self.summary["verdict"])

    def findings(self) -> list[Finding]:
        return list(self.folder.findings())


@dataclass
class Nights:
    """One city, night after night. Made by the fixture ``nights``."""

    names: Mapping[str, str]
    tenant: Tenant
    city: str = "demo"
    clock: datetime = FIRST_NIGHT
    lambdas: Lambdas = field(default_factory=Lambdas)
    count: int = 0  # executions and uploads so far
    inside: fake.Tenant = field(default_factory=fake.Tenant)  # that ``tenant`` controls

    def __post_init__(self) -> None:
        self.state = State.of(self.names["TABLE"], self.city)
        functions = {f"{stage.title()}FunctionArn": stage for stage in STAGES}
        values = functions | {
            "DeadLettersUrl": self.names["DEAD_LETTERS_URL"], "Options": OPTIONS}  # fmt: skip
        text = (ROOT / "infra" / "roster_sync.asl.yaml").read_text()
        self.values = values
        self.machine = Machine(text, values, self._call)
        self.put_rules(RULES)

    # -- what people and robots do --------------------------------------------------------

    def put_rules(self, text: str, city: str = "") -> None:
        self.put("RULES_BUCKET", f"cities/{city or self.city}.toml", text.encode())

    def run(
        self,
        drop: bytes,
        *,
        as_of: date | None = None,
        passwords: bytes | None = None,
        mode: Literal["sync", "rehearse"] = "sync",
        name: str = "",
    ) -> Night:
        """A drop arrives, and its upload starts the machine.

        ``as_of`` is the night on which that happens, for a rehearsal the date it is made for.
        ``passwords`` are uploaded before it; ``name`` is the file's, with its date unless told.
        """
        if passwords is not None:
            self.put_passwords(passwords)
        if mode == "rehearse":
            key = f"staging/{self.city}/roster.zip"
            self.put("INBOX_BUCKET", key, drop)
            order = {"action": "rehearse", "city": self.city, "drop": key}
            return self.start(order | ({"as_of": as_of.isoformat()} if as_of else {}))
        if as_of:
            self.go_to(as_of)
        key = f"inbox/{self.city}/roster/{name or f'{self.clock:%Y-%m-%d}.zip'}"
        return self.start(self.event_of(key, self.put("INBOX_BUCKET", key, drop)))

    def event_of(self, key: str, version: str = "") -> dict[str, Any]:
        """What EventBridge says of an upload."""
        event: dict[str, Any] = json.loads((ROOT / "events" / "drop.json").read_text())
        event["detail"]["object"] |= {"key": key, "version-id": version}
        return event

    def rerun(self) -> Night:
        return self.start({"action": "rerun", "city": self.city})

    def approve(self, summary: Mapping[str, Any], by: str = "教育総務課", **order: Any) -> Night:
        """Accept exactly what ``summary`` asks for; ``order`` overrides parts of the input."""
        accept = sorted({breach["code"] for breach in summary["breaches"]})
        asked = {"run_id": summary["run_id"], "checksum": summary["checksum"], "accept": accept}
        return self.start({"action": "apply", "by": by} | asked | order)

    def undo(self, run_id: str, by: str = "教育総務課", **order: Any) -> Night:
        """Ask for the way back of a run; the plan then waits for ``approve``."""
        return self.start({"action": "undo", "run_id": run_id, "by": by} | order)

    def put_passwords(self, body: bytes) -> None:
        self.count += 1
        self.put("PASSWORDS_BUCKET", f"inbox/{self.city}/passwords/p{self.count}.csv", body)

    def put(self, bucket: str, key: str, body: bytes) -> str:
        """Upload; returns the version."""
        answer = boto3.client("s3").put_object(Bucket=self.names[bucket], Key=key, Body=body)
        return str(answer["VersionId"])

    def go_to(self, day: date) -> None:
        self.clock = datetime.combine(day, BEGINS)

    def tomorrow(self) -> None:
        self.go_to(self.clock.date() + timedelta(days=1))

    def start(self, given: Mapping[str, Any]) -> Night:
        """One execution of the state machine with this input."""
        self.count += 1
        name = f"night-{self.count}"
        walk = self.machine.run(dict(given), name, EXECUTION + name, self.clock.isoformat())
        self.clock += timedelta(minutes=5)
        return Night(walk, self.names["RUNS_BUCKET"])

    def given(self, known: Iterable[Record]) -> None:
        """Pupils as earlier nights have left them, in the state and in the tenant."""
        known = list(known)
        self.tenant.give_known(known)
        for one in known:
            self.state.put_pupil(one, None)

    def redrive(self, night: Night) -> Night:
        """What the console's button Redrive does, once the clock has moved on."""
        walk = self.machine.redrive(night.execution, self.clock.isoformat())
        self.clock += timedelta(minutes=5)
        return Night(walk, self.names["RUNS_BUCKET"])

    # -- what can be looked at ------------------------------------------------------------

    def letters(self) -> list[dict[str, Any]]:
        """Takes everything out of the dead-letter queue."""
        return [json.loads(body) for body in _drain(self.names["DEAD_LETTERS_URL"])]

    def mails(self) -> list[str]:
        """What staff were sent since the last look: subject, then text."""
        notes = map(json.loads, _drain(self.names["MAILS_URL"]))
        return [f"{note['Subject']}\n{note['Message']}" for note in notes]

    def outbox(self) -> dict[str, bytes]:
        return self._objects("OUTBOX_BUCKET", lambda body: body)

    def everything(self) -> dict[str, str]:
        """A fingerprint of every object and item of the account, and of the tenant.

        Receipts are left out: they tell of an upload, also of one that changes nothing.
        """
        found = {
            f"s3://{bucket}/{key}": digest
            for bucket in BUCKETS
            for key, digest in self._objects(bucket, _digest).items()
            if not key.endswith(SUFFIXES)
        }
        items = boto3.resource("dynamodb").Table(self.names["TABLE"]).scan()["Items"]
        found |= {f"{item['pk']!s} {item['sk']!s}": _digest(repr(item).encode()) for item in items}
        export = self.tenant.call("GET", "export")
        return found | {"tenant": _digest(json.dumps(export, sort_keys=True).encode())}

    def _objects[T](self, bucket: str, read: Callable[[bytes], T]) -> dict[str, T]:
        s3, name = boto3.client("s3"), self.names[bucket]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return {k: read(s3.get_object(Bucket=name, Key=k)["Body"].read()) for k in keys}

    # -- the state machine's hands --------------------------------------------------------

    def _call(self, resource: str, arguments: Any) -> Any:
        match resource.removeprefix("arn:aws:states:::"):
            case "lambda:invoke":
                payload = self.lambdas.invoke(arguments["FunctionName"], arguments["Payload"])
                return {"Payload": payload, "StatusCode": 200}
            case "sqs:sendMessage":
                body = json.dumps(arguments["MessageBody"], ensure_ascii=False)
                boto3.client("sqs").send_message(QueueUrl=arguments["QueueUrl"], MessageBody=body)
                return {}
            case _:
                raise NotImplementedError(resource)


@contextmanager
def nights_in(account: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    """A city in an AWS account (fixture ``account``) with a tenant of its own."""
    monkeypatch.setattr(boto3, "client", client)
    monkeypatch.setattr(boto3, "resource", resource)
    secret = json.dumps({"type": "secret", "value": fake.CLIENT_SECRET})
    secrets = quick.founder("secretsmanager")
    secrets.create_secret(Name="kakehashi/credential", SecretString=secret)
    inside = fake.Tenant()
    names = dict(account) | {"MAILS_URL": _mailbox(account["TOPIC_ARN"])}
    with (
        fresh_clients() as session,
        fake.serve(tenant=inside) as base_url,
        closing(Tenant(base_url)) as tenant,
    ):
        for name, value in environment(base_url).items():
            monkeypatch.setenv(name, value)
        lambdas = Lambdas()
        lambdas.enforce(session)
        yield Nights(names, tenant, lambdas=lambdas, inside=inside)
    directory.tenant.cache_clear()


def _mailbox(topic: str) -> str:
    sqs = quick.founder("sqs")
    url: str = sqs.create_queue(QueueName="mails")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    quick.founder("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=found["QueueArn"])
    return url


def _drain(url: str) -> Iterator[str]:
    sqs = boto3.client("sqs")
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield message["Body"]


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
