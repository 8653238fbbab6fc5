"""The contract of directories assumes nothing of Microsoft 365: another one keeps it too."""

from __future__ import annotations

import pytest

from tests.directory_contract.in_memory import PRODUCT, Circles, InMemory, OwnConsole, shape
from tests.directory_contract.suite import DirectoryContract, Site, TeamsContract, a_city_of


class TestInMemory(DirectoryContract, TeamsContract):
    @pytest.fixture
    def site(self) -> Site:
        city = a_city_of(PRODUCT)
        one = InMemory(city)
        return Site(city, PRODUCT, shape, one, Circles(one), lambda: one, OwnConsole(one))
