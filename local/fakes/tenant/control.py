"""The control plane under ``/_tenant``: what no real tenant has, for people and tests.

health · export · import · reset · settings · faults · counters · misfits · log · clock ·
check-password.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from local.fakes.tenant import sign_in, transfer
from local.fakes.tenant.answers import Answer
from local.fakes.tenant.faults import Rule
from local.fakes.tenant.tenant import Tenant


class Rejected(Exception):
    """A control request that makes no sense; the text never holds a value from it."""


def handle(tenant: Tenant, method: str, name: str, query: Mapping[str, str], body: Any) -> Answer:
    """Raises Rejected."""
    action = _ACTIONS.get((method, name))
    if action is None:
        raise Rejected(f"unknown: {method} /_tenant/{name}")
    if not isinstance(body, dict | None):
        raise Rejected("the body is not a JSON object")
    try:
        return action(tenant, query, body or {})
    except ValidationError as exc:
        places = {".".join(map(str, error["loc"])) for error in exc.errors(include_input=False)}
        raise Rejected("invalid: " + ", ".join(sorted(places))) from exc


type Query = Mapping[str, str]


def _health(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    directory = tenant.directory
    return Answer(
        200,
        {
            "status": "ok",
            "users": len(directory.users),
            "groups": len(directory.groups),
            "deleted": len(directory.deleted),
        },
    )


def _export(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    return Answer(200, transfer.export(tenant))


def _import(tenant: Tenant, query: Query, body: Any) -> Answer:
    try:
        return Answer(200, transfer.replace(tenant, body, merge=query.get("mode") == "merge"))
    except transfer.Unfit as exc:
        raise Rejected(str(exc)) from exc


def _reset(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    tenant.reset()
    return Answer(204)


def _settings(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    return Answer(200, tenant.settings.model_dump(mode="json"))


def _configure(tenant: Tenant, query: Query, body: Any) -> Answer:
    tenant.configure(body)
    return _settings(tenant, query, body)


def _inject(tenant: Tenant, _query: Query, body: Any) -> Answer:
    tenant.faults.add(Rule.model_validate(body))
    return Answer(204)


def _faults(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    return Answer(200, {"value": [rule.model_dump(mode="json") for rule in tenant.faults.rules()]})


def _heal(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    tenant.faults.clear()
    return Answer(204)


def _counters(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    return Answer(200, tenant.counters.to_json())


def _recount(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    tenant.counters = type(tenant.counters)()
    return Answer(204)


def _misfits(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    seen = tenant.contract
    return Answer(200, {"requests": dict(seen.requests), "answers": dict(seen.answers)})


def _log(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    return Answer(200, {"value": list(tenant.counters.log)})


def _clock(tenant: Tenant, _query: Query, _body: Any) -> Answer:
    return Answer(200, {"virtual": tenant.clock.virtual, "now": tenant.clock.now()})


def _set_clock(tenant: Tenant, query: Query, body: Any) -> Answer:
    """{"virtual": bool} and/or {"advance": seconds}."""
    virtual, seconds = body.get("virtual"), body.get("advance", 0)
    if virtual is not None and virtual != tenant.clock.virtual:
        tenant.clock.set_virtual(bool(virtual))
    try:
        if seconds:
            tenant.clock.advance(float(seconds))
    except (TypeError, ValueError) as exc:
        raise Rejected("clock: only a virtual clock advances, and only forward") from exc
    return _clock(tenant, query, body)


def _check_password(tenant: Tenant, _query: Query, body: Any) -> Answer:
    """{"userPrincipalName", "password"} → {"ok": bool}: what a sign-in would say."""
    name, password = str(body.get("userPrincipalName", "")), str(body.get("password", ""))
    found = sign_in.account(tenant, name, password)
    return Answer(200, {"ok": not isinstance(found, sign_in.Wrong)})


_ACTIONS = {
    ("GET", "health"): _health,
    ("GET", "export"): _export,
    ("POST", "import"): _import,
    ("POST", "reset"): _reset,
    ("GET", "settings"): _settings,
    ("PATCH", "settings"): _configure,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _inject,
    ("DELETE", "faults"): _heal,
    ("GET", "counters"): _counters,
    ("DELETE", "counters"): _recount,
    ("GET", "misfits"): _misfits,
    ("GET", "log"): _log,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _set_clock,
    ("POST", "check-password"): _check_password,
}
