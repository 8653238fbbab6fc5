"""Entra's side of the tenant, call by call: discovery, keys, tokens, signing in and out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.fakes.tenant import id_tokens, sign_in, tokens
from local.fakes.tenant.answers import Answer
from local.fakes.tenant.refusals import Refused
from local.fakes.tenant.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Visit:
    """A call of the login host. ``host`` is scheme and host it was sent to."""

    tenant_id: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    host: str


def handle(tenant: Tenant, call: str, visit: Visit) -> Answer:
    """``call`` is the method and the last part of the path. Raises Refused."""
    handler = _CALLS.get(call)
    if handler is None:
        raise Refused("invalid_request", 900561, "The endpoint does not accept this request.", 404)
    return handler(tenant, visit)


def _configuration(tenant: Tenant, visit: Visit) -> Answer:
    return tokens.configuration(tenant, visit.tenant_id, visit.host)


def _keys(tenant: Tenant, visit: Visit) -> Answer:
    tokens.check_tenant(tenant, visit.tenant_id)
    return Answer(200, {"keys": [tenant.key.published()]})


def _token(tenant: Tenant, visit: Visit) -> Answer:
    if visit.form.get("grant_type") == "authorization_code":
        return id_tokens.redeem(tenant, visit.tenant_id, visit.form)
    return tokens.token(tenant, visit.tenant_id, visit.form)


def _authorize(tenant: Tenant, visit: Visit) -> Answer:
    return sign_in.authorize(tenant, visit.tenant_id, visit.query)


def _login(tenant: Tenant, visit: Visit) -> Answer:
    return sign_in.enter(tenant, visit.tenant_id, visit.query, visit.form)


def _logout(tenant: Tenant, visit: Visit) -> Answer:
    return sign_in.leave(tenant, visit.query)


_CALLS: dict[str, Callable[[Tenant, Visit], Answer]] = {
    "GET openid-configuration": _configuration,
    "GET keys": _keys,
    "POST token": _token,
    "GET authorize": _authorize,
    "POST login": _login,
    "GET logout": _logout,
}
