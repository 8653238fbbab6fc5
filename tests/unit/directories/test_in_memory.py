"""The contract of directories assumes nothing of Microsoft 365: another one keeps it too."""

from __future__ import annotations

import pytest

from tests.directory_contract.in_memory import PRODUCT, InMemory, OwnConsole, Teams, shape
from tests.directory_contract.suite import DirectoryContract, Site, a_city_of


class TestInMemory(DirectoryContract):
    @pytest.fixture
    def site(self) -> Site:
        city = a_city_of(PRODUCT)
        one = InMemory(city)
        return Site(city, PRODUCT, shape, one, Teams(one), lambda: one, OwnConsole(one))
