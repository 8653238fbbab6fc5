"""What a night asks of AWS, counted: the numbers that docs/cost.md is made of."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from benchmarks import cost
from tests.builders import a_drop
from tests.integration.test_night import known, passwords
from tests.lambdas import fresh_clients
from tests.nights import Nights

WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
SERVICES = {"s3", "dynamodb", "sqs", "sns", "secretsmanager", "events", "stepfunctions"}


def counted(nights: Nights, pupils: int, new: int) -> Counter[str]:
    """Requests of a night on which ``new`` of ``pupils`` get an account, and transitions."""
    nights.given(known(pupils - new))
    calls: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        service = model.service_model.endpoint_prefix
        if service == "dynamodb":
            service = "dynamodb writes" if model.name in WRITES else "dynamodb reads"
        elif service == "s3":
            service = "s3 puts" if model.name.startswith(("Put", "List")) else "s3 gets"
        calls[service] += 1

    with fresh_clients() as session:
        nights.lambdas.enforce(session)
        nights.put_passwords(passwords(*range(pupils - new + 1, pupils + 1)))
        session.events.register("before-call", count)
        drop = a_drop(pupils).zip()
        calls.clear()
        night = nights.run(drop)
    assert night.verdict == "applied"
    calls["transitions"] = len(night.history) + 1
    calls["lambda"] = sum(name in cost.STATES for name in night.history)
    return calls


def test_count(nights: Nights) -> None:
    print("CNT", counted(nights, 12, 2))


def test_count2(nights: Nights) -> None:
    print("CNT", counted(nights, 12, 6))
    assert 0

def test_count3(nights: Nights) -> None:
    print("CNT", counted(nights, 24, 6))
    assert 0
