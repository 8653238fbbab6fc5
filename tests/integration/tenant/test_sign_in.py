"""Signing in as a pupil: the real msal asks, the page answers, and what Entra refuses."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import msal  # type: ignore[import-untyped]
import pytest
import requests

from local.fakes.tenant import CLIENT_ID, CLIENT_SECRET, SIGN_IN_CLIENT_ID, TENANT_ID
from tests.integration.tenant.client import PASSWORD, SCOPE, Graph, error
from tests.integration.tenant.test_tokens import LOGIN, Rewriter

BACK = "http://127.0.0.1:8123/signed-in"


class Visitor:
    """A pupil's browser and the application that wants to know who it is."""

    def __init__(self, tenant: Graph) -> None:
        self.tenant = tenant
        self.app = self.application(SIGN_IN_CLIENT_ID)
        self.browser = requests.Session()

    def application(self, client: str) -> Any:
        return msal.ConfidentialClientApplication(
            client,
            client_credential=CLIENT_SECRET,
            authority=f"{LOGIN}/{TENANT_ID}",
            http_client=Rewriter(self.tenant.url),
            instance_discovery=False,
        )

    def asks(self, **options: Any) -> dict[str, Any]:
        """A flow that msal began; the answer comes as a form, as msal recommends."""
        options = {"redirect_uri": BACK, "response_mode": "form_post"} | options
        return dict(self.app.initiate_auth_code_flow([], **options))

    def page(self, url: str) -> requests.Response:
        return self.browser.get(url.replace(LOGIN, self.tenant.url), allow_redirects=False)

    def types(self, page: requests.Response, account: str, password: str) -> requests.Response:
        """Fill in the form of ``page`` and send it."""
        action = re.search(r'action="([^"]*)"', page.text)
        assert action is not None, page.text
        url = requests.compat.urljoin(page.url, html.unescape(action[1]))
        form = {"loginfmt": account, "passwd": password}
        return self.browser.post(url, data=form, allow_redirects=False)

    def signs_in(self, account: str, **options: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """The flow, and what came back to the application's address."""
        flow = self.asks(**options)
        answer = self.types(self.page(flow["auth_uri"]), account, PASSWORD)
        return flow, came_back(answer)

    def redeems(self, code: str, **changes: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": SIGN_IN_CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "code": code,
            "redirect_uri": BACK,
        }
        url = f"{self.tenant.url}/{TENANT_ID}/oauth2/v2.0/token"
        return self.browser.post(url, data=form | changes)


def came_back(page: requests.Response) -> dict[str, str]:
    """What the page sends to the application's address."""
    assert f'action="{BACK}"' in page.text
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
    return {name: html.unescape(value) for name, value in fields}


@pytest.fixture
def visitor(tenant: Graph) -> Iterator[Visitor]:
    register(tenant, BACK)
    visitor = Visitor(tenant)
    yield visitor
    visitor.browser.close()
    visitor.app.http_client.close()


def register(tenant: Graph, *addresses: str) -> None:
    launcher = {"client_id": SIGN_IN_CLIENT_ID, "name": "launcher", "redirect_uris": addresses}
    tenant.configure(registrations=[launcher])


def verified(tenant: Graph, id_token: str) -> Mapping[str, Any]:
    """The claims, if the published key signed them for the launcher."""
    keys = jwt.PyJWKClient(f"{tenant.url}/{TENANT_ID}/discovery/v2.0/keys")
    key = keys.get_signing_key_from_jwt(id_token)
    return jwt.decode(
        id_token,
        key.key,
        algorithms=["RS256"],
        audience=SIGN_IN_CLIENT_ID,
        issuer=f"{LOGIN}/{TENANT_ID}/v2.0",
    )


def test_msal_learns_who_signed_in(visitor: Visitor) -> None:
    pupil = visitor.tenant.create()
    flow, response = visitor.signs_in(pupil["userPrincipalName"])
    answer = visitor.app.acquire_token_by_auth_code_flow(flow, response)
    claims = verified(visitor.tenant, answer["id_token"])
    assert claims == answer["id_token_claims"]
    assert (claims["oid"], claims["tid"]) == (pupil["id"], TENANT_ID)
    assert claims["preferred_username"] == pupil["userPrincipalName"]
    assert claims["name"] == pupil["displayName"]
    assert {"nonce", "sub", "iat", "nbf", "exp"} <= claims.keys()
    assert claims["sub"] != pupil["id"]
    [account] = visitor.app.get_accounts()
    assert account["home_account_id"] == f"{pupil['id']}.{TENANT_ID}"


def test_the_answer_can_come_in_the_address(visitor: Visitor) -> None:
    pupil = visitor.tenant.create()
    flow = visitor.asks()
    page = visitor.page(flow["auth_uri"].replace("form_post", "query"))
    answer = visitor.types(page, pupil["userPrincipalName"], PASSWORD)
    address, _, query = answer.headers["Location"].partition("?")
    assert (answer.status_code, address) == (302, BACK)
    answer = visitor.app.acquire_token_by_auth_code_flow(flow, dict(parse_qsl(query)))
    assert answer["id_token_claims"]["oid"] == pupil["id"]


def test_the_login_hint_is_filled_in_and_cannot_break_out(visitor: Visitor) -> None:
    hint = '"><script>alert(1)</script>'
    page = visitor.page(visitor.asks(login_hint=hint)["auth_uri"])
    assert "<script>alert" not in page.text
    assert html.escape(hint, quote=True).replace("&quot;", "&#34;") in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Type"].startswith("text/html")


def test_the_page_may_lead_back_to_the_application_and_nowhere_else(visitor: Visitor) -> None:
    page = visitor.page(visitor.asks()["auth_uri"])
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:8123;" in policy


@pytest.mark.parametrize(
    ("enabled", "password", "number"), [(True, "wrong", 50126), (False, PASSWORD, 50057)]
)
def test_a_wrong_password_and_a_suspended_account_stay_on_the_page(
    visitor: Visitor, enabled: bool, password: str, number: int
) -> None:
    account = visitor.tenant.create(accountEnabled=enabled)["userPrincipalName"]
    answer = visitor.types(visitor.page(visitor.asks()["auth_uri"]), account, password)
    assert answer.status_code == 200
    assert f"AADSTS{number}" in answer.text
    assert account in answer.text


def test_an_unknown_account_and_a_deleted_one_stay_on_the_page(visitor: Visitor) -> None:
    gone = visitor.tenant.create()
    visitor.tenant.delete(f"/users/{gone['id']}")
    page = visitor.page(visitor.asks()["auth_uri"])
    for account in ("nobody@ed.example.jp", gone["userPrincipalName"]):
        assert "AADSTS50034" in visitor.types(page, account, PASSWORD).text


def test_who_is_suspended_after_signing_in_gets_no_token(visitor: Visitor) -> None:
    pupil = visitor.tenant.create()
    flow, response = visitor.signs_in(pupil["userPrincipalName"])
    visitor.tenant.patch(f"/users/{pupil['id']}", {"accountEnabled": False})
    answer = visitor.app.acquire_token_by_auth_code_flow(flow, response)
    assert (answer["error"], answer["error_codes"]) == ("invalid_grant", [50057])


@pytest.mark.parametrize(
    ("client", "address", "number"),
    [
        (SIGN_IN_CLIENT_ID, "http://127.0.0.1:8123/elsewhere", 50011),
        (SIGN_IN_CLIENT_ID, f"{BACK}?more=1", 50011),
        (SIGN_IN_CLIENT_ID, "https://foreign.example/", 50011),
        (CLIENT_ID, BACK, 700016),
        ("nobody", BACK, 700016),
    ],
)
def test_nobody_is_sent_to_an_address_that_was_not_registered(
    visitor: Visitor, client: str, address: str, number: int
) -> None:
    app = visitor.application(client)
    flow = app.initiate_auth_code_flow([], redirect_uri=address, response_mode="form_post")
    answer = visitor.page(flow["auth_uri"])
    app.http_client.close()
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)
    assert f"AADSTS{number}" in answer.text


