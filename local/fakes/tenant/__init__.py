"""A fake Microsoft 365 tenant on loopback: Graph v1.0 for users, groups and licences, and Entra.

``serve`` runs it beside a test; ``python -m local.fakes.tenant --port N --home DIR`` as a process.
The application that may sign in is ``CLIENT_ID`` of ``TENANT_ID`` with ``CLIENT_SECRET``; an
application that people sign in to is registered in the settings.
"""

from local.fakes.tenant.hosting import run, serve
from local.fakes.tenant.settings import (
    CLIENT_ID,
    CLIENT_SECRET,
    SIGN_IN_CLIENT_ID,
    STAFF_CLIENT_ID,
    TENANT_ID,
)
from local.fakes.tenant.tenant import Tenant

__all__ = [
    "CLIENT_ID", "CLIENT_SECRET", "SIGN_IN_CLIENT_ID", "STAFF_CLIENT_ID", "TENANT_ID",
    "Tenant", "run", "serve",
]  # fmt: skip
