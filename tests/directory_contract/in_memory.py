"""A directory that is as unlike Microsoft 365 as the port allows, and keeps the same promises.

Its people are numbered, their facts have names of its own, one word is all that a group has beside
its mark, and three fit into one change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from kakehashi.actions import Action, Kind
from kakehashi.catalogue import provision as rules
from kakehashi.catalogue import teams
from kakehashi.city import City
from kakehashi.directories.port import (
    AddMembers,
    AddOwner,
    ArchiveTeam,
    ClassTeam,
    Doomed,
    Ended,
    GiveLicence,
    GroupChange,
    Listed,
    MakeClass,
    MakeGroup,
    MakeTeam,
    Ordered,
    Outcome,
    RemoveMember,
    RemoveOwner,
    RenameGroup,
    ReopenTeam,
    Settled,
    Shown,
    Sku,
    Stopped,
    TeamChange,
    Tenancy,
    TenantGroup,
    prefix_of,
)
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import SIGN_IN

PRODUCT, SEATS = "SEAT", 5


def shape(pupil: Pupil, city: City) -> dict[str, str]:
    """Of each person it knows a sign-in name, a mark, a full name and where they sit."""
    return {
        SIGN_IN: pupil.account,
        city.m365.mark: pupil.id,
        "fullName": f"{pupil.given} {pupil.family}",
        "room": pupil.class_title,
    }


@dataclass
class Person:
    texts: dict[str, str]
    enabled: bool = True
    secret: str = ""


@dataclass
class Circle:
    mark: str
    name: str
    people: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    of_class: bool = False
    is_team: bool = False
    archived: bool = False


@dataclass
class InMemory:
    """Accounts, groups and hands of one directory; ``port.Accounts`` and ``port.Groups``."""

    city: City
    people: dict[str, Person] = field(default_factory=dict)
    bin: dict[str, Person] = field(default_factory=dict)
    circles: dict[str, Circle] = field(default_factory=dict)
    seated: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    clock: float = 0.0
    members_at_once: int = 3

    def now(self) -> float:
        return self.clock

    # -- looking -------------------------------------------------------------------------------

    def _mark(self, person: Person) -> str:
        return person.texts.get(self.city.m365.mark, "")

    def _listed(self, number: str) -> Listed:
        one = self.people[number]
        return Listed(number, one.texts[SIGN_IN], self._mark(one), one.enabled)

    def listed(
        self, sign_ins: Collection[str], also: Callable[[Listed], bool] = lambda _: False
    ) -> Iterator[Listed]:
        wanted = {name.lower() for name in sign_ins}
        for one in map(self._listed, self.people):
            if one.mark or one.sign_in.lower() in wanted or also(one):
                yield one

    def account(self, object_id: str) -> Listed | None:
        return self._listed(object_id) if object_id in self.people else None

    def look_up(self, object_ids: Iterable[str]) -> list[Listed]:
        return [self._listed(one) for one in object_ids if one in self.people]

    def restorable(self) -> Mapping[str, str]:
        return {mark: one for one, person in self.bin.items() if (mark := self._mark(person))}

    def privileged(self) -> frozenset[str] | None:
        return None

    def shown(self, city: City) -> Iterator[Shown]:
        for number, one in self.people.items():
            yield Shown(number, one.texts.get(city.m365.mark, ""), one.enabled, dict(one.texts))

    # -- accounts ------------------------------------------------------------------------------

    def apply(
        self, kind: Kind, orders: Iterable[Ordered], until: float | None = None
    ) -> Iterator[Ended]:
        for key, action, password in orders:
            if until is not None and self.clock >= until:
                return
            self.clock += 1
            yield Ended(key, self._carry_out(kind, action, password))

    def _carry_out(self, kind: Kind, action: Action, password: Callable[[], str | None]) -> Outcome:
        if kind is Kind.CREATE:
            return self._create(action, password)
        if kind in {Kind.RECORD, Kind.DELETE}:
            deletes = kind is Kind.DELETE
            return Stopped(rules.DELETE_REFUSED) if deletes else Settled(action.object_id)
        if kind in {Kind.UPDATE, Kind.VACATE}:
            return self._write(action)
        if kind in {Kind.LINK, Kind.UNLINK}:
            return self._link(action)
        if action.object_id in self.bin:  # undelete, the first time
            self.people[action.object_id] = self.bin.pop(action.object_id)
        return self._open(action, enabled=kind is Kind.RESTORE)

    def _create(self, action: Action, password: Callable[[], str | None]) -> Outcome:
        secret = password()
        if secret is None:
            return Stopped(rules.NO_PASSWORD)
        if binned := self.restorable().get(action.pupil):
            self.people[binned] = self.bin.pop(binned)
        number = binned or next(
            (n for n, one in self.people.items() if one.texts[SIGN_IN] == action.sign_in), ""
        )
        if number and self._mark(self.people[number]) != action.pupil:
            return Stopped(rules.ACCOUNT_TAKEN)
        number = number or f"person-{next(self.numbers)}"
        self.people[number] = Person(dict(action.account), action.opens, secret)
        return Settled(number)

    def _write(self, action: Action) -> Outcome:
        if action.object_id not in self.people:
            return Stopped(rules.ACCOUNT_LOST)
        self.people[action.object_id].texts |= action.account
        return Settled(action.object_id)

    def _link(self, action: Action) -> Outcome:
        if self._mark(self.people[action.object_id]) not in {"", action.pupil}:
            return Stopped(rules.OTHER_MARK)
        return self._write(action)

    def _open(self, action: Action, *, enabled: bool) -> Outcome:
        person = self.people[action.object_id]
        if self._mark(person) != action.pupil:
            return Stopped(rules.FOREIGN_MARK)
        person.enabled = enabled
        return Settled(action.object_id)

    def delete(self, doomed: Iterable[Doomed], until: float | None = None) -> Iterator[Ended]:
        for key, number, objection in doomed:
            why = objection(self.account(number))
            if why is None and number in self.people:
                self.bin[number] = self.people.pop(number)
            yield Ended(key, why or Settled(number))

    # -- groups and licences -------------------------------------------------------------------

    def tenancy(self, city: City, city_code: str) -> Tenancy:
        ours = {n: t for n, t in self.circles.items() if t.mark.startswith(prefix_of(city_code))}
        wanted = city.staff is not None and city.staff.class_teams is not None
        return Tenancy(
            groups={
                t.mark: TenantGroup(n, t.name, frozenset(t.people), frozenset(t.owners))
                for n, t in ours.items()
                if not t.of_class
            },
            teams={t.mark: _class_team(n, t) for n, t in ours.items() if t.of_class}
            if wanted
            else None,
            skus={PRODUCT: Sku(PRODUCT.lower(), SEATS - len(self.seated))},
            holders={PRODUCT.lower(): frozenset(self.seated)} if self.seated else {},
        )

    def change(self, change: GroupChange) -> Outcome:  # noqa: PLR0911 - one each
        match change:
            case MakeGroup(mark, name):
                self.circles[number := f"circle-{next(self.numbers)}"] = Circle(mark, name)
                return Settled(number)
            case RenameGroup(number, name):
                self.circles[number].name = name
                return Settled(number)
            case AddMembers(number, members):
                there = {one for one in members if one in self.people}
                self.circles[number].people |= there
                missing = len(members) - len(there)
                return (
                    Stopped(rules.MEMBERS_LATER, {"count": missing}) if missing else Settled(number)
                )
            case RemoveMember(number, member):
                self.circles[number].people.discard(member)
                return Settled(number)
            case AddOwner(number, owner):
                self.circles[number].owners.add(owner)
                return Settled(number)
            case RemoveOwner(number, owner):
                self.circles[number].owners.discard(owner)
                return Settled(number)
            case GiveLicence(_, _, user):
                self.seated.add(user)
                return Settled(user)

    def change_team(self, change: TeamChange) -> Outcome:
        match change:
            case MakeClass(mark, name):
                named = (t for t in self.circles.values() if t.name == name and not t.of_class)
                if any(one.is_team for one in named):
                    return Stopped(teams.TEAM_BY_HAND, {"count": 1})
                self.circles[number := f"circle-{next(self.numbers)}"] = Circle(mark, name)
                self.circles[number].of_class = True
            case MakeTeam(number):
                if not self.circles[number].owners:
                    why = teams.TEAM_LATER
                    return Stopped(why, {"count": 1, "code": "NoOwner", "status": 400})
                self.circles[number].is_team = True
            case ArchiveTeam(number):
                self.circles[number].archived = True
            case ReopenTeam(number):
                self.circles[number].archived = False
        return Settled(number)


def _class_team(number: str, one: Circle) -> ClassTeam:
    shown = not one.archived
    return ClassTeam(
        number,
        one.name,
        frozenset(one.people if shown else ()),
        frozenset(one.owners if shown else ()),
        is_team=one.is_team,
        archived=one.archived,
    )


@dataclass
class Circles:
    """``port.Groups`` of an ``InMemory``, whose ``apply`` is that of accounts."""

    directory: InMemory

    @property
    def members_at_once(self) -> int:
        return self.directory.members_at_once

    def now(self) -> float:
        return self.directory.now()

    def tenancy(self, city: City, city_code: str) -> Tenancy:
        return self.directory.tenancy(city, city_code)

    def apply(
        self, changes: Sequence[GroupChange | TeamChange], until: float | None = None
    ) -> Iterator[Ended]:
        for place, change in enumerate(changes):
            if until is None or self.now() < until:
                if isinstance(change, MakeClass | MakeTeam | ArchiveTeam | ReopenTeam):
                    yield Ended(place, self.directory.change_team(change))
                else:
                    yield Ended(place, self.directory.change(change))


@dataclass
class OwnConsole:
    """Hands on an ``InMemory``."""

    directory: InMemory

    def make_team(self, name: str) -> None:
        one = Circle("by hand", name, is_team=True)
        self.directory.circles[f"circle-{next(self.directory.numbers)}"] = one

    def add(self, sign_in: str) -> str:
        number = f"person-{next(self.directory.numbers)}"
        self.directory.people[number] = Person({SIGN_IN: sign_in})
        return number

    def delete(self, object_id: str) -> None:
        self.directory.bin[object_id] = self.directory.people.pop(object_id)

    def opens(self, sign_in: str, password: str) -> bool:
        found = (p for p in self.directory.people.values() if p.texts[SIGN_IN] == sign_in)
        return any(p.enabled and p.secret == password for p in found)
