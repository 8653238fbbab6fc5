"""The questions of the runbook to the log name fields that the log has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.builders import a_drop
from tests.integration.test_night import known, passwords
from tests.launches import Launchpad
from tests.nights import EXECUTION, ROOT, Nights

RUNBOOK = (ROOT / "docs" / "runbook.ja.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```insights\n(.*?)```", RUNBOOK, re.DOTALL)
ASKED = re.compile(r'message = "([^"]+)"')
FIELDS = re.compile(r"(?:fields|by|sort)\s+(.*)")


def fields_of(query: str) -> set[str]:
    """Names of ours: those that begin with @ are CloudWatch's."""
    words = (word for line in FIELDS.findall(query) for word in re.split(r"[,\s]+", line))
    return {word for word in words if word and not word.startswith("@")} - {"desc", "asc"}


def lines(nights: Nights) -> Iterator[dict[str, object]]:
    for line in nights.lambdas.said.getvalue().splitlines():
        if line.startswith("{"):
            yield json.loads(line)


@pytest.fixture
def log(launchpad: Launchpad, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What is written in a night with a stage that waits, in one with a stage that fails, by a
    comparison, and by a launcher that refuses and that fails."""
    nights = launchpad.nights
    nights.given(known(3))
    running = json.dumps({"status": "RUNNING"})
    nights.state.take_lease(EXECUTION + "another", datetime.now(UTC))
    with nights.lambdas.answered(
        "stepfunctions.DescribeExecution", "receive", lambda: (200, running)
    ):
        assert nights.run(a_drop(3).zip()).why == "TryLater"
    nights.state.free_lease(EXECUTION + "another")
    assert nights.run(a_drop(4).zip(), passwords=passwords(4)).verdict == "applied"
    nights.lambdas.invoke("drift", {})
    nights.tenant.fault(status=403, method="GET", shape="/users")
    nights.tomorrow()
    assert nights.run(a_drop(5).zip(), passwords=passwords(5)).status == "FAILED"
    assert launchpad.browser().get("/launch/lgate").code == "L201"
    monkeypatch.delenv("LAUNCH_TABLE")
    assert launchpad.browser().get("/").code == "L900"
    return list(lines(nights))


def test_each_field_of_each_query_is_in_the_lines_that_it_asks_for(
    log: list[dict[str, object]],
) -> None:
    assert len(QUERIES) > 4
    for query in QUERIES:
        for message in ASKED.findall(query):
            told = [line for line in log if line.get("message") == message]
            assert told, message
            found = {name for line in told for name in line}
            assert fields_of(query) - found == set(), message


def test_the_code_of_microsofts_refusal_is_in_the_log(log: list[dict[str, object]]) -> None:
    told = [line for line in log if line.get("message") == "stage failed" and "code" in line]
    assert [(line["exception_name"], line["status"]) for line in told] == [("PermissionLost", 403)]
