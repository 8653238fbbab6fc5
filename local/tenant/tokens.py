"""The Entra side: OpenID configuration and tokens for applications (client credentials).

Issuer and endpoints are published under https://login.microsoftonline.com, as the real ones are;
a client that is sent here rewrites the host alone. Assertions are judged by their claims, not by
their signature: the tenant knows nobody's public key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.tenant.answers import Answer, GraphError
from local.tenant.settings import CLIENT_ID, CLIENT_SECRET
from local.tenant.tenant import Tenant

LOGIN = "https://login.microsoftonline.com"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FEDERATED = "api://AzureADTokenExchange"
SCOPES = ("https://graph.microsoft.com/.default",)


class Refused(Exception):
    """A token is refused: OAuth ``error`` word, AADSTS number, text, HTTP status."""

    def __init__(self, error: str, number: int, text: str, status: int = 400) -> None:
        super().__init__(f"AADSTS{number}")
        self.error, self.number, self.text, self.status = error, number, text, status

    def answer(self, now: float) -> Answer:
        moment = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        description = (
            f"AADSTS{self.number}: {self.text} Trace ID: {trace} Correlation ID: {correlation} "
            f"Timestamp: {moment}"
        )
        return Answer(
            self.status,
            {
                "error": self.error,
                "error_description": description,
                "error_codes": [self.number],
                "timestamp": moment,
                "trace_id": trace,
                "correlation_id": correlation,
                "error_uri": f"{LOGIN}/error?code={self.number}",
            },
        )


def configuration(tenant: Tenant, tenant_id: str) -> Answer:
    """The discovery document. Raises Refused for another tenant's id."""
    _check_tenant(tenant, tenant_id)
    base = f"{LOGIN}/{tenant_id}"
    return Answer(
        200,
        {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code", "id_token", "token"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
        },
    )


def token(tenant: Tenant, tenant_id: str, form: Mapping[str, str]) -> Answer:
    """A bearer token for the form's application. Raises Refused."""
    tenant.counters.totals["tokens"] += 1
    rule = tenant.faults.strike_token()
    if rule is not None:
        raise Refused("temporarily_unavailable", 90033, "A transient error.", rule.status)
    _check_tenant(tenant, tenant_id)
    if form.get("grant_type") != "client_credentials":
        raise Refused("unsupported_grant_type", 70003, "The app requested an unsupported grant.")
    client = form.get("client_id", "")
    if client not in (CLIENT_ID, *tenant.settings.apps):
        raise Refused("unauthorized_client", 700016, "Application was not found in the directory.")
    if form.get("scope") not in SCOPES:
        raise Refused("invalid_scope", 1002012, "The provided value for scope is not valid.")
    _check_credential(tenant, tenant_id, client, form)
    seconds = tenant.settings.token_seconds
    return Answer(
        200,
        {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": _sign(tenant, client, tenant.clock.now() + seconds),
        },
        {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"},
    )


def application(tenant: Tenant, authorization: str) -> str:
    """The client id that a request's Authorization header proves. Raises GraphError 401."""
    scheme, _, text = authorization.partition(" ")
    if tenant.settings.auth == "optional":
        return CLIENT_ID
    if scheme.lower() != "bearer" or not text:
        raise _unauthorized("Access token is empty.")
    try:
        head, claims, signature = text.strip().split(".")
        if not hmac.compare_digest(signature, _signature(tenant, f"{head}.{claims}")):
            raise _unauthorized("Access token validation failure. Invalid signature.")
        facts = json.loads(_unpack(claims))
    except ValueError as exc:
        raise _unauthorized("IDX14100: JWT is not well formed.") from exc
    if facts["exp"] <= tenant.clock.now():
        raise _unauthorized("Access token has expired or is not yet valid.")
    return str(facts["appid"])


def _unauthorized(message: str) -> GraphError:
    challenge = f'Bearer realm="", authorization_uri="{LOGIN}/common/oauth2/authorize"'
    return GraphError(
        401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge}
    )


