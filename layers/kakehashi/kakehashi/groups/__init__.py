"""Who belongs to which group and has which licence, by the city's rules and the settled state.

The tenant's groups are compared with what the state table says after provisioning, so a night that
was cut short is made good by the next one, and a night without changes writes nothing.
"""

from __future__ import annotations

from kakehashi.directories.port import LicenceGroup, Sku, Tenancy, TenantGroup
from kakehashi.groups.keeping import Keeper
from kakehashi.groups.left import Left, all_of_it, findings_of, one_cause
from kakehashi.groups.planning import Orders, decide
from kakehashi.groups.wanted import RosterGroup, read_mark, roster_groups

__all__ = [
    "Keeper",
    "Left",
    "LicenceGroup",
    "Orders",
    "RosterGroup",
    "Sku",
    "Tenancy",
    "TenantGroup",
    "all_of_it",
    "decide",
    "findings_of",
    "one_cause",
    "read_mark",
    "roster_groups",
]
