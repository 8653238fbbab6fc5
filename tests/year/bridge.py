"""What the year asks of a running bridge: the fast path, or the embedded engine (tests/e2e)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from typing import Any, Protocol

import boto3

from kakehashi.findings import Finding
from kakehashi.people.record import Record
from tests import quick
from tests.lambdas import Killed
from tests.nights import ROOT, Nights
from tests.nights import Night as FastNight
from tests.staff import Board

RUN_DAYS = timedelta(days=45)
RUN = re.compile(r"demo/demo-(\d{8})T")


class Night(Protocol):
    """One execution, ended: ``why`` is the error of a red one, "" of the others."""

    @property
    def status(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def summary(self) -> Mapping[str, Any]: ...
    def findings(self) -> list[Finding]: ...


class Bridge(Protocol):
    keeps_real_time: bool  # each roster is then told which day it is of

    def go_to(self, day: date) -> None: ...
    def put_rules(self, text: str) -> None: ...
    def put_passwords(self, body: bytes) -> None: ...
    def put_staff(self, name: str, body: bytes) -> None: ...  # below inbox/<city>/staff/
    def put_staff_passwords(self, body: bytes) -> None: ...

    # each starts a run, and ends with it
    def upload(self, name: str, body: bytes) -> Night: ...
    def rehearse(self, body: bytes, as_of: date) -> Night: ...
    def passwords_arrive(self, body: bytes) -> Night: ...
    def rerun(self) -> Night: ...
    def approve(self, summary: Mapping[str, Any]) -> Night: ...
    def mark(self, words: Mapping[str, str]) -> Night: ...
    def fill_in(self, night: Night, words: Mapping[str, str]) -> Night: ...

    # trouble: of Microsoft 365, and of a function's process, which ends
    def fault(self, **rule: Any) -> None: ...
    def heal(self) -> None: ...
    def dying(self, stage: str) -> AbstractContextManager[None]: ...
    def dying_at(self, operation: str, number: int) -> AbstractContextManager[None]: ...

    # what can be looked at
    def users(self) -> list[dict[str, Any]]: ...
    def groups(self) -> list[dict[str, Any]]: ...
    def known(self) -> Iterable[Record]: ...
    def delivered(self, key: str) -> bytes: ...
    def outbox(self) -> Mapping[str, bytes]: ...
    def said(self) -> list[Any]: ...


class FastPath:
    """The walker, moto and the fake tenant in this process."""

    keeps_real_time = False

    def __init__(self, nights: Nights) -> None:
        self.nights, self.board = nights, Board(nights)
        self.put_rules, self.put_passwords = nights.put_rules, nights.put_passwords
        self.users, self.groups = nights.tenant.users, nights.tenant.groups
        self.outbox = nights.outbox
        self.fault, self.heal = nights.tenant.fault, nights.tenant.heal
        self.dying_at = nights.lambdas.dying_at
        self._last: FastNight | None = None

    def go_to(self, day: date) -> None:
        """On the first of a month old run folders go, as the bucket's lifecycle rule has it."""
        self.nights.go_to(day)
        if day.day == 1:
            runs, began = self.nights.names["RUNS_BUCKET"], f"{day - RUN_DAYS:%Y%m%d}"
            quick.expire(runs, lambda key: (at := RUN.match(key)) is not None and at[1] < began)

    def put_staff(self, name: str, body: bytes) -> None:
        self.nights.put("INBOX_BUCKET", f"inbox/{self.nights.city}/staff/{name}", body)

    def put_staff_passwords(self, body: bytes) -> None:
        key = f"inbox/{self.nights.city}/passwords/staff-{self.nights.clock:%Y%m%d}.csv"
        self.nights.put("PASSWORDS_BUCKET", key, body)

    def upload(self, name: str, body: bytes) -> Night:
        return self._end(self.nights.run(body, name=name))

    def rehearse(self, body: bytes, as_of: date) -> Night:
        return self._end(self.nights.run(body, as_of=as_of, mode="rehearse"))

    def passwords_arrive(self, body: bytes) -> Night:
        self.put_passwords(body)
        event = json.loads((ROOT / "events" / "passwords.json").read_text())
        return self._end(self.nights.start(event))

    def rerun(self) -> Night:
        return self._end(self.nights.rerun())

    def approve(self, summary: Mapping[str, Any]) -> Night:
        return self._end(self.nights.approve(summary))

    def mark(self, words: Mapping[str, str]) -> Night:
        return self._end(self.board.mark(*words.items()))

    def fill_in(self, night: Night, words: Mapping[str, str]) -> Night:
        assert isinstance(night, FastNight)
        return self._end(self.board.fill_in(night, words))

    @contextmanager
    def dying(self, stage: str) -> Iterator[None]:
        self.nights.lambdas.trouble(stage, "before", Killed())
        yield

    def known(self) -> Iterable[Record]:
        return self.nights.state.pupils()

    def delivered(self, key: str) -> bytes:
        bucket = self.nights.names["OUTBOX_BUCKET"]
        return bytes(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())

    def said(self) -> list[Any]:
        """All that the last run wrote for people and machines outside its own folder."""
        assert self._last is not None
        log = self.nights.lambdas.said
        text = log.getvalue()
        log.seek(0)
        log.truncate()
        walk = self._last.execution
        return [*walk.payloads, *walk.causes, *self.nights.mails(), self.nights.letters(), text]

    def _end(self, night: FastNight) -> FastNight:
        self._last = night
        return night
