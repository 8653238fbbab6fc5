"""What a directory must do, whoever keeps it: said through the port and nothing else.

A further directory gets a subclass of ``DirectoryContract`` whose fixture ``site`` opens it empty,
and where it has class Teams, of ``TeamsContract``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from kakehashi.actions import Action, Kind, Situation
from kakehashi.catalogue import provision as rules
from kakehashi.catalogue import teams
from kakehashi.city import City
from kakehashi.directories import port
from kakehashi.directories.port import (
    Accounts,
    AddMembers,
    AddOwner,
    ArchiveTeam,
    Everybody,
    GiveLicence,
    GroupChange,
    Groups,
    Listed,
    MakeClass,
    MakeGroup,
    MakeTeam,
    Outcome,
    RemoveMember,
    RemoveOwner,
    RenameGroup,
    ReopenTeam,
    Settled,
    Shape,
    Stopped,
    TeamChange,
)
from kakehashi.groups import Keeper, decide
from kakehashi.people.record import SIGN_IN, Record
from kakehashi.people.staff import staff_id
from kakehashi.roster import PasswordAt
from tests.builders import DOMAIN, TODAY, a_city, a_pupil, an_id

PASSWORD = "Hinagiku-2026"
CODE = "demo"
OWNED = a_city(staff={"groups": ["school"], "owners": ["school"]})
MARK = f"{port.prefix_of(CODE)}school-0123456789"
NOBODY = an_id("nobody")
WITH_TEAMS = a_city(staff={"class_teams": {}})
TEAM_MARK = f"{port.prefix_of(CODE)}team-2026-0123456789"


def a_city_of(product: str, **m365: Any) -> City:
    """Groups of every kind, and one licence for everybody."""
    licences = [{"sku": product, "by": "user"}]
    kinds = ["school", "grade", "class"]
    return a_city(m365={"groups": kinds, "licences": licences} | m365)


class Hands(Protocol):
    """What people do in the directory's own console."""

    def add(self, sign_in: str) -> str:
        """An account of somebody who is not ours, that can be given a licence; its object id."""

    def delete(self, object_id: str) -> None: ...

    def opens(self, sign_in: str, password: str) -> bool:
        """Whether somebody can sign in like this."""

    def make_team(self, name: str) -> None:
        """Somebody makes a Team of this name; never called of a directory without Teams."""


@dataclass
class Site:
    """One directory, empty, as the suite knows it. ``product`` has at least two seats."""

    city: City
    product: str
    shape: Shape
    accounts: Accounts
    groups: Groups
    everybody: Callable[[], Everybody]
    hands: Hands
    made: dict[int, Record] = field(default_factory=dict)

    # -- orders ----------------------------------------------------------------------------

    def order(self, kind: Kind, n: int = 1, **facts: Any) -> Action:
        """An action on pupil ``n`` as a plan would have it."""
        pupil, known = a_pupil(n), self.made.get(n)
        defaults: dict[str, Any] = {
            "pupil": pupil.id, "kind": kind, "situation": Situation.CHANGED, "before": known,
            "after": pupil, "account": self.shape(pupil, self.city),
            "object_id": known.object_id if known and kind is not Kind.CREATE else "",
        }  # fmt: skip
        if kind is Kind.CREATE:
            defaults |= {"before": None, "password": PasswordAt("first.csv", "v1", n)}
        return Action(**(defaults | facts))

    def outcomes(
        self, kind: Kind, orders: Iterable[Action], password: str | None = PASSWORD, *,
        until: float | None = None,
    ) -> dict[int, Outcome]:  # fmt: skip
        drawn = ((key, order, lambda: password) for key, order in enumerate(orders))
        return {one.key: one.outcome for one in self.accounts.apply(kind, drawn, until)}

    def apply(
        self, kind: Kind, n: int = 1, *, password: str | None = PASSWORD, **facts: Any
    ) -> Outcome:
        return self.outcomes(kind, [self.order(kind, n, **facts)], password)[0]

    def make(self, *numbers: int) -> list[Record]:
        """Pupils with accounts of ours."""
        orders = [self.order(Kind.CREATE, n) for n in numbers]
        ended = self.outcomes(Kind.CREATE, orders)
        for key, order in enumerate(orders):
            outcome, n = ended[key], numbers[key]
            assert isinstance(outcome, Settled), outcome
            self.made[n] = Record(a_pupil(n), dict(order.account), outcome.object_id)
        return [self.made[n] for n in numbers]

    def delete(self, object_id: str, why: Stopped | None = None) -> Outcome:
        (ended,) = self.accounts.delete([(7, object_id, lambda _: why)])
        assert ended.key == 7
        return ended.outcome

    def change(self, *changes: GroupChange | TeamChange) -> list[Outcome]:
        ended = {one.key: one.outcome for one in self.groups.apply(changes)}
        return [ended[place] for place in range(len(changes))]

    # -- what is there ---------------------------------------------------------------------

    def all_listed(self, *names: str) -> list[Listed]:
        return sorted(self.accounts.listed(names, lambda _: False), key=lambda one: one.sign_in)

    def shown(self) -> dict[str, port.Shown]:
        return {one.object_id: one for one in self.everybody().shown(self.city)}

    def texts(self, record: Record) -> dict[str, str]:
        """Of those that we write, as they are now."""
        now = self.shown()[record.object_id].texts
        return {name: now.get(name, "") for name in record.account}

    def enabled(self, record: Record) -> bool:
        found = self.accounts.account(record.object_id)
        assert found is not None
        return found.enabled

    def tenancy(self) -> port.Tenancy:
        return self.groups.tenancy(self.city, CODE)

    def teams(self) -> dict[str, port.ClassTeam]:
        found = self.groups.tenancy(WITH_TEAMS, CODE).teams
        assert found is not None
        return dict(found)

    def a_class(self) -> str:
        (outcome,) = self.change(MakeClass(TEAM_MARK, "見本小学校 3年2組"))
        assert isinstance(outcome, Settled)
        return outcome.object_id

    def a_group(self) -> str:
        (outcome,) = self.change(MakeGroup(MARK, "見本小学校"))
        assert isinstance(outcome, Settled)
        return outcome.object_id


