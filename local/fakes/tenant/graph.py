"""The way of one Graph call: faults, throttle, route, answer, count."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.fakes.tenant import assignments, deleted_items, delta, groups, roles, teams, users
from local.fakes.tenant.answers import Answer, GraphError, malformed, not_allowed
from local.fakes.tenant.calls import Call
from local.fakes.tenant.clock import stamp
from local.fakes.tenant.faults import Rule
from local.fakes.tenant.kinds import EXTENSIONS
from local.fakes.tenant.schema import GUID
from local.fakes.tenant.tenant import Tenant

type Handler = Callable[[Tenant, Call], Answer]

# method, path ({id} stands for anything), resource units of a read, handler
ROUTES: tuple[tuple[str, str, int, Handler], ...] = (
    ("GET", "users", 2, users.index),
    ("POST", "users", 1, users.create),
    ("GET", "users/$count", 2, users.index),
    ("GET", "users/delta", 2, delta.delta),
    ("GET", "users/{id}", 1, users.read),
    ("PATCH", "users/{id}", 1, users.update),
    ("DELETE", "users/{id}", 1, users.delete),
    ("POST", "users/{id}/revokeSignInSessions", 1, users.revoke_sessions),
    ("POST", "users/{id}/assignLicense", 1, assignments.assign_to_user),
    ("POST", "users/{id}/reprocessLicenseAssignment", 1, assignments.reprocess),
    ("GET", "users/{id}/licenseDetails", 2, assignments.details),
    ("GET", "users/{id}/memberOf", 2, groups.groups_of),
    ("GET", "users/{id}/memberOf/microsoft.graph.group", 2, groups.groups_of),
    ("GET", "groups", 1, groups.index),
    ("POST", "groups", 1, groups.create),
    ("GET", "groups/$count", 1, groups.index),
    ("GET", "groups/{id}", 1, groups.read),
    ("PATCH", "groups/{id}", 1, groups.update),
    ("DELETE", "groups/{id}", 1, groups.delete),
    ("GET", "groups/{id}/members", 3, groups.members),
    ("GET", "groups/{id}/members/$count", 3, groups.members),
    ("GET", "groups/{id}/members/microsoft.graph.user", 3, groups.members),
    ("GET", "groups/{id}/members/microsoft.graph.user/$count", 3, groups.members),
    ("POST", "groups/{id}/members/$ref", 1, groups.add_member),
    ("DELETE", "groups/{id}/members/{id}/$ref", 1, groups.remove_member),
    ("GET", "groups/{id}/owners", 3, groups.owners),
    ("POST", "groups/{id}/owners/$ref", 1, groups.add_owner),
    ("DELETE", "groups/{id}/owners/{id}/$ref", 1, groups.remove_owner),
    ("POST", "groups/{id}/assignLicense", 1, assignments.assign_to_group),
    ("POST", "education/classes", 1, teams.create_class),
    ("POST", "teams", 1, teams.create),
    ("GET", "teams/{id}", 1, teams.read),
    ("POST", "teams/{id}/archive", 1, teams.archive),
    ("POST", "teams/{id}/unarchive", 1, teams.unarchive),
    ("GET", "teams/{id}/operations/{id}", 1, teams.operation),
    ("GET", "subscribedSkus", 3, assignments.subscribed_skus),
    ("GET", "directoryRoles", 1, roles.index),
    ("GET", "directoryRoles/{id}/members", 3, roles.members),
    ("GET", "directory/deletedItems/microsoft.graph.user", 1, deleted_items.index),
    ("GET", "directory/deletedItems/microsoft.graph.group", 1, deleted_items.index),
    ("GET", "directory/deletedItems/microsoft.graph.user/$count", 1, deleted_items.index),
    ("GET", "directory/deletedItems/{id}", 1, deleted_items.read),
    ("POST", "directory/deletedItems/{id}/restore", 1, deleted_items.restore),
    ("DELETE", "directory/deletedItems/{id}", 1, deleted_items.purge),
)
SMALL_PAGE = 20


@dataclass(frozen=True, slots=True)
class Route:
    shape: str
    units: int
    handlers: Mapping[str, Handler]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``delay`` seconds pass before the answer is sent; ``reset`` kills the connection instead."""

    answer: Answer
    delay: float = 0.0
    reset: bool = False


