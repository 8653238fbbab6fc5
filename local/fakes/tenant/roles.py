"""Directory roles: one is activated, and ``settings.role_holders`` hold it."""

from __future__ import annotations

import uuid

from local.fakes.tenant import users
from local.fakes.tenant.answers import Answer, not_found
from local.fakes.tenant.calls import Call
from local.fakes.tenant.tenant import Tenant

ROLE = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/tenant/role"))


def index(_tenant: Tenant, _call: Call) -> Answer:
    return Answer(200, {"value": [{"id": ROLE, "displayName": "User Administrator"}]})


def members(tenant: Tenant, call: Call) -> Answer:
    """As directoryObjects, their types marked; all on one page."""
    if call.path[1] != ROLE:
        raise not_found(call.path[1])
    found = [
        {"@odata.type": "#microsoft.graph.user", "id": key}
        for key, facts in sorted(tenant.directory.users.items())
        if users.is_role_holder(tenant, facts)
    ]
    return Answer(200, {"value": found})