def _check_tenant(tenant: Tenant, tenant_id: str) -> None:
    if tenant_id.lower() != tenant.settings.tenant_id:
        raise Refused("invalid_request", 90002, f"Tenant '{tenant_id}' not found.")


def _check_credential(tenant: Tenant, tenant_id: str, client: str, form: Mapping[str, str]) -> None:
    if "client_assertion" in form:
        if form.get("client_assertion_type") != ASSERTION:
            raise _bad_assertion(900144, "client_assertion_type is missing or unknown.")
        _check_assertion(tenant_id, client, form["client_assertion"])
        return
    secret = form.get("client_secret", "")
    if not secret:
        raise Refused(
            "invalid_client", 7000218, "The request body must contain the following parameter: "
            "'client_assertion' or 'client_secret'.", 401
        )  # fmt: skip
    if not hmac.compare_digest(secret.encode(), CLIENT_SECRET.encode()):
        raise Refused(
            "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being "
            "sent in the request is the client secret value, not the client secret ID, for a "
            f"secret added to app '{client}'.", 401
        )  # fmt: skip
    if tenant.settings.secret_expired:
        raise Refused(
            "invalid_client", 7000222, f"The provided client secret keys for app '{client}' are "
            "expired.", 401
        )  # fmt: skip


def _bad_assertion(number: int, text: str) -> Refused:
    return Refused("invalid_client", number, text, 401)


def _check_assertion(tenant_id: str, client: str, assertion: str) -> None:
    """The client's own (certificate, KMS) or a federated one (issued by somebody we trust)."""
    try:
        head, body, signature = assertion.split(".")
        kind, claims = json.loads(_unpack(head)), json.loads(_unpack(body))
    except ValueError as exc:
        raise _bad_assertion(50027, "JWT token is invalid or malformed.") from exc
    if not signature or kind.get("alg") not in {"PS256", "RS256"}:
        raise _bad_assertion(5002723, "The assertion is not signed with PS256 or RS256.")
    if not isinstance(claims.get("exp"), int | float) or claims["exp"] <= time.time():
        raise _bad_assertion(700024, "Client assertion is not within its valid time range.")
    audiences = claims.get("aud")
    audiences = audiences if isinstance(audiences, list) else [audiences]
    if FEDERATED in audiences:
        issuer, subject = claims.get("iss"), claims.get("sub")
        if not str(issuer).startswith("https://") or not subject:
            raise _bad_assertion(70021, "No matching federated identity record found.")
    elif claims.get("iss") != client or claims.get("sub") != client:
        raise _bad_assertion(700021, "Issuer and subject of the assertion must be the client id.")
    elif f"{LOGIN}/{tenant_id}/oauth2/v2.0/token" not in audiences:
        raise _bad_assertion(700023, "Client assertion audience claim does not match.")


def _sign(tenant: Tenant, client: str, expires: float) -> str:
    head = {"typ": "JWT", "alg": "HS256"}
    claims = {
        "aud": "https://graph.microsoft.com",
        "iss": f"https://sts.windows.net/{tenant.settings.tenant_id}/",
        "appid": client,
        "tid": tenant.settings.tenant_id,
        "exp": expires,
        "roles": ["User.ReadWrite.All", "Group.ReadWrite.All", "GroupMember.ReadWrite.All"],
    }
    text = f"{_pack(json.dumps(head).encode())}.{_pack(json.dumps(claims).encode())}"
    return f"{text}.{_signature(tenant, text)}"


def _signature(tenant: Tenant, text: str) -> str:
    """Keyed with the tenant's id alone, so that a token outlives a restart of the tenant."""
    key = f"{CLIENT_SECRET} {tenant.settings.tenant_id}".encode()
    return _pack(hmac.digest(key, text.encode(), hashlib.sha256))


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unpack(text: str) -> Any:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
