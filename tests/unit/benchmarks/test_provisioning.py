from __future__ import annotations

from contextlib import closing

from benchmarks.clock import Cost
from benchmarks.provisioning import loop, rows, shard
from local.fakes import tenant as fake
from tests.tenants import Tenant


def test_both_make_the_same_accounts() -> None:
    made = []
    for work in (loop, shard):
        with fake.serve() as base, closing(Tenant(base)) as tenant:
            assert work(base, 45) == 45
            users = tenant.users()
            made.append(sorted((u["userPrincipalName"], u["department"]) for u in users))
            assert len(users) == 45
    assert made[0] == made[1]


def test_the_section_shows_speeds_as_ratios() -> None:
    costs = {"loop": Cost(10.0, 3.0, 40.0, 4000), "shard": Cost(12.5, 5.0, 80.0, 4000)}
    text = "\n".join(rows(costs, 4000))
    assert "| 10.00 | 400 | 20 | 3.00 | 40 | 1.00 |" in text
    assert "| 12.50 | 320 | 16 | 5.00 | 80 | 1.25 |" in text
