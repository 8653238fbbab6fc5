"""In which directory a city's accounts live: the only place that chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kakehashi.directories.microsoft365.flows import Terms
from kakehashi.directories.microsoft365.shape import account_of, staff_account_of
from kakehashi.edges.microsoft.accounts import CityAccounts
from kakehashi.edges.microsoft.directory import tenant

if TYPE_CHECKING:
    from kakehashi.city import City
    from kakehashi.directories.port import Accounts, Shape, StaffShape
    from kakehashi.edges.settings import DirectorySettings


def shape_of(_city: City) -> Shape:
    """How an account looks there. Every city's are in Microsoft 365, as yet."""
    return account_of


def staff_shape_of(_city: City) -> StaffShape:
    """The same of a member of staff."""
    return staff_account_of


def accounts_of(city: City, settings: DirectorySettings) -> Accounts:
    """Where a plan of the city is carried out."""
    terms = Terms(city.m365.mark, must_change=city.m365.change_password_at_first_sign_in)
    return CityAccounts(tenant(settings), terms)
