"""A city on the night on which somebody is missing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
import time_machine
from moto import mock_aws

from kakehashi.edges import settings
from kakehashi.edges.launch.launcher import LaunchDependencies
from kakehashi.edges.microsoft.graph import Wire
from kakehashi.edges.web.sign_in import SignIn
from local.fakes import tenant as fake
from tests.builders import a_drop, a_known, a_pupil
from tests.desks import Office, office_in
from tests.images import afterwards
from tests.integration.test_night import known
from tests.launches import SITE, Launchpad, a_key, public_jwk, tool_rules
from tests.nights import FIRST_NIGHT, Night, Nights
from tests.staff import Board
from tests.tenants import Tenant, environment


@pytest.fixture(autouse=True, scope="session")
def in_that_night() -> Iterator[None]:
    """Pages, tokens, leases and the fakes live when the nights do, whatever the day of the run:
    plans grow too old for an approval, and school years end. The clock goes on from test to test,
    for what one has made is an image for others."""
    with time_machine.travel(FIRST_NIGHT):
        yield


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    """A fake tenant, empty."""
    with fake.serve() as base_url, closing(Tenant(base_url)) as control:
        yield control


@pytest.fixture
def env(
    account: dict[str, str], tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> settings.DirectorySettings:
    """What reaches that tenant, with its credential in place."""
    secret = json.dumps({"type": "secret", "value": fake.CLIENT_SECRET})
    boto3.client("secretsmanager").create_secret(Name="kakehashi/credential", SecretString=secret)
    for name, value in environment(tenant.base_url).items():
        monkeypatch.setenv(name, value)
    return settings.load(settings.DirectorySettings)


@pytest.fixture
def board(nights: Nights) -> Board:
    """Twelve pupils with accounts, in Microsoft 365 and in every tool."""
    afterwards(nights, a_quiet_night)
    return Board(nights)


def a_quiet_night(nights: Nights) -> None:
    nights.given(known(12))
    assert nights.run(a_drop(12).zip()).verdict == "unchanged"
    nights.tomorrow()


@pytest.fixture
def missing(board: Board) -> Night:
    """The night on which the twelfth is no longer in the roster."""
    return afterwards(board.nights, the_twelfth_is_missing)


def the_twelfth_is_missing(nights: Nights) -> Night:
    night = nights.run(a_drop(11).zip())
    assert night.verdict == "unchanged"
    assert night.summary["proposed"]["GONE"] == [a_pupil(12).id]
    return night


@pytest.fixture
def launchpad(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launchpad]:
    """Three pupils of one class who can sign in, and one tool, registered for everybody."""
    key = boto3.client("kms").create_key(
        KeyUsage="SIGN_VERIFY",
        KeySpec="RSA_2048",
        Tags=[{"TagKey": "kakehashi:lti", "TagValue": "kakehashi"}],  # as the template's key
    )
    boto3.client("dynamodb").create_table(
        TableName="launch",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    secret = json.dumps({"type": "secret", "value": fake.CLIENT_SECRET})
    boto3.client("secretsmanager").create_secret(Name="kakehashi/sign-in", SecretString=secret)
    for name, value in {
        "PUBLIC_URL": SITE,
        "LAUNCH_TABLE": "launch",
        "LTI_KEY": key["KeyMetadata"]["Arn"],
        "SIGN_IN_CLIENT_ID": fake.SIGN_IN_CLIENT_ID,
        "SIGN_IN_SECRET": "kakehashi/sign-in",
    }.items():
        monkeypatch.setenv(name, value)
    pad = Launchpad(nights)
    pad.register(tool_rules())
    pad.given([a_known(n) for n in (1, 2, 3)])
    yield pad
    LaunchDependencies.of.cache_clear()
    SignIn.of.cache_clear()


@pytest.fixture
def office(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with office_in(nights, monkeypatch) as made:
        yield made


@pytest.fixture
def key_server() -> Iterator[str]:
    """The address of a JWKS with the key of ``tests.launches.Tool``; elsewhere there is none."""
    body = json.dumps({"keys": [public_jwk(a_key(), "tool-1")]}).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = body if self.path == "/jwks" else b"no keys"
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/jwks"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Tenant, Wire]]:
    """One tenant and one sign-in for all tests: it is emptied before each."""
    secret = json.dumps({"type": "secret", "value": fake.CLIENT_SECRET})
    with fake.serve() as base_url, closing(Tenant(base_url)) as tenant:
        with pytest.MonkeyPatch.context() as patch, mock_aws():
            stack = {"AWS_DEFAULT_REGION": "ap-northeast-1", "RUNS_BUCKET": "none", "TABLE": "none"}
            for name, value in (environment(base_url) | stack).items():
                patch.setenv(name, value)
            boto3.client("secretsmanager").create_secret(
                Name="kakehashi/credential", SecretString=secret
            )
            wire = Wire.of(settings.load(settings.DirectorySettings))
        with closing(wire):
            yield tenant, wire
