"""What a night asks of AWS, counted: the numbers that docs/cost.md is made of."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from benchmarks import cost, cost_page
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
        session.events.register("provide-client-params", count)
        nights.put_passwords(passwords(*range(pupils - new + 1, pupils + 1)))
        drop = a_drop(pupils).zip()
        calls.clear()
        night = nights.run(drop)
    assert night.verdict == "applied"
    calls["transitions"] = len(night.history) + 1
    calls["lambda"] = sum(name in cost.STATES for name in night.history)
    return calls


def test_the_requests_of_a_night_are_those_that_the_page_counts_with(nights: Nights) -> None:
    _, measured, _ = cost.load()
    night, new = measured["night"], 2
    calls = counted(nights, 12, new)
    assert calls == {
        "transitions": night["transitions"],
        "lambda": night["lambdas"],
        "s3 puts": night["s3_puts"],
        "s3 gets": night["s3_gets"],
        "dynamodb reads": night["dynamodb_reads"],
        "dynamodb writes": night["dynamodb_writes"] + new,
        "secretsmanager": night["secrets"],
        "events": night["events"],
        "sns": night["mails"],
        "sqs": night["queue"],
    }


def test_the_page_is_that_of_todays_prices_measurements_and_template() -> None:
    prices, measured, template = cost.load()
    for name, words in cost_page.PAGES.items():
        written = (cost.ROOT / name).read_text(encoding="utf-8")
        assert written == cost_page.page(prices, measured, template, words), "run `make cost`"


def test_every_word_of_a_bill_is_in_japanese_too() -> None:
    prices, measured, template = cost.load()
    city = cost.City(22_948, prices["price"], measured, cost.memory_of(template))
    lines = [*city.night(115), *city.standing(25)]
    told = " ".join(cost_page.in_japanese(f"{line.what} {line.quantity}") for line in lines)
    assert set(re.findall(r"[A-Za-z]{4,}", told)) == {
        "Lambda",
        "Step",
        "Functions",
        "DynamoDB",
        "LIST",
    }


def test_every_measured_function_has_room_to_spare_in_the_largest_city() -> None:
    prices, measured, template = cost.load()
    memory = cost.memory_of(template)
    largest = cost.City(cost.SIZES[-1], prices["price"], measured, memory)
    for stage in measured["stage"]:
        assert memory[stage] >= cost.HEADROOM * largest.peak(stage), stage


@pytest.mark.parametrize(("at", "value"), [(1, 10.0), (2, 20.0), (3, 40.0), (5, 80.0)])
def test_between_two_measurements_the_line_is_straight(at: float, value: float) -> None:
    assert cost.on_the_line([1, 2, 4], [10, 20, 60], at) == value
