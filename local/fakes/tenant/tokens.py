"""The Entra side: OpenID configuration, who an application is, and tokens for it.

Over http, endpoints are published under https://login.microsoftonline.com, as the real ones are;
a client that is sent here rewrites the host alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from local.fakes.tenant import assertions
from local.fakes.tenant.answers import Answer, GraphError, denied
from local.fakes.tenant.permissions import granted
from local.fakes.tenant.refusals import LOGIN, NOT_STORED, Refused
from local.fakes.tenant.settings import CLIENT_ID, CLIENT_SECRET
from local.fakes.tenant.tenant import Tenant

GRANTS = ("client_credentials", "authorization_code")
SCOPES = ("https://graph.microsoft.com/.default",)


INITIAL = ".onmicrosoft.com"  # a domain that each tenant is born with: such a one is another's


def configuration(tenant: Tenant, tenant_id: str, host: str) -> Answer:
    """The discovery document. Raises Refused for another tenant's id.

    ``host`` is where it was asked. Over https that is also where the endpoints are; over http they
    are published under the real host, as clients insist on https there.
    """
    tenant_id = _own_id(tenant, tenant_id)
    base = f"{host if host.startswith('https:') else LOGIN}/{tenant_id}"
    return Answer(
        200,
        {
            "issuer": f"{LOGIN}/{tenant_id}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_modes_supported": ["query", "form_post"],
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
        },
    )


def token(tenant: Tenant, tenant_id: str, form: Mapping[str, str]) -> Answer:
    """A bearer token for the form's application itself. Raises Refused."""
    client = authenticate(tenant, tenant_id, form)
    if form.get("scope") not in SCOPES:
        raise Refused("invalid_scope", 1002012, "The provided value for scope is not valid.")
    seconds = tenant.settings.token_seconds
    allowed = client in (CLIENT_ID, *tenant.settings.apps)
    return Answer(
        200,
        {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": bearer(
                tenant, client, **({"roles": granted(tenant.settings)} if allowed else {})
            ),
        },
        NOT_STORED,
    )


def authenticate(tenant: Tenant, tenant_id: str, form: Mapping[str, str]) -> str:
    """The client id that the form's credential proves. Raises Refused."""
    tenant.counters.totals["tokens"] += 1
    rule = tenant.faults.strike_token()
    if rule is not None:
        raise Refused("temporarily_unavailable", 90033, "A transient error.", rule.status)
    check_tenant(tenant, tenant_id)
    if form.get("grant_type") not in GRANTS:
        raise Refused("unsupported_grant_type", 70003, "The app requested an unsupported grant.")
    client = form.get("client_id", "")
    registered = (app.client_id for app in tenant.settings.registrations)
    if client not in (CLIENT_ID, *tenant.settings.apps, *registered):
        raise Refused("unauthorized_client", 700016, "Application was not found in the directory.")
    _check_credential(tenant, client, form)
    return client


def application(tenant: Tenant, authorization: str) -> str:
    """The client id that a request's Authorization header proves. Raises GraphError 401, or 403
    for a token that opens nothing: a person's, or that of an application without permissions.
    """
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
    if not facts.get("roles"):
        raise denied()
    return str(facts["appid"])


def _unauthorized(message: str) -> GraphError:
    challenge = f'Bearer realm="", authorization_uri="{LOGIN}/common/oauth2/authorize"'
    return GraphError(
        401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge}
    )


def _own_id(tenant: Tenant, name: str) -> str:
    """The tenant's id, by that or by a verified domain: Entra tells anybody whose a domain is.
    Raises Refused."""
    verified = tenant.settings.verified_domains
    mine = not name.endswith(INITIAL) if verified is None else name.lower() in verified
    if "." in name and mine:
        return tenant.settings.tenant_id
    check_tenant(tenant, name)
    return tenant.settings.tenant_id


def check_tenant(tenant: Tenant, tenant_id: str) -> None:
    if tenant_id.lower() != tenant.settings.tenant_id:
        raise Refused("invalid_request", 90002, f"Tenant '{tenant_id}' not found.")


def _check_credential(tenant: Tenant, client: str, form: Mapping[str, str]) -> None:
    if "client_assertion" in form:
        assertions.check(tenant.settings, client, form)
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


def bearer(tenant: Tenant, client: str, **claims: Any) -> str:
    """A token for Graph, which only this tenant reads."""
    head = {"typ": "JWT", "alg": "HS256"}
    claims |= {
        "aud": "https://graph.microsoft.com",
        "iss": f"https://sts.windows.net/{tenant.settings.tenant_id}/",
        "appid": client,
        "tid": tenant.settings.tenant_id,
        "exp": tenant.clock.now() + tenant.settings.token_seconds,
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
