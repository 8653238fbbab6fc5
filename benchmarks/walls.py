"""What one night cannot do, whatever the size of the functions: Microsoft's pace, and our limits.

Simulated: the code that gives licences, on a virtual clock, in a tenant that never says no.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.cost import load
from benchmarks.writers import RATE, Moments
from functions.groups.app import MOST_CALLS, TIME_TO_FINISH
from kakehashi.city import City
from kakehashi.directories.port import Ended, GroupChange, Settled, TeamChange, Tenancy
from kakehashi.groups import Keeper, Orders
from kakehashi.groups.planning import Gift

LICENCES = 230_000
HEAD = """## Walls: what one night cannot do

Licences by user, {licences:,} of them, in a tenant that refuses nothing, at our own pace of
{rate:.0f} writes a second: simulated with the code that is deployed. A night of Groups is {calls}
calls; what is left is told and is the next night's (M071), and deliveries go on.

| night | calls | licences given | left for tomorrow | ends |
|---|---|---|---|---|
"""
REST = """
What is known beside it, and left as it is:

- **Provision** is called eleven times at most, of fourteen minutes each: some 175,000 writes of all
  the cities of a tenant that begin together. What does not fit fails that city's night, and is the
  next night's: each action that was carried out is written down.
- **New pupils whose accounts are made some days ahead** (`arrivals.prepare_days`) count as new
  pupils on the night on which the accounts are made. Where that is before the season of the
  calendar, the limit on new pupils asks once, and a person accepts it.
- **`ProvisionBehindAlarm`** compares with the whole pace. It may ring for a city that shares its
  tenant's pace with others: nothing is wrong where the run goes on.
"""


class TenantThatGives:
    """Groups of a directory on a virtual clock, at our pace."""

    members_at_once = 20

    def __init__(self, clock: Moments) -> None:
        self.clock, self.has = clock, 0

    def now(self) -> float:
        return self.clock.time

    def tenancy(self, city: City, city_code: str) -> Tenancy:
        raise NotImplementedError

    def apply(
        self, changes: Sequence[GroupChange | TeamChange], until: float | None = None
    ) -> Iterator[Ended]:
        for key in range(len(changes)):
            if until is not None and self.clock.time >= until:
                return
            self.clock.time += 1 / RATE
            self.has += 1
            yield Ended(key, Settled(""))


def night(wanted: int, seconds: float) -> tuple[int, int]:
    """Calls, and licences given, where ``wanted`` are without one; ``seconds`` of each call."""
    tenant, calls = TenantThatGives(Moments()), 0
    while calls < MOST_CALLS:
        calls += 1
        users = tuple(map(str, range(tenant.has, wanted)))
        orders = Orders(gifts=(Gift("SKU", "sku", users),))
        if Keeper(tenant).carry_out(orders, tenant.now() + seconds):
            break
    return calls, tenant.has


def section(licences: int = LICENCES) -> str:
    """The section of docs/benchmarks.md, in Markdown."""
    timeout = load()[2]["Resources"]["GroupsFunction"]["Properties"]["Timeout"]
    lines, left, number = [], licences, 0
    while left:
        number += 1
        calls, given = night(left, timeout - TIME_TO_FINISH)
        left -= given
        ends = "not finished, goes on to the deliveries" if left else "finished"
        lines.append(f"| {number} | {calls} | {given:,} | {left:,} | {ends} |")
    head = HEAD.format(licences=licences, rate=RATE, calls=MOST_CALLS)
    return head + "\n".join(lines) + "\n" + REST
