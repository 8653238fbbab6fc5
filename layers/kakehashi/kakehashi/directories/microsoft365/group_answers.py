"""What the tenant shows before anything is decided: groups with members, products with seats."""

from __future__ import annotations

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
    description: str | None = Field(default=None, repr=False)
    provisioned: tuple[str, ...] = Field(default=(), alias="resourceProvisioningOptions")

    @property
    def has_team(self) -> bool:
        """[Graph, List all teams: resourceProvisioningOptions holds "Team"]"""
        return "Team" in self.provisioned

    @property
    def dynamic(self) -> bool:
        """Members by a rule of the tenant's: nobody can be added or taken out."""
        return "DynamicMembership" in self.types


class GraphTeam(_FromGraph):
    """``archived`` is null in lists: only a GET of one Team tells [Graph, List teams]."""

    description: str | None = Field(default=None, repr=False)
    archived: bool | None = Field(default=None, alias="isArchived")


class _Failure(_FromGraph):
    code: str | None = None


class GraphOperation(_FromGraph):
    """What became of something that Teams does after it has answered; ``status`` is one of
    notStarted, inProgress, succeeded and failed [Graph, teamsAsyncOperation]."""

    status: str = ""
    error: _Failure | None = None


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


def rows_as[T: BaseModel](model: type[T], rows: Any) -> list[T]:
    """Rows of a Graph list as values. Raises ValidationError, without the row in its text."""
    return [model.model_validate(row) for row in rows]
