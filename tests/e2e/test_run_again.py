"""Red executions through the whole stack: redriven, and after the engine itself was killed."""

from __future__ import annotations

import json
import os
import re
import signal
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from boto3.dynamodb.conditions import Key

from kakehashi_console.operations import RunOutcome
from local.demo import moves
from local.engine.engine import Engine
from local.stack import Stack
from tests.e2e.conftest import until
from tests.e2e.town import Town

PUPILS = 120
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
RUNS = re.compile(r"town-\d{8}T\d{6}-[0-9a-f]{8}")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of this module's own: its engine is killed."""
    whole = Stack(tmp_path_factory.mktemp("restarted"))
    try:
        yield whole
    finally:
        whole.down()


@pytest.fixture
def own(killed: Stack) -> Stack:
    """It is up, even where the test before left it dead, and its tenant is empty: the towns have
    the same pupils, and would take over each other's accounts."""
    killed.up()
    emptied = requests.post(f"{killed.tenant_url}/_tenant/import", json={"value": []}, timeout=30)
    emptied.raise_for_status()
    return killed


def a_town(stack: Stack, folder: Path, name: str) -> Town:
    """Without special-needs classes: each city numbers those in an order of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moves, "_give_support", lambda *_: None)
        return Town(stack, folder, name, PUPILS, seed=1)


@pytest.fixture(scope="module")
def undisturbed(killed: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    killed.up()
    town = a_town(killed, tmp_path_factory.mktemp("quiet"), "quiet")
    town.first_night()
    found = left(town)
    assert (len(found["accounts"]), len(found["state"])) == (PUPILS, PUPILS)
    assert found["files"]
    return found


def test_a_failed_execution_redriven_in_the_console_ends_well(own: Stack, tmp_path: Path) -> None:
    town = Town(own, tmp_path, "redriven")
    town.first_night()
    town.city.next_night(town.city.day + timedelta(days=1))
    town.upload_passwords()
    town.fault(kind="status", status=403, method="GET", shape="/users", times=None)
    execution, failed = town.failing_night()
    assert execution["cause"].endswith("stage diff: PermissionLost")

    red = redriven(town, execution["executionArn"])
    assert (red.summary.verdict, red.run_id != failed.run_id) == ("failed", True)
    town.no_faults()
    well = redriven(town, execution["executionArn"])
    assert (well.summary.verdict, well.run_id != red.run_id) == ("applied", True)
    assert town.differences(also=frozenset(town.accounts()) - town.expected().keys()) == []
    assert town.rerun().summary.verdict == "unchanged"


@pytest.mark.parametrize(
    ("stage", "saved"),
    [("Provision", True), ("Provision", False), ("Diff", True)],
    ids=["provision", "provision-not-saved", "diff"],
)
def test_after_the_engine_was_killed_and_started_again_the_night_ends_as_if_nothing_had_happened(
    own: Stack, tmp_path: Path, undisturbed: dict[str, Any], stage: str, saved: bool
) -> None:
    """Saved: the engine knows of the execution, which is redriven. Not saved: it has forgotten it,
    and all that the state table was told since; the accounts are there, and it is run again."""
    town = a_town(own, tmp_path, f"{stage}-{saved}".lower())
    waiting = town.night()
    order = town.approval(waiting) if stage == "Provision" else rerun(town)
    engine_of(own).save()
    if stage == "Provision":
        town.refuse_one()
    else:
        town.fault(kind="latency", seconds=2, method="GET", shape="/users", times=None)
    arn = town.console.start(order)
    until(lambda: has_entered(town, arn, stage))
    if stage == "Provision":
        until(lambda: True if town.accounts() else None)
    if saved:
        engine_of(own).save()
    pid = engine_of(own).pid()
    assert pid, "it answers; 0 would be ourselves"
    os.kill(pid, signal.SIGKILL)
    until(lambda: None if left_behind(own) else True)
    cut_short = len(town.accounts())
    town.no_faults()
    assert cut_short < PUPILS
    assert (cut_short > 0) == (stage == "Provision")

    own.up()
    if saved:
        execution = town.console.sfn.describe_execution(executionArn=arn)
        assert (execution["status"], execution["error"]) == ("FAILED", "States.ServiceRestart")
    run_id = waiting.run_id if stage == "Provision" else ""
    outcome = redriven(town, arn, run_id) if saved else town.rerun()
    if outcome.summary.verdict == "awaiting-approval":
        outcome = town.approve(outcome)
    assert outcome.summary.verdict == "applied"
    assert town.differences() == []
    assert left(town) == undisturbed
    assert town.rerun().summary.verdict == "unchanged"


def redriven(town: Town, arn: str, run_id: str = "") -> RunOutcome:
    """How an execution ends after somebody pressed Redrive."""
    town.console.sfn.redrive_execution(executionArn=arn)
    return town.end(arn, run_id)


def rerun(town: Town) -> dict[str, Any]:
    return {"action": "rerun", "city": town.name, "as_of": town.city.day.isoformat()}


def has_entered(town: Town, arn: str, stage: str) -> bool | None:
    pages = town.console.sfn.get_paginator("get_execution_history").paginate(executionArn=arn)
    events = (event for page in pages for event in page["events"])
    names = {event.get("stateEnteredEventDetails", {}).get("name") for event in events}
    return True if stage in names else None


def engine_of(stack: Stack) -> Engine:
    return Engine(stack.home, int(stack.url.rpartition(":")[2]))


def left_behind(stack: Stack) -> list[Path]:
    """Functions that are still there though their engine is dead: it takes them along."""
    mark = str(stack.home / "tmp").encode()
    return [process for process in Path("/proc").glob("[0-9]*") if mark in _command(process)]


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def left(town: Town) -> dict[str, Any]:
    """Accounts, state and files of a town, without its name, ids that are drawn and times."""
    accounts = town.accounts()
    names = {user["id"]: account for account, user in accounts.items()}
    table = town.stack.resource("dynamodb").Table(town.stack.outputs()["Table"])
    rows = table.query(
        KeyConditionExpression=Key("pk").eq(f"CITY#{town.name}") & Key("sk").begins_with("PUPIL#")
    )["Items"]
    s3, bucket = town.stack.client("s3"), town.stack.outputs()["OutboxBucket"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"outbox/{town.name}/")["Contents"]
    zips = {
        item["Key"]: s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        for item in listed
        if item["Key"].endswith(".zip")
    }
    found = {
        "accounts": {
            account: {k: v for k, v in user.items() if k != "id" and "DateTime" not in k}
            for account, user in accounts.items()
        },
        "state": {row["sk"]: row["known"] for row in rows},
        "files": {key: unzipped(body) for key, body in zips.items()},
    }
    text = json.dumps(found, ensure_ascii=False, sort_keys=True)
    for drawn, account in names.items():
        text = text.replace(drawn, account)
    text = RUNS.sub("<run>", TIMES.sub("<time>", text.replace(town.name, "town")))
    return dict(json.loads(text))


def unzipped(body: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(body)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}