class DirectoryContract:
    """A subclass is a class of tests; its ``site`` is the directory."""

    # -- accounts are made ---------------------------------------------------------------------

    def test_a_new_account_has_name_mark_texts_and_a_password_that_opens_it(
        self, site: Site
    ) -> None:
        (record,) = site.make(1)
        sign_in = a_pupil(1).account
        found = site.accounts.account(record.object_id)
        assert found is not None
        assert (found.object_id, found.sign_in) == (record.object_id, sign_in)
        assert (found.mark, found.enabled) == (a_pupil(1).id, True)
        assert site.texts(record) == record.account
        assert site.shown()[record.object_id].mark == a_pupil(1).id
        assert site.hands.opens(sign_in, PASSWORD)
        assert not site.hands.opens(sign_in, "Tsubaki-2026")

    def test_an_order_that_was_carried_out_already_makes_no_second_account(
        self, site: Site
    ) -> None:
        (record,) = site.make(1)
        assert site.apply(Kind.CREATE) == Settled(record.object_id)
        assert len(site.shown()) == 1

    def test_nobody_gets_an_account_without_a_password(self, site: Site) -> None:
        assert site.apply(Kind.CREATE, password=None) == Stopped(rules.NO_PASSWORD)
        assert site.shown() == {}

    def test_an_account_of_staff_can_be_made_before_it_may_be_used(self, site: Site) -> None:
        """A pupil's that is made before the first day is open: devices are tried out with it."""
        order, who = site.order(Kind.CREATE, prepared=True), staff_id("T0001")
        account = {**order.account, SIGN_IN: f"t0001@{DOMAIN}", site.city.m365.mark: who}
        theirs = replace(order, pupil=who, account=account)
        ended = site.outcomes(Kind.CREATE, [order, theirs])
        enabled = {one.mark: one.enabled for one in site.all_listed()}
        assert all(isinstance(outcome, Settled) for outcome in ended.values())
        assert enabled == {order.pupil: True, who: False}

    def test_a_sign_in_name_of_somebody_else_stays_theirs(self, site: Site) -> None:
        theirs = site.hands.add(a_pupil(1).account)
        outcome = site.apply(Kind.CREATE)
        assert isinstance(outcome, Stopped)
        assert not outcome.failed
        (other,) = site.shown().values()
        assert (other.object_id, other.mark) == (theirs, "")

    def test_one_that_is_refused_keeps_no_other_waiting(self, site: Site) -> None:
        site.hands.add(a_pupil(2).account)
        orders = [site.order(Kind.CREATE, n) for n in (1, 2, 3)]
        ended = site.outcomes(Kind.CREATE, orders)
        assert [isinstance(ended[key], Settled) for key in range(3)] == [True, False, True]

    def test_when_time_is_up_nothing_new_is_sent(self, site: Site) -> None:
        until = site.accounts.now() - 1
        assert site.outcomes(Kind.CREATE, [site.order(Kind.CREATE)], until=until) == {}
        assert site.shown() == {}

    # -- accounts are found --------------------------------------------------------------------

    def test_listed_is_who_bears_a_mark_or_a_wanted_name_or_is_asked_for(self, site: Site) -> None:
        (record,) = site.make(1)
        wanted = site.hands.add(f"wanted@{DOMAIN}")
        other = site.hands.add(f"other@{DOMAIN}")
        ids = {one.object_id: one for one in site.all_listed(f"WANTED@{DOMAIN}")}
        assert ids.keys() == {record.object_id, wanted}
        assert (ids[wanted].mark, ids[record.object_id].mark) == ("", a_pupil(1).id)
        also = site.accounts.listed((), lambda one: one.sign_in.startswith("other"))
        assert {one.object_id for one in also} == {record.object_id, other}

    def test_who_is_not_there_is_left_out_and_not_made_up(self, site: Site) -> None:
        (record,) = site.make(1)
        found = site.accounts.look_up([record.object_id, NOBODY])
        assert [(one.object_id, one.mark) for one in found] == [(record.object_id, a_pupil(1).id)]
        assert site.accounts.account(NOBODY) is None

    def test_who_administers_the_directory_is_told_or_is_not_known(self, site: Site) -> None:
        site.make(1)
        assert site.accounts.privileged() in (None, frozenset())

    # -- accounts change -----------------------------------------------------------------------

    def test_an_update_writes_what_differs_and_empties_what_shall_be_empty(
        self, site: Site
    ) -> None:
        (record,) = site.make(1)
        moved = site.shape(replace(a_pupil(1), class_title="", account=f"new@{DOMAIN}"), site.city)
        assert moved != record.account
        for _ in range(2):
            assert site.apply(Kind.UPDATE, account=moved) == Settled(record.object_id)
        assert site.texts(record) == moved
        assert site.all_listed()[0].sign_in == f"new@{DOMAIN}"

    def test_an_account_that_is_gone_is_told_and_not_made_again(self, site: Site) -> None:
        (record,) = site.make(1)
        site.hands.delete(record.object_id)
        moved = site.shape(replace(a_pupil(1), class_title="3年3組"), site.city)
        outcome = site.apply(Kind.UPDATE, account=moved)
        assert isinstance(outcome, Stopped)
        assert outcome.rule is rules.ACCOUNT_LOST
        assert site.shown() == {}

    def test_who_is_suspended_cannot_sign_in_until_restored(self, site: Site) -> None:
        (record,) = site.make(1)
        for kind, enabled in ((Kind.SUSPEND, False), (Kind.RESTORE, True)):
            for _ in range(2):
                assert site.apply(kind) == Settled(record.object_id)
            assert site.enabled(record) is enabled
            assert site.hands.opens(a_pupil(1).account, PASSWORD) is enabled

    def test_an_account_without_our_mark_is_neither_blocked_nor_opened(self, site: Site) -> None:
        theirs = site.hands.add(a_pupil(1).account)
        for kind in (Kind.SUSPEND, Kind.RESTORE):
            assert site.apply(kind, object_id=theirs) == Stopped(rules.FOREIGN_MARK)
        (other,) = site.shown().values()
        assert other.enabled is not False

    def test_a_link_gives_the_mark_and_an_undo_takes_it_off_again(self, site: Site) -> None:
        theirs = site.hands.add(a_pupil(1).account)
        order = site.order(Kind.LINK, object_id=theirs)
        for _ in range(2):
            assert site.outcomes(Kind.LINK, [order]) == {0: Settled(theirs)}
        assert site.shown()[theirs].mark == a_pupil(1).id
        linked = Record(a_pupil(1), dict(order.account), theirs)
        off = {site.city.m365.mark: ""}
        for _ in range(2):
            outcome = site.apply(
                Kind.UNLINK, before=linked, after=None, account=off, object_id=theirs
            )
            assert outcome == Settled(theirs)
        assert site.shown()[theirs].mark == ""
        assert site.shown()[theirs].sign_in == a_pupil(1).account

    def test_a_mark_of_another_child_is_not_written_over(self, site: Site) -> None:
        (record,) = site.make(1)
        outcome = site.apply(Kind.LINK, 2, object_id=record.object_id)
        assert outcome == Stopped(rules.OTHER_MARK)
        assert site.shown()[record.object_id].mark == a_pupil(1).id

    def test_a_record_says_nothing_to_the_directory(self, site: Site) -> None:
        assert site.apply(Kind.RECORD, object_id=NOBODY) == Settled(NOBODY)

    # -- accounts go and come back -------------------------------------------------------------

    def test_no_plan_deletes_an_account_in_passing(self, site: Site) -> None:
        (record,) = site.make(1)
        assert site.apply(Kind.DELETE) == Stopped(rules.DELETE_REFUSED)
        assert site.shown().keys() == {record.object_id}

    def test_a_deletion_asks_first_and_can_be_turned_back(self, site: Site) -> None:
        (record,) = site.make(1)
        why = Stopped(rules.IN_USE_AGAIN)
        assert site.delete(record.object_id, why) == why
        assert site.shown().keys() == {record.object_id}
        assert site.accounts.restorable() == {}
        for _ in range(2):
            assert site.delete(record.object_id) == Settled(record.object_id)
        assert site.shown() == {}
        assert site.accounts.restorable() == {a_pupil(1).id: record.object_id}
        for _ in range(2):
            assert site.apply(Kind.UNDELETE) == Settled(record.object_id)
        assert not site.enabled(record)

    def test_the_account_is_shown_to_whoever_may_object(self, site: Site) -> None:
        (record,) = site.make(1)
        seen: list[Listed | None] = []

        def objection(account: Listed | None) -> Stopped | None:
            seen.append(account)
            return None

        doomed = [(1, record.object_id, objection), (2, NOBODY, objection)]
        assert len(list(site.accounts.delete(doomed))) == 2
        marks = {one.mark if one else None for one in seen}
        assert marks == {a_pupil(1).id, None}

    def test_a_child_who_comes_back_gets_the_own_account_again(self, site: Site) -> None:
        (record,) = site.make(1)
        site.hands.delete(record.object_id)
        outcome = site.apply(Kind.CREATE, password="Tsubaki-2026")
        assert isinstance(outcome, Settled)
        assert outcome.object_id == record.object_id
        assert site.enabled(record)
        assert site.texts(record) == record.account
        slip_opens = site.hands.opens(a_pupil(1).account, "Tsubaki-2026")
        assert slip_opens or outcome.note is not None, "a slip that opens nothing must be told"

    # -- groups and licences -------------------------------------------------------------------

    def test_a_group_is_known_by_its_mark_whatever_it_is_called(self, site: Site) -> None:
        group = site.a_group()
        assert site.tenancy().groups == {MARK: port.TenantGroup(group, "見本小学校", frozenset())}
        assert site.change(RenameGroup(group, "新しい名")) == [Settled(group)]
        assert site.tenancy().groups[MARK].name == "新しい名"
        assert site.groups.tenancy(site.city, "other").groups == {}

    def test_members_come_and_go_and_twice_is_as_good_as_once(self, site: Site) -> None:
        group = site.a_group()
        one, two = (record.object_id for record in site.make(1, 2))
        for _ in range(2):
            assert site.change(AddMembers(group, (one, two))) == [Settled(group)]
        assert site.tenancy().groups[MARK].members == {one, two}
        for _ in range(2):
            assert site.change(RemoveMember(group, one)) == [Settled(group)]
        assert site.tenancy().groups[MARK].members == {two}
        assert site.shown().keys() == {one, two}

    def test_owners_come_and_go_where_the_rules_make_some(self, site: Site) -> None:
        group, city = site.a_group(), OWNED
        one, two = (record.object_id for record in site.make(1, 2))
        for change in (AddOwner(group, one), AddOwner(group, two), RemoveOwner(group, one)):
            for _ in range(2):
                assert site.change(change) == [Settled(group)]
        found = site.groups.tenancy(city, CODE).groups[MARK]
        assert found.owners == {two}
        assert found.members == frozenset()

    def test_a_member_that_is_nobody_keeps_no_other_out(self, site: Site) -> None:
        group = site.a_group()
        (record,) = site.make(1)
        (outcome,) = site.change(AddMembers(group, (record.object_id, NOBODY)))
        assert isinstance(outcome, Stopped)
        assert (outcome.rule, outcome.facts["count"]) == (rules.MEMBERS_LATER, 1)
        assert site.tenancy().groups[MARK].members == {record.object_id}

    def test_a_licence_takes_one_seat_and_twice_is_as_good_as_once(self, site: Site) -> None:
        (record,) = site.make(1)
        before = site.tenancy().skus[site.product]
        assert before.left >= 2
        for _ in range(2):
            gift = GiveLicence(site.product, before.sku_id, record.object_id)
            assert site.change(gift) == [Settled(record.object_id)]
        now = site.tenancy()
        assert now.holders == {before.sku_id: frozenset({record.object_id})}
        assert now.skus[site.product].left == before.left - 1

    def test_a_city_that_asks_for_no_teams_is_shown_none(self, site: Site) -> None:
        assert site.tenancy().teams is None

    def test_groups_heed_the_time_too(self, site: Site) -> None:
        until = site.groups.now() - 1
        assert list(site.groups.apply([MakeGroup(MARK, "見本小学校")], until)) == []
        assert site.tenancy().groups == {}

    def test_a_night_brings_groups_and_licences_in_step_and_the_next_has_nothing_to_do(
        self, site: Site
    ) -> None:
        settled = site.make(1, 2)
        for made in (3, 0):
            keeper = Keeper(site.groups)
            orders = decide(settled, frozenset(), site.tenancy(), site.city, CODE, as_of=TODAY)
            assert keeper.carry_out(orders)
            assert (keeper.left, keeper.counts["made"]) == ([], made)
            assert keeper.counts["added"] == 2 * made
        assert orders.changes == 0


