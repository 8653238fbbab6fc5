"""Drawn years: what children, offices, robots and administrators do, night after night.

Each rule is one happening, and mostly a night follows it; after each night ``truth.Looker`` looks
whether everything is as it is true of every child. At the end C4th is corrected and the staff
answer what they are asked, rightly: within a few nights nobody may be held any more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import wraps
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from kakehashi.actions import Situation
from kakehashi.catalogue.diff import ID_TYPED_OVER
from kakehashi.catalogue.identity import SAID_WRONG
from kakehashi.diff.plan import Plan
from kakehashi.directories.microsoft365.requests import bring_back
from kakehashi.people.record import Record, Status
from kakehashi.people.school_year import year_of
from tests.builders import DOMAIN, a_password_file, an_id
from tests.unit.children.bridge import Bridge, Night
from tests.unit.children.town import (
    FAMILIES,
    GIVENS,
    GRADES,
    HIGHER,
    SCHOOLS,
    Child,
    Entry,
    Slip,
    Town,
)
from tests.unit.children.truth import EXTENSIONS, MARK, Looker

FIRST_DAY = date(2026, 5, 11)
FEW = {"share": 0.02, "number": 500, "floor": 3}
RENAMED = {7: 3, 28: 5}  # children of whom so many nights may unasked, in a town of this size
RULES = {
    "m365": {
        "groups": ("school", "class"),
        "licences": ({"sku": "STANDARDWOFFPACK_STUDENT", "by": "user"},),
    },
    "limits": {
        "city": {"class_changed": FEW, "moved": FEW},
        "school": {"class_changed": FEW},
        **{f"city_{nights}_nights": {"renamed": FEW | {"floor": floor}}
           for nights, floor in RENAMED.items()},
    },
}  # fmt: skip
NIGHTS = 12  # of a drawn year; those at its end, when everything is put right, come on top
MOST_TO_SETTLE = 6

who = st.integers(0, 30)
days = st.sampled_from((1, 1, 31, 7, 31, 92, 0))  # until the night; 0: something else happens too
kids = st.tuples(
    st.integers(0, 3),
    st.integers(0, 6),
    st.sampled_from(("east", "west")),
    st.sampled_from(GRADES),
    st.integers(1, 2),
)


def happens(**drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """A rule whose happening is followed by a night, so many ``days`` later."""

    def made(act: Callable[..., None]) -> Any:
        @wraps(act)
        def step(self: Years, days: int, **given: Any) -> None:
            act(self, **given)
            if days:
                self.go_on(days)

        del step.__wrapped__
        as_rule: Any = rule(**{"days": days, **drawn})  # type: ignore[call-overload]
        return as_rule(step)

    return made


def one_of[T](some: Sequence[T], at: int) -> T | None:
    return some[at % len(some)] if some else None


class Years(RuleBasedStateMachine):
    """A town of a few children, whom nobody knows yet on the first night."""

    @initialize(first=st.lists(kids, min_size=4, max_size=8))
    def begins(self, first: list[Any]) -> None:
        self.town = Town(FIRST_DAY)
        self.bridge = Bridge(RULES)
        self.looker = Looker(self.bridge, self.town)
        self.owners = self.looker.owners
        self.asked: Plan | None = None
        self.rows: list[tuple[str, Child, bool]] = []  # when asked: id, whose, and if truly typed
        self.faulty: Callable[[dict[str, bytes]], dict[str, bytes]] | None = None
        self.made_by_hand = 0
        self.renamed: list[tuple[date, int]] = []  # unasked, since somebody was asked last
        for one in first:
            self._comes(one)
        self.bridge.go_to(self.town.day)
        self.night()
        self.first_files = self.files

    # -- nights ----------------------------------------------------------------------------

    def go_on(self, days: int) -> None:
        day = self.town.day + timedelta(days=days)
        april = date(self.town.day.year + (self.town.day.month > 3), 4, 2)
        if day >= april:
            day = april
            self.town.goes_up()
        self.town.day = day
        self.bridge.go_to(day)
        self.night()

    def night(self) -> Night:
        self._hand_in_slips()
        before = self.looker.picture()
        self.files = self.town.drop().files()
        self.looker.unread = set()
        if self.faulty:
            self.files = self.faulty(self.files)
        whole = not (self.faulty or self.town.dealt or self.town.raised)
        night = self.bridge.run(self.files, self.town.day, lambda _plan: whole)
        self.faulty, self.town.dealt, self.town.raised = None, False, False
        self.heard = len(self.bridge.uploads)
        self._heard(night)
        wrong = [*self.looker.differences(before, night), *self._drifts(night)]
        assert not wrong, wrong
        return night

    def _heard(self, night: Night) -> None:
        if night.plan and not night.plan.refused:
            self.asked = night.plan
            self.rows = [(e.umi, e.child, (e.name, e.upn) == (e.child.name, e.child.upn))
                         for e in self.town.entries() if not e.ended]  # fmt: skip
        for key, user in self.looker.users().items():
            child = self.owners.accounts.get(key)
            if child and child.here and user["accountEnabled"]:
                self.owners.suspended.discard(child.n)
                if child.n in self.owners.deleted:  # had back as a person said: it is open again
                    self.owners.blocked.discard(key)

    def _drifts(self, night: Night) -> Iterator[str]:
        """Names that were changed unasked, night after night, are added up and asked about."""
        if night.plan is None or not night.applied:
            return
        if any(breach.kind == "renamed" for breach in night.plan.breaches):
            self.renamed = []
            return
        tonight = sum(
            action.situation is Situation.CHANGED
            and action.before is not None
            and action.account["displayName"] != action.before.account["displayName"]
            for action in night.plan.actions
        )
        self.renamed.append((self.town.day, tonight))
        for nights, most in RENAMED.items():
            since = self.town.day - timedelta(days=nights)
            if tonight and sum(n for day, n in self.renamed if day > since) > most:
                yield f"more than {most} renamed in {nights} nights, and nobody was asked"

    def _hand_in_slips(self) -> None:
        """A first password for whoever has no account, unless one lies there already."""
        rows = {e.child.n: e for e in self.town.entries() if not e.ended}
        waiting = [
            child
            for child in self.town.here
            if child.n in rows
            and not self.looker.of(child)
            and not any(
                f"{rows[child.n].upn},{child.password}".encode() in file.body
                for file in self.bridge.slips
            )
        ]
        for child in waiting:
            child.slips += 1
        if waiting:
            given = {rows[child.n].upn: child.password for child in waiting}
            self.bridge.put_passwords(a_password_file(given))

    def teardown(self) -> None:
        """C4th is corrected, the staff answer rightly, and within a few nights all is well."""
        if not hasattr(self, "town"):
            return
        self.town.slips.clear()
        wrong: list[str] = []
        for _ in range(MOST_TO_SETTLE):
            self.town.day += timedelta(days=1)
            self.bridge.go_to(self.town.day)
            before = self.looker.picture()
            night = self.night()
            wrong = self.looker.differences(before, night, strict=True)
            if not wrong:
                return
            self._answer()
            self._do_as_is_told(night)
        raise AssertionError([night.verdict, *wrong, night.plan and dict(night.plan.held)])

    def _do_as_is_told(self, night: Night) -> None:
        """S049: by hand, a leaver gets another sign-in name where somebody else is to get it."""
        users = self.bridge.tenant.directory.users
        for umi in night.plan.held.get(ID_TYPED_OVER.code, ()) if night.plan else ():
            known = self.bridge.state.pupil(umi)
            if known and (user := users.get(known.object_id)):
                name = f"left-{len(self.owners.nth)}-{umi[:8]}@{DOMAIN}"
                self._commit(("users", known.object_id, user | {"userPrincipalName": name}))

    # -- children --------------------------------------------------------------------------

    def _comes(self, kid: Any) -> Child:
        family, given, school, grade, room = kid
        if grade.startswith("J"):
            school = "junior"
        if school in self.town.closed:
            school = "east"
        return self.town.comes(family, given, school, grade, room)

    @happens()
    def nothing(self) -> None:
        pass

    @happens(kid=kids)
    def a_child_comes(self, kid: Any) -> None:
        self._comes(kid)

    @happens(at=who)
    def a_twin_comes(self, at: int) -> None:
        """The same family name, the same birth, the same class."""
        other = one_of(self.town.here, at)
        if other:
            given = (self._given_of(other) + 1) % 7
            twin = self.town.comes(self._family_of(other), given, other.school, other.grade,
                                   other.room)  # fmt: skip
            twin.born = other.born

    @happens(at=who)
    def a_child_leaves(self, at: int) -> None:
        if len(self.town.plain()) > 2 and (child := one_of(self.town.plain(), at)):
            child.here = False

    @happens(at=who)
    def a_child_returns(self, at: int) -> None:
        if child := one_of(self.town.away, at):
            self._back(child)

    def _back(self, child: Child) -> None:
        child.here = True
        if child.school in self.town.closed:
            child.school = "east"

    @happens(at=who, room=st.integers(1, 3))
    def a_child_changes_its_class(self, at: int, room: int) -> None:
        if child := one_of(self.town.here, at):
            child.room = room

    @happens(at=who, family=st.integers(0, 3))
    def a_parent_marries(self, at: int, family: int) -> None:
        """Of a child of whom a transfer has left a row under another id the new name is not drawn:
        with another name than the row's it is another child, and both wait until C4th is put right.
        Nor of one about whom it is asked whether it is the same: the name is what speaks for it.
        """
        left = {row.child.n for row in self.town.left}
        known = self.bridge.state.rows
        if child := one_of(
            [c for c in self.town.plain() if c.n not in left and c.umi in known], at
        ):
            written, kana = FAMILIES[family]
            child.called((written, child.name[1], kana, child.name[3]))

    @happens(at=who)
    def a_child_moves_to_another_school(self, at: int) -> None:
        if child := one_of(self.town.plain(), at):
            self._moves(child)

    def _moves(self, child: Child) -> None:
        other = {"east": "west", "west": "east", "junior": "second", "second": "junior"}
        if other[child.school] not in self.town.closed:
            child.school = other[child.school]

    @happens(at=who)
    def a_transfer_leaves_the_old_row(self, at: int) -> None:
        """The same id, the same account, and an enrolment that has ended."""
        if child := one_of(self.town.plain(), at):
            self._leaves_a_row(child)
            self._moves(child)

    # -- C4th ------------------------------------------------------------------------------

    def _leaves_a_row(self, child: Child) -> None:
        """One whose enrolment ended yesterday; in the first days of a year there is none."""
        began = date(self.town.day.year - (self.town.day.month < 4), 4, 1)
        if (ended := self.town.day - timedelta(days=1)) > began:
            self.town.left.append(
                Entry(child, child.umi, child.upn, child.name, child.school, child.grade,
                      child.room, ended, began)
            )  # fmt: skip

    def _few_are_strange(self) -> bool:
        """A roster of which hardly anybody is known is refused: that is no matter of one child."""
        strange = [c for c in self.town.here if c.umi not in self.bridge.state.rows]
        return 3 * (len(strange) + 1) <= len(self.town.here)

    def _rekeyed(self, at: int) -> Child | None:
        return one_of(self.town.plain(), at) if self._few_are_strange() else None

    @happens(at=who)
    def a_child_gets_a_new_id(self, at: int) -> None:
        if child := self._rekeyed(at):
            child.keyed()

    @happens(at=who)
    def a_transfer_draws_a_new_id_and_leaves_the_old_row(self, at: int) -> None:
        if child := self._rekeyed(at):
            self._leaves_a_row(child)
            self._moves(child)
            child.keyed()

    @happens(at=who, and_=st.sampled_from(("", "moves", "marries", "changes its class")))
    def a_child_is_registered_anew(self, at: int, and_: str) -> None:
        """A new id and a new account, and perhaps more. The office answers the next morning: what
        changes before that takes the evidence away. Of namesakes nobody can tell who it is."""
        self.go_on(1)
        child = self._rekeyed(at)
        if child is None or self.looker.wrong_with(child) or self.town.has_namesakes(child):
            return
        if and_ == "moves":
            self._moves(child)
        elif and_ == "marries" and self.town.day.month not in {3, 4}:
            written, kana = FAMILIES[(self._family_of(child) + 1) % 4]
            child.called((written, child.name[1], kana, child.name[3]))
        elif and_ == "changes its class":
            child.room = child.room % 3 + 1
        child.upn = f"c{child.n:04d}n{len(child.ids)}@{DOMAIN}"
        child.keyed()
        self.go_on(1)
        self._answer()
        self.go_on(1)

    @happens(at=who)
    def a_child_comes_back_from_suspension_registered_anew(self, at: int) -> None:
        """To its class of the same year, under a new id and a new account; the office answers."""
        self.go_on(1)
        child = one_of([c for c in self.town.away if self._is_suspended_in_its_class(c)], at)
        if child is None or not self._few_are_strange() or self.town.has_namesakes(child):
            return
        child.here, child.upn = True, f"c{child.n:04d}n{len(child.ids)}@{DOMAIN}"
        child.keyed()
        self.go_on(1)
        self._answer()
        self.go_on(1)

    def _is_suspended_in_its_class(self, child: Child) -> bool:
        """As the state has it, which knows of no other class or name since."""
        known = self.bridge.state.pupil(child.umi)
        users = self.looker.of(child)
        if known is None or child.n not in self.owners.suspended or [*users] != [known.object_id]:
            return False
        pupil = known.pupil
        at = (pupil.school_year, pupil.school, pupil.grade, pupil.class_title)
        return (
            known.status is Status.SUSPENDED
            and known.object_id not in self.owners.blocked
            and child.school not in self.town.closed
            and child.name == (pupil.family, pupil.given, pupil.kana_family, pupil.kana_given)
            and at == (year_of(self.town.day), SCHOOLS[child.school][0], child.grade, child.title)
        )

    @happens(at=who)
    def a_child_gets_another_sign_in_name(self, at: int) -> None:
        if child := one_of(self.town.plain(), at):
            child.upn = f"c{child.n:04d}r{self.bridge.runs}@{DOMAIN}"

    @happens(at=who, by=who, leaves=st.booleans())
    def two_accounts_typed_the_wrong_way_round_are_corrected(
        self, at: int, by: int, *, leaves: bool
    ) -> None:
        """And perhaps one of the two has left by then."""
        self.go_on(1)
        left = {row.child.n for row in self.town.left}  # a row of another child with the account
        settled = [c for c in self.town.plain()
                   if c.n not in left and not self.looker.wrong_with(c)]  # fmt: skip
        one, other = one_of(settled, at), one_of(settled, by)
        if one and other and one.name[1] != other.name[1]:  # of namesakes nobody can tell who it is
            one.upn, other.upn = other.upn, one.upn
            other.here = not (leaves and len(self.town.plain()) > 2)

    @happens(
        at=who,
        by=who,
        kind=st.sampled_from(("behind", "names", "accounts", "id over", "account over", "lost")),
    )
    def somebody_slips(self, at: int, by: int, kind: str) -> None:
        self._slips(at, by, kind)

    def _slips(self, at: int, by: int, kind: str) -> None:
        """About children who have accounts: whose a newcomer's name is to be, nobody can tell."""
        known = [child for child in self.town.plain() if self.looker.of(child)]
        one, other = one_of(known, at), one_of(known, by)
        if one and other and one is not other and one.name != other.name:
            self.town.slips.append(Slip(kind, one, other))

    @happens(at=who)
    def a_slip_is_corrected(self, at: int) -> None:
        if slip := one_of(self.town.slips, at):
            self.town.slips.remove(slip)

    @happens()
    def a_school_closes(self) -> None:
        """Its pupils go to the other one, and are there the next night."""
        if "west" not in self.town.closed:
            self.town.closed.add("west")
            for child in self.town.children:
                child.school = "east" if child.school == "west" else child.school
            self.town.left = [row for row in self.town.left if row.school != "west"]

    # -- the tenant ------------------------------------------------------------------------

    def _keys(self, accounts: Iterable[str]) -> list[str]:
        """Object ids in an order that is the same whenever the year is drawn again."""
        owned = self.owners.accounts
        return sorted(accounts, key=lambda key: (owned[key].n if key in owned else 0,
                                                 self.owners.nth.get(key, len(owned))))  # fmt: skip

    def _commit(self, *changes: Any) -> None:
        self.bridge.tenant.directory.commit(changes)

    @happens(at=who)
    def an_account_is_deleted_by_hand(self, at: int) -> None:
        """Not of one that is to have another sign-in name: its record would keep the old one from
        whoever is to get it, until the account is had back."""
        users = self.looker.users()
        own = [key for key in self._keys(users)
               if users[key]["userPrincipalName"] == self.owners.accounts[key].upn]  # fmt: skip
        if key := one_of(own, at):
            child = self.owners.accounts[key]
            self.owners.deleted.add(child.n)
            self.bridge.directory.wire.send(_Delete(key))  # type: ignore[arg-type]

    @happens(at=who)
    def an_account_is_restored_by_hand(self, at: int) -> None:
        directory = self.bridge.tenant.directory
        if key := one_of(self._keys(directory.deleted), at):
            self.bridge.directory.wire.send(bring_back(key))

    @happens(at=who, marked=st.booleans())
    def an_account_is_made_anew_by_hand(self, at: int, marked: bool) -> None:
        """By somebody who knows the child, for it, under the name that C4th says."""
        upns = self.bridge.tenant.directory.upns
        without = [c for c in self.town.plain() if not self.looker.of(c) and c.upn not in upns]
        if child := one_of(without, at):
            self.made_by_hand += 1
            key = an_id(f"made by hand {self.made_by_hand}")
            user = {
                "id": key,
                "userPrincipalName": child.upn,
                "mailNickname": child.upn.partition("@")[0],
                "displayName": child.shown,
                "accountEnabled": True,
                "userType": "Member",
            }
            self._commit(("users", key, user | ({EXTENSIONS: {MARK: child.umi}} if marked else {})))
            self.owners.accounts[key] = child

    @happens(at=who)
    def an_account_is_blocked_by_hand(self, at: int) -> None:
        if key := one_of(self._keys(self.looker.users()), at):
            self.owners.blocked.add(key)
            user = self.bridge.tenant.directory.users[key]
            self._commit(("users", key, user | {"accountEnabled": False}))

    # -- the office ------------------------------------------------------------------------

    @happens()
    def the_office_answers(self) -> None:
        self._answer()

    def _answer(self) -> None:
        words: dict[str, str] = {}
        for situation, ids in (self.asked.proposals if self.asked else {}).items():
            for umi in ids:
                if word := self._word(situation, umi):
                    words[umi] = word
        for umi in self.asked.held.get(SAID_WRONG.code, ()) if self.asked else ():
            words |= self._taken_back(umi)
        if words:
            self.bridge.put_decisions(words)

    def _word(self, situation: Situation, umi: str) -> str:
        known = self.bridge.state.pupil(umi)
        if situation in {Situation.GONE, Situation.EXPIRED}:
            return self._about_a_leaver(situation, known)
        if situation is Situation.UNLINKED:
            return "連携" if self._is_own(umi) else "保留"
        if situation is Situation.EXCHANGED and self.asked:
            asked = self.asked.questions[umi]
            return "正しい" if all(map(self._is_true, asked.pupils)) else "誤り"
        if situation is Situation.LOST:
            return "作成"
        if situation is Situation.RENAMING:
            return "改名" if self._is_true(umi) else "誤り"
        return "連携" if self._is_taken_over(umi) else "誤り"

    @happens()
    def the_office_says_wrong_of_what_is_right(self) -> None:
        """It may say so, and say otherwise later."""
        if self.asked:
            words = {umi: "誤り" for situation in (Situation.EXCHANGED, Situation.RENAMING)
                     for umi in self.asked.proposals.get(situation, ())}  # fmt: skip
            if words:
                self.bridge.put_decisions(words)

    @happens(at=who, by=who, kind=st.sampled_from(("behind", "names", "accounts", "account over")))
    def the_office_says_right_of_what_is_wrong(self, at: int, by: int, kind: str) -> None:
        """In a hurry. It changes whom the question names, perhaps the other child of the slip, and
        nobody else; as soon as C4th says what is true, that is asked about once more."""
        self.go_on(1)
        slips = list(self.town.slips)
        self._slips(at, by, kind)
        self.go_on(1)
        said = {
            Situation.EXCHANGED: "正しい",
            Situation.RENAMING: "改名",
            Situation.SAME_CHILD: "連携",
        }
        for situation, word in said.items():
            for umi in self.asked.proposals.get(situation, ()) if self.asked else ():
                if self.town.slips != slips and self._word(situation, umi) == "誤り":
                    slip = self.town.slips[-1]
                    self.looker.mistaken |= {*self._named_by(umi), slip.one.n, slip.other.n}
                    self.bridge.put_decisions({umi: word})
        self.go_on(1)

    def _named_by(self, umi: str) -> Iterator[int]:
        """The children whose rows or accounts a question is about."""
        question = self.asked.questions.get(umi) if self.asked else None
        for one in question.pupils if question else (umi,):
            known = self.bridge.state.pupil(one)
            if known and (child := self.owners.accounts.get(known.object_id)):
                yield child.n
            yield from (child.n for at, child, _ in self.rows if at == one)

    def _taken_back(self, umi: str) -> dict[str, str]:
        """Another answer on a question that was called wrong and is right: on every pupil of it,
        for the words that were written before stand on each."""
        question = self.asked.questions[umi] if self.asked else None
        if question is None:
            return {}
        word = self._word(question.situation, umi)
        return {} if word == "誤り" else {umi: word}

    def _is_true(self, umi: str) -> bool:
        """Whether the row of this id was that of the child whose account the id has, rightly
        typed, when it was asked about; a child who has left needs no row."""
        known = self.bridge.state.pupil(umi)
        child = self.owners.accounts.get(known.object_id) if known else None
        found = [(one, true) for at, one, true in self.rows if at == umi]
        left = child is not None and not child.here
        return found == ([] if left else [(child, True)])

    def _is_taken_over(self, umi: str) -> bool:
        """Whether the missing child that the finding names is the one on the row."""
        rows = [child for at, child, _ in self.rows if at == umi]
        return len(rows) == 1 and any(one in rows[0].ids - {umi} for one in self.bridge.state.rows)

    def _about_a_leaver(self, situation: Situation, known: Record | None) -> str:
        child = self.owners.accounts.get(known.object_id) if known else None
        if child is None or child.here:
            return "保留"
        if situation is Situation.GONE:
            self.owners.suspended.add(child.n)
            return "停止"
        self.owners.deleted.add(child.n)
        return "削除"

    def _is_own(self, umi: str) -> bool:
        """Whether the account on the row of this id is the child's whose row it is."""
        rows = [e for e in self.town.entries() if e.umi == umi and not e.ended]
        users = self.bridge.tenant.directory
        return len(rows) == 1 and (
            self.owners.accounts.get(users.upns.get(rows[0].upn, "")) is rows[0].child
        )

    # -- the robot -------------------------------------------------------------------------

    @happens()
    def the_same_drop_comes_again(self) -> None:
        """It changes nothing; of a leaver who was held until the last run is noted since when."""
        if self.heard != len(self.bridge.uploads):
            return  # what was answered meanwhile is carried out
        before, rows = self.looker.picture(), self._rows()
        self.bridge.run(self.files, self.town.day, lambda _plan: False)
        assert before == self.looker.picture()
        assert rows == self._rows()

    def _rows(self) -> dict[str, dict[str, Any]]:
        """What the state says, but for who wrote it and since when a child is missing."""
        said = {umi: json.loads(text) for umi, text in self.bridge.state.rows.items()}
        left_out = {"run_id", "absent_since"}
        return {
            umi: {name: value for name, value in one.items() if name not in left_out}
            for umi, one in said.items()
        }

    @happens()
    def everybody_is_dealt_anew(self) -> None:
        """A slip in the book, large enough to ask about: nobody says yes."""
        self.go_on(1)  # what else has happened is carried out
        settled = not any(map(self.looker.wrong_with, self.town.here))
        if settled and self.town.day.month not in {3, 4}:
            self.town.dealt = self.town.dealt_anew(self.bridge.state.rows) > FEW["floor"]
            self.go_on(1)

    @happens(april=st.booleans())
    def everybody_is_promoted_a_second_time(self, *, april: bool) -> None:
        """By a broken export, on the night after the true promotion or in the middle of a year."""
        self.go_on(400 if april else 1)
        settled = not any(map(self.looker.wrong_with, self.town.here))
        if settled and not self.town.slips and not self.town.left:
            known = [child for child in self.town.here if child.umi in self.bridge.state.rows]
            rise = sum(child.grade in HIGHER for child in known)
            self.town.raised = rise > FEW["floor"]
            self.go_on(1)

    @happens(keep=st.integers(0, 2), asks=st.booleans())
    def a_listing_has_a_gap(self, keep: int, *, asks: bool) -> None:
        """A page of the tenant's accounts is missing, and perhaps so many that nobody is asked for
        by itself."""
        owned = {key: child.n for key, child in self.owners.accounts.items()}
        self.bridge.gap = lambda account: owned.get(account.object_id, 0) % 3 != keep
        self.bridge.asks = asks
        self.go_on(1)

    @happens()
    def an_older_version_of_the_drop_is_told_of_late(self) -> None:
        """Events come in any order: what S3 received before tonight's is none to go by."""
        before, rows = self.looker.picture(), dict(self.bridge.state.rows)
        earlier = self.bridge.now() - timedelta(hours=1)
        night = self.bridge.run(self.first_files, self.town.day, lambda _plan: True, earlier)
        assert night.verdict in {"superseded", "refused"}
        assert before == self.looker.picture()
        assert rows == self.bridge.state.rows

    @happens(keep=st.integers(1, 9))
    def the_export_is_cut_short(self, keep: int) -> None:
        def cut(files: dict[str, bytes]) -> dict[str, bytes]:
            rows = [entry.child.n for entry in self.town.entries()]
            self.looker.unread = set(rows[keep:]) - set(rows[:keep])
            lines = files["users.csv"].splitlines(keepends=True)
            return files | {"users.csv": b"".join(lines[: 1 + keep])}

        self.faulty = cut

    # -- names -----------------------------------------------------------------------------

    @staticmethod
    def _family_of(child: Child) -> int:
        return [f[0] for f in FAMILIES].index(child.name[0])

    @staticmethod
    def _given_of(child: Child) -> int:
        return [g[0] for g in GIVENS].index(child.name[1])


class _Delete:
    """Somebody presses Delete in the portal."""

    method, body, writes = "DELETE", None, 1

    def __init__(self, key: str) -> None:
        self.url = f"/users/{key}"
