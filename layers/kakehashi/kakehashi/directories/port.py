"""What the house knows of a directory: its accounts, how an action on one ends, its groups.

Rooms that decide speak these words and no others; an adapter translates them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self

from kakehashi.actions import Action, Kind
from kakehashi.findings import Rule
from kakehashi.people.record import SIGN_IN

if TYPE_CHECKING:
    from kakehashi.city import City
    from kakehashi.people.pupil import Pupil
    from kakehashi.people.staff import StaffMember


type Password = Callable[[], str | None]  # called at the moment of use, if at all
type Ordered = tuple[int, Action[Any], Password]

FULL = "Directory_QuotaExceeded"
"""The code of a stop where the directory takes no more objects, as results have had it written."""


class Shape(Protocol):
    """What a person's account should look like by the city's rules, the password apart.

    Texts by name; "" means empty in the directory. The names are the adapter's own but for
    ``record.SIGN_IN`` and the city's mark.
    """

    def __call__(self, pupil: Pupil, city: City, /) -> dict[str, str]: ...


class StaffShape(Protocol):
    """The same of a member of staff, by the city's ``[staff]`` rules."""

    def __call__(self, member: StaffMember, city: City, /) -> dict[str, str]: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """An account as the tenant lists it; ``mark`` is the userMasterIdentifier it carries, or "".

    The texts of places are told of unmarked accounts only: evidence for the first matching.
    ``synced`` is true where a local Active Directory masters the account, false where one once did,
    None where none ever has.
    """

    object_id: str
    sign_in: str
    mark: str
    enabled: bool
    display_name: str = ""
    department: str = ""
    office_location: str = ""
    job_title: str = ""
    synced: bool | None = None

    def to_json(self) -> dict[str, Any]:
        values = dataclasses.asdict(self)
        if self.synced is None:  # of nearly everybody
            del values["synced"]
        return values

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Shown:
    """An account with all that we write, as it is now: what a comparison looks at.

    ``texts`` are by the names of ``Shape``, "" where the directory has none. ``enabled`` is None
    where it does not say.
    """

    object_id: str
    mark: str
    enabled: bool | None
    texts: Mapping[str, str] = field(repr=False)

    @property
    def sign_in(self) -> str:
        return self.texts.get(SIGN_IN, "")


@dataclass(frozen=True, slots=True)
class Settled:
    """Graph now holds what the action wanted; ``note`` is what staff must know all the same."""

    object_id: str
    note: Rule | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stopped:
    """It does not, by ``rule``. ``failed``: not the pupil's data but the service is the reason."""

    rule: Rule
    facts: Mapping[str, int | str] = field(default_factory=dict)
    failed: bool = False


type Outcome = Settled | Stopped


@dataclass(frozen=True, slots=True)
class Ended:
    """How a flow ended; ``request_id`` is the client-request-id of its last call, or ""."""

    key: int
    outcome: Outcome
    request_id: str = ""


type Objection = Callable[[Listed | None], Stopped | None]
"""What speaks against a deletion, of the account as it is right before; None where nothing does."""
type Doomed = tuple[int, str, Objection]  # its key, the object id


class Accounts(Protocol):
    """A city's accounts in one directory. Whatever is read raises DirectoryError where the
    directory does not answer, rather than show half of it.
    """

    def now(self) -> float:
        """The moment by the directory's clock, in seconds that only go forward."""

    def listed(
        self, sign_ins: Collection[str], also: Callable[[Listed], bool] = ...
    ) -> Iterator[Listed]:
        """Accounts that carry a mark, whose sign-in name (in any case) is among ``sign_ins``, or
        ``also``. Reads the whole directory. One made moments ago may be missing."""

    def account(self, object_id: str) -> Listed | None:
        """One account as it stands; None where there is none."""

    def look_up(self, object_ids: Iterable[str]) -> list[Listed]:
        """Those of these accounts that there are, asked for by themselves."""

    def restorable(self) -> Mapping[str, str]:
        """Deleted accounts that can still be had back: mark → object id, of the one deleted
        last."""

    def privileged(self) -> frozenset[str] | None:
        """Object ids of those who may administer the directory; None where nobody tells us."""

    def apply(
        self, kind: Kind, orders: Iterable[Ordered], until: float | None = None
    ) -> Iterator[Ended]:
        """Carry out actions of one kind; each is yielded as it ends, in any order, under its key.

        An order is drawn just before its first request. Every action bears having been carried out
        already. After ``until``, a moment of the directory's clock, nothing new is sent: what has
        not ended by then is not yielded, and can be asked for again. Deletions are stopped: they
        go another way.
        """

    def delete(self, doomed: Iterable[Doomed], until: float | None = None) -> Iterator[Ended]:
        """Delete accounts, each looked at right before: an objection stops it. One that is gone is
        as good. What is deleted can be had back for a while.
        """