def _table() -> dict[int, list[tuple[tuple[str, ...], Route]]]:
    """Routes by number of segments, fixed segments before open ones."""
    shapes: dict[str, tuple[int, dict[str, Handler]]] = {}
    for method, shape, units, handler in ROUTES:
        shapes.setdefault(shape, (units, {}))[1][method] = handler
    table: dict[int, list[tuple[tuple[str, ...], Route]]] = {}
    for shape, (units, handlers) in sorted(shapes.items(), key=lambda s: s[0].count("{")):
        segments = tuple(shape.split("/"))
        route = Route(f"/{shape}", units, handlers)
        table.setdefault(len(segments), []).append((segments, route))
    return table


_TABLE = _table()


def route_of(call: Call) -> Route | None:
    for segments, route in _TABLE.get(len(call.path), ()):
        if all(s in (p, "{id}") for s, p in zip(segments, call.path, strict=True)):
            return route
    return None


def answer(tenant: Tenant, call: Call, *, batched: bool = False) -> Outcome:
    """Never raises: a refusal is an answer, too."""
    tenant.licensing.work(tenant.directory, tenant.settings, tenant.clock.now())
    deleted_items.purge_expired(tenant)
    teams.work(tenant)
    route = route_of(call)
    shape = route.shape if route else "unknown"
    rule = tenant.faults.strike(call, shape, lambda c: names_of(tenant, c))
    headers: dict[str, str] = {}
    try:
        if rule is not None and not rule.commits:
            raise rule.error()
        headers = _charge(tenant, call, route)
        found = _handler(call, route)(tenant, call)
    except GraphError as exc:
        found = refusal(tenant, call.headers, exc)
    tenant.counters.note(call, shape, found.status, tenant.clock.now(), batched=batched)
    answer = Answer(found.status, found.body, {**headers, **found.headers})
    outcome = Outcome(answer) if rule is None else struck(tenant, call, rule, answer)
    tenant.contract.see(call, shape, outcome.answer)
    return outcome


def struck(tenant: Tenant, call: Call, rule: Rule, answer: Answer) -> Outcome:
    """What the caller hears after ``rule`` struck; what happened before stays done."""
    tenant.counters.totals["faults"] += 1
    if rule.kind == "commit-then-status":
        answer = refusal(tenant, call.headers, rule.error())
    return Outcome(answer, rule.seconds, rule.resets)


def refusal(tenant: Tenant, headers: Mapping[str, str], error: GraphError) -> Answer:
    """The error in Graph's envelope, with the ids that support asks for."""
    request_id = headers.get("tenant-request-id") or str(uuid.uuid4())
    inner = {
        "date": stamp(tenant.clock.now()).rstrip("Z"),
        "request-id": request_id,
        "client-request-id": headers.get("client-request-id", request_id),
    }
    return error.answer(inner, tenant.settings.inner_error)


def names_of(tenant: Tenant, call: Call) -> frozenset[str]:
    """Account name and extension attributes of whom a call is about, for aiming a fault."""
    facts: dict[str, Any] = {}
    key = call.path[1] if len(call.path) > 1 else ""
    found = tenant.directory.user_id(key) if key else None
    if found is not None:
        facts = tenant.directory.users[found]
    elif GUID.match(key):
        facts = tenant.directory.deleted.get(key.lower(), {}).get("object", {})
    bodies = [facts, call.body if isinstance(call.body, dict) else {}]
    names: set[str] = set()
    for body in bodies:
        names.add(str(body.get("userPrincipalName", "")))
        marks = body.get(EXTENSIONS) or {}
        names.update(str(mark) for mark in (marks.values() if isinstance(marks, dict) else ()))
    return frozenset(name.casefold() for name in names if name)


def _handler(call: Call, route: Route | None) -> Handler:
    if route is None:
        raise malformed(f"Resource not found for the segment '{_unknown_segment(call)}'.")
    if call.method not in route.handlers:
        raise not_allowed()
    return route.handlers[call.method]


def _unknown_segment(call: Call) -> str:
    known = {segment for _, shape, _, _ in ROUTES for segment in shape.split("/")}
    return next((s for s in call.path if s not in known and not GUID.match(s)), "")


def _charge(tenant: Tenant, call: Call, route: Route | None) -> dict[str, str]:
    units = route.units if route and not call.is_write else 1
    top = call.query.get("top", "")
    units -= "select" in call.query
    units -= top.isdigit() and int(top) < SMALL_PAGE
    units += "expand" in call.query
    return tenant.throttle.charge(
        call.app,
        tenant.settings.tenant_id,
        units=max(1, units),
        writes=int(call.is_write),
        now=tenant.clock.now(),
    )
