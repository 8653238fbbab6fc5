"""Whatever goes wrong wherever: the night ends red or done, and a rerun ends as if nothing had.

Each stage meets each trouble once (CI takes one cell in three, `make long` all), on a night on
which accounts are made, changed and missed,
groups are kept and two tools are delivered to. Then the newest drop is run again, and what is
left (tenant, state, what the tools got, what staff are told) is compared with what the same night
leaves undisturbed. Only ids and times may differ.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest

from tests.builders import a_drop, a_known, a_pupil
from tests.conftest import account_in
from tests.integration.test_night import CITY, MARK, known, passwords
from tests.lambdas import Killed, TimedOut
from tests.nights import RULES, STAGES, Night, Nights, nights_in
from tests.walker import Stopped

WITH_GROUPS = RULES + '[m365]\ngroups = ["school", "class"]\n'
WHOLE = os.environ.get("KAKEHASHI_CHAOS") == "whole"  # as `make long` does
IN_THE_MIDDLE = {
    "receive": ("s3.PutObject", 2),
    "validate": ("s3.PutObject", 1),
    "preprocess": ("s3.PutObject", 1),
    "diff": ("s3.PutObject", 2),
    "provision": ("dynamodb.PutItem", 3),
    "groups": ("s3.PutObject", 1),
    "deliver": ("s3.PutObject", 2),
    "report": ("s3.PutObject", 1),
}
"""For each stage, a call at which it has done some of its work."""
BURST = 3
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
DYNAMODB = "com.amazonaws.dynamodb.v20120810#"

type Trouble = Callable[[Nights, str], AbstractContextManager[None]]


# -- the night and what it leaves ------------------------------------------------------------------


def prepare(nights: Nights) -> None:
    """Five pupils in last year's class, and one who is not in tonight's roster."""
    nights.put_rules(WITH_GROUPS)
    leaver = a_known(city=CITY, pupil=a_pupil(20))
    nights.given([*known(5, class_title="3年1組"), leaver])
    nights.put_passwords(passwords(6, 7))


def tonight(nights: Nights) -> Night:
    return nights.run(a_drop(7).zip())


def left(nights: Nights, last: Night) -> dict[str, Any]:
    """Tenant, state, files and report, without ids that are drawn and times."""
    export = nights.tenant.call("GET", "export")
    names = {user["id"]: user["userPrincipalName"] for user in export["value"]}
    groups = {g["mailNickname"]: sorted(names[m] for m in g["members"]) for g in export["groups"]}
    users = [
        {k: v for k, v in sorted(user.items()) if k != "id" and "DateTime" not in k}
        for user in sorted(export["value"], key=lambda user: str(user["userPrincipalName"]))
    ]
    state = {
        one.pupil.id: (names[one.object_id or ""], dict(one.account), str(one.status))
        for one in nights.state.pupils()
    }
    files = {key: rows(body) for key, body in nights.outbox().items() if key.endswith(".zip")}
    told = {"proposed": last.summary["proposed"], "held": last.summary["held"]}
    return {"users": users, "groups": groups, "state": state, "files": files, "report": told}


def rows(zipped: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(zipped)) as archive:
        return {
            name: TIMES.sub("<time>", archive.read(name).decode()) for name in archive.namelist()
        }


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        account_in(monkeypatch) as account,
        nights_in(account, monkeypatch) as nights,
    ):
        prepare(nights)
        night = tonight(nights)
        assert night.verdict == "applied"
        assert night.summary["proposed"]["GONE"] == [a_pupil(20).id]
        found = left(nights, night)
        marked = [u for u in found["users"] if u["onPremisesExtensionAttributes"][MARK]]
        assert (len(marked), len(found["files"])) == (8, 2)
        assert found["groups"]
        return found


# -- troubles --------------------------------------------------------------------------------------


@contextmanager
def killed_before(nights: Nights, stage: str) -> Iterator[None]:
    nights.lambdas.trouble(stage, "before", Killed())
    yield


@contextmanager
def killed_after(nights: Nights, stage: str) -> Iterator[None]:
    nights.lambdas.trouble(stage, "after", Killed())
    yield


def timed_out(nights: Nights, stage: str) -> AbstractContextManager[None]:
    operation, number = IN_THE_MIDDLE[stage]
    return nights.lambdas.dying_at(operation, number, stage, TimedOut)


@contextmanager
def throttled(nights: Nights, stage: str) -> Iterator[None]:
    """A short burst, which boto3 sits out."""
    burst = iter(range(BURST))
    body = json.dumps({"__type": f"{DYNAMODB}ProvisionedThroughputExceededException"})

    def answer() -> tuple[int, str] | None:
        return None if next(burst, None) is None else (400, body)

    with nights.lambdas.answered("dynamodb", stage, answer):
        yield
    assert next(burst, None) is None, "it has happened"


def s3_down(nights: Nights, stage: str) -> AbstractContextManager[None]:
    body = "<Error><Code>InternalError</Code><Message/></Error>"
    return outage(nights, stage, "s3", body)


def dynamodb_down(nights: Nights, stage: str) -> AbstractContextManager[None]:
    return outage(
        nights, stage, "dynamodb", json.dumps({"__type": f"{DYNAMODB}InternalServerError"})
    )


@contextmanager
def outage(nights: Nights, stage: str, service: str, body: str) -> Iterator[None]:
    """For as long as the stage's first call has any patience."""
    over: list[bool] = []
    said: list[str] = []

    def answer() -> tuple[int, str] | None:
        if over:
            return None
        said.append(body)
        return 500, body

    nights.lambdas.trouble(stage, "before", lambda _event: None, lambda _event: over.append(True))
    with nights.lambdas.answered(service, stage, answer):
        yield
    assert said, "it has happened"


