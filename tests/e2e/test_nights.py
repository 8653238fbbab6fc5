"""Nights of a city through the real state machine, compared with what is true in that city."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from kakehashi.roster import JAPAN
from local.stack import NAME, Stack
from tests.e2e.conftest import until
from tests.e2e.town import Town


def test_three_nights_leave_exactly_the_accounts_that_the_roster_says(
    stack: Stack, tmp_path: Path
) -> None:
    town = Town(stack, tmp_path, "three", pupils=1000)
    town.first_night()
    assert town.differences() == []

    leavers: set[str] = set()
    for _ in range(2):
        before = set(town.expected())
        town.city.next_night(town.city.day + timedelta(days=1))
        outcome = town.night()
        assert outcome.summary.verdict == "applied"
        leavers |= before - set(town.expected())
        assert town.differences(also=frozenset(leavers)) == []

    assert all(town.accounts()[account]["accountEnabled"] for account in leavers)
    assert len(outcome.summary.proposed["GONE"]) == len(leavers) > 0

    writes = town.counters()["writes"]
    assert town.rerun().summary.verdict == "unchanged"
    again = town.night()  # another export of the same night: every sourcedId is new
    assert again.summary.verdict == "unchanged"
    assert town.counters()["writes"] == writes, "a second run makes no write"


def test_a_broken_drop_is_refused_and_changes_nothing(stack: Stack, tmp_path: Path) -> None:
    town = Town(stack, tmp_path, "broken")
    town.first_night()
    writes = town.counters()["writes"]
    file = town.export()
    file.write_bytes(file.read_bytes()[:2000])
    refused = town.night(file)
    assert refused.summary.verdict == "refused"
    assert town.differences() == []
    assert town.counters()["writes"] == writes
    assert town.night().summary.verdict == "unchanged", "the next whole file is welcome"


def test_the_same_drop_twice_is_one_run_and_two_at_once_go_one_after_the_other(
    stack: Stack, tmp_path: Path
) -> None:
    town = Town(stack, tmp_path, "twice")
    town.first_night()
    town.city.day = today()
    one, two = town.export(), town.export()
    first, second = town.upload(one), town.upload(two)
    ended = [town.end(arn).summary.verdict for arn in (first, second)]
    assert ended == ["unchanged", "unchanged"]
    early, late = sorted(at_work(town, arn) for arn in (first, second))
    assert early[1] <= late[0], "the second got the lease after the first had ended"

    assert town.end(town.upload(one)).summary.verdict == "already-done"


def test_a_stage_that_raises_ends_red_and_the_next_run_works(stack: Stack, tmp_path: Path) -> None:
    town = Town(stack, tmp_path, "raises")
    dead_letters(stack)
    town.fault(kind="status", status=403, method="GET", shape="/users")
    execution, outcome = town.failing_night()
    assert execution["status"] == "FAILED"
    assert outcome.summary.verdict == "failed"
    assert "report.html" in town.files(outcome)
    (letter,) = dead_letters(stack)
    said = {name: letter[name] for name in ("run_id", "stage", "error")}
    assert said == {"run_id": outcome.run_id, "stage": "diff", "error": "PermissionLost"}
    assert town.first_night().summary.verdict == "applied", "the lease is free"


def test_a_lambda_killed_in_the_middle_of_provisioning_loses_nobody_and_doubles_nobody(
    stack: Stack, tmp_path: Path
) -> None:
    town = Town(stack, tmp_path, "killed", pupils=120)
    waiting = town.night()
    town.refuse_one()
    arn = town.console.start(town.approval(waiting))
    until(lambda: True if town.accounts() else None)
    assert kill_workers(stack, "provision") > 0
    town.console.follow(arn, lambda _stage: None)
    town.no_faults()
    assert 0 < len(town.accounts()) < 120, "it was cut short"

    again = town.rerun()
    if again.summary.verdict == "awaiting-approval":
        again = town.approve(again)
    assert again.summary.verdict == "applied"
    assert town.differences() == []
    assert town.rerun().summary.verdict == "unchanged"


def test_nothing_of_a_pupil_is_in_history_logs_metrics_findings_or_the_queue(
    stack: Stack, tmp_path: Path
) -> None:
    town = Town(stack, tmp_path, "private", seed=7)
    with town.secrets_noted() as secrets:
        outcomes = [town.first_night()]
        town.city.next_night(town.city.day + timedelta(days=1))
        outcomes.append(town.night())
        # an answer that nobody foresaw: it is about no child, so it ends as a letter
        town.fault(kind="status", status=405, method="POST", shape="/users", times=None)
        town.city.next_night(town.city.day + timedelta(days=1))
        outcomes.append(town.night())
        town.no_faults()
    written = {
        "history": histories(stack),
        "log": logs(stack),
        "queue": json.dumps(dead_letters(stack), ensure_ascii=False),
        "findings": "".join(town.findings(outcome) for outcome in outcomes),
    }
    assert all(len(text) > 50 for text in written.values()), "there is something to search"
    leaks = {place: [s for s in secrets if s in text] for place, text in written.items()}
    assert leaks == {place: [] for place in written}


def today() -> date:
    return datetime.now(UTC).astimezone(JAPAN).date()


def at_work(town: Town, arn: str) -> tuple[datetime, datetime]:
    """From when an execution had the city's lease until it ended."""
    pages = town.console.sfn.get_paginator("get_execution_history").paginate(executionArn=arn)
    received = (
        event["timestamp"]
        for page in pages
        for event in page["events"]
        if event.get("stateExitedEventDetails", {}).get("name") == "Receive"
    )
    return next(received), town.console.sfn.describe_execution(executionArn=arn)["stopDate"]


def dead_letters(stack: Stack) -> list[dict[str, Any]]:
    """Take everything out of the queue."""
    sqs, url = stack.client("sqs"), stack.outputs()["DeadLettersUrl"]
    letters: list[dict[str, Any]] = []
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in found:
            letters.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return letters


def kill_workers(stack: Stack, function: str) -> int:
    """Kill -9 the processes that run a function; returns how many there were."""
    mark = f"ministack-lambda-{NAME}-{function}".encode()
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (process / "cmdline").read_bytes()
            if mark in line and str(stack.home).encode() in line:
                os.kill(int(process.name), signal.SIGKILL)
                killed += 1
    return killed


def histories(stack: Stack) -> str:
    """Every event of every execution, with all data."""
    sfn = stack.client("stepfunctions")
    machine = stack.outputs()["StateMachineArn"]
    events = []
    for page in sfn.get_paginator("list_executions").paginate(stateMachineArn=machine):
        for execution in page["executions"]:
            arn = execution["executionArn"]
            events.append(sfn.describe_execution(executionArn=arn))
            for some in sfn.get_paginator("get_execution_history").paginate(executionArn=arn):
                events += some["events"]
    return json.dumps(events, default=str, ensure_ascii=False)


def logs(stack: Stack) -> str:
    """Every line of every log; metrics are lines too (EMF)."""
    client = stack.client("logs")
    lines = []
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            events = client.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"]
            )
            lines += [event["message"] for some in events for event in some["events"]]
    return "\n".join(lines)
