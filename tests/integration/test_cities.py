"""Sixty cities of one account start in the same minute: nobody waits, nobody sees another's data.
And two of one tenant, when a child moves from the one to the other.

Their executions are threads, and what they ask of Lambda is done one at a time, in the order in
which it is asked: so the stages of all cities take turns.
"""

from __future__ import annotations

import copy
import gzip
import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, Queue
from typing import Any
from urllib.parse import unquote

import boto3
import pytest

from kakehashi.directories import pace
from kakehashi.edges.microsoft import directory
from kakehashi.edges.microsoft.budget import MICRO, TenantBudget
from kakehashi.edges.state import State
from tests.builders import DOMAIN, Drop, a_password_file, an_id
from tests.lambdas import fresh_clients
from tests.nights import EXECUTION, RULES, Night, Nights
from tests.staff import Board
from tests.tenants import SharedClock
from tests.walker import StateError

CITIES = tuple(
    f"city{number:02}" for number in range(int(os.environ.get("KAKEHASHI_CITIES", "12")))
)
NAMED = re.compile(r"city\d\d")
BELONGS_TO_A_CITY = {"s3", "dynamodb"}
BUDGET = '"TENANT#'


@dataclass
class Desk:
    """Where executions ask for what they need done. ``turns``: whose turn it was, in order."""

    asked: Queue[tuple[str, Callable[[], Any], Future[Any]]] = field(default_factory=Queue)
    turns: list[str] = field(default_factory=list)

    def through(self, city: str, call: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
        """``call``, done when it is this city's turn."""

        def wait(resource: str, arguments: Any) -> Any:
            done: Future[Any] = Future()
            self.asked.put((city, partial(call, resource, arguments), done))
            return done.result()

        return wait

    def serve(self, running: list[Future[Any]]) -> None:
        while not all(one.done() for one in running):
            try:
                city, work, done = self.asked.get(timeout=0.1)
            except Empty:
                continue
            self.turns.append(city)
            try:
                done.set_result(work())
            except StateError as exc:
                done.set_exception(exc)


@dataclass
class Prefecture:
    """Cities of one account and one tenant. ``strayed``: who asked AWS for what of another city."""

    cities: Mapping[str, Nights]
    desk: Desk = field(default_factory=Desk)
    strayed: list[tuple[str, str]] = field(default_factory=list)

    def all_at_once(self, orders: Mapping[str, Mapping[str, Any]]) -> dict[str, Night]:
        with self._listening(), ThreadPoolExecutor(len(orders)) as pool:
            running = {name: pool.submit(self._run, name, order) for name, order in orders.items()}
            self.desk.serve(list(running.values()))
        return {name: done.result() for name, done in running.items()}

    def _run(self, name: str, order: Mapping[str, Any]) -> Night:
        city = self.cities[name]
        arn = f"{EXECUTION}{name}"
        walk = city.machine.run(dict(order), name, arn, city.clock.isoformat())
        return Night(walk, city.names["RUNS_BUCKET"])

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """To every request to S3 and DynamoDB: it names the city whose turn it is, and no other.
        That to the tenant's budget names none."""

        def note(params: dict[str, Any], model: Any, **_: Any) -> None:
            if model.service_model.endpoint_prefix in BELONGS_TO_A_CITY:
                body = params["body"] if isinstance(params["body"], bytes) else b""
                said = f"{unquote(params['url'])} {body.decode(errors='replace')}"
                named = set(NAMED.findall(said))
                if named != {self.desk.turns[-1]} and not (BUDGET in said and not named):
                    self.strayed.append((self.desk.turns[-1], f"{model.name} {params['url']}"))

        with fresh_clients() as session:
            next(iter(self.cities.values())).lambdas.enforce(session)
            session.events.register("before-call", note)
            yield


@pytest.fixture
def prefecture(nights: Nights) -> Prefecture:
    """Sixty cities, each with rules of its own and an account domain of its own."""
    desk, cities = Desk(), {}
    for name in CITIES:
        cities[name] = city = a_city_of(nights, name)
        city.machine = copy.copy(nights.machine)
        city.machine.call = desk.through(name, nights.machine.call)
    return Prefecture(cities, desk)


def a_city_of(nights: Nights, name: str) -> Nights:
    """A city in the account and the tenant of ``nights``, with a domain of its own."""
    city = copy.copy(nights)
    city.city, city.state = name, State.of(nights.names["TABLE"], name)
    city.put_rules(rules(name))
    return city


def rules(city: str) -> str:
    return RULES.partition("[tools.inter")[0].replace(DOMAIN, domain(city))


def domain(city: str) -> str:
    return f"{city}.example.jp"


def order(city: Nights) -> dict[str, Any]:
    """Uploads a roster of two pupils and their passwords; returns the input of the execution."""
    drop = Drop()
    for n in (1, 2):
        account = f"s{n}@{domain(city.city)}"
        drop.add_pupil(n, account=account, userMasterIdentifier=an_id(f"{city.city} {n}"))
    city.put_passwords(
        a_password_file({f"s{n}@{domain(city.city)}": f"Hinagiku-{n:04}x" for n in (1, 2)})
    )
    key = f"staging/{city.city}/roster.zip"
    city.put("INBOX_BUCKET", key, drop.zip())
    return {"action": "sync", "city": city.city, "drop": key}


def test_many_cities_start_in_the_same_minute(prefecture: Prefecture) -> None:
    cities = prefecture.cities
    nights = prefecture.all_at_once({name: order(city) for name, city in cities.items()})

    red = {c: (n.why, n.history[-4:]) for c, n in nights.items() if n.status != "SUCCEEDED"}
    assert red == {}
    assert {night.verdict for night in nights.values()} == {"applied"}
    assert_they_took_turns(prefecture.desk.turns)
    assert prefecture.strayed == []
    assert_each_has_its_own_accounts(next(iter(cities.values())))
    assert_no_file_names_another_city(next(iter(cities.values())))


def assert_they_took_turns(turns: list[str]) -> None:
    """Every city had its first stage done before any had its second."""
    assert set(turns[: len(CITIES)]) == set(CITIES)


def assert_each_has_its_own_accounts(nights: Nights) -> None:
    accounts = [user["userPrincipalName"] for user in nights.tenant.users()]
    assert sorted(accounts) == sorted(f"s{n}@{domain(c)}" for n in (1, 2) for c in CITIES)


def assert_no_file_names_another_city(nights: Nights) -> None:
    """Run folders, deliveries and baselines, in clear: each names the city in its key, or none."""
    s3, seen = boto3.client("s3"), 0
    for variable in ("RUNS_BUCKET", "OUTBOX_BUCKET", "BASELINES_BUCKET"):
        bucket = nights.names[variable]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for item in (item for page in pages for item in page.get("Contents", [])):
            body = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            (owner,) = set(NAMED.findall(item["Key"]))
            assert set(NAMED.findall(in_clear(body))) <= {owner}, item["Key"]
            seen += 1
    assert seen > 10 * len(CITIES)


def in_clear(body: bytes) -> str:
    """What a file says, packed or not."""
    if body.startswith(b"\x1f\x8b"):
        return gzip.decompress(body).decode(errors="replace")
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return "".join(packed.read(n).decode(errors="replace") for n in packed.namelist())
    return body.decode(errors="replace")


# -- one budget of writes --------------------------------------------------------------------------

HOLDS = 8  # writes that the tenant's bucket holds in the night below; twenty a second come back


def test_cities_that_write_at_once_share_one_budget_and_are_never_answered_429(
    prefecture: Prefecture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call of Provision and Groups is a process of its own, which knows of the others what
    the table says: without it, each would begin with a full bucket."""
    cities = dict(list(prefecture.cities.items())[:4])
    nights = next(iter(cities.values()))
    clock = SharedClock(nights.tenant)
    monkeypatch.setenv("WRITES_PER_SECOND", "19")
    monkeypatch.setattr(pace, "BURST", float(HOLDS))
    monkeypatch.setattr(directory, "WallClock", lambda: clock)
    monkeypatch.setattr(TenantBudget, "_now", lambda _: round(clock.now() * MICRO))
    limits = {"on": True, "writes": HOLDS, "writes_seconds": HOLDS / pace.LIMIT}
    nights.tenant.settings(throttle=limits)
    begins = [lambda _: directory.tenant.cache_clear()] * len(cities)
    for stage in ("provision", "groups"):
        nights.lambdas.trouble(stage, "before", *begins)
    for city in cities.values():
        city.put_rules(f'{rules(city.city)}[m365]\ngroups = ["school", "class"]\n')
    ended = prefecture.all_at_once({name: order(city) for name, city in cities.items()})
    assert {(night.status, night.verdict) for night in ended.values()} == {("SUCCEEDED", "applied")}
    assert nights.tenant.count("writes") > 2 * HOLDS
    assert nights.tenant.count("throttled") == 0
    assert len(nights.tenant.groups()) == 2 * len(cities)
    assert prefecture.strayed == []


# -- two cities of one tenant ----------------------------------------------------------------------

SIZE = 12


def roster(city: Nights, *, but: int = 0, also: str = "") -> bytes:
    """Everybody of a city without number ``but``; ``also`` has come from another one."""
    drop, at = Drop(), domain(city.city)
    for n in range(1, SIZE + 1):
        if n != but:
            drop.add_pupil(n, account=f"s{n}@{at}", userMasterIdentifier=an_id(f"{city.city} {n}"))
    if also:
        drop.add_pupil(90, account=f"s90@{at}", userMasterIdentifier=also)
    return drop.zip()


def slips(city: Nights) -> bytes:
    numbers = (*range(1, SIZE + 1), 90)
    return a_password_file({f"s{n}@{domain(city.city)}": f"Hinagiku-{n:04}x" for n in numbers})


@pytest.fixture
def neighbours(nights: Nights) -> tuple[Nights, Nights]:
    """Two cities of one tenant, each with the accounts of its pupils."""
    old, new = (a_city_of(nights, name) for name in CITIES[:2])
    for city in (old, new):
        first = city.run(roster(city), passwords=slips(city))
        assert city.approve(first.summary).verdict == "applied"
        city.tomorrow()
    return old, new


def held(night: Night) -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = night.folder.get_json("plan.json")["held"]
    return found


def test_a_child_who_moves_to_the_next_city_is_neither_taken_nor_locked_out(
    neighbours: tuple[Nights, Nights],
) -> None:
    old, new = neighbours
    child = an_id(f"{old.city} 1")
    account = old.tenant.user(f"s1@{domain(old.city)}")
    left = old.run(roster(old, but=1))
    assert left.summary["proposed"]["GONE"] == [child]

    came = new.run(roster(new, also=child), passwords=slips(new))
    assert held(came) == {"S184": [child]}
    told = [finding for finding in came.findings() if finding.code == "S184"]
    assert [dict(finding.facts) for finding in told] == [{"domain": domain(old.city)}]
    assert old.tenant.user(f"s1@{domain(old.city)}") == account

    # Both cities agree, and somebody gives the account a name of the new one.
    old.tenant.rename(account["id"], f"s90@{domain(new.city)}")
    assert new.rerun().verdict == "applied"
    for _ in range(2):
        marked = Board(old).mark((child, "停止"))
        assert held(marked) == {"S185": [child]}
        old.tomorrow()
    now = old.tenant.user(f"s90@{domain(new.city)}")
    assert (now["id"], now["accountEnabled"]) == (account["id"], True)
    assert old.tenant.count("deletes") == 0
    new.tomorrow()
    assert new.run(roster(new, also=child)).verdict == "unchanged"


def test_what_another_city_has_deleted_is_not_had_back_for_a_child_who_comes_from_there(
    neighbours: tuple[Nights, Nights],
) -> None:
    """The account is that city's, with all that the child has put there."""
    old, new = neighbours
    child = an_id(f"{old.city} 1")
    account = old.tenant.user(f"s1@{domain(old.city)}")
    old.run(roster(old, but=1))
    old.tenant.delete(account["id"])

    came = new.run(roster(new, also=child), passwords=slips(new))
    assert came.verdict == "applied"
    made = new.tenant.user(f"s90@{domain(new.city)}")
    assert made["id"] != account["id"]
    assert account["id"] not in [user["id"] for user in old.tenant.users()]


def test_a_plan_that_waited_does_not_lock_out_who_has_moved_meanwhile(
    neighbours: tuple[Nights, Nights],
) -> None:
    old, new = neighbours
    child = an_id(f"{old.city} 1")
    account = old.tenant.user(f"s1@{domain(old.city)}")
    old.run(roster(old, but=1))

    def move(_event: Any) -> None:
        old.tenant.rename(account["id"], f"s90@{domain(new.city)}")

    old.lambdas.trouble("provision", "before", move)
    marked = Board(old).mark((child, "停止"))
    assert "S185" in [finding.code for finding in marked.findings()]
    now = old.tenant.user(f"s90@{domain(new.city)}")
    assert (now["id"], now["accountEnabled"]) == (account["id"], True)