class TeamsContract:
    """What a directory with class Teams must do besides. One without shows ``Tenancy.teams`` as
    None, and does without these tests."""

    def test_a_class_is_no_team_until_it_has_an_owner_and_is_asked_for(self, site: Site) -> None:
        group = site.a_class()
        (record,) = site.make(1)
        assert site.teams()[TEAM_MARK] == port.ClassTeam(group, "見本小学校 3年2組", frozenset())
        (early,) = site.change(MakeTeam(group))
        assert isinstance(early, Stopped)
        assert (early.rule, early.failed) == (teams.TEAM_LATER, False)
        site.change(AddMembers(group, (record.object_id,)), AddOwner(group, record.object_id))
        for _ in range(2):
            assert site.change(MakeTeam(group)) == [Settled(group)]
        one = frozenset({record.object_id})
        expected = port.ClassTeam(group, "見本小学校 3年2組", one, one, is_team=True)
        assert site.teams() == {TEAM_MARK: expected}
        assert site.tenancy().groups == {}, "a Team is none of the groups of the roster"

    def test_a_class_that_was_made_already_is_made_no_second_time(self, site: Site) -> None:
        group = site.a_class()
        assert [*site.teams()] == [TEAM_MARK]
        assert site.teams()[TEAM_MARK].object_id == group

    def test_members_and_names_of_a_team_follow_like_those_of_a_group(self, site: Site) -> None:
        group = site.a_class()
        one, two = (record.object_id for record in site.make(1, 2))
        site.change(AddMembers(group, (one, two)), AddOwner(group, one))
        site.change(MakeTeam(group))
        assert site.change(RemoveMember(group, two), RenameGroup(group, "新しい名")) == [
            Settled(group), Settled(group)]  # fmt: skip
        found = site.teams()[TEAM_MARK]
        assert (found.name, found.members) == ("新しい名", frozenset({one}))

    def test_an_archived_team_is_there_still_and_can_be_opened_again(self, site: Site) -> None:
        group = site.a_class()
        (record,) = site.make(1)
        site.change(AddMembers(group, (record.object_id,)), AddOwner(group, record.object_id))
        site.change(MakeTeam(group))
        for change, archived in ((ArchiveTeam(group), True), (ReopenTeam(group), False)):
            for _ in range(2):
                assert site.change(change) == [Settled(group)]
                found = site.teams()[TEAM_MARK]
                assert (found.is_team, found.archived) == (True, archived)
        assert site.teams()[TEAM_MARK].members == {record.object_id}

    def test_another_team_of_ours_with_the_same_name_is_not_in_the_way(self, site: Site) -> None:
        group, other = site.a_class(), f"{TEAM_MARK[:-1]}f"
        (record,) = site.make(1)
        site.change(AddMembers(group, (record.object_id,)), AddOwner(group, record.object_id))
        site.change(MakeTeam(group))
        (outcome,) = site.change(MakeClass(other, "見本小学校 3年2組"))
        assert isinstance(outcome, Settled)
        assert site.teams().keys() == {TEAM_MARK, other}

    def test_a_team_that_people_made_is_left_alone(self, site: Site) -> None:
        site.hands.make_team("見本小学校 3年2組")
        (outcome,) = site.change(MakeClass(TEAM_MARK, "見本小学校 3年2組"))
        assert outcome == Stopped(teams.TEAM_BY_HAND, {"count": 1})
        assert site.teams() == {}