def test_without_a_session_a_silent_request_is_told_so(visitor: Visitor) -> None:
    flow = visitor.asks(prompt="none", state="kept")
    response = came_back(visitor.page(flow["auth_uri"]))
    assert (response["error"], response["state"]) == ("login_required", "kept")
    answer = visitor.app.acquire_token_by_auth_code_flow(flow, response)
    assert answer["error"] == "login_required"


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "User.Read", "invalid_request"),
        ("response_mode", "fragment", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "S512", "invalid_request"),
    ],
)
def test_what_is_wrong_with_a_request_is_told_to_the_application(
    visitor: Visitor, name: str, value: str, word: str
) -> None:
    parts = urlsplit(visitor.asks()["auth_uri"])
    query = dict(parse_qsl(parts.query)) | {"response_mode": "query", name: value}
    url = f"{visitor.tenant.url}{parts.path}"
    answer = visitor.browser.get(url, params=query, allow_redirects=False)
    address, _, told = answer.headers["Location"].partition("?")
    assert (address, dict(parse_qsl(told))["error"]) == (BACK, word)


def test_a_code_is_good_once(visitor: Visitor) -> None:
    flow, response = visitor.signs_in(visitor.tenant.create()["userPrincipalName"])
    first = visitor.redeems(response["code"], code_verifier=flow["code_verifier"])
    again = visitor.redeems(response["code"], code_verifier=flow["code_verifier"])
    assert (first.status_code, again.status_code) == (200, 400)
    assert again.json()["error_codes"] == [54005]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"code_verifier": "x" * 43}, 501481),
        ({"code_verifier": ""}, 900144),
        ({"redirect_uri": "http://127.0.0.1:8123/elsewhere"}, 500112),
        ({"client_secret": "wrong"}, 7000215),
        ({"client_secret": ""}, 7000218),
        ({"client_id": CLIENT_ID}, 70000),
        ({"code": "guessed"}, 70000),
        ({"code": ""}, 900144),
    ],
)
def test_a_code_opens_nothing_for_who_did_not_ask_for_it(
    visitor: Visitor, changes: dict[str, str], number: int
) -> None:
    flow, response = visitor.signs_in(visitor.tenant.create()["userPrincipalName"])
    form = {"code": response["code"], "code_verifier": flow["code_verifier"]} | changes
    answer = visitor.redeems(form.pop("code"), **form)
    assert answer.json()["error_codes"] == [number]
    assert "id_token" not in answer.json()


