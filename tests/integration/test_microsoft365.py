"""Microsoft 365 keeps the contract of directories: our client on the fake tenant, over HTTP."""

from __future__ import annotations

import pytest

from kakehashi.directories.microsoft365.flows import Terms
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.pace import Pacer
from kakehashi.edges.microsoft.accounts import CityAccounts
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.graph import Wire
from kakehashi.edges.microsoft.groups import CityGroups
from tests.builders import an_id
from tests.directory_contract.suite import DirectoryContract, Site, TeamsContract, a_city_of
from tests.tenants import SharedClock, Tenant, a_team_by_hand

PRODUCT = "STANDARDWOFFPACK_STUDENT"


class Portal:
    """What somebody does by hand in the portal."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.delete, self.opens = tenant.delete, tenant.knows_password

    def make_team(self, name: str) -> None:
        self.tenant.give_group(a_team_by_hand(name))

    def add(self, sign_in: str) -> str:
        object_id = an_id(f"by hand {sign_in}")
        self.tenant.give(
            {"id": object_id, "userPrincipalName": sign_in, "displayName": "x",
             "accountEnabled": True, "usageLocation": "JP"}
        )  # fmt: skip
        return object_id


class TestMicrosoft365(DirectoryContract, TeamsContract):
    @pytest.fixture
    def site(self, served: tuple[Tenant, Wire]) -> Site:
        tenant, wire = served
        assert tenant.call("GET", "misfits") == {"requests": {}, "answers": {}}
        tenant.call("POST", "reset")
        city = a_city_of(PRODUCT)
        directory = Directory(wire, Pacer(0, SharedClock(tenant)))
        return Site(
            city,
            PRODUCT,
            account_of,
            CityAccounts(directory, Terms(city.m365.mark), city.domain),
            CityGroups(directory),
            directory.everyone,
            Portal(tenant),
        )
