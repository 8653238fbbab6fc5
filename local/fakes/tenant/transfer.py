"""The tenant's content as one file: everything out, everything in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from local.fakes.tenant import password_rules
from local.fakes.tenant.clock import moment
from local.fakes.tenant.directory import Facts, membership
from local.fakes.tenant.kinds import EXPORTED, EXTENSIONS, GROUP, USER, render
from local.fakes.tenant.schema import GUID, misfits
from local.fakes.tenant.store import Tables, empty_tables
from local.fakes.tenant.tenant import Tenant

TEAM_FACTS = ("class", "team")  # of a group: whether it is a class's, and of its Team
_EMPTY: tuple[Any, ...] = (None, "", [])


class Unfit(Exception):
    """The file cannot become a tenant; the text names the place and never a value."""


def export(tenant: Tenant) -> dict[str, Any]:
    """Everything, as Graph writes it: users in ``value``, sorted by account name."""
    directory = tenant.directory
    users = sorted(directory.users.values(), key=lambda user: str(user["userPrincipalName"]))
    groups = sorted(directory.groups.values(), key=lambda group: str(group["displayName"]))
    return {
        "value": [render(USER, user, EXPORTED) for user in users],
        "groups": [
            render(GROUP, group, (*GROUP.defaults, "assignedLicenses"))
            | {"members": sorted(directory.members(group["id"]))}
            | ({"owners": sorted(group["owners"])} if group.get("owners") else {})
            | {name: group[name] for name in TEAM_FACTS if name in group}
            for group in groups
        ],
        "deletedItems": [
            {"@odata.type": f"#microsoft.graph.{record['kind']}", **record["object"]}
            for record in directory.deleted.values()
        ],
    }


def replace(tenant: Tenant, body: Any, *, merge: bool) -> dict[str, int]:
    """The file *is* the tenant afterwards; ``merge`` adds to what is there instead.

    ``body`` is what ``export`` gives; ``value`` alone will do. Users are matched by id, else by
    account name, and keep their passwords; who has no id gets one. Without ``groups`` the groups
    stay and lose the members that are gone; without ``deletedItems`` the bin stays.
    Raises Unfit, and nothing has changed then.
    """
    _check_shape(body)
    now = tenant.directory.tables
    tables = empty_tables() | {"settings": dict(now["settings"])}
    tables |= {"deleted": dict(now["deleted"]), "passwords": dict(now["passwords"])}
    users = dict(now["users"]) if merge else {}
    for number, row in enumerate(body["value"]):
        facts, password = _imported(tenant, row, number)
        users[facts["id"]] = facts
        if password is not None:
            tables["passwords"][facts["id"]] = password_rules.seal(password)
    tables["users"] = users
    _check_names(users)
    if body.get("deletedItems") is not None:
        tables["deleted"] = _imported_bin(tenant, body["deletedItems"])
    _import_groups(tables, now, body.get("groups"))
    _forget(tables)
    tenant.replace(tables)
    return {"users": len(users), "groups": len(tables["groups"])}


def _check_shape(body: Any) -> None:
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        raise Unfit('the file must be {"value": [users…]}')
    for name in ("groups", "deletedItems"):
        rows = [] if body.get(name) is None else body[name]
        if not isinstance(rows, list) or not all(_has_id(row) for row in rows):
            raise Unfit(f"{name}: each must be an object with an id")


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and GUID.match(str(row.get("id"))) is not None


def _imported(tenant: Tenant, row: Any, number: int) -> tuple[Facts, str | None]:
    """The account that a row describes, and its password if it brings one. Raises Unfit."""
    here = f"value[{number}]"
    if not isinstance(row, dict) or not isinstance(row.get("userPrincipalName"), str):
        raise Unfit(f"{here}: no userPrincipalName")
    facts = _stated(row)
    wrong = misfits("user", facts)
    if wrong:
        raise Unfit(f"{here}: {wrong[0].path}")
    facts.pop("legalAgeGroupClassification", None)
    password = facts.pop("passwordProfile", {}).get("password")
    upn = facts["userPrincipalName"]
    key = facts.get("id") or tenant.directory.user_id(upn) or uuid.uuid4()
    facts["id"] = str(key).lower()
    if not GUID.match(facts["id"]):
        raise Unfit(f"{here}: id")
    usual = {
        "accountEnabled": True,
        "displayName": upn,
        "mailNickname": upn.partition("@")[0],
        "createdDateTime": tenant.clock.stamp(),
        "userType": "Member",
    }
    return usual | facts, password


def _stated(row: Facts) -> Facts:
    """What a row says: annotations and everything empty left out."""
    facts = {k: v for k, v in row.items() if v not in _EMPTY and "@" not in k}
    marks = facts.pop(EXTENSIONS, {})
    if isinstance(marks, dict):
        marks = {k: v for k, v in marks.items() if v not in _EMPTY}
    return facts | ({EXTENSIONS: marks} if marks else {})


def _check_names(users: Mapping[str, Facts]) -> None:
    names = {user["userPrincipalName"].casefold() for user in users.values()}
    if len(names) < len(users):
        raise Unfit("two users have the same userPrincipalName")


def _imported_bin(tenant: Tenant, rows: Any) -> dict[str, Facts]:
    """Deleted items as the file has them; what groups they were in is not in a file."""
    bin_: dict[str, Facts] = {}
    for row in rows:
        facts = {name: value for name, value in row.items() if "@" not in name}
        deleted = facts.get("deletedDateTime")
        at = moment(deleted) if deleted else tenant.clock.now()
        kind = row.get("@odata.type", "user").removeprefix("#microsoft.graph.")
        bin_[facts["id"]] = {"kind": kind, "object": facts, "groups": [], "at": at}
    return bin_


def _import_groups(tables: Tables, now: Tables, rows: Any) -> None:
    if rows is None:
        tables["groups"], tables["members"] = dict(now["groups"]), dict(now["members"])
    for row in rows or ():
        key = row["id"].lower()
        facts = {k: v for k, v in row.items() if k != "members" and v not in _EMPTY}
        tables["groups"][key] = (
            {"mailEnabled": False, "securityEnabled": True} | facts | {"id": key}
        )
        for user in row.get("members", ()):
            tables["members"][membership(key, user.lower())] = True


def _forget(tables: Tables) -> None:
    """Members and passwords of accounts that are no more; nobody is both alive and deleted."""
    for key in list(tables["members"]):
        if key.split(" ")[1] not in tables["users"]:
            del tables["members"][key]
    for key in list(tables["deleted"]):
        if key in tables["users"]:
            del tables["deleted"][key]
    for key in list(tables["passwords"]):
        if key not in tables["users"] and key not in tables["deleted"]:
            del tables["passwords"][key]
