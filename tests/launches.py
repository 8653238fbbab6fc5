"""The launcher as a browser and a tool see it: the real handler, moto, and the fake tenant.

``Browser`` keeps cookies as a browser does and knows when one is not sent; ``Tool`` is a learning
tool with a key of its own, that asks and answers as LTI 1.3 tools do, or otherwise where told to.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import boto3
import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from kakehashi.edges import settings
from kakehashi.edges.launch.launcher import LaunchDependencies
from kakehashi.edges.launch.lti_keys import LtiKeys
from kakehashi.people.record import Record
from local.fakes import tenant as fake
from tests.builders import a_pupil
from tests.lambdas import Lambdas
from tests.nights import RULES, Nights
from tests.tenants import Tenant, as_graph

SITE = "https://launch.demo.example.jp"
TOOL = "https://tool.example.jp"
PASSWORD = "Hinagiku-2026x"
NRPS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Answer:
    """What the launcher answered, and the form in it, if it sends one."""

    status: int
    headers: Mapping[str, str]
    text: str
    cookies: tuple[str, ...] = ()

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.location).query))

    @property
    def code(self) -> str:
        """The code for staff on a page, or in a service's answer; "" where there is none."""
        found = re.search(r"\b[LW]\d{3}\b", self.text)
        return found[0] if found else ""

    @property
    def links(self) -> dict[str, str]:
        """The Link header: rel → URL."""
        found = re.findall(r'<([^>]*)>; rel="(\w+)"', self.headers.get("Link", ""))
        return {rel: url for url, rel in found}

    def json(self) -> Any:
        return json.loads(self.text)

    def form(self) -> tuple[str, dict[str, str]]:
        """(action, hidden fields) of the page's form."""
        return form_in(self.text)


def form_in(page: str, base: str = "") -> tuple[str, dict[str, str]]:
    """(action, fields) of the form in ``page``, the action as a browser at ``base`` takes it."""
    action = re.search(r'<form[^>]* action="([^"]*)"', page)
    assert action is not None, page
    fields = re.findall(r'<input[^>]* name="([^"]*)" value="([^"]*)"', page)
    return urljoin(base, html.unescape(action[1])), {n: html.unescape(v) for n, v in fields}


@dataclass
class Browser:
    """One browser at the launcher, or another page of ours; ``jar`` holds its cookies by name.

    ``below`` are other functions by the first word of the paths that they answer.
    """

    lambdas: Lambdas
    site: str = SITE
    function: str = "launch"
    jar: dict[str, str] = field(default_factory=dict)
    below: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, query: Mapping[str, str] | None = None, **headers: str) -> Answer:
        return self.call("GET", path, query=query, headers=headers)

    def post(self, path: str, form: Mapping[str, Any], *, from_elsewhere: bool = False) -> Answer:
        """``from_elsewhere``: another site posts, and no Lax cookie comes with it."""
        body = urlencode(form, doseq=True)
        kind = {"content-type": "application/x-www-form-urlencoded",
                "sec-fetch-site": "cross-site" if from_elsewhere else "same-origin"}  # fmt: skip
        return self.call("POST", path, body=body, headers=kind, cookies=not from_elsewhere)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        cookies: bool = True,
    ) -> Answer:
        path, _, given = path.removeprefix(self.site).partition("?")
        raw = urlencode(query) if query else given
        event = http_event(method, path, raw, body, headers or {}, site=self.site)
        if cookies and self.jar:
            event["cookies"] = [f"{name}={value}" for name, value in self.jar.items()]
        found = self.lambdas.invoke(self.below.get(path.split("/")[1], self.function), event)
        answer = Answer(
            found["statusCode"],
            found.get("headers", {}),
            found.get("body", ""),
            tuple(found.get("cookies", ())),
        )
        self._keep(answer.cookies)
        return answer

    def _keep(self, cookies: tuple[str, ...]) -> None:
        for text in cookies:
            for name, morsel in SimpleCookie(text).items():
                if morsel["max-age"] == "0":
                    self.jar.pop(name, None)
                else:
                    self.jar[name] = morsel.value

    def sign_in(self, account: str, password: str = PASSWORD) -> Answer:
        """From the launcher to Microsoft and back."""
        return self.come_back(self.at_microsoft(self.get("/sign-in"), account, password))

    def come_back(self, form: Mapping[str, str]) -> Answer:
        """What Microsoft's form and ours after it do."""
        page = self.post("/sign-in/callback", form, from_elsewhere=True)
        if page.status != HTTPStatus.OK:
            return page
        return self.post(*page.form())

    def at_microsoft(self, begun: Answer, account: str, password: str = PASSWORD) -> dict[str, str]:
        """The person signs in where ``begun`` leads; returns the form that leads back."""
        with requests.Session() as microsoft:
            microsoft.headers["Connection"] = "close"
            page = microsoft.get(begun.location)
            typed = {"loginfmt": account, "passwd": password}
            reply = microsoft.post(form_in(page.text, page.url)[0], typed)
        return form_in(reply.text)[1]


