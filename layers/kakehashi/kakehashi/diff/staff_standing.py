"""How each member of staff stands tonight, what is done about it, and what waits for a person.

Everybody is known by 職員番号, accounts by the mark they carry and by sign-in name, and never
anything by a person's name.

| in a source | in our state | account        | what happens                                  |
|-------------|--------------|----------------|-----------------------------------------------|
| soon        | no           | none           | made; nobody can sign in until the day        |
| today       | no           | none           | made (held while there is no password)        |
| soon, today | no           | there          | a link is proposed                            |
| today       | prepared     | ours           | opened                                        |
| today       | active       | ours           | what differs is updated, on the day           |
| today       | suspended    | ours           | opened again                                  |
| ended       | active       | ours           | suspension is proposed                        |
| ended, nowhere | suspended | ours           | after the days of grace, deletion is proposed |
| nowhere     | active       | ours           | told; by its last day it ends all the same    |
| any         | any          | role, synced … | left alone; told                              |
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from kakehashi.actions import Action, Kind, Situation
from kakehashi.catalogue import staffing as rules
from kakehashi.diff.deciders import two_persons
from kakehashi.diff.leaders import leads, needs_two
from kakehashi.diff.staff_decisions import StaffDecisions
from kakehashi.diff.staff_plan import StaffQuestions
from kakehashi.directories.port import Listed, StaffShape
from kakehashi.people.record import Record, Status
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import Employment, Presence, StaffMember
from kakehashi.roster import Held, PasswordAt

if TYPE_CHECKING:
    from kakehashi.city import City, Staff

type Kept = Record[StaffMember]
type StaffAction = Action[StaffMember]


class StaffStanding(StrEnum):
    """How somebody stands tonight: exactly one each."""

    PREPARED = "PREPARED"  # made ahead tonight
    NEW = "NEW"
    OPENED = "OPENED"
    MOVED = "MOVED"
    CHANGED = "CHANGED"
    CONFIRMED = "CONFIRMED"
    RETURNED = "RETURNED"
    WAITING = "WAITING"  # the first day is not near, or a prepared account waits for it
    ENDED = "ENDED"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"  # suspended for longer than the days of grace
    ABSENT = "ABSENT"
    UNLINKED = "UNLINKED"
    ALONE = "ALONE"
    HELD = "HELD"
    PAST = "PAST"  # ended, and never had an account


@dataclass(frozen=True, slots=True)
class StaffInputs:
    """All that the plan is made from. ``privileged`` are object ids of accounts that hold a role in
    the directory, None where that cannot be read: then nothing is done. ``before`` is whom the last
    plan asked about what. ``left`` are the classes, as (school, title), that the roster has no more
    and our state has."""

    run_id: str
    employments: Iterable[Employment] = ()
    held: Iterable[Held] = ()
    known: Iterable[Kept] = ()
    listed: Iterable[Listed] = ()
    passwords: Mapping[str, PasswordAt] = field(default_factory=dict)
    privileged: Set[str] | None = frozenset()
    decisions: StaffDecisions = field(default_factory=StaffDecisions)
    before: StaffQuestions = field(default_factory=StaffQuestions)
    left: Set[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class StaffObservation:
    """One person tonight. ``code`` is the finding that holds it, ``asks`` the decision that is
    waited for."""

    id: str
    standing: StaffStanding
    member: StaffMember | None = None
    known: Kept | None = None
    action: StaffAction | None = None
    code: str = ""
    asks: str = ""
    other_account: bool = False


class StaffLook:
    """The sources by person."""

    def __init__(
        self, sources: StaffInputs, city: City, rules_: Staff, shape: StaffShape, as_of: date
    ) -> None:
        self.sources, self.city, self.rules = sources, city, rules_
        self.shape, self.as_of = shape, as_of
        self.employments = {one.id: one for one in sources.employments}
        self.held = {one.pupil: one.code for one in sources.held if one.pupil}
        self.known = {one.pupil.id: one for one in sources.known}
        listed = list(sources.listed)
        self.by_object = {one.object_id: one for one in listed}
        self.by_mark = {one.mark: one for one in listed if one.mark}
        self.by_name = {one.sign_in.lower(): one for one in listed}
        self.second: set[str] = set()

    def everybody(self) -> list[str]:
        return sorted(self.employments.keys() | self.held.keys() | self.known.keys())

    def at(self, who: str) -> StaffObservation:
        known = self.known.get(who)
        if who in self.held:
            return StaffObservation(who, StaffStanding.HELD, known=known, code=self.held[who])
        employment = self.employments.get(who)
        if employment is None:
            return self._in_no_source(who, known)
        presence, member = self._member(employment, known)
        account = self._account(member, known)
        if account and self._alone(account):
            return StaffObservation(who, StaffStanding.ALONE, member, known)
        if known is None:
            return self._unknown(member, presence, account)
        other = bool(employment.account) and employment.account != known.pupil.account
        return dataclasses.replace(
            self._known(member, presence, known, account), other_account=other
        )

    def _member(self, employment: Employment, known: Kept | None) -> tuple[Presence, StaffMember]:
        """A known person keeps the sign-in name, and the id that tools know."""
        rules_ = self.rules
        presence, member = employment.on(
            self.as_of, gap=rules_.gap_days, prepare=rules_.prepare_days
        )
        if known:
            same = known.pupil
            if presence is Presence.HERE:
                member = member.keeping(self._stay(employment, same), self.as_of)
            return presence, dataclasses.replace(
                member, account=same.account, master=same.master,
                led_until=self._led_until(member, same),
            )  # fmt: skip
        if not member.account:
            name = rules_.sign_in_of(member.number)
            member = dataclasses.replace(member, account=f"{name}@{self.city.domain}")
        return presence, member

    def _stay(self, employment: Employment, before: StaffMember) -> frozenset[tuple[str, str]]:
        """Their classes of which no source can tell tonight, as they were: those that the roster
        has no more (docs/decisions/0130), and all where the list is next year's already (0122)."""
        if before.year not in {0, year_of(self.as_of)}:
            return frozenset()
        unnamed, untold = employment.unnamed_at(self.as_of), employment.untold_at(self.as_of)
        left = (room for room in self.sources.left & {*before.homerooms} if room[0] in unnamed)
        return frozenset((*left, *(room for room in before.homerooms if room[0] in untold)))

    def _led_until(self, member: StaffMember, before: StaffMember) -> date | None:
        """A new 職名 in the list, by one person's hand, does not make one decision enough."""
        if leads(member, self.rules, self.city.board_code):
            return None
        led = leads(before, self.rules, self.city.board_code)
        return self.as_of if led else before.led_until

    def _account(self, member: StaffMember, known: Kept | None) -> Listed | None:
        if known:
            return self.by_object.get(known.object_id)
        return self.by_mark.get(member.id) or self.by_name.get(member.account.lower())

    def _alone(self, account: Listed) -> bool:
        return left_alone(account, self.sources.privileged or frozenset(), self.rules)

    # -- who has no record ----------------------------------------------------------------------

    def _unknown(
        self, member: StaffMember, presence: Presence, account: Listed | None
    ) -> StaffObservation:
        if presence in {Presence.LATER, Presence.ENDED}:
            standing = StaffStanding.WAITING if presence is Presence.LATER else StaffStanding.PAST
            return StaffObservation(member.id, standing, member)
        coming = presence is Presence.COMING
        if account is None:
            return self._made(member, coming=coming)
        if account.mark == member.id:  # killed between the directory and the table
            kind = Kind.LINK if coming else Kind.RESTORE
            action = self._act(member, kind, Situation.NEW, account, prepared=coming)
            return StaffObservation(member.id, _fresh(coming=coming), member, action=action)
        if account.mark:
            return StaffObservation(
                member.id, StaffStanding.HELD, member, code=rules.NAME_TAKEN.code
            )
        return self._linked(member, account)

    def _made(self, member: StaffMember, *, coming: bool) -> StaffObservation:
        password = self.sources.passwords.get(member.id)
        if password is None:
            return StaffObservation(
                member.id, StaffStanding.HELD, member, code=rules.NO_FIRST_PASSWORD.code
            )
        action = self._act(member, Kind.CREATE, Situation.NEW, prepared=coming)
        action = dataclasses.replace(action, password=password)
        return StaffObservation(member.id, _fresh(coming=coming), member, action=action)

    def _linked(self, member: StaffMember, account: Listed) -> StaffObservation:
        agreed = self._decided(member.id, "link")
        action = self._act(member, Kind.LINK, Situation.UNLINKED, account) if agreed else None
        return StaffObservation(
            member.id, StaffStanding.UNLINKED, member, action=action, asks="link"
        )

    # -- who has ----------------------------------------------------------------------------------

    def _known(
        self, member: StaffMember, presence: Presence, known: Kept, account: Listed | None
    ) -> StaffObservation:
        if account is None or account.mark != member.id:
            rule = rules.STAFF_LOST if account is None else rules.NAME_TAKEN
            return StaffObservation(member.id, StaffStanding.HELD, member, known, code=rule.code)
        if known.status is Status.SUSPENDED:
            return self._away(member, presence, known, account)
        if presence is Presence.ENDED:
            return self._ended(known)
        if known.status is Status.PREPARED:
            return self._prepared(member, presence, known, account)
        if presence is not Presence.HERE:
            return StaffObservation(member.id, StaffStanding.CONFIRMED, member, known)
        return self._here(member, known, account)

    def _away(
        self, member: StaffMember, presence: Presence, known: Kept, account: Listed
    ) -> StaffObservation:
        if presence is Presence.ENDED:
            return self._suspended(known, account)
        if presence is not Presence.HERE:
            return StaffObservation(member.id, StaffStanding.SUSPENDED, member, known)
        action = self._act(member, Kind.RESTORE, Situation.RETURNED, account, known)
        return StaffObservation(member.id, StaffStanding.RETURNED, member, known, action)

    def _prepared(
        self, member: StaffMember, presence: Presence, known: Kept, account: Listed
    ) -> StaffObservation:
        if presence is Presence.HERE:
            action = self._act(member, Kind.RESTORE, Situation.CHANGED, account, known)
            return StaffObservation(member.id, StaffStanding.OPENED, member, known, action)
        if presence is Presence.COMING and self._differs(member, known):
            action = self._act(
                member, Kind.UPDATE, Situation.CHANGED, account, known, prepared=True
            )
            return StaffObservation(member.id, StaffStanding.CHANGED, member, known, action)
        return StaffObservation(member.id, StaffStanding.WAITING, member, known)

    def _here(self, member: StaffMember, known: Kept, account: Listed) -> StaffObservation:
        if not self._differs(member, known):
            return StaffObservation(member.id, StaffStanding.CONFIRMED, member, known)
        moved = known.pupil.school != member.school
        action = self._act(member, Kind.UPDATE, Situation.CHANGED, account, known)
        standing = StaffStanding.MOVED if moved else StaffStanding.CHANGED
        return StaffObservation(member.id, standing, member, known, action)

    def _differs(self, member: StaffMember, known: Kept) -> bool:
        return known.pupil != member or dict(known.account) != self.shape(member, self.city)

    def _in_no_source(self, who: str, known: Kept | None) -> StaffObservation:
        """Absence is no order; the last day that was told once is one."""
        if known is None:
            return StaffObservation(who, StaffStanding.SUSPENDED)
        account = self.by_object.get(known.object_id)
        if known.status is Status.SUSPENDED:
            return self._suspended(known, account)
        until = known.pupil.until
        if account and self._alone(account):
            return StaffObservation(who, StaffStanding.ALONE, known=known)
        if until and self.as_of > until + timedelta(days=self.rules.gap_days):
            ours = account is not None and account.mark == who
            return (
                self._ended(known)
                if ours
                else StaffObservation(who, StaffStanding.ABSENT, known=known)
            )
        return StaffObservation(who, StaffStanding.ABSENT, known=known)

    def _ended(self, known: Kept) -> StaffObservation:
        """Proposed; done once it is decided, by two where the 職名 asks for two."""
        return self._proposed(known, StaffStanding.ENDED, "suspend", Kind.SUSPEND, Situation.GONE)

    def _suspended(self, known: Kept, account: Listed | None) -> StaffObservation:
        """A leaver; once the days of grace are over, deletion is proposed, of our account alone."""
        who, since = known.pupil.id, known.suspended_on
        over = since is not None and (self.as_of - since).days >= self.rules.grace_days
        ours = account is not None and account.mark == who and not self._alone(account)
        if over and ours:
            expired = StaffStanding.EXPIRED
            return self._proposed(known, expired, "delete", Kind.DELETE, Situation.EXPIRED)
        return StaffObservation(who, StaffStanding.SUSPENDED, known.pupil, known)

    def _proposed(
        self, known: Kept, standing: StaffStanding, what: str, kind: Kind, situation: Situation
    ) -> StaffObservation:
        """Asked, and done once it is decided: by two where the 職名 asks for two."""
        who, member, action = known.pupil.id, known.pupil, None
        deciders = self.sources.decisions.deciders(who, what, self.sources.before)
        two = needs_two(member, self.rules, self.city.board_code, self.as_of)
        enough = two_persons(deciders, self.rules.two_persons_by) if two else bool(deciders)
        if enough:
            action = Action(
                who, kind, situation, known, None, known.account, object_id=known.object_id
            )
        elif deciders:
            self.second.add(who)
        return StaffObservation(who, standing, member, known, action, asks=what)

    def _decided(self, who: str, what: str) -> bool:
        return bool(self.sources.decisions.deciders(who, what, self.sources.before))

    def _act(
        self, member: StaffMember, kind: Kind, situation: Situation,
        account: Listed | None = None, known: Kept | None = None, *, prepared: bool = False,
    ) -> StaffAction:  # fmt: skip
        return Action(
            member.id,
            kind,
            situation,
            known,
            member,
            self.shape(member, self.city),
            object_id=account.object_id if account else "",
            prepared=prepared,
        )


def left_alone(account: Listed, privileged: Set[str], rules_: Staff) -> bool:
    """Whether an account of staff is never written: it holds a role in the directory
    (``privileged`` are object ids), is synced, or the city names it."""
    named = {name.lower() for name in rules_.leave_alone}
    special = account.object_id in privileged or account.sign_in.lower() in named
    return special or bool(account.synced)


def _fresh(*, coming: bool) -> StaffStanding:
    return StaffStanding.PREPARED if coming else StaffStanding.NEW