class Everybody(Protocol):
    """All accounts of a directory, listed once for all of its cities."""

    def shown(self, city: City, /) -> Iterator[Shown]:
        """Each of them, with the mark that is this city's."""


@dataclass(frozen=True, slots=True)
class TenantGroup:
    """One of our groups as the tenant holds it; ``members`` and ``owners`` are object ids. Owners
    are looked at only where the city's rules make somebody one."""

    object_id: str
    name: str = field(repr=False)
    members: frozenset[str] = field(repr=False)
    owners: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class ClassTeam(TenantGroup):
    """The group of a class that a Team is made from. ``is_team``: it has its Team. ``archived``: we
    have archived that once; what people do to it later is theirs, and who is in it is not told."""

    is_team: bool = False
    archived: bool = False


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
class Tenancy:
    """``groups``: mark → group; ``twice`` counts further groups with a mark already seen.

    ``licence_groups``: name in the rules → the groups of that name. ``skus``: part number →
    product. ``holders``: product id → object ids of the users who have it. ``teams``: mark → class
    of a Team; None where the directory has no such thing, or the rules do not ask for it.
    """

    groups: Mapping[str, TenantGroup] = field(default_factory=dict)
    twice: int = 0
    licence_groups: Mapping[str, tuple[LicenceGroup, ...]] = field(default_factory=dict)
    skus: Mapping[str, Sku] = field(default_factory=dict)
    holders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    teams: Mapping[str, ClassTeam] | None = None


@dataclass(frozen=True, slots=True)
class MakeGroup:
    """``mark`` is what the group will be known by, ``name`` what people read."""

    mark: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RenameGroup:
    object_id: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddMembers:
    """As many accounts as ``Groups.members_at_once``, at most."""

    object_id: str
    members: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoveMember:
    object_id: str
    member: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddOwner:
    object_id: str
    owner: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoveOwner:
    """Never the last one: a directory may not let go of that."""

    object_id: str
    owner: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GiveLicence:
    """A product to one account: ``sku`` as the rules name it, ``sku_id`` its id."""

    sku: str
    sku_id: str
    user: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MakeClass:
    """A group as ``MakeGroup`` makes one, but of a class: of it, and of no other, a Team can be
    made. Stopped where people have made a Team of this name already."""

    mark: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MakeTeam:
    """The Team of a class whose group has an owner. There already is as good."""

    object_id: str


@dataclass(frozen=True, slots=True)
class ArchiveTeam:
    """Nobody writes in it any more; everything in it stays. It keeps its owners and members."""

    object_id: str


@dataclass(frozen=True, slots=True)
class ReopenTeam:
    """Take back an ``ArchiveTeam``."""

    object_id: str


type TeamChange = MakeClass | MakeTeam | ArchiveTeam | ReopenTeam
type GroupChange = (
    MakeGroup | RenameGroup | AddMembers | RemoveMember | AddOwner | RemoveOwner | GiveLicence
)


class Groups(Protocol):
    """A city's groups and licences in one directory. One that shows ``Tenancy.teams`` as None is
    asked for no ``TeamChange``."""

    @property
    def members_at_once(self) -> int:
        """How many accounts one change can add to a group."""

    def now(self) -> float:
        """As ``Accounts.now``."""

    def tenancy(self, city: City, city_code: str) -> Tenancy:
        """What the directory holds of that which the city's rules ask for. Raises DirectoryError:
        against half a list, members would be added again and again."""

    def apply(
        self, changes: Sequence[GroupChange | TeamChange], until: float | None = None
    ) -> Iterator[Ended]:
        """Carry out changes; each is yielded as it ends, in any order, under its place. One that
        was carried out already is as good. The outcome of a new group names its id; that of what
        stopped counts under ``count`` how many members it leaves out. ``until`` as in
        ``Accounts.apply``."""


def prefix_of(city_code: str) -> str:
    """How the mark of each of this city's groups begins."""
    return f"kakehashi-{city_code}-"
