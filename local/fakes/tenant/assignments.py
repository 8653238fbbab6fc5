"""Licence calls: assignLicense on users and groups, subscribedSkus, licenseDetails."""

from __future__ import annotations

from typing import Any

from local.fakes.tenant import groups, licences, queries, users
from local.fakes.tenant.answers import Answer, bad_request, malformed
from local.fakes.tenant.calls import Call
from local.fakes.tenant.directory import Facts
from local.fakes.tenant.kinds import GROUP, USER
from local.fakes.tenant.schema import GUID, misfits
from local.fakes.tenant.settings import Sku
from local.fakes.tenant.tenant import Tenant


def assign_to_user(tenant: Tenant, call: Call) -> Answer:
    facts = users.find(tenant, call.path[1])
    add, remove = _orders(tenant, call)
    if add and not facts.get("usageLocation"):
        raise bad_request("License assignment cannot be done for user with invalid usage location.")
    states = _removed(facts, remove)
    for licence in add:
        sku = licence["skuId"]
        _check_seat(tenant, facts, sku)
        kept = [s for s in states if s["skuId"] != sku or s["assignedByGroup"] is not None]
        fresh = licences.state(sku, licence["disabledPlans"], None, tenant.clock.now())
        states = [*kept, fresh]
    settled = licences.with_states(facts, states)
    users.save(tenant, facts, settled)
    return queries.entity(call, USER, settled)


def assign_to_group(tenant: Tenant, call: Call) -> Answer:
    facts = groups.find(tenant, call.path[1])
    if not facts.get("securityEnabled"):
        raise bad_request("Licenses can only be assigned to security-enabled groups.")
    add, remove = _orders(tenant, call)
    changed = {licence["skuId"]: licence for licence in facts.get("assignedLicenses", ())}
    for sku in remove:
        if changed.pop(sku, None) is None:
            raise bad_request("Group does not have a corresponding license.")
    changed |= {licence["skuId"]: licence for licence in add}
    settled = facts | {"assignedLicenses": list(changed.values())}
    tenant.directory.commit([("groups", facts["id"], settled)])
    groups.recheck_licences(tenant, tenant.directory.members(facts["id"]))
    return queries.entity(call, GROUP, settled, 202)


def reprocess(tenant: Tenant, call: Call) -> Answer:
    facts = users.find(tenant, call.path[1])
    tenant.licensing.recheck([facts["id"]], tenant.clock.now())
    return queries.entity(call, USER, facts)


def subscribed_skus(tenant: Tenant, call: Call) -> Answer:
    rows = [
        licences.sku_row(sku, tenant.directory, tenant.settings.tenant_id)
        for sku in tenant.settings.skus
    ]
    names = call.query.get("select")
    if names:
        chosen = {name.strip() for name in names.split(",")}
        rows = [{k: v for k, v in row.items() if k in chosen} for row in rows]
    return Answer(200, {"@odata.context": f"{queries.CONTEXT}subscribedSkus", "value": rows})


def details(tenant: Tenant, call: Call) -> Answer:
    facts = users.find(tenant, call.path[1])
    rows = [
        {
            "id": f"{facts['id']}_{sku.sku_id}",
            "skuId": sku.sku_id,
            "skuPartNumber": sku.part_number,
            "servicePlans": [licences.service_plan(sku)],
        }
        for sku in tenant.settings.skus
        if sku.sku_id in licences.held(facts)
    ]
    context = f"{queries.CONTEXT}users('{facts['id']}')/licenseDetails"
    return Answer(200, {"@odata.context": context, "value": rows})


def _orders(tenant: Tenant, call: Call) -> tuple[list[dict[str, Any]], list[str]]:
    """addLicenses and removeLicenses: both must be there and not null. Raises GraphError."""
    body = call.facts()
    add, remove = body.get("addLicenses"), body.get("removeLicenses")
    if not isinstance(add, list) or not isinstance(remove, list):
        raise malformed("One or more parameters of the function 'assignLicense' are missing.")
    if any(not isinstance(sku, str) or not GUID.match(sku) for sku in remove):
        raise malformed("removeLicenses holds a value that is not an Edm.Guid.")
    for licence in add:
        if not isinstance(licence, dict) or misfits("assignedLicense", licence):
            raise malformed("addLicenses holds a value that is not an assignedLicense.")
        _sku(tenant, licence.get("skuId") or "")
    wanted = [
        {"skuId": one["skuId"].lower(), "disabledPlans": one.get("disabledPlans") or []}
        for one in add
    ]
    return wanted, [sku.lower() for sku in remove]


def _sku(tenant: Tenant, sku_id: str) -> Sku:
    for sku in tenant.settings.skus:
        if sku.sku_id == sku_id.lower():
            return sku
    raise bad_request(f"License {sku_id} does not correspond to a valid company License.")


def _check_seat(tenant: Tenant, facts: Facts, sku_id: str) -> None:
    used = tenant.directory.seats[sku_id]
    if sku_id not in licences.held(facts) and used >= _sku(tenant, sku_id).units:
        raise bad_request(f"Subscription with SKU {sku_id} does not have any available licenses.")


def _removed(facts: Facts, remove: list[str]) -> list[licences.State]:
    states: list[licences.State] = list(facts.get("licenseAssignmentStates", []))
    for sku in remove:
        of_sku = [one for one in states if one["skuId"] == sku]
        if not of_sku:
            raise bad_request("User does not have a corresponding license.")
        if all(one["assignedByGroup"] is not None for one in of_sku):
            raise bad_request(
                "User license is inherited from a group membership and it cannot be removed "
                "directly from the user."
            )
        states = [s for s in states if s["skuId"] != sku or s["assignedByGroup"] is not None]
    return states
