"""Licences: subscribed products and their seats, direct assignment, and group licensing.

Group licensing works behind the scenes: after ``licence_delay`` seconds a worker looks at each
user whose groups changed. Its failures do not come back to any caller; they stand on the user, in
``licenseAssignmentStates``. Where one product of a group cannot be given, none of it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from local.fakes.tenant.clock import stamp
from local.fakes.tenant.directory import Directory, Facts
from local.fakes.tenant.settings import Settings, Sku

type State = dict[str, Any]


def state(sku: str, plans: list[str], group: str | None, now: float, error: str = "None") -> State:
    return {
        "skuId": sku,
        "disabledPlans": plans,
        "assignedByGroup": group,
        "state": "Active" if error == "None" else "Error",
        "error": error,
        "lastUpdatedDateTime": stamp(now),
    }


def with_states(facts: Facts, states: Iterable[State]) -> Facts:
    """The account with these assignment states; what it may use is the union of the active."""
    states = list(states)
    plans: dict[str, set[str]] = {}
    for one in states:
        if one["state"] == "Active":
            disabled = set(one["disabledPlans"])
            plans[one["skuId"]] = plans.get(one["skuId"], disabled) & disabled
    licences = [{"skuId": sku, "disabledPlans": sorted(off)} for sku, off in plans.items()]
    return facts | {"licenseAssignmentStates": states, "assignedLicenses": licences}


def held(facts: Facts) -> set[str]:
    return {licence["skuId"] for licence in facts.get("assignedLicenses", ())}


def sku_row(sku: Sku, directory: Directory, tenant_id: str) -> dict[str, Any]:
    """One subscribedSku as Graph writes it."""
    return {
        "id": f"{tenant_id}_{sku.sku_id}",
        "accountId": tenant_id,
        "accountName": "kakehashi",
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": directory.seats[sku.sku_id],
        "prepaidUnits": {"enabled": sku.units, "suspended": 0, "warning": 0, "lockedOut": 0},
        "servicePlans": [service_plan(sku)],
        "skuId": sku.sku_id,
        "skuPartNumber": sku.part_number,
        "subscriptionIds": [str(uuid.uuid5(uuid.NAMESPACE_OID, sku.sku_id))],
    }


def service_plan(sku: Sku) -> dict[str, Any]:
    return {
        "servicePlanId": str(uuid.uuid5(uuid.NAMESPACE_URL, sku.sku_id)),
        "servicePlanName": f"{sku.part_number}_PLAN",
        "provisioningStatus": "Success",
        "appliesTo": "User",
    }


class GroupLicensing:
    """Users whose group licences are to be looked at, and when."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}

    def recheck(self, users: Iterable[str], due: float) -> None:
        for user in users:
            self._due[user] = min(due, self._due.get(user, due))

    def recheck_all(self, directory: Directory, due: float) -> None:
        """After a start: what was waiting when the process ended is not remembered."""
        for group, facts in directory.groups.items():
            if facts.get("assignedLicenses"):
                self.recheck(directory.members(group), due)

    def work(self, directory: Directory, settings: Settings, now: float) -> None:
        """Settle everybody who is due."""
        if not self._due:
            return
        for user in [user for user, due in self._due.items() if due <= now]:
            del self._due[user]
            facts = directory.users.get(user)
            if facts is not None:
                settled = _settled(facts, directory, settings, now)
                if settled != facts:
                    directory.commit([("users", user, settled)])


def _settled(facts: Facts, directory: Directory, settings: Settings, now: float) -> Facts:
    """The account with what its groups give it; unchanged states keep their moment."""
    before = facts.get("licenseAssignmentStates", [])
    states = [one for one in before if one["assignedByGroup"] is None]
    for group in directory.groups_of(facts["id"]):
        wanted = directory.groups.get(group, {}).get("assignedLicenses", ())
        error = _error(facts, [w["skuId"] for w in wanted], directory, settings)
        for licence in wanted:
            fresh = state(licence["skuId"], licence["disabledPlans"], group, now, error)
            states.append(_same(before, fresh) or fresh)
    if not states and not before:
        return facts
    return with_states(facts, states)


def _same(before: list[State], fresh: State) -> State | None:
    ignoring = {"lastUpdatedDateTime": fresh["lastUpdatedDateTime"]}
    return next((one for one in before if one | ignoring == fresh), None)


def _error(facts: Facts, skus: list[str], directory: Directory, settings: Settings) -> str:
    injected = settings.licence_errors.get(facts["userPrincipalName"])
    if injected is not None:
        return injected
    if facts.get("usageLocation") in settings.prohibited_locations:
        return "ProhibitedInUsageLocationViolation"
    units = {sku.sku_id: sku.units for sku in settings.skus}
    short = [s for s in skus if s not in held(facts) and directory.seats[s] >= units.get(s, 0)]
    return "CountViolation" if short else "None"
