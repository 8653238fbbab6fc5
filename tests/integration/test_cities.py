"""Sixty cities of one account start in the same minute: nobody waits, nobody sees another's data.

Their executions are threads, and what they ask of Lambda is done one at a time, in the order in
which it is asked: so the stages of all cities take turns.
"""

from __future__ import annotations

import copy
import gzip
import io
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

from kakehashi.edges.state import State
from tests.builders import DOMAIN, Drop, a_password_file, an_id
from tests.lambdas import fresh_clients
from tests.nights import EXECUTION, RULES, Night, Nights
from tests.walker import StateError

CITIES = tuple(f"city{number:02}" for number in range(60))
NAMED = re.compile(r"city\d\d")
BELONGS_TO_A_CITY = {"s3", "dynamodb"}


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
        """To every request to S3 and DynamoDB: it names the city whose turn it is, and no other."""

        def note(params: dict[str, Any], model: Any, **_: Any) -> None:
            if model.service_model.endpoint_prefix in BELONGS_TO_A_CITY:
                body = params["body"] if isinstance(params["body"], bytes) else b""
                said = f"{unquote(params['url'])} {body.decode(errors='replace')}"
                if set(NAMED.findall(said)) != {self.desk.turns[-1]}:
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
        cities[name] = city = copy.copy(nights)
        city.city, city.state = name, State.of(nights.names["TABLE"], name)
        city.machine = copy.copy(nights.machine)
        city.machine.call = desk.through(name, nights.machine.call)
        city.put_rules(RULES.partition("[tools.inter")[0].replace(DOMAIN, domain(name)))
    return Prefecture(cities, desk)


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


def test_sixty_cities_start_in_the_same_minute(prefecture: Prefecture) -> None:
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