@contextmanager
def started_meanwhile(nights: Nights, stage: str, start: Callable[[], Night]) -> Iterator[None]:
    """Another execution begins while this stage is about to; it waits in vain for its turn, since
    the walker's patience is short, and comes again when the night is over."""
    running = json.dumps({"status": "RUNNING"})

    def wait(_event: Any) -> None:
        assert start().status == "FAILED"

    # Of Receive, before it has the lease, nothing can be late.
    nights.lambdas.trouble(stage, "after" if stage == "receive" else "before", wait)
    asked = "stepfunctions.DescribeExecution"
    with nights.lambdas.answered(asked, "receive", lambda: (200, running)):
        yield
    assert start().status == "SUCCEEDED"


def duplicate(nights: Nights, stage: str) -> AbstractContextManager[None]:
    """EventBridge delivers the event of tonight's drop twice."""
    event = nights.event_of(f"inbox/{nights.city}/roster/{nights.clock:%Y-%m-%d}.zip")
    return started_meanwhile(nights, stage, lambda: nights.start(event))


def out_of_order(nights: Nights, stage: str) -> AbstractContextManager[None]:
    """Yesterday's event comes tonight."""
    key = f"inbox/{nights.city}/roster/2026-11-01.zip"
    nights.put("INBOX_BUCKET", key, a_drop(5).zip())
    return started_meanwhile(nights, stage, lambda: nights.start(nights.event_of(key)))


@contextmanager
def engine_restarted(nights: Nights, stage: str) -> Iterator[None]:
    nights.lambdas.trouble(stage, "before", Stopped())
    yield


TROUBLES: tuple[Trouble, ...] = (
    killed_before, killed_after, timed_out, throttled, s3_down, dynamodb_down, duplicate,
    out_of_order, engine_restarted,
)  # fmt: skip


# -- every stage meets every trouble ---------------------------------------------------------------


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 tries again at once."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))


def order_after(nights: Nights, night: Night) -> dict[str, Any]:
    """What staff start: what the dead letter says, else a rerun; of an execution that came to an
    end before anything was written down, the same again."""
    told = night.execution.context["Execution"]
    for letter in nights.letters():
        if letter["execution"] == told["Id"]:
            return dict(letter["again"])
    lost = night.status == "ABORTED" and night.history == ["Receive"]
    return dict(told["Input"]) if lost else {"action": "rerun", "city": nights.city}


REDRIVEN: tuple[Trouble, ...] = (killed_after, timed_out, engine_restarted)


def cells(troubles: Sequence[Trouble], every: int) -> list[Any]:
    """Each trouble at each stage; without ``WHOLE`` one cell in so many, spread so that no trouble
    and no stage is left out."""
    return [
        pytest.param(trouble, stage, id=f"{trouble.__name__}-{stage}")
        for row, trouble in enumerate(troubles)
        for column, stage in enumerate(STAGES)
        if WHOLE or (row + column) % every == 0
    ]


@pytest.mark.parametrize(("trouble", "stage"), cells(REDRIVEN, 2))
def test_a_redriven_night_ends_as_if_nothing_had_happened(
    nights: Nights, undisturbed: dict[str, Any], stage: str, trouble: Trouble
) -> None:
    prepare(nights)
    with trouble(nights, stage):
        night = tonight(nights)
    assert night.status != "SUCCEEDED"
    again = nights.redrive(night)
    assert (again.status, again.verdict in {"applied", "unchanged"}) == ("SUCCEEDED", True)
    assert left(nights, again) == undisturbed
    assert nights.state.lease() is None


@pytest.mark.parametrize(("trouble", "stage"), cells(TROUBLES, 3))
def test_the_night_ends_and_a_rerun_ends_as_if_nothing_had_happened(
    nights: Nights, undisturbed: dict[str, Any], stage: str, trouble: Trouble
) -> None:
    prepare(nights)
    with trouble(nights, stage):
        night = tonight(nights)
    assert night.status in {"SUCCEEDED", "FAILED", "ABORTED"}
    assert (night.status == "ABORTED") == (trouble is engine_restarted)
    assert (night.why == TimedOut.error) == (trouble is timed_out)
    if night.status == "FAILED":
        assert night.history[-4:] == ["Again", "DeadLetter", "ReportFailure", "Failed"]
        assert (night.why, nights.state.lease()) != ("", night.run.get("execution"))
    again = nights.start(order_after(nights, night))
    assert (again.status, again.verdict in {"applied", "unchanged"}) == ("SUCCEEDED", True)
    found = left(nights, again)
    assert {part for part in found if found[part] != undisturbed[part]} == set()
    assert found == undisturbed
    assert nights.state.lease() is None