def http_event(
    method: str,
    path: str,
    query: str,
    body: str,
    headers: Mapping[str, str],
    *,
    site: str = SITE,
) -> dict[str, Any]:
    """An HTTP API's event, payload format 2.0."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": urlsplit(site).netloc, **headers},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
            "requestId": "request",
            "stage": "$default",
        },
        "body": base64.b64encode(body.encode()).decode(),
        "isBase64Encoded": True,
    }


@cache
def a_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def another_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, str]:
    jwk: Any = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": jwk["kty"], "n": jwk["n"], "e": jwk["e"], "kid": kid, "alg": "RS256"}


def tool_rules(key: str = "drill", **settings: Any) -> str:
    """A tool under [lti] in a city's rules."""
    defaults: dict[str, Any] = {
        "name": "計算ドリル",
        "kana": "けいさんどりる",
        "login_url": f"{TOOL}/login",
        "redirect_uris": [f"{TOOL}/launch"],
        "target_link_uri": f"{TOOL}/start",
        "keys": [public_jwk(a_key(), "tool-1")],
    }
    lines = [f"{name} = {_toml(value)}" for name, value in (defaults | settings).items()]
    return "\n".join([f"[lti.{key}]", *lines, ""])


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{k} = {_toml(v)}' for k, v in value.items())} }}"
    return json.dumps(value, ensure_ascii=False)


def authorization_request(hints: Mapping[str, str], tool: str) -> dict[str, str]:
    """What a tool at that address asks of the platform after a login with these hints."""
    return {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": hints["client_id"],
        "redirect_uri": f"{tool}/launch",
        "login_hint": hints["login_hint"],
        "lti_message_hint": hints["lti_message_hint"],
        "state": "state-of-the-tool",
        "nonce": "nonce-of-the-tool",
    }