def test_a_code_expires(visitor: Visitor) -> None:
    visitor.tenant.control("POST", "clock", {"virtual": True})
    visitor.tenant.session.headers["Authorization"] = ""
    visitor.tenant.configure(auth="optional")
    flow, response = visitor.signs_in(visitor.tenant.create()["userPrincipalName"])
    visitor.tenant.advance(600)
    answer = visitor.redeems(response["code"], code_verifier=flow["code_verifier"])
    assert answer.json()["error_codes"] == [70008]


def test_a_pupils_token_and_a_launchers_open_nothing_in_graph(visitor: Visitor) -> None:
    flow, response = visitor.signs_in(visitor.tenant.create()["userPrincipalName"])
    of_pupil = visitor.app.acquire_token_by_auth_code_flow(flow, response)
    of_launcher = visitor.app.acquire_token_for_client([SCOPE])
    for token in (of_pupil["access_token"], of_launcher["access_token"]):
        visitor.tenant.session.headers["Authorization"] = f"Bearer {token}"
        assert error(visitor.tenant.get("/users")) == (403, "Authorization_RequestDenied")


def test_a_token_is_good_for_an_hour(visitor: Visitor) -> None:
    flow, response = visitor.signs_in(visitor.tenant.create()["userPrincipalName"])
    answer = visitor.app.acquire_token_by_auth_code_flow(flow, response)
    claims = verified(visitor.tenant, answer["id_token"])
    assert claims["exp"] - claims["iat"] == 3599
    assert abs(claims["iat"] - time.time()) < 60


@pytest.mark.parametrize(
    "address",
    ["http://school.example/back", "https://*.example/", "https://x.example/#here", "javascript:1"],
)
def test_an_unsafe_address_cannot_be_registered(tenant: Graph, address: str) -> None:
    body = {"registrations": [{"client_id": SIGN_IN_CLIENT_ID, "redirect_uris": [address]}]}
    answer = tenant.session.patch(f"{tenant.url}/_tenant/settings", json=body)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "invalid: registrations.0.redirect_uris.0"},
    )


def test_signing_out_returns_to_a_registered_address_only(visitor: Visitor) -> None:
    url = f"{visitor.tenant.url}/{TENANT_ID}/oauth2/v2.0/logout"
    for address, status in ((BACK, 302), ("https://foreign.example/", 200)):
        params = {"post_logout_redirect_uri": address}
        answer = visitor.browser.get(url, params=params, allow_redirects=False)
        assert (answer.status_code, answer.headers.get("Location")) == (
            status,
            BACK if status == 302 else None,
        )
