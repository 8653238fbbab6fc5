"""The staff page as a browser sees it: the real handler, moto, and the fake tenant.

``Office`` has people with roles and posts; ``Clerk`` is one of them at a browser, who opens pages
and sends the forms that stand on them.
"""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from kakehashi.edges import settings
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.web.sign_in import SignIn
from kakehashi.staff.recorded import Done
from kakehashi.staff.viewer import Role
from local.fakes import tenant as fake
from tests.launches import PASSWORD, Answer, Browser
from tests.nights import Night, Nights

SITE = "https://staff.demo.example.jp"
DOMAIN = "board.example.jp"


@dataclass(frozen=True)
class Somebody:
    """A member of staff: the account, and its object id."""

    account: str
    oid: str
    name: str


@dataclass
class Clerk:
    """One person's browser."""

    browser: Browser
    who: Somebody

    def sign_in(self, path: str = "/sign-in") -> Answer:
        """Through Microsoft and back; a link in a mail leads there by itself."""
        begun = self.browser.get(path)
        while begun.location.startswith("/"):
            begun = self.browser.get(begun.location)
        return self.browser.come_back(self.browser.at_microsoft(begun, self.who.account))

    def open(self, path: str) -> Answer:
        """A page, after the ways on that lead to it."""
        answer = self.browser.get(path)
        while answer.location.startswith("/") and not answer.location.startswith("/sign-in"):
            answer = self.browser.get(answer.location)
        return answer

    def send(self, page: Answer, action: str, **typed: Any) -> Answer:
        """The form of ``page`` that goes to ``action``, with what is typed into it; nothing of the
        page's own fields is left out. A list stands for boxes that are ticked."""
        return self.browser.post(action, fields_of(page, action) | typed)

    def csrf(self, path: str = "/today") -> str:
        """The hidden field of a page."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.open(path).text)
        assert found is not None
        return found[1]


def fields_of(page: Answer, action: str) -> dict[str, Any]:
    """The hidden fields of the form that goes to ``action``."""
    found = re.search(
        rf'<form method="post" action="{re.escape(action)}[#"].*?</form>', page.text, re.DOTALL
    )
    assert found is not None, f"no form for {action}"
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', found[0])
    return {name: html.unescape(value) for name, value in hidden}


@dataclass
class Office:
    """People of a city's board and schools, over whole nights in this process."""

    nights: Nights
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    registration: dict[str, Any] = field(default_factory=dict)

    @property
    def deps(self) -> StaffDependencies:
        return StaffDependencies.of(settings.load(settings.StaffSettings))

    def hire(
        self, name: str, *roles: Role, city: str = "demo", schools: tuple[str | None, ...] = (None,)
    ) -> Somebody:
        """An account with these roles, and with a post in ``city`` (no schools: without one)."""
        oid = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        account = f"{name}@{DOMAIN}"
        self.nights.tenant.give({
            "id": oid, "userPrincipalName": account, "displayName": f"見本 {name}",
            "mailNickname": name, "accountEnabled": True,
            "passwordProfile": {"password": PASSWORD},
        })  # fmt: skip
        self.give_roles(account, *roles)
        if schools:
            self.deps.posts.put(oid, city, schools)
        return Somebody(account, oid, f"見本 {name}")

    def give_roles(self, account: str, *roles: Role) -> None:
        self.roles[account] = tuple(role.value for role in roles)
        self.register()

    def register(self, **changes: Any) -> None:
        """The app as Entra has it; ``changes`` are settings of the registration."""
        self.registration |= changes
        given = {account: values for account, values in self.roles.items() if values}
        app = {
            "client_id": fake.STAFF_CLIENT_ID,
            "name": "staff",
            "redirect_uris": [f"{SITE}/sign-in/callback"],
            "optional_claims": ["auth_time"],
            "roles": given,
        }
        self.nights.tenant.settings(registrations=[app | self.registration])

    def browser(self) -> Browser:
        return Browser(self.nights.lambdas, SITE, "staff", below={"passwords": "passwords"})

    def at_desk(self, somebody: Somebody, path: str = "/sign-in") -> Clerk:
        clerk = Clerk(self.browser(), somebody)
        answer = clerk.sign_in(path)
        assert answer.status == 303, answer.text
        return clerk

    def later(self, seconds: int) -> None:
        """The page's clock is so much ahead from now on."""
        self.deps.clock = lambda: datetime.now(UTC) + timedelta(seconds=seconds)

    def record(self, city: str = "demo") -> list[Done]:
        """The newest first."""
        return self.deps.record(city).newest(1000)[0]

    def started(self) -> list[dict[str, Any]]:
        """The orders that the page has started, oldest first."""
        client = boto3.client("stepfunctions")
        machine = self.deps.staff.state_machine_arn
        found = client.list_executions(stateMachineArn=machine)["executions"]
        arns = [one["executionArn"] for one in sorted(found, key=lambda one: one["startDate"])]
        return [json.loads(client.describe_execution(executionArn=arn)["input"]) for arn in arns]

    def run_what_was_started(self) -> Night:
        """The newest order goes through the real state machine."""
        return self.nights.start(self.started()[-1])

    def said(self) -> str:
        return self.nights.lambdas.said.getvalue()


def ticked(page: Answer) -> list[str]:
    """The codes that the page of a plan asks to accept."""
    return re.findall(r'name="accept" value="([A-Z]\d{3})"', page.text)


def approval(clerk: Clerk, run_id: str, reason: str = "転入の多い日") -> Answer:
    """Opens the plan, ticks what must be accepted, and approves."""
    page = clerk.open(f"/approve/{run_id}")
    return clerk.send(page, f"/approve/{run_id}/yes", accept=ticked(page), reason=reason)


@contextmanager
def office_in(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The staff page, to which nobody has been given a role or a post yet."""
    boto3.client("dynamodb").create_table(
        TableName="staff",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    machine = boto3.client("stepfunctions").create_state_machine(
        name="kakehashi-RosterSync",
        definition='{"StartAt": "It", "States": {"It": {"Type": "Pass", "End": true}}}',
        roleArn="arn:aws:iam::123456789012:role/state-machine",
    )
    secret = json.dumps({"type": "secret", "value": fake.CLIENT_SECRET})
    boto3.client("secretsmanager").create_secret(Name="kakehashi/sign-in", SecretString=secret)
    for name, value in {
        "PUBLIC_URL": SITE,
        "STAFF_TABLE": "staff",
        "STATE_MACHINE_ARN": machine["stateMachineArn"],
        "SIGN_IN_CLIENT_ID": fake.STAFF_CLIENT_ID,
        "SIGN_IN_SECRET": "kakehashi/sign-in",
    }.items():
        monkeypatch.setenv(name, value)
    yield Office(nights)
    StaffDependencies.of.cache_clear()
    SignIn.of.cache_clear()
