"""The tenant's budget in the state table says what the one in memory says."""

from __future__ import annotations

import random

import pytest

from kakehashi.directories.budget import PaceAsk, PaceLease, Timeline
from kakehashi.edges.microsoft.budget import TenantBudget


class Moment:
    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time


def test_a_budget_in_the_table_is_the_one_in_memory(account: dict[str, str]) -> None:
    moment, line, chance = Moment(), Timeline(), random.Random(3)
    table = account["TABLE"]
    budgets = [TenantBudget(table, "tenant", "client", moment.now) for _ in range(3)]
    answers = set[bool]()
    for _ in range(80):
        moment.time += chance.choice([0, 0, 0.5, 3, 40])
        budget = chance.choice(budgets)  # each a process of its own
        match chance.randrange(8):
            case 0:
                budget.give_back(2.5)
                line.give_back(2.5)
            case 1:
                budget.close(4)
                line.close(4, moment.time)
            case _:
                ask = PaceAsk(5.0, chance.choice([1.0, 20.0]), chance.choice([1.0, 15.0]))
                got, wanted = budget.lease(ask), line.lease(ask, moment.time)
                assert (got is None) == (wanted is None)
                answers.add(got is None)
                if got and wanted:
                    assert_alike(got, wanted)
    assert answers == {True, False}


def assert_alike(one: PaceLease, other: PaceLease) -> None:
    assert one.begins == pytest.approx(other.begins, abs=1e-5)
    assert one.closed == pytest.approx(other.closed, abs=1e-5)


def test_another_tenant_has_a_budget_of_its_own(account: dict[str, str]) -> None:
    ask = PaceAsk(5.0, 0.0, 1.0)
    moment = Moment()
    first, second = (TenantBudget(account["TABLE"], name, "client", moment.now) for name in "ab")
    assert first.lease(ask) == PaceLease(0.0)
    assert first.lease(ask) is None
    assert second.lease(ask) == PaceLease(0.0)
