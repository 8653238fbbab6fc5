"""An authorization code becomes an ID token: who signed in, as Entra's version 2.0 says it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import uuid
from collections.abc import Mapping

from local.fakes.tenant import tokens
from local.fakes.tenant.answers import Answer
from local.fakes.tenant.directory import Facts
from local.fakes.tenant.grants import Grant, invalid
from local.fakes.tenant.refusals import LOGIN, NOT_STORED, Refused
from local.fakes.tenant.tenant import Tenant

_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}\Z")


def redeem(tenant: Tenant, tenant_id: str, form: Mapping[str, str]) -> Answer:
    """An ID token for a code, to the client that asked for it. Raises Refused."""
    client = tokens.authenticate(tenant, tenant_id, form)
    if not form.get("code"):
        raise _missing("code")
    now = tenant.clock.now()
    grant = tenant.grants.take(form["code"], client, now)
    if form.get("redirect_uri") != grant.redirect_uri:
        raise invalid(500112, "The reply address does not match the one of the request.")
    _check_verifier(grant, form.get("code_verifier", ""))
    user = tenant.directory.users.get(grant.user)
    if user is None or not user.get("accountEnabled"):
        raise invalid(50057, "The user account is disabled.")
    return _answer(tenant, grant, user, form)


def _answer(tenant: Tenant, grant: Grant, user: Facts, form: Mapping[str, str]) -> Answer:
    seconds = tenant.settings.token_seconds
    body = {
        "token_type": "Bearer",
        "scope": grant.scope,
        "expires_in": seconds,
        "ext_expires_in": seconds,
        "access_token": tokens.bearer(tenant, grant.client, scp="User.Read", oid=user["id"]),
    }
    if "openid" in grant.scope.split():
        body["id_token"] = tenant.key.sign(claims(tenant, grant, user))
    if form.get("client_info") == "1":
        body["client_info"] = client_info(tenant, user["id"])
    return Answer(200, body, NOT_STORED)


def claims(tenant: Tenant, grant: Grant, user: Facts) -> dict[str, object]:
    """The ID token's content, as Entra's version 2.0 has it."""
    now = int(tenant.clock.now())
    tenant_id = tenant.settings.tenant_id
    said: dict[str, object] = {
        "aud": grant.client,
        "iss": f"{LOGIN}/{tenant_id}/v2.0",
        "iat": now,
        "nbf": now,
        "exp": now + tenant.settings.token_seconds,
        "sub": _subject(user["id"], grant.client),
        "tid": tenant_id,
        "uti": secrets.token_urlsafe(16),
        "ver": "2.0",
    }
    if "profile" in grant.scope.split():
        said |= {
            "name": user["displayName"],
            "oid": user["id"],
            "preferred_username": user["userPrincipalName"],
        }
    said |= _of_application(tenant, grant, user)
    return said | ({"nonce": grant.nonce} if grant.nonce else {})


def _of_application(tenant: Tenant, grant: Grant, user: Facts) -> dict[str, object]:
    """What only this application's tokens say: the roles given there, and optional claims."""
    said: dict[str, object] = {}
    for application in tenant.settings.registrations:
        if application.client_id == grant.client:
            if roles := application.roles_of(user):
                said["roles"] = list(roles)
            if "auth_time" in application.optional_claims:
                said["auth_time"] = int(grant.proven)
    return said


def client_info(tenant: Tenant, user: str) -> str:
    """Whose answer this is, for a client that keeps several accounts apart."""
    text = json.dumps({"uid": user, "utid": tenant.settings.tenant_id}).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _check_verifier(grant: Grant, verifier: str) -> None:
    if not grant.challenge:
        return
    if not verifier:
        raise _missing("code_verifier")
    said = verifier
    if grant.method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        said = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    fits = hmac.compare_digest(said.encode(), grant.challenge.encode())
    if not fits or not _VERIFIER.match(verifier):
        raise invalid(501481, "The Code_Verifier does not match the code_challenge.")


def _subject(user: str, client: str) -> str:
    """Pairwise: two applications cannot tell that they know the same person."""
    digest = hashlib.sha256(uuid.UUID(user).bytes + client.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _missing(name: str) -> Refused:
    text = f"The request body must contain the following parameter: '{name}'."
    return Refused("invalid_request", 900144, text)
