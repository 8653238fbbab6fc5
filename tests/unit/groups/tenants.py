"""What a tenant shows, for tests of decisions."""

from __future__ import annotations

from collections.abc import Iterable

from kakehashi.directories.port import Tenancy
from kakehashi.groups import LicenceGroup, Sku, TenantGroup, roster_groups
from kakehashi.people.record import Record
from tests.builders import an_id

KINDS = ("school", "grade", "class")
A1, A1_ID = "STANDARDWOFFPACK_STUDENT", "314c4481-f395-4525-be8b-2ec4bb1e9d91"


def in_step(settled: Iterable[Record]) -> dict[str, TenantGroup]:
    """The groups of these pupils just as they should be."""
    wanted = roster_groups(settled, KINDS, "demo")
    return {
        mark: TenantGroup(an_id(mark), group.name, group.members) for mark, group in wanted.items()
    }


def licensed(*members: Record, left: int = 100, gives: str = A1_ID) -> Tenancy:
    """A tenant with one licence group, named 児童, and ``left`` seats."""
    ids = frozenset(known.object_id for known in members)
    group = LicenceGroup(an_id("licence group"), frozenset({gives}), ids)
    return Tenancy(licence_groups={"児童": (group,)}, skus={A1: Sku(A1_ID, left)})
