"""Class Teams: classes, the Teams made of their groups, and what Teams works on meanwhile.

Kept on purpose: only the group of a class can become a Team of educationClass; Teams learns of a
new group and its owner later than the directory; it answers 202 and works on; a Team that is there
already is a conflict. The sentences are those that Canvas, Moodle and issues of Graph's
documentation quote. Not known, and so not refused: an owner without a licence.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from local.fakes.tenant import groups, queries, users
from local.fakes.tenant.answers import Answer, GraphError, invalid, malformed, required
from local.fakes.tenant.calls import Call
from local.fakes.tenant.clock import moment, stamp
from local.fakes.tenant.directory import Facts
from local.fakes.tenant.kinds import TEAM
from local.fakes.tenant.operations import Operation, Work
from local.fakes.tenant.permissions import require
from local.fakes.tenant.properties import declared
from local.fakes.tenant.tenant import Tenant

CLASS, IS_TEAM = "class", "team"
_GROUP = re.compile(r"https://graph\.microsoft\.com/(?:v1\.0|beta)/groups\('(?P<key>[^']+)'\)\Z")
_TEMPLATE = re.compile(
    r"https://graph\.microsoft\.com/(?:v1\.0|beta)/teamsTemplates\('educationClass'\)\Z"
)
_INHERITED = ("displayName", "visibility", "specialization", "members")
_WIDER = ("Group.ReadWrite.All", "Directory.ReadWrite.All")


def create_class(tenant: Tenant, call: Call) -> Answer:
    """An educationClass, and the Microsoft 365 group that it is."""
    require(tenant.settings, "EduRoster.ReadWrite.All")
    body = declared(call, "educationClass")
    for name in ("displayName", "mailNickname"):
        if body.get(name) in (None, ""):
            raise required(name, "EducationClass")
        if not 0 < len(body[name]) <= groups.LIMITS[name]:
            raise invalid(name, "EducationClass")
    users.check_quota(tenant)
    key = str(uuid.uuid4())
    facts: Facts = {name: body[name] for name in ("displayName", "mailNickname")}
    if body.get("description"):
        facts["description"] = body["description"]
    facts |= {"groupTypes": ["Unified"], "mailEnabled": True, "securityEnabled": False,
              "visibility": "HiddenMembership", CLASS: True,
              "id": key, "createdDateTime": tenant.clock.stamp()}  # fmt: skip
    groups.check_unique(tenant, facts)
    tenant.remember(key, None)
    tenant.directory.commit([("groups", key, facts)])
    shown = {name: facts.get(name) for name in ("id", "displayName", "mailNickname", "description")}
    return Answer(201, {"@odata.context": f"{queries.CONTEXT}education/classes/$entity", **shown})


def create(tenant: Tenant, call: Call) -> Answer:
    """The Team of a class's group; no other way of making one is known here."""
    require(tenant.settings, "Team.Create", *_WIDER)
    _spend(tenant, "TeamsCreation", call.app, tenant.settings.teams.creations)
    body = declared(call, "team")
    if not _TEMPLATE.match(str(body.get("template@odata.bind", ""))):
        raise malformed("Invalid bind property name template in request.")
    found = _GROUP.match(str(body.get("group@odata.bind", "")))
    if found is None or any(name in body for name in _INHERITED):
        raise _refused(400, "BadRequest", "Invalid bind property name group in request.")
    group = tenant.directory.groups.get(found["key"].lower())
    if group is None or not _is_known(tenant, group):
        raise _refused(404, "NotFound", f"No group found with Group Id {found['key']}")
    _check_group(tenant, group)
    return _begin(tenant, "teamifyGroup", group["id"])


def read(tenant: Tenant, call: Call) -> Answer:
    require(tenant.settings, "Team.ReadBasic.All", "TeamSettings.ReadWrite.All", *_WIDER)
    return queries.entity(call, TEAM, _shown(tenant, _team(tenant, call)))


def archive(tenant: Tenant, call: Call) -> Answer:
    require(tenant.settings, "TeamSettings.ReadWrite.All", *_WIDER)
    group = _team(tenant, call)
    if "shouldSetSpoSiteReadOnlyForMembers" in (call.body or {}):
        raise malformed("shouldSetSpoSiteReadOnlyForMembers is not supported in app context.")
    if not group.get(groups.OWNERS):
        raise malformed("The team has no owner.")
    return _begin(tenant, "archiveTeam", group["id"])


