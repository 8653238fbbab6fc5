"""Groups and their members: twenty links a request, all or none."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from local.fakes.tenant import queries, users
from local.fakes.tenant.answers import (
    Answer,
    bad_request,
    concurrent,
    conflict,
    invalid,
    malformed,
    not_found,
    required,
)
from local.fakes.tenant.calls import Call
from local.fakes.tenant.directory import Facts, membership
from local.fakes.tenant.kinds import GROUP, USER
from local.fakes.tenant.properties import declared
from local.fakes.tenant.schema import GUID, names
from local.fakes.tenant.store import Change
from local.fakes.tenant.tenant import Tenant

REQUIRED = ("displayName", "mailEnabled", "mailNickname", "securityEnabled")
WRITABLE = frozenset(
    names(
        "classification description displayName groupTypes isAssignableToRole mailEnabled "
        "mailNickname membershipRule membershipRuleProcessingState preferredDataLocation "
        "preferredLanguage securityEnabled theme uniqueName visibility "
        "resourceBehaviorOptions resourceProvisioningOptions"
    )
)
LIMITS = {"displayName": 256, "mailNickname": 64, "description": 1024, "uniqueName": 128}
MOST_LINKS, MOST_OWNERS = 20, 100
LAST_OWNER = "The group must have at least one owner, hence this owner cannot be removed."
OWNERS = "owners"  # how a group's facts keep them; no property that Graph would show
_LINK = re.compile(r".*/(?:directoryObjects|users)/(?P<key>[^/]+)\Z")
_LISTS = ("members@odata.bind", "owners@odata.bind")
ALREADY = (
    "One or more added object references already exist for the following modified properties: "
    "'members'."
)
NOT_THERE = (
    "One or more removed object references do not exist for the following modified properties: "
    "'members'."
)


def create(tenant: Tenant, call: Call) -> Answer:
    body = _checked(call)
    for name in REQUIRED:
        if body.get(name) in (None, ""):
            raise required(name, "Group")
    if body["mailEnabled"] and "Unified" not in body.get("groupTypes", ()):
        raise bad_request(
            "The service does not currently support writes of mail-enabled groups. Please ensure "
            "that the mail-enablement property is unset and the security-enablement property is "
            "set."
        )
    links = _links(tenant, body)
    users.check_quota(tenant)
    facts = _merged({}, body)
    check_unique(tenant, facts)
    key = str(uuid.uuid4())
    facts |= {"id": key, "createdDateTime": tenant.clock.stamp()}
    tenant.remember(key, None)
    tenant.directory.commit([("groups", key, facts), *_additions(key, links)])
    return queries.entity(call, GROUP, facts, 201, names=GROUP.defaults)


def read(tenant: Tenant, call: Call) -> Answer:
    return queries.entity(call, GROUP, find(tenant, call.path[1]))


def index(tenant: Tenant, call: Call) -> Answer:
    stale = tenant.replicas.stale(tenant.clock.now(), tenant.settings.replication.list)
    groups = tenant.directory.groups
    unseen = {key for key, facts in stale.items() if facts is None}
    ids = [key for key in tenant.directory.ordered("groups") if key not in unseen]
    if call.path[-1] == "$count":
        return queries.count(call, GROUP, ids, groups.get)
    return queries.page(call, GROUP, ids, groups.get)


def update(tenant: Tenant, call: Call) -> Answer:
    before = find(tenant, call.path[1])
    body = _checked(call)
    links = _links(tenant, body)
    for name in REQUIRED:
        if name in body and body[name] is None:
            raise required(name, "Group")
    facts = _merged(before, body)
    check_unique(tenant, facts)
    key = before["id"]
    if links:
        _change_members(tenant, key, links, add=True)
    if facts != before:
        tenant.directory.commit([("groups", key, facts)])
    return Answer(204)


def delete(tenant: Tenant, call: Call) -> Answer:
    """Microsoft 365 groups can be restored, security groups cannot; a licensed one stays."""
    facts = find(tenant, call.path[1])
    key = facts["id"]
    if facts.get("assignedLicenses"):
        raise bad_request("A group with licenses assigned cannot be deleted.")
    members = list(tenant.directory.members(key))
    changes: list[Change] = [("groups", key, None)]
    changes += [("members", membership(key, user), None) for user in members]
    if "Unified" in facts.get("groupTypes", ()):
        gone = {**facts, "deletedDateTime": tenant.clock.stamp()}
        record = {"kind": "group", "object": gone, "members": members, "at": tenant.clock.now()}
        changes.append(("deleted", key, record))
    tenant.directory.commit(changes)
    return Answer(204)


def members(tenant: Tenant, call: Call) -> Answer:
    """Members as directoryObjects; the cast to microsoft.graph.user drops the type marks."""
    group = find(tenant, call.path[1])
    ids = [] if _is_hidden(tenant, group) else sorted(tenant.directory.members(group["id"]))
    if call.path[-1] == "$count":
        return queries.count(call, USER, ids, tenant.directory.users.get)
    answer = queries.page(call, USER, ids, tenant.directory.users.get)
    if "microsoft.graph.user" not in call.path:
        _mark(answer.body["value"], "user")
    return answer


def groups_of(tenant: Tenant, call: Call) -> Answer:
    user = users.find(tenant, call.path[1])
    ids = sorted(tenant.directory.groups_of(user["id"]))
    answer = queries.page(call, GROUP, ids, tenant.directory.groups.get)
    if "microsoft.graph.group" not in call.path:
        _mark(answer.body["value"], "group")
    return answer


def add_member(tenant: Tenant, call: Call) -> Answer:
    group = find(tenant, call.path[1])
    link = call.facts().get("@odata.id")
    if not isinstance(link, str):
        raise malformed("The @odata.id annotation is missing in the payload.")
    _change_members(tenant, group["id"], [_linked(tenant, link)], add=True)
    return Answer(204)


def remove_member(tenant: Tenant, call: Call) -> Answer:
    group = find(tenant, call.path[1])
    key = call.path[3].lower()
    if key not in tenant.directory.users:
        raise not_found(call.path[3])
    _change_members(tenant, group["id"], [key], add=False)
    return Answer(204)


def owners(tenant: Tenant, call: Call) -> Answer:
    group = find(tenant, call.path[1])
    living = tenant.directory.users
    held = () if _is_hidden(tenant, group) else group.get(OWNERS, ())
    ids = sorted(key for key in held if key in living)
    answer = queries.page(call, USER, ids, living.get)
    _mark(answer.body["value"], "user")
    return answer


def add_owner(tenant: Tenant, call: Call) -> Answer:
    group = find(tenant, call.path[1])
    link = call.facts().get("@odata.id")
    if not isinstance(link, str):
        raise malformed("The @odata.id annotation is missing in the payload.")
    key, held = _linked(tenant, link), group.get(OWNERS, [])
    if key in held:
        raise bad_request(ALREADY.replace("members", "owners"))
    if len(held) >= MOST_OWNERS:
        raise bad_request(f"A group cannot have more than {MOST_OWNERS} owners.")
    tenant.directory.commit([("groups", group["id"], group | {OWNERS: [*held, key]})])
    return Answer(204)


def remove_owner(tenant: Tenant, call: Call) -> Answer:
    """Once there are owners, the last one stays."""
    group, key = find(tenant, call.path[1]), call.path[3].lower()
    held = group.get(OWNERS, [])
    if key not in held:
        raise bad_request(NOT_THERE.replace("members", "owners"))
    if len(held) == 1:
        raise bad_request(LAST_OWNER)
    left = [one for one in held if one != key]
    tenant.directory.commit([("groups", group["id"], group | {OWNERS: left})])
    return Answer(204)


def _is_hidden(tenant: Tenant, group: Facts) -> bool:
    """Without a permission of its own, hidden membership looks like none at all."""
    hidden = group.get("visibility") == "HiddenMembership"
    return hidden and "Member.Read.Hidden" in tenant.settings.withheld


def find(tenant: Tenant, key: str) -> Facts:
    """The group with this id (or ``uniqueName=…``) as a lagging reader sees it; 404 otherwise."""
    groups = tenant.directory.groups
    name, equals, value = key.partition("=")
    if equals and name == "uniqueName":
        found = next((k for k, g in groups.items() if g.get("uniqueName") == value), "")
    else:
        found = key.lower()
    if found not in groups or tenant.seen("groups", found) is None:
        raise not_found(key)
    return groups[found]


def recheck_licences(tenant: Tenant, changed: Iterable[str]) -> None:
    tenant.licensing.recheck(changed, tenant.clock.now() + tenant.settings.licence_delay)


def _change_members(tenant: Tenant, group: str, ids: list[str], *, add: bool) -> None:
    now = tenant.clock.now()
    last = tenant.group_writes.get(group)
    if last is not None and now - last < tenant.settings.group_window:
        raise concurrent()
    present = tenant.directory.members(group)
    if add and any(key in present for key in ids):
        raise bad_request(ALREADY)
    if not add and any(key not in present for key in ids):
        raise bad_request(NOT_THERE)
    tenant.group_writes[group] = now
    tenant.directory.commit(
        [("members", membership(group, key), True if add else None) for key in ids]
    )
    if tenant.directory.groups[group].get("assignedLicenses"):
        recheck_licences(tenant, ids)


def _additions(group: str, ids: list[str]) -> list[Change]:
    return [("members", membership(group, key), True) for key in ids]


def _links(tenant: Tenant, body: Mapping[str, Any]) -> list[str]:
    """The users that ``members@odata.bind`` names. Owners are counted and otherwise ignored."""
    lists = [body.get(name) or [] for name in _LISTS]
    if any(not isinstance(one, list) for one in lists):
        raise malformed("The value of an @odata.bind annotation must be a collection.")
    if sum(map(len, lists)) > MOST_LINKS:
        raise bad_request(
            f"A resource cannot contain more than {MOST_LINKS} link changes in one request."
        )
    ids = [_linked(tenant, link) for link in lists[0]]
    if len(set(ids)) < len(ids):
        raise bad_request("An object reference can only be present once as an add/remove change.")
    return ids


def _linked(tenant: Tenant, link: Any) -> str:
    found = _LINK.match(link) if isinstance(link, str) else None
    key = found["key"].lower() if found else ""
    if not GUID.match(key):
        raise malformed("Invalid URL format specified in an @odata annotation of the payload.")
    if key not in tenant.directory.users:
        raise not_found(key)
    if tenant.seen("users", key) is None:
        raise bad_request("Not a valid reference update.")
    return key


def _checked(call: Call) -> Facts:
    body = declared(call, "group")
    for name, value in body.items():
        if "@" in name:
            continue
        if name not in WRITABLE:
            raise bad_request(f"Property '{name}' is read-only and cannot be set.")
        if isinstance(value, str) and not 0 < len(value) <= LIMITS.get(name, 1024):
            raise invalid(name, "Group")
    return body


def _merged(before: Facts, body: Mapping[str, Any]) -> Facts:
    facts = before | {name: value for name, value in body.items() if "@" not in name}
    return {name: value for name, value in facts.items() if value is not None}


def check_unique(tenant: Tenant, facts: Facts) -> None:
    """uniqueName always, mailNickname among mail-enabled groups."""
    props = ["uniqueName"] + (["mailNickname"] if facts["mailEnabled"] else [])
    for key, other in tenant.directory.groups.items():
        for prop in props:
            clash = prop in facts and other.get(prop) == facts[prop]
            if clash and key != facts.get("id") and (prop == "uniqueName" or other["mailEnabled"]):
                raise conflict(prop, "Group", key, name_other=tenant.settings.conflict_names_other)


def _mark(rows: list[dict[str, Any]], kind: str) -> None:
    for number, row in enumerate(rows):
        rows[number] = {"@odata.type": f"#microsoft.graph.{kind}", **row}
