"""Signing in as a person: the authorize endpoint, its page, and the way back to the application.

The page is one step where Entra has several, and nobody stays signed in: each request asks for
the password, so ``prompt=none`` is answered ``login_required``, unless the setting ``signed_in``
says whose browser it is.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from local.fakes.tenant import password_rules, tokens
from local.fakes.tenant.answers import Answer
from local.fakes.tenant.directory import Facts
from local.fakes.tenant.grants import Grant
from local.fakes.tenant.id_tokens import client_info
from local.fakes.tenant.refusals import NOT_STORED, Refused
from local.fakes.tenant.settings import Registration
from local.fakes.tenant.tenant import Tenant

MODES = ("query", "form_post")
METHODS = ("plain", "S256")
OFFERED = 50  # accounts that the page's list suggests
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
)
_CHALLENGE = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")
_BLANK: dict[str, Any] = {"form": False, "reply": None, "text": ""}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a person did not get in, as the page says it."""

    number: int
    ja: str
    en: str


UNKNOWN = Wrong(50034, "このアカウントは見つかりません。", "We couldn't find this account.")
MISTYPED = Wrong(
    50126,
    "アカウントまたはパスワードが正しくありません。",
    "Your account or password is incorrect.",
)
NOT_ASSIGNED = Wrong(
    50105,
    "このアプリの利用を許可されていません。",
    "Your administrator has blocked this application unless you are assigned to it.",
)
LOCKED = Wrong(50057, "このアカウントは利用停止中です。", "Your account has been locked.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be answered: whose, where to, and its query as it came."""

    application: Registration
    redirect_uri: str
    query: Mapping[str, str]

    def back(self, said: Mapping[str, str]) -> Answer:
        """To the application, with what it must hear and the state it sent."""
        told = dict(said)
        if "state" in self.query:
            told["state"] = self.query["state"]
        if self.query.get("response_mode") == "form_post":
            reply = {"action": self.redirect_uri, "fields": told}
            return _page(200, self.redirect_uri, reply=reply)
        joint = "&" if urlsplit(self.redirect_uri).query else "?"
        location = f"{self.redirect_uri}{joint}{urlencode(told)}"
        return Answer(302, None, {"Location": location, **NOT_STORED})


def authorize(tenant: Tenant, tenant_id: str, query: Mapping[str, str]) -> Answer:
    """The page that asks who it is, for an application that may know."""
    asked = _asked(tenant, tenant_id, query)
    if isinstance(asked, Answer):
        return asked
    return _quietly(tenant, asked) if query.get("prompt") == "none" else _form(tenant, asked)


def _quietly(tenant: Tenant, asked: Asked) -> Answer:
    """For whoever is signed in in the browser already, if the application may know."""
    key = tenant.directory.user_id(tenant.settings.signed_in)
    facts = tenant.directory.users[key] if key else {}
    if not facts.get("accountEnabled"):
        return asked.back({"error": "login_required", "error_description": "AADSTS50058"})
    if asked.application.assignment_required and not asked.application.roles_of(facts):
        return asked.back({"error": "access_denied", "error_description": "AADSTS50105"})
    return _granted(tenant, asked, str(key))


def enter(
    tenant: Tenant, tenant_id: str, query: Mapping[str, str], form: Mapping[str, str]
) -> Answer:
    """What the page sent: back to the application with a code, or the page again."""
    asked = _asked(tenant, tenant_id, query)
    if isinstance(asked, Answer):
        return asked
    name = form.get("loginfmt", "").strip()
    found = account(tenant, name, form.get("passwd", ""))
    if isinstance(found, Wrong):
        return _form(tenant, asked, name, found)
    if asked.application.assignment_required and not asked.application.roles_of(found):
        return _form(tenant, asked, name, NOT_ASSIGNED)
    return _granted(tenant, asked, found["id"])


def _granted(tenant: Tenant, asked: Asked, user: str) -> Answer:
    code = tenant.grants.give(_grant(tenant, asked, user))
    said = {"code": code, "session_state": str(uuid.uuid4())}
    if asked.query.get("client_info") == "1":
        said["client_info"] = client_info(tenant, user)
    return asked.back(said)


def leave(tenant: Tenant, query: Mapping[str, str]) -> Answer:
    """Signing out, of nothing: back to a registered address, or a page that says so."""
    back = query.get("post_logout_redirect_uri", "")
    if any(back in app.redirect_uris for app in tenant.settings.registrations):
        return Answer(302, None, {"Location": back, **NOT_STORED})
    return _page(200, text="サインアウトしました。 / You signed out.")


def account(tenant: Tenant, name: str, password: str) -> Facts | Wrong:
    """The living, enabled account whose password this is, or why there is none."""
    key = tenant.directory.user_id(name)
    if key is None:
        return UNKNOWN
    sealed = tenant.directory.tables["passwords"].get(key)
    if sealed is None or not password_rules.opens(sealed, password):
        return MISTYPED
    facts = tenant.directory.users[key]
    return facts if facts.get("accountEnabled") else LOCKED


def _grant(tenant: Tenant, asked: Asked, user: str) -> Grant:
    return Grant(
        user=user,
        client=asked.application.client_id,
        redirect_uri=asked.redirect_uri,
        scope=asked.query["scope"],
        nonce=asked.query.get("nonce", ""),
        challenge=asked.query.get("code_challenge", ""),
        method=asked.query.get("code_challenge_method", "plain"),
        at=tenant.clock.now(),
        proven=_proven(tenant, asked),
    )


def _proven(tenant: Tenant, asked: Asked) -> float:
    """When the person proved who it is: now, where a fresher proof was asked for than there is."""
    age = asked.application.proof_age
    wanted = asked.query.get("max_age", "")
    fresh = "login" in asked.query.get("prompt", "").split()
    fresh = fresh or (wanted.isdigit() and int(wanted) < age)
    return tenant.clock.now() - (0 if fresh else age)


def _asked(tenant: Tenant, tenant_id: str, query: Mapping[str, str]) -> Asked | Answer:
    """What is wrong is told to the application, or to the person when the way back is not safe."""
    try:
        tokens.check_tenant(tenant, tenant_id)
        asked = _registered(tenant, query)
    except Refused as exc:
        return _page(400, text=exc.sentence)
    try:
        _check(tenant, query)
    except Refused as exc:
        return asked.back({"error": exc.error, "error_description": exc.sentence})
    return asked


def _registered(tenant: Tenant, query: Mapping[str, str]) -> Asked:
    client, redirect_uri = query.get("client_id", ""), query.get("redirect_uri", "")
    for application in tenant.settings.registrations:
        if application.client_id == client:
            if redirect_uri not in application.redirect_uris:
                raise Refused(
                    "invalid_request", 50011, "The redirect URI specified in the request does not "
                    f"match the redirect URIs configured for the application '{client}'."
                )  # fmt: skip
            return Asked(application, redirect_uri, query)
    raise Refused("unauthorized_client", 700016, "Application was not found in the directory.")


def _check(tenant: Tenant, query: Mapping[str, str]) -> None:
    """The rest of the request. Raises Refused."""
    if query.get("response_type") != "code":
        raise Refused("unsupported_response_type", 700054, "response_type must be 'code'.")
    if "openid" not in query.get("scope", "").split():
        raise Refused("invalid_request", 900144, "The request must contain the scope 'openid'.")
    if query.get("response_mode", "query") not in MODES:
        raise Refused("invalid_request", 70007, "The response_mode is not supported.")
    challenge = query.get("code_challenge")
    method = query.get("code_challenge_method", "plain")
    if challenge is not None and (not _CHALLENGE.match(challenge) or method not in METHODS):
        raise Refused("invalid_request", 501491, "The code_challenge is not valid.")
    if query.get("prompt") == "none" and not tenant.settings.signed_in:
        raise Refused("login_required", 50058, "A silent sign-in request was sent but no user is "
                      "signed in.")  # fmt: skip


def _form(tenant: Tenant, asked: Asked, name: str = "", wrong: Wrong | None = None) -> Answer:
    users = tenant.directory.users.values()
    enabled = (str(user["userPrincipalName"]) for user in users if user.get("accountEnabled"))
    return _page(
        200,
        asked.redirect_uri,
        form=True,
        application=asked.application.name,
        action=f"login?{urlencode(asked.query)}",
        account=name or asked.query.get("login_hint", ""),
        accounts=sorted(islice(enabled, OFFERED)),
        wrong=wrong,
    )


def _page(status: int, leads_to: str = "", **content: Any) -> Answer:
    """``leads_to`` is the address that the page's form ends at, by way of a redirect."""
    nonce = secrets.token_urlsafe(16)
    html = _PAGES.get_template("sign_in.html").render(_BLANK | content, nonce=nonce)
    parts = urlsplit(leads_to)
    target = f" {parts.scheme}://{parts.netloc}" if leads_to else ""
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
        f"form-action 'self'{target}; base-uri 'none'; frame-ancestors 'none'"
    )
    return Answer(
        status,
        html,
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
            **NOT_STORED,
        },
    )
