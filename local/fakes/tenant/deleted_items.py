"""Deleted items: thirty days in which an account or a Microsoft 365 group can come back."""

from __future__ import annotations

from typing import Any

from local.fakes.tenant import groups, queries, users
from local.fakes.tenant.answers import Answer, Detail, GraphError, denied, malformed, not_found
from local.fakes.tenant.calls import Call
from local.fakes.tenant.directory import Facts, membership
from local.fakes.tenant.kinds import KINDS, Kind
from local.fakes.tenant.properties import check_upn
from local.fakes.tenant.store import Change
from local.fakes.tenant.tenant import Tenant

DAYS_KEPT = 30
_DAY = 86_400.0


def index(tenant: Tenant, call: Call) -> Answer:
    kind = _kind(call.path[2])
    rows = {k: v["object"] for k, v in tenant.directory.deleted.items() if v["kind"] == kind.name}
    if call.path[-1] == "$count":
        return queries.count(call, kind, sorted(rows), rows.get)
    return queries.page(call, kind, sorted(rows), rows.get)


def read(tenant: Tenant, call: Call) -> Answer:
    record = _find(tenant, call.path[2])
    answer = queries.entity(call, KINDS[record["kind"]], record["object"])
    answer.body["@odata.type"] = f"#microsoft.graph.{record['kind']}"
    return answer


def restore(tenant: Tenant, call: Call) -> Answer:
    """Back with its id and its groups; ``newUserPrincipalName`` if the old name was taken."""
    record = _find(tenant, call.path[2])
    facts = {k: v for k, v in record["object"].items() if k != "deletedDateTime"}
    body = call.body or {}
    if not isinstance(body, dict):
        raise malformed("Empty Payload. JSON content expected.")
    if record["kind"] == "user":
        facts = _renamed(tenant, facts, body.get("newUserPrincipalName"))
    key = facts["id"]
    changes: list[Change] = [("deleted", key, None), (KINDS[record["kind"]].collection, key, facts)]
    changes += [
        ("members", membership(group, key), True)
        for group in record.get("groups", ())
        if group in tenant.directory.groups
    ]
    changes += [
        ("members", membership(key, user), True)
        for user in record.get("members", ())
        if user in tenant.directory.users
    ]
    tenant.remember(key, None)
    tenant.directory.commit(changes)
    groups.recheck_licences(tenant, [key] if record["kind"] == "user" else [])
    answer = queries.entity(call, KINDS[record["kind"]], facts)
    answer.body["@odata.type"] = f"#microsoft.graph.{record['kind']}"
    return answer


def purge(tenant: Tenant, call: Call) -> Answer:
    """Remove for ever."""
    record = _find(tenant, call.path[2])
    if users.is_role_holder(tenant, record["object"]):
        raise denied()
    key = record["object"]["id"]
    tenant.directory.commit([("deleted", key, None), ("passwords", key, None)])
    return Answer(204)


def purge_expired(tenant: Tenant) -> None:
    """What has lain in the bin for thirty days is gone."""
    oldest = tenant.clock.now() - DAYS_KEPT * _DAY
    while (first := next(iter(tenant.directory.deleted.items()), None)) is not None:
        key, record = first
        if record["at"] > oldest:  # they lie in the order in which they were deleted
            break
        tenant.directory.commit([("deleted", key, None), ("passwords", key, None)])


def _renamed(tenant: Tenant, facts: Facts, new: Any) -> Facts:
    if new is not None:
        if not isinstance(new, str):
            raise malformed("newUserPrincipalName is not an Edm.String.")
        check_upn(tenant.settings, new)
        facts = facts | {"userPrincipalName": new}
    if users.is_role_holder(tenant, facts):
        raise denied()
    holder = tenant.directory.holder("userPrincipalName", facts["userPrincipalName"])
    if holder is not None:
        text = "Another object with the same value for property userPrincipalName already exists."
        details = (
            Detail("ObjectConflict", "userPrincipalName"),
            Detail("ConflictingObjects", f"User_{holder}"),
        )
        raise GraphError(400, "Request_MultipleObjectsWithSameKeyValue", text, details=details)
    return facts


def _find(tenant: Tenant, key: str) -> Facts:
    record = tenant.directory.deleted.get(key.lower())
    if record is None:
        raise not_found(key)
    return dict(record)


def _kind(cast: str) -> Kind:
    return KINDS[cast.removeprefix("microsoft.graph.")]
