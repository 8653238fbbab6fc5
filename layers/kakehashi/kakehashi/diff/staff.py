"""教職員: what to do tonight about each member of staff, and what waits for a person.

A plan of its own beside the pupils': neither stops the other. Everybody is known by 職員番号,
accounts by the mark they carry and by sign-in name, and never anything by a person's name.

| in a source | in our state | account        | what happens                                  |
|-------------|--------------|----------------|-----------------------------------------------|
| soon        | no           | none           | made; nobody can sign in until the day        |
| today       | no           | none           | made (held while there is no password)        |
| soon, today | no           | there          | a link is proposed                            |
| today       | prepared     | ours           | opened                                        |
| today       | active       | ours           | what differs is updated, on the day           |
| today       | suspended    | ours           | opened again                                  |
| ended       | active       | ours           | suspension is proposed                        |
| nowhere     | active       | ours           | told; by its last day it ends all the same    |
| any         | any          | role, synced … | left alone; told                              |
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from kakehashi.actions import Action, Kind, Situation, in_order
from kakehashi.catalogue import staffing as rules
from kakehashi.diff.staff_decisions import StaffDecisions
from kakehashi.diff.staff_limits import StaffChange, judge
from kakehashi.diff.staff_plan import StaffPlan, StaffQuestions
from kakehashi.directories.port import Listed, StaffShape
from kakehashi.findings import Finding, Place, Rule
from kakehashi.people.record import Record, Status
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
    ABSENT = "ABSENT"
    UNLINKED = "UNLINKED"
    ALONE = "ALONE"
    HELD = "HELD"
    PAST = "PAST"  # ended, and never had an account


@dataclass(frozen=True, slots=True)
class StaffInputs:
    """All that the plan is made from. ``privileged`` are object ids of accounts that hold a role in
    the directory, None where that cannot be read: then nothing is done. ``before`` is whom the last
    plan asked about what."""

    run_id: str
    employments: Iterable[Employment] = ()
    held: Iterable[Held] = ()
    known: Iterable[Kept] = ()
    listed: Iterable[Listed] = ()
    passwords: Mapping[str, PasswordAt] = field(default_factory=dict)
    privileged: Set[str] | None = frozenset()
    decisions: StaffDecisions = field(default_factory=StaffDecisions)
    before: StaffQuestions = field(default_factory=StaffQuestions)


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


def make_staff_plan(
    sources: StaffInputs,
    city: City,
    rules_: Staff,
    *,
    shape: StaffShape,
    city_code: str,
    as_of: date,
) -> StaffPlan:
    """Never raises for data. ``as_of`` is a Japan date. Linear in the number of staff."""
    look = _Look(sources, city, rules_, shape, as_of)
    observations = [look.at(who) for who in look.everybody()]
    actions = in_order(observation.action for observation in observations if observation.action)
    asks = {observation.id: observation.asks for observation in observations if observation.asks}
    asked = StaffQuestions.of(asks, sources.before, sources.decisions.files, sources.run_id)
    plan = StaffPlan(
        city=city_code,
        as_of=as_of,
        actions=actions,
        asked=asked,
        counts=dict(
            sorted(Counter(str(observation.standing) for observation in observations).items())
        ),
        held=_held(observations),
        second=tuple(sorted(look.second)),
        alone=tuple(
            observation.id
            for observation in observations
            if observation.standing is StaffStanding.ALONE
        ),
    ).sealed()
    known = {one.pupil.id for one in look.known.values() if one.status is not Status.SUSPENDED}
    breaches = judge(
        _changes(observations, sources.before),
        known=known,
        listed=look.employments.keys(),
        rules=rules_,
        as_of=as_of,
    )
    told = tuple(_tell(observations, look, plan))
    blind = sources.privileged is None
    return plan.judged(breaches, sources.decisions, told, stopped=blind)


class _Look:
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
        self.named = {name.lower() for name in rules_.leave_alone}
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
            return presence, dataclasses.replace(member, account=same.account, master=same.master)
        if not member.account:
            name = rules_.sign_in_of(member.number)
            member = dataclasses.replace(member, account=f"{name}@{self.city.domain}")
        return presence, member

    def _account(self, member: StaffMember, known: Kept | None) -> Listed | None:
        if known:
            return self.by_object.get(known.object_id)
        return self.by_mark.get(member.id) or self.by_name.get(member.account.lower())

    def _alone(self, account: Listed) -> bool:
        privileged = account.object_id in (self.sources.privileged or ())
        return privileged or bool(account.synced) or account.sign_in.lower() in self.named

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
        if known is None or known.status is Status.SUSPENDED:
            return StaffObservation(who, StaffStanding.SUSPENDED, known=known)
        account = self.by_object.get(known.object_id)
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
        who, member = known.pupil.id, known.pupil
        action = None
        if self._decided(who, "suspend"):
            deciders = self.sources.decisions.deciders(who, "suspend", self.sources.before)
            if len(deciders) > 1 or not needs_two(member, self.rules, self.city.board_code):
                action = Action(
                    who, Kind.SUSPEND, Situation.GONE, known, None, known.account,
                    object_id=known.object_id,
                )  # fmt: skip
            else:
                self.second.add(who)
        return StaffObservation(who, StaffStanding.ENDED, member, known, action, asks="suspend")

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


def needs_two(member: StaffMember, rules_: Staff, board_code: str) -> bool:
    """Whether only two persons may have this account suspended."""
    leads = any(word in member.job for word in (*rules_.two_persons, "管理"))
    return leads or member.school == board_code


def _fresh(*, coming: bool) -> StaffStanding:
    return StaffStanding.PREPARED if coming else StaffStanding.NEW


def _changes(
    observations: Iterable[StaffObservation], before: StaffQuestions
) -> dict[StaffChange, int]:
    """What the limits count: persons who end tonight for the first time, move, or are new."""
    counted: Counter[StaffChange] = Counter()
    for observation in observations:
        if observation.standing is StaffStanding.ENDED and not before.since(
            observation.id, "suspend"
        ):
            counted[StaffChange.ENDED] += 1
        elif observation.standing is StaffStanding.MOVED:
            counted[StaffChange.MOVED] += 1
        elif observation.standing in {StaffStanding.NEW, StaffStanding.PREPARED}:
            counted[StaffChange.NEW] += 1
    return dict(counted)


def _held(observations: Iterable[StaffObservation]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for observation in observations:
        if observation.code:
            found.setdefault(observation.code, []).append(observation.id)
    return {code: tuple(ids) for code, ids in sorted(found.items())}


_OURS: Mapping[str, Rule] = {
    rule.code: rule for rule in (rules.NAME_TAKEN, rules.NO_FIRST_PASSWORD, rules.STAFF_LOST)
}


def _tell(
    observations: Iterable[StaffObservation], look: _Look, plan: StaffPlan
) -> Iterator[Finding]:
    observations = list(observations)
    standing = Counter(observation.standing for observation in observations)
    unasked = [
        observation
        for observation in observations
        if observation.asks and observation.action is None
    ]
    waits = Counter(observation.asks for observation in unasked)
    numbers = {
        rules.ABSENT: standing[StaffStanding.ABSENT],
        rules.LEAVING: waits["suspend"],
        rules.LINKS: waits["link"],
        rules.LEFT_ALONE: standing[StaffStanding.ALONE],
        rules.SECOND_NEEDED: len(look.second),
        rules.OTHER_ACCOUNT: sum(observation.other_account for observation in observations),
        rules.UNFIT_DECISION: look.sources.decisions.unfit(plan.asked, look.sources.before),
    }
    for rule, count in numbers.items():
        if count:
            yield rule.at(count=count)
    if look.sources.privileged is None:
        yield rules.ROLES_UNREADABLE.at()
    for observation in observations:
        held_by = _OURS.get(observation.code)
        if held_by:
            yield held_by.at(Place(), pupil=observation.id)