@dataclass
class Tool:
    """A learning tool, registered in the city as ``drill``."""

    browser: Browser
    client_id: str = "demo.drill"

    def asks(self, begun: Answer, **changes: str) -> dict[str, str]:
        """The authorization request a tool makes of a login that ``begun`` started."""
        request = authorization_request(begun.query, TOOL)
        return {k: v for k, v in (request | changes).items() if v}

    def launched(self, **changes: str) -> Answer:
        """Tile, tool, authorization endpoint."""
        return self.browser.get(
            "/lti/authorize", self.asks(self.browser.get("/launch/drill"), **changes)
        )

    def read(self, answer: Answer) -> dict[str, Any]:
        """The verified claims of what was posted, by our published keys."""
        assert answer.code == "", answer.text
        _, fields = answer.form()
        return verify(self.browser, fields["id_token"], self.client_id)

    def assertion(
        self, key: Any = None, algorithm: str = "RS256", kid: str = "tool-1", **changes: Any
    ) -> str:
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"{SITE}/lti/token",
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
        } | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, key or a_key(), algorithm=algorithm, headers={"kid": kid})

    def answers(self, asked: Mapping[str, Any], *items: Any, **changes: Any) -> str:
        """The JWT with which a tool answers a deep linking request whose claims are ``asked``."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "aud": asked["iss"],
            "iat": now,
            "exp": now + 60,
            "nonce": str(uuid.uuid4()),
            f"{CLAIM}message_type": "LtiDeepLinkingResponse",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": asked[f"{CLAIM}deployment_id"],
            f"{DL}data": asked[f"{DL}deep_linking_settings"]["data"],
            f"{DL}content_items": list(items),
        } | changes
        return jwt.encode(claims, a_key(), "RS256", {"kid": "tool-1"})

    def token(self, assertion: str = "", **changes: str) -> Answer:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": assertion or self.assertion(),
            "scope": NRPS_SCOPE,
        }
        return self.browser.post("/lti/token", form | changes, from_elsewhere=True)

    def members(self, url: str, token: str = "") -> Answer:
        token = token or self.token().json()["access_token"]
        return self.browser.call(
            "GET", url, headers={"authorization": f"Bearer {token}"}, cookies=False
        )


def verify(browser: Browser, id_token: str, audience: str) -> dict[str, Any]:
    """As a tool does: the key by its kid from our JWKS, RS256 only."""
    kid = jwt.get_unverified_header(id_token)["kid"]
    keys = browser.get("/.well-known/jwks.json").json()["keys"]
    (jwk,) = [key for key in keys if key["kid"] == kid]
    return dict(
        jwt.decode(id_token, jwt.PyJWK(jwk), algorithms=["RS256"], audience=audience, issuer=SITE)
    )


def give_accounts(tenant: Tenant, known: list[Record]) -> None:
    """Accounts in the tenant with a password, and the launcher registered to sign people in."""
    tenant.give(*(as_graph(one) | {"passwordProfile": {"password": PASSWORD}} for one in known))
    registration = {
        "client_id": fake.SIGN_IN_CLIENT_ID,
        "name": "launcher",
        "redirect_uris": [f"{SITE}/sign-in/callback"],
    }
    tenant.settings(registrations=[registration])


@dataclass
class Launchpad:
    """A city with pupils who can sign in, and tools registered for them."""

    nights: Nights

    def browser(self) -> Browser:
        return Browser(self.nights.lambdas)

    def register(self, *tools: str) -> None:
        self.nights.put_rules("\n".join([RULES, *tools]))
        LaunchDependencies.of.cache_clear()  # rules are believed for a minute

    def later(self, seconds: int) -> None:
        """The launcher's clock is so much ahead from now on."""
        deps = LaunchDependencies.of(settings.load(settings.LaunchSettings))
        deps.clock = lambda: datetime.now(UTC) + timedelta(seconds=seconds)

    def given(self, known: list[Record]) -> None:
        """More pupils, with accounts."""
        for one in known:
            self.nights.state.put_pupil(one, None)
        self.accounts(known)

    def accounts(self, known: list[Record]) -> None:
        give_accounts(self.nights.tenant, known)

    def hold(self, umi: str) -> None:
        """The last run that settled held this pupil."""
        run = f"{self.nights.city}-20261123T021000-00000000"
        self.nights.state.note_settled(run)
        plan = json.dumps({"held": {"D050": [umi]}}).encode()
        self.nights.put("RUNS_BUCKET", f"{self.nights.city}/{run}/plan.json", plan)

    def hold_staff(self, code: str, mark: str) -> None:
        """And this member of staff, in the plan beside it."""
        run = self.nights.state.settled_run()
        plan = json.dumps({"city": self.nights.city, "held": {code: [mark]}}).encode()
        self.nights.put("RUNS_BUCKET", f"{self.nights.city}/{run}/personnel/plan.json", plan)

    def keys(self) -> LtiKeys:
        """As an administrator has them in hand."""
        table = boto3.resource("dynamodb").Table(self.nights.names["TABLE"])
        return LtiKeys(table, boto3.client("kms"), os.environ["LTI_KEY"])

    def signed_in(self, n: int) -> Tool:
        """Pupil number ``n`` at the launcher, and the tool."""
        browser = self.browser()
        assert browser.sign_in(a_pupil(n).account).location == "/"
        return Tool(browser)

    def said(self) -> str:
        return self.nights.lambdas.said.getvalue()
