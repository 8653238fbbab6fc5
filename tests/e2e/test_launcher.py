"""The launcher in the embedded stack: real HTTP, the function under its own role, KMS keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import requests
from click.testing import CliRunner

from kakehashi.edges.state import State
from kakehashi.people.record import Record
from kakehashi_console.cli import main
from kakehashi_console.operations import Console
from local.stack import Stack
from tests.builders import a_known, a_pupil
from tests.launches import (
    ASSERTION,
    NRPS_SCOPE,
    PASSWORD,
    a_key,
    authorization_request,
    form_in,
    tool_rules,
)
from tests.nights import RULES
from tests.tenants import Tenant, as_graph

CITY = "launching"
TOOL = "http://127.0.0.1:9"  # nobody listens: the browser of this test does not go there
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
URLS: dict[str, Any] = {
    "login_url": f"{TOOL}/login",
    "redirect_uris": [f"{TOOL}/launch"],
    "target_link_uri": f"{TOOL}/",
}


@pytest.fixture(scope="module")
def pupil(stack: Stack) -> Record:
    known = a_known(1, pupil=a_pupil(71001))
    Console(stack).put_rules(CITY, f"{RULES}\n{tool_rules(memberships=True, **URLS)}")
    State(stack.resource("dynamodb").Table(stack.outputs()["Table"]), CITY).put_pupil(known, None)
    with closing(Tenant(stack.tenant_url)) as tenant:
        tenant.give(as_graph(known) | {"passwordProfile": {"password": PASSWORD}})
    return known


@pytest.fixture
def browser(stack: Stack, pupil: Record) -> Iterator[requests.Session]:
    """Signed in; it follows redirects as far as the launcher and the tenant go."""
    with requests.Session() as session:
        session.headers["Connection"] = "close"
        page = session.get(f"{stack.launcher_url}/sign-in")
        typed = {"loginfmt": pupil.pupil.account, "passwd": PASSWORD}
        for fields in (typed, {}):  # Microsoft's page, and the form with which it answers
            action, given = form_in(page.text, page.url)
            page = session.post(action, given | fields)
        assert "/launch/drill" in page.text
        yield session


def launch(browser: requests.Session, launcher: str) -> tuple[str, dict[str, str]]:
    """The form that the browser is made to post to the tool."""
    begun = browser.get(f"{launcher}/launch/drill", allow_redirects=False)
    hints = dict(parse_qsl(urlsplit(begun.headers["Location"]).query))
    asked = authorization_request(hints, TOOL)
    page = browser.get(f"{launcher}/lti/authorize", params=asked)
    return form_in(page.text, page.url)


def read(launcher: str, fields: dict[str, str]) -> dict[str, Any]:
    jwks = requests.get(f"{launcher}/.well-known/jwks.json", timeout=30).json()
    key = jwt.PyJWKSet.from_dict(jwks)[jwt.get_unverified_header(fields["id_token"])["kid"]]
    return dict(
        jwt.decode(fields["id_token"], key, ["RS256"], audience=f"{CITY}.drill", issuer=launcher)
    )


def test_a_pupil_signs_in_with_a_browser_is_launched_and_leaves(
    stack: Stack, browser: requests.Session, pupil: Record
) -> None:
    action, fields = launch(browser, stack.launcher_url)
    assert action == f"{TOOL}/launch"
    assert read(stack.launcher_url, fields)["sub"] == pupil.pupil.id
    browser.post(f"{stack.launcher_url}/sign-out")
    assert "L201" in browser.get(f"{stack.launcher_url}/launch/drill").text


def test_a_tool_reads_the_class_under_the_functions_own_role(
    stack: Stack, browser: requests.Session, pupil: Record
) -> None:
    claims = read(stack.launcher_url, launch(browser, stack.launcher_url)[1])
    now = int(time.time())
    us = f"{CITY}.drill"
    said = {"iss": us, "sub": us, "aud": f"{stack.launcher_url}/lti/token", "jti": str(now)}
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": jwt.encode(
            said | {"iat": now, "exp": now + 60}, a_key(), "RS256", {"kid": "tool-1"}
        ),
        "scope": NRPS_SCOPE,
    }
    token = requests.post(f"{stack.launcher_url}/lti/token", form, timeout=30).json()
    url = claims[NRPS]["context_memberships_url"]
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    (member,) = requests.get(url, headers=bearer, timeout=30).json()["members"]
    assert member["user_id"] == pupil.pupil.id


def test_an_administrator_changes_the_keys_and_reads_what_a_tool_must_know(
    stack: Stack, pupil: Record
) -> None:
    assert pupil
    at = ["--home", str(stack.home)]
    before = CliRunner().invoke(main, ["lti", "keys", *at])
    assert (before.exit_code, len(before.output.splitlines())) == (0, 1)
    turned = CliRunner().invoke(main, ["lti", "rotate", *at])
    assert (turned.exit_code, len(turned.output.splitlines())) == (0, 2)
    jwks = requests.get(f"{stack.launcher_url}/.well-known/jwks.json", timeout=30).json()
    assert [key["kid"] in turned.output for key in jwks["keys"]] == [True, True]
    assert CliRunner().invoke(main, ["lti", "rotate", *at]).exit_code == 2
    told = CliRunner().invoke(main, ["lti", "tool", f"{CITY}.drill", *at])
    assert f"issuer: {stack.launcher_url}" in told.output
    assert CliRunner().invoke(main, ["lti", "tool", f"{CITY}.other", *at]).exit_code == 2


def test_a_page_of_another_host_does_not_reach_the_launcher(stack: Stack) -> None:
    answer = requests.get(stack.launcher_url, headers={"Host": "evil.example.com"}, timeout=30)
    assert answer.status_code == 403
