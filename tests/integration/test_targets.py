"""How fast and how sure, against the documented throttle on the tenant's virtual clock.

``KAKEHASHI_PUPILS`` sets the size of the city that is killed twenty times: 22,948 in `make long`,
fewer here; ``KAKEHASHI_APRIL`` how many are made at once: 4,000 there.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import batched
from typing import Any

import boto3
import pytest

from kakehashi.actions import Action, Kind
from kakehashi.diff.plan import SHARD
from kakehashi.directories.budget import BURST, PaceAsk
from kakehashi.directories.microsoft365.flows import Terms
from kakehashi.directories.pace import LIMIT, Pacer
from kakehashi.edges import settings
from kakehashi.edges.microsoft.accounts import CityAccounts
from kakehashi.edges.microsoft.budget import TenantBudget
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.graph import Wire
from kakehashi.edges.microsoft.groups import CityGroups
from kakehashi.edges.provision.shard import Shard
from kakehashi.edges.state import State
from kakehashi.groups import Keeper, decide
from kakehashi.people.record import Record
from local.fakes import tenant as fake
from tests.builders import DOMAIN, TODAY, a_city, an_id
from tests.lambdas import Killed
from tests.tenants import SharedClock, Tenant, environment
from tests.unit.provision.conversations import an_action

MARK = "extensionAttribute1"
A1, A1_ID = "STANDARDWOFFPACK_STUDENT", "314c4481-f395-4525-be8b-2ec4bb1e9d91"
BY_GROUP = a_city(m365={"licences": [{"sku": A1, "by": "group", "group": "児童"}]})
APRIL = int(os.environ.get("KAKEHASHI_APRIL", "1000"))
PUPILS = int(os.environ.get("KAKEHASHI_PUPILS", "1000"))
GROUP = {
    "id": an_id("licence group"),
    "displayName": "児童",
    "mailNickname": "jido",
    "mailEnabled": False,
    "securityEnabled": True,
    "assignedLicenses": [{"skuId": A1_ID, "disabledPlans": []}],
}


class April:
    """New pupils in shards, one Lambda after the other, and then the licence group."""

    def __init__(self, tenant: Tenant, env: settings.DirectorySettings, table: str) -> None:
        self.tenant, self.env, self.state = tenant, env, State.of(table, "demo")
        self.clock = SharedClock(tenant)
        self.kills = random.Random(11)
        tenant.settings(throttle={"on": True})
        tenant.call("POST", "import", {"value": [], "groups": [GROUP]})

    @contextmanager
    def directory(self) -> Iterator[Directory]:
        """A process of its own: of the pace before it knows what the table says."""
        with closing(Directory(Wire.of(self.env), Pacer(19.0, self.clock, self.budget()))) as one:
            yield one

    def budget(self) -> TenantBudget:
        return TenantBudget(self.env.table, "tenant", "client", self.clock.now)

    def has_just_written(self) -> None:
        """Another city has used up all that was saved."""
        saved = BURST / 19.0
        assert self.budget().lease(PaceAsk(saved, saved, 0.0))

    def create(self, actions: tuple[Action, ...], directory: Directory, dies: int = 0) -> None:
        """One shard. With ``dies``, the process ends before that many writes to the table."""
        shard = Shard(
            actions=actions,
            run_id="demo-20260401T021000-00000000",
            as_of=TODAY,
            effects={},
            state=Dying(self.state, dies) if dies else self.state,
            accounts=CityAccounts(directory, Terms(MARK), DOMAIN),
            read_password=lambda _: "Hinagiku-2026",
        )
        assert shard.carry_out()
        assert shard.findings == []

    def licence(self, directory: Directory) -> list[Any]:
        keeper, settled = Keeper(CityGroups(directory)), list(self.state.pupils())
        observation = keeper.groups.tenancy(BY_GROUP, "demo")
        assert keeper.carry_out(
            decide(settled, frozenset(), observation, BY_GROUP, "demo", as_of=TODAY)
        )
        return keeper.left

    def assert_everybody_is_there_once(self, actions: list[Action]) -> None:
        users, known = self.tenant.users(), {k.pupil.id: k for k in self.state.pupils()}
        marks = {u["onPremisesExtensionAttributes"][MARK]: u["id"] for u in users}
        assert len(users) == len(marks) == len(actions)
        assert marks == {umi: one.object_id for umi, one in known.items()}
        assert marks.keys() == {action.pupil for action in actions}
        (group,) = self.tenant.groups()
        assert set(group["members"]) == set(marks.values())


class Dying(State):
    """A state table whose client dies before its n-th write of a pupil."""

    def __init__(self, state: State, left: int) -> None:
        super().__init__(state.table, "demo")
        self.left = left

    def put_pupil(self, known: Record, previous: Record | None) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Killed
        super().put_pupil(known, previous)


@pytest.fixture
def april(account: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[April]:
    secret = json.dumps({"type": "secret", "value": fake.CLIENT_SECRET})
    boto3.client("secretsmanager").create_secret(Name="kakehashi/credential", SecretString=secret)
    with fake.serve() as base_url, closing(Tenant(base_url)) as tenant:
        for name, value in environment(base_url).items():
            monkeypatch.setenv(name, value)
        yield April(tenant, settings.load(settings.DirectorySettings), account["TABLE"])


def creates(count: int) -> list[Action]:
    return [an_action(Kind.CREATE, n) for n in range(1, count + 1)]


def physical(pupils: int) -> float:
    """Seconds that a create each and a membership for twenty of them take at the very least."""
    return (pupils + pupils / 20) / LIMIT


@pytest.mark.parametrize("others", [0, 30], ids=["alone", "beside half of the tenant's quota"])
def test_thousands_with_licences_come_near_the_limit_and_are_never_throttled(
    april: April, others: int
) -> None:
    april.tenant.settings(throttle={"on": True, "others_writes_per_second": others})
    april.has_just_written()
    actions, start = creates(APRIL), april.clock.now()
    with april.directory() as directory:
        for some in batched(actions, SHARD, strict=False):
            april.create(some, directory)
    with april.directory() as directory:
        assert april.licence(directory) == []
    assert april.clock.now() - start <= 1.10 * physical(APRIL)
    assert april.clock.now() - start >= (APRIL - 100) / LIMIT, "it was paced"
    assert april.tenant.count("throttled") == 0
    april.assert_everybody_is_there_once(actions)


def test_thousands_with_failures_and_slow_replication_cost_a_quarter_more_at_most(
    april: April,
) -> None:
    april.tenant.settings(replication={"get": 30, "list": 30})
    often: dict[str, Any] = {"share": 0.013, "times": None, "method": "POST", "shape": "/users"}
    kinds: list[dict[str, Any]] = [
        {"status": 429, "retry_after": 2},
        {"status": 503},
        {"status": 504},
        {"kind": "commit-then-status", "status": 504},
    ]
    for number, kind in enumerate(kinds):
        april.tenant.fault(**often, **kind, seed=number)
    pupils = max(APRIL, 2000)  # a retry of half a minute is much of a short night
    actions, start = creates(pupils), april.clock.now()
    with april.directory() as directory:
        for some in batched(actions, SHARD, strict=False):
            april.create(some, directory)
    with april.directory() as directory:
        assert april.licence(directory) == []
    assert april.clock.now() - start <= 1.25 * physical(pupils)
    assert april.tenant.count("faults") > pupils / 30
    april.assert_everybody_is_there_once(actions)


def test_a_city_killed_twenty_times_at_random_points_has_everybody_once(april: April) -> None:
    actions, kills = creates(PUPILS), 0
    for some in batched(actions, SHARD, strict=False):
        while True:
            dies = april.kills.randint(1, PUPILS // 25) if kills < 20 else 0
            try:
                with april.directory() as directory:
                    april.create(some, directory, dies)
                break
            except Killed:
                kills += 1
    assert kills == 20
    with april.directory() as directory:
        assert april.licence(directory) == []
    assert april.tenant.count("throttled") == 0
    april.assert_everybody_is_there_once(actions)
