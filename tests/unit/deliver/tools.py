"""What the tests of deliveries share: nights of a small city, and one tool that follows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from kakehashi import deliver
from kakehashi.deliver import Board, Delivery, Order, Records, load, records_of, takes
from kakehashi.people.record import Record
from kakehashi.preprocess.lexicon import Lexicon
from tests.builders import TODAY

BOARD = Board.of("082201", "見本市")


def an_order(dialect: str = "interactive_study", night: int = 0, **facts: Any) -> Order:
    day = TODAY + timedelta(days=night)
    made = Order(
        tool=dialect,
        dialect=load(dialect),
        board_code="082201",
        as_of=day,
        changed_at=deliver.changed_at(day, f"demo-{day:%Y%m%d}T020000-0"),
        tells=Lexicon().tells,
    )
    return replace(made, **facts)


def told(settled: Iterable[Record], dialect: str) -> Records:
    spoken = load(dialect)
    return records_of((k for k in settled if takes(spoken, (), (), k)), spoken, BOARD)


def deliver_to(
    dialect: str, settled: Iterable[Record], before: Records | None = None, **facts: Any
) -> Delivery:
    return deliver.build(an_order(dialect, **facts), told(settled, dialect), before)


def day_of(night: int) -> date:
    return TODAY + timedelta(days=night)
