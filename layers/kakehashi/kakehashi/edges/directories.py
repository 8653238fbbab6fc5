"""In which directory a city's accounts live: the only place that chooses."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kakehashi.directories.microsoft365.flows import Terms
from kakehashi.directories.microsoft365.shape import account_of, staff_account_of
from kakehashi.edges.microsoft import credentials, domains
from kakehashi.edges.microsoft.accounts import CityAccounts
from kakehashi.edges.microsoft.directory import tenant
from kakehashi.edges.microsoft.groups import CityGroups
from kakehashi.edges.microsoft.listing import Following, a_key
from kakehashi.edges.runs import Folder
from kakehashi.report.credential import HeldCredential

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from kakehashi.city import City
    from kakehashi.directories.port import Accounts, Everybody, Groups, Shape, StaffShape
    from kakehashi.edges.settings import DirectorySettings
    from kakehashi.edges.state import State


def shape_of(_city: City) -> Shape:
    """How an account looks there. Every city's are in Microsoft 365, as yet."""
    return account_of


def staff_shape_of(_city: City) -> StaffShape:
    """The same of a member of staff."""
    return staff_account_of


def accounts_of(
    city: City, settings: DirectorySettings, following: Following | None = None
) -> Accounts:
    """What is known of the city's accounts, and where a plan is carried out."""
    terms = Terms(city.m365.mark, must_change=city.m365.change_password_at_first_sign_in)
    return CityAccounts(tenant(settings), terms, city.domain, following)


def following_of(city: City, folder: Folder, state: State, *, rehearse: bool) -> Following | None:
    """How the city's accounts are listed by what has changed; None where the whole directory is.
    ``folder`` is the run's. A rehearsal leaves nothing behind."""
    if city.m365.listing != "changes":
        return None
    key = state.listing_key("" if rehearse else a_key())
    if not key:
        return None
    beside = Folder(folder.s3, folder.bucket, f"{folder.prefix.partition('/')[0]}/listing/")
    rules = [city.domain, city.matching.model_dump()]
    return Following(beside, bytes.fromhex(key), rules, keep=not rehearse, now=datetime.now(UTC))


def groups_of(_city: City, settings: DirectorySettings) -> Groups:
    """Where the city's groups and licences are kept in step."""
    return CityGroups(tenant(settings))


def everybody(settings: DirectorySettings) -> Everybody:
    """All accounts, listed now. Raises DirectoryError."""
    return tenant(settings).everyone()


def credential_of(settings: DirectorySettings, today: date) -> tuple[HeldCredential, int | None]:
    """Our credential as it may be shown, and the days until it expires; None where nobody knows.
    Raises BadConfiguration."""
    found = credentials.read_credential(settings.credential_secret)
    held = HeldCredential(found.type, found.last_day(), today)
    return held, credentials.days_left(found, today)


def permissions(settings: DirectorySettings) -> list[str]:
    """What we have been permitted to do, by the directory's own names."""
    with closing(credentials.Tokens.of(settings)) as tokens:
        return tokens.granted()


def own_domains(settings: DirectorySettings, names: Iterable[str]) -> dict[str, bool]:
    """Whether each of these domains is the directory's. Raises SignInBusy."""
    return domains.of_tenant(settings, names)
