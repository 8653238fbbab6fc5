"""Accounts: create, read, list, update, delete, and the rules that Graph has for each property."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from local.fakes.tenant import password_rules, queries
from local.fakes.tenant.answers import (
    Answer,
    GraphError,
    bad_request,
    conflict,
    denied,
    not_found,
    required,
)
from local.fakes.tenant.calls import Call
from local.fakes.tenant.directory import Facts, membership
from local.fakes.tenant.kinds import EXTENSIONS, USER
from local.fakes.tenant.properties import (
    NEVER_NULL,
    REQUIRED,
    SENSITIVE,
    check_body,
    check_upn,
    merged,
)
from local.fakes.tenant.replicas import visible_ids
from local.fakes.tenant.store import Change
from local.fakes.tenant.tenant import Tenant

WEAK = (
    "The specified password does not comply with password complexity requirements. Please provide "
    "a different password."
)
MASTERED = "Unable to update the specified properties for"
CLOUD_ONLY = frozenset({"usageLocation", "ageGroup", "consentProvidedForMinor", "accountEnabled"})
UNIQUE = ("userPrincipalName", "onPremisesImmutableId")
QUOTA = "The directory object quota limit for the Tenant has been exceeded."


def create(tenant: Tenant, call: Call) -> Answer:
    body = check_body(call)
    for name in REQUIRED:
        if body.get(name) in (None, ""):
            raise required(name, "User")
    password = (body.get("passwordProfile") or {}).get("password")
    if not password:
        raise required("password", "User")
    facts = merged({}, body)
    check_upn(tenant.settings, facts["userPrincipalName"])
    _check_password(tenant, facts, password)
    check_quota(tenant)
    _check_unique(tenant, facts, None)
    now = tenant.clock.stamp()
    facts |= {"id": str(uuid.uuid4()), "createdDateTime": now, "lastPasswordChangeDateTime": now}
    facts.setdefault("userType", "Member")
    save(tenant, None, facts, password=password)
    return queries.entity(call, USER, facts, 201, names=USER.defaults)


def read(tenant: Tenant, call: Call) -> Answer:
    facts = find(tenant, call.path[1])
    return queries.entity(call, USER, tenant.seen("users", facts["id"]) or facts)


def index(tenant: Tenant, call: Call) -> Answer:
    stale = tenant.replicas.stale(tenant.clock.now(), tenant.settings.replication.list)
    users = tenant.directory.users
    ids = visible_ids(tenant.directory.ordered("users"), stale)
    lookup: queries.Lookup = (
        (lambda key: stale[key] if key in stale else users.get(key)) if stale else users.get
    )
    if call.path[-1] == "$count":
        return queries.count(call, USER, ids, lookup)
    return queries.page(call, USER, ids, lookup, empty_first=tenant.settings.empty_pages)


def update(tenant: Tenant, call: Call) -> Answer:
    before = find(tenant, call.path[1])
    body = check_body(call)
    _check_may_touch(tenant, before, body)
    _check_mastered_here(before, body)
    for name in NEVER_NULL:
        if name in body and body[name] is None:
            raise required(name, "User")
    facts = merged(before, body)
    if facts["userPrincipalName"] != before["userPrincipalName"]:
        check_upn(tenant.settings, facts["userPrincipalName"])
    password = (body.get("passwordProfile") or {}).get("password")
    if password is not None:
        _check_password(tenant, facts, password)
        facts["lastPasswordChangeDateTime"] = tenant.clock.stamp()
    _check_unique(tenant, facts, before["id"])
    if facts != before or password is not None:
        save(tenant, before, facts, password=password)
    return Answer(204)


def delete(tenant: Tenant, call: Call) -> Answer:
    facts = find(tenant, call.path[1])
    if is_role_holder(tenant, facts):
        raise denied()
    key = facts["id"]
    groups = list(tenant.directory.groups_of(key))
    now = tenant.clock.now()
    gone = {**facts, "deletedDateTime": tenant.clock.stamp()}
    tenant.remember(key, facts)
    tenant.directory.commit(
        [
            ("users", key, None),
            *(("members", membership(group, key), None) for group in groups),
            ("deleted", key, {"kind": "user", "object": gone, "groups": groups, "at": now}),
        ]
    )
    return Answer(204)


def revoke_sessions(tenant: Tenant, call: Call) -> Answer:
    before = find(tenant, call.path[1])
    save(tenant, before, before | {"signInSessionsValidFromDateTime": tenant.clock.stamp()})
    return Answer(200, {"@odata.context": f"{queries.CONTEXT}Edm.Boolean", "value": True})


def find(tenant: Tenant, key: str) -> Facts:
    """The living user with this id or account name; 404 while a lagging reader cannot see it."""
    found = tenant.directory.user_id(key)
    if found is None or tenant.seen("users", found) is None:
        raise not_found(key)
    return tenant.directory.users[found]


def save(
    tenant: Tenant, before: Facts | None, facts: Facts, *, password: str | None = None
) -> None:
    """Write one account; nothing that was refused ever comes this far."""
    tenant.remember(facts["id"], before)
    changes: list[Change] = [("users", facts["id"], facts)]
    if password is not None:
        changes.append(("passwords", facts["id"], password_rules.seal(password)))
    tenant.directory.commit(changes)


def check_quota(tenant: Tenant) -> None:
    if tenant.directory.objects >= tenant.settings.quota:
        raise GraphError(403, "Directory_QuotaExceeded", QUOTA)


def is_role_holder(tenant: Tenant, facts: Mapping[str, Any]) -> bool:
    names = {facts["id"], facts["userPrincipalName"], *facts.get(EXTENSIONS, {}).values()}
    return not names.isdisjoint(tenant.settings.role_holders)


def _check_password(tenant: Tenant, facts: Facts, password: str) -> None:
    strong = "DisableStrongPassword" not in facts.get("passwordPolicies", "")
    if not password_rules.complies(
        password,
        facts["userPrincipalName"],
        strong=strong,
        banned=tenant.settings.banned_passwords,
    ):
        raise bad_request(WEAK)


def _check_unique(tenant: Tenant, facts: Facts, own: str | None) -> None:
    for prop in UNIQUE:
        holder = tenant.directory.holder(prop, facts[prop]) if prop in facts else None
        if holder is not None and holder != own:
            raise conflict(prop, "User", holder, name_other=tenant.settings.conflict_names_other)


def _check_mastered_here(facts: Facts, body: Facts) -> None:
    """What a local Active Directory masters, or once did, is not changed from the cloud."""
    synced = facts.get("onPremisesSyncEnabled")
    if synced and not body.keys() <= CLOUD_ONLY:
        raise bad_request(f"{MASTERED} on-premises mastered Directory Sync objects or objects "
                          "currently undergoing migration.")  # fmt: skip
    if synced is False and EXTENSIONS in body:
        raise bad_request(f"{MASTERED} objects that have originated within an external service.")


def _check_may_touch(tenant: Tenant, facts: Facts, body: Facts) -> None:
    if not SENSITIVE.isdisjoint(body) and is_role_holder(tenant, facts):
        raise denied()
    if body.get("passwordProfile") and not tenant.settings.may_reset_passwords:
        raise denied()