def unarchive(tenant: Tenant, call: Call) -> Answer:
    require(tenant.settings, "TeamSettings.ReadWrite.All", *_WIDER)
    return _begin(tenant, "unarchiveTeam", _team(tenant, call)["id"])


def operation(tenant: Tenant, call: Call) -> Answer:
    found = tenant.operations.get(call.path[3].lower())
    if found is None or found.team != call.path[1].lower():
        raise GraphError(404, "NotFound", "Operation not found.")
    status = "inProgress" if not found.over else "failed" if found.fails else "succeeded"
    failed = {"code": "InternalServerError", "message": "The operation failed."}
    return Answer(200, {
        "@odata.context": f"{queries.CONTEXT}teams('{found.team}')/operations/$entity",
        "id": found.key, "operationType": found.work, "status": status, "attemptsCount": 1,
        "createdDateTime": stamp(found.began), "lastActionDateTime": tenant.clock.stamp(),
        "targetResourceId": found.team, "targetResourceLocation": f"/teams('{found.team}')",
        "error": failed if status == "failed" else None,
    })  # fmt: skip


def work(tenant: Tenant) -> None:
    """Bring to its end what is due."""
    now = tenant.clock.now()
    for one in tenant.operations.values():
        group = tenant.directory.groups.get(one.team)
        if one.over or now < one.due or group is None:
            continue
        one.over = True
        if not one.fails:
            tenant.directory.commit([("groups", one.team, group | _effect(one.work))])


def _effect(work: Work) -> Facts:
    if work == "teamifyGroup":
        return {"resourceProvisioningOptions": ["Team"], IS_TEAM: {"archived": False}}
    return {IS_TEAM: {"archived": work == "archiveTeam"}}


def _begin(tenant: Tenant, work: Work, team: str) -> Answer:
    service, now, key = tenant.settings.teams, tenant.clock.now(), str(uuid.uuid4())
    _spend(tenant, "Teams", team, service.of_one)
    due = now + service.working
    tenant.operations[key] = Operation(key, work, team, now, due, service.failing)
    where = f"/teams('{team}')"
    headers = {"Location": f"{where}/operations('{key}')", "Content-Location": where}
    return Answer(202, None, headers)


def _check_group(tenant: Tenant, group: Facts) -> None:
    under_way = any(
        one.team == group["id"] and one.work == "teamifyGroup" and not (one.over and one.fails)
        for one in tenant.operations.values()
    )
    if IS_TEAM in group or under_way:
        raise _refused(409, "Conflict", "The group is already provisioned")
    if not group.get(CLASS):
        raise _refused(
            400,
            "BadRequest",
            "Team with template 'educationClass' can not be provisioned using a group which does "
            "not belong to a class.",
        )
    if not group.get(groups.OWNERS):
        raise _refused(
            400,
            "BadRequest",
            f"Group {group['id']} must have one or more owners in order to create a Team.",
        )


def _is_known(tenant: Tenant, group: Facts) -> bool:
    age = tenant.clock.now() - moment(group["createdDateTime"])
    return age >= tenant.settings.teams.spreading


def _team(tenant: Tenant, call: Call) -> Facts:
    """The group of a Team, as Teams knows it. Raises GraphError 404."""
    key = call.path[1].lower()
    group = tenant.directory.groups.get(key)
    if group is None or IS_TEAM not in group:
        raise GraphError(404, "NotFound", f"No team found with Group Id {call.path[1]}")
    return group


def _shown(tenant: Tenant, group: Facts) -> dict[str, Any]:
    names = ("id", "createdDateTime", "description", "displayName")
    return {name: group[name] for name in names if name in group} | {
        "isArchived": group[IS_TEAM]["archived"],
        "tenantId": tenant.settings.tenant_id,
        "visibility": "hiddenMembership",
    }


def _spend(tenant: Tenant, name: str, of: str, a_second: int) -> None:
    tenant.throttle.spend(name, of, a_second, tenant.clock.now())


def _refused(status: int, code: str, message: str) -> GraphError:
    """A refusal of the service behind, quoted by Graph."""
    quoted = f'{{"errors":[{{"message":"{message}","errorCode":"Unknown"}}]}}'
    return GraphError(
        status,
        code,
        "Failed to execute Templates backend request CreateTeamFromGroupWithTemplateRequest. "
        f"Request Method: PUT, ErrorMessage : {quoted}",
    )
