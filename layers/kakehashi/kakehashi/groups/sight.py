"""What the tenant shows before anything is decided: groups with members, products with seats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_USABLE = frozenset({"Enabled", "Warning"})


class _FromGraph(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _AssignedLicence(_FromGraph):
    sku_id: str = Field(alias="skuId")


class GraphGroup(_FromGraph):
    id: str
    nickname: str | None = Field(default=None, alias="mailNickname")
    name: str | None = Field(default=None, alias="displayName", repr=False)
    created: str | None = Field(default=None, alias="createdDateTime")
    types: tuple[str, ...] = Field(default=(), alias="groupTypes")
    licences: tuple[_AssignedLicence, ...] = Field(default=(), alias="assignedLicenses")

    @property
    def dynamic(self) -> bool:
        """Members by a rule of the tenant's: nobody can be added or taken out."""
        return "DynamicMembership" in self.types


class _Units(_FromGraph):
    enabled: int = 0


class GraphSku(_FromGraph):
    id: str = Field(alias="skuId")
    part_number: str = Field(alias="skuPartNumber")
    consumed: int = Field(default=0, alias="consumedUnits")
    units: _Units = Field(default=_Units(), alias="prepaidUnits")
    status: str = Field(default="Enabled", alias="capabilityStatus")

    @property
    def lapsed(self) -> bool:
        """The subscription has ended or is suspended: no seat can be given, however many there
        are."""
        return self.status not in _USABLE

    @property
    def left(self) -> int:
        """Seats that can still be given."""
        return 0 if self.lapsed else max(0, self.units.enabled - self.consumed)


class GraphHolder(_FromGraph):
    """A user with the products that the user has, whichever way."""

    id: str
    licences: tuple[_AssignedLicence, ...] = Field(default=(), alias="assignedLicenses")

    def skus(self) -> frozenset[str]:
        return frozenset(licence.sku_id for licence in self.licences)


@dataclass(frozen=True, slots=True)
class TenantGroup:
    """One of our groups as the tenant holds it; ``members`` are object ids."""

    object_id: str
    name: str = field(repr=False)
    members: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class LicenceGroup:
    """A group that the city's rules name for a licence. ``skus`` are what it gives.

    ``members`` is None for a dynamic group, whose members are the tenant's own affair.
    """

    object_id: str
    skus: frozenset[str]
    members: frozenset[str] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sku:
    """A product by its id, how many seats of it can still be given, and whether it has lapsed."""

    sku_id: str
    left: int
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """``groups``: mark → group; ``twice`` counts further groups with a mark already seen.

    ``licence_groups``: name in the rules → the groups of that name. ``skus``: part number →
    product. ``holders``: product id → object ids of the users who have it.
    """

    groups: Mapping[str, TenantGroup] = field(default_factory=dict)
    twice: int = 0
    licence_groups: Mapping[str, tuple[LicenceGroup, ...]] = field(default_factory=dict)
    skus: Mapping[str, Sku] = field(default_factory=dict)
    holders: Mapping[str, frozenset[str]] = field(default_factory=dict)


def rows_as[T: BaseModel](model: type[T], rows: Any) -> list[T]:
    """Rows of a Graph list as values. Raises ValidationError, without the row in its text."""
    return [model.model_validate(row) for row in rows]
