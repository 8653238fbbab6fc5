"""The year's world with a board that has staff, and who looks at what becomes of them."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kakehashi.people.school_year import year_of
from local.demo import Fault
from local.demo.board_list import as_csv, staff_passwords
from local.demo.city import DOMAIN
from local.demo.staffing import NOTHING, StaffChanges, announce
from tests.year.bridge import Bridge, Night
from tests.year.employed import Class, StaffAccount, StaffTruth, Worker
from tests.year.looking import MARK, OF_STAFF
from tests.year.script import ANNOUNCED, STAFF
from tests.year.tools import RULES, Tools
from tests.year.world import SEED, World

FORGOTTEN = 0.3  # of the few whose posts are over; of children it is fewer, and there are more
TOLD = frozenset({"everybody", "changes"})
BY_LGATE = 'staff = "home-school"\nstaff_home_class = "first"\nstaff_grade = "zz"'
BY_CHANGES = 'staff = "all-schools"\nstaff_home_class = "first"'
OURS = """
[staff]
sources = ["list"]
groups = ["school", "class"]
owners = ["class"]
two_persons_by = "name"
"""

type Users = Mapping[str, Mapping[str, Any]]


class StaffedWorld(World):
    """``listed`` is the list that lies in the inbox. Every class has its teacher, every school its
    head; the board's list tells what ``script.STAFF`` says, and in March of April."""

    TOOLS = RULES.replace('dialect = "lgate"', f'dialect = "lgate"\n{BY_LGATE}').replace(
        'dialect = "interactive_study"\n[tools.primary]',
        f'dialect = "interactive_study"\n{BY_CHANGES}\n[tools.primary]',
    )

    def __init__(self, bridge: Bridge, pupils: int, first_day: date, domain: str = DOMAIN) -> None:
        super().__init__(bridge, pupils, first_day, domain, more_rules=OURS)
        self.staff, self.listed = StaffTruth(), b""
        self.accounts: dict[str, str] = {}  # the account of each, for life
        self.exported: dict[str, Class] = {}  # the class of each child in the newest whole roster
        self.rows: set[Class] = set()  # the classes that have a row in it
        self.rooms = self.exported  # in the one that was followed last, with those left from before
        self.teachers: dict[Class, set[str]] = {}  # of each class, by number
        self.followed_on = first_day

    def readers(self, more_rules: str) -> Tools:
        rules = self.TOOLS + more_rules
        return Tools(self.bridge.delivered, rules=rules, told_of_staff=TOLD)

    # -- what the board does ---------------------------------------------------------------------

    def of_staff(self, day: date) -> StaffChanges:
        return STAFF.get(f"{day:%m-%d}", NOTHING)

    def live(self, day: date, changes: Any) -> None:
        super().live(day, changes)
        if f"{day:%m-%d}" == ANNOUNCED:
            announce(self.city, date(day.year, 4, 1))

    def export(self, fault: Fault | None = None) -> bytes:
        if fault in {None, "teachers"}:
            self.exported = {c.umi: (c.school, c.stage, c.room) for c in self.city.children}
            self.rows = set(self.exported.values()) | set(self._where_they_were())
        return super().export(fault)

    def _where_they_were(self) -> Iterator[Class]:
        """The classes of children who have gone to another school: their rows are still there."""
        for stay in (stay for child in self.city.children for stay in child.stays):
            yield stay.school, stay.grade[0], stay.room

    def upload(self, body: bytes) -> Night:
        """The list is there before the roster, and first passwords with it."""
        self.staff.passwords |= {t.number for t in self.city.teachers if not t.has_password}
        if passwords := staff_passwords(self.city):
            self.bridge.put_staff_passwords(passwords)
        listed = as_csv(self.city)
        if listed != self.listed:
            self.ears.know_staff(self.city.teachers)
            self.bridge.put_staff(f"list-{self.day}.csv", listed)
            self.listed, self.quiet = listed, False
        return super().upload(body)

    def about_staff(self) -> None:
        """Of those whose posts are over most are suspended, one person a time; some are forgotten.
        The file lies there, and the next night reads it."""
        said = self.staff.said
        rows = [n for n in sorted(self.staff.asked)
                if said.get(n, 0) < self.staff.needed(n) and not is_forgotten(n)]  # fmt: skip
        if rows:
            lines = [f"{number},停止,{9001 + said.get(number, 0)}" for number in rows]
            body = "\n".join(["職員番号,決定,決定者", *lines, ""]).encode()
            self.bridge.put_staff(f"decisions/{self.day}.csv", body)
        for number in rows:
            said[number] = said.get(number, 0) + 1

    # -- what must come of it --------------------------------------------------------------------

    def done(self, night: Night) -> Night:
        before = copy.deepcopy(self.staff.accounts)
        self.staff.follow(self.city)
        self.quiet = self.quiet and self.staff.accounts == before
        assert night.summary["staff"]["breaches"] == []
        self._follow_classes()
        return super().done(night)

    def _follow_classes(self) -> None:
        """A class in which only leavers are left is as it was until the year is over, with its
        teacher; whoever's class it is said to be once it has no row any more does not get it."""
        same_year = year_of(self.followed_on) == year_of(self.day)
        left = {c: room for c, room in self.rooms.items() if c not in self.exported}
        said: dict[Class, set[str]] = {}
        for number, one in self.staff.accounts.items():
            for room in one.worker.rooms:
                said.setdefault(room, set()).add(number)
        self.teachers = {
            room: numbers if room in self.rows else numbers & self.teachers.get(room, set())
            for room, numbers in said.items()
        }
        self.rooms = self.exported | (left if same_year else {})
        self.followed_on = self.day

    def differences(self) -> list[str]:
        return [*super().differences(), *Look(self).differences()]


@dataclass
class Look:
    """At tenant, groups and tools, once: ``users`` are accounts of staff by mark, ``titles`` what
    each class that an account is in is called by those accounts, ``open`` the classes of those who
    may sign in."""

    world: StaffedWorld
    users: dict[str, Any] = field(default_factory=dict)
    titles: dict[Class, str] = field(default_factory=dict)
    open: set[Class] = field(default_factory=set)

    def __post_init__(self) -> None:
        found = {u["onPremisesExtensionAttributes"][MARK]: u for u in self.world.bridge.users()}
        self.users = {mark: u for mark, u in found.items() if mark.startswith(OF_STAFF)}
        for umi in self.world.rooms.keys() & found.keys():
            title = str(found[umi].get("department") or "")
            self.titles.setdefault(self.world.rooms[umi], title)
            if found[umi]["accountEnabled"]:
                self.open.add(self.world.rooms[umi])

    def differences(self) -> Iterator[str]:
        truth = {f"{OF_STAFF}{n.lower()}": one for n, one in self.world.staff.accounts.items()}
        yield from (f"{mark}: no account" for mark in truth.keys() - self.users.keys())
        yield from (f"{mark}: an account too many" for mark in self.users.keys() - truth.keys())
        for mark in truth.keys() & self.users.keys():
            user, wanted = self.users[mark], _as_in_the_tenant(truth[mark])
            has = {name: user.get(name) for name in wanted}
            if has != wanted:
                yield f"{mark}: {has}, not {wanted}"
            if self.world.accounts.setdefault(mark, user["id"]) != user["id"]:
                yield f"{mark}: another account than before"
        if truth.keys() == self.users.keys():
            yield from self._groups({mark: self.users[mark]["id"] for mark in truth}, truth)
        yield from self._tools()

    def _groups(self, ids: Mapping[str, str], truth: Mapping[str, StaffAccount]) -> Iterator[str]:
        """Everybody is in the group of the school, and in the class's own who teaches it."""
        groups = {one["displayName"]: one for one in self.world.bridge.groups()}
        working = {mark: one.worker for mark, one in truth.items()
                   if one.enabled and not one.worker.away}  # fmt: skip
        wanted: dict[str, set[str]] = {}
        for mark, worker in working.items():
            wanted.setdefault(f"{worker.school_name} 教職員", set()).add(ids[mark])
            for room in self.open.intersection(self._taught(worker)):
                wanted.setdefault(self._called(room), set()).add(ids[mark])
        ours = set(ids.values())
        there = {name: set(one["members"]) & ours for name, one in groups.items()
                 if name.endswith((" 教職員", f"{self.year}年度"))}  # fmt: skip
        for name in wanted.keys() | there.keys():
            has, should = there.get(name, set()), wanted.get(name, set())
            if has != should:
                yield f"{name}: {len(has - should)} too many, {len(should - has)} missing"
            owners = set(groups.get(name, {}).get("owners", ())) & ours
            if name.endswith("年度") and should and owners != should:
                yield f"{name}: other owners than its teachers"

    @property
    def year(self) -> int:
        day = self.world.followed_on
        return day.year - (day.month < 4)

    def _taught(self, worker: Worker) -> list[Class]:
        teachers = self.world.teachers
        return [r for r in worker.rooms if r in self.titles and worker.number in teachers[r]]

    def _called(self, room: Class) -> str:
        school = self.world.city.school(room[0]).name
        return f"{school} {self.titles[room]} {self.year}年度"

    def _tools(self) -> Iterator[str]:
        for name in TOLD:
            wanted = {
                one.worker.account: self._shown(one)
                for one in self.world.staff.accounts.values()
                if one.opened and not one.worker.at_board
            }
            shown = self.world.tools.receivers[name].teachers()
            for account in wanted.keys() | shown.keys():
                if wanted.get(account) != shown.get(account):
                    yield f"{name}: {account} {shown.get(account)}, not {wanted.get(account)}"

    def _shown(self, account: StaffAccount) -> tuple[str, ...]:
        worker = account.worker
        enabled = account.enabled and not worker.away
        at_home = [room for room in self._taught(worker) if room[0] == worker.school]
        titles = sorted(self.titles[room] for room in at_home) if enabled else []
        return ("true" if enabled else "false", worker.family, worker.given, worker.school,
                *titles)  # fmt: skip


def _as_in_the_tenant(account: StaffAccount) -> dict[str, Any]:
    worker = account.worker
    return {
        "userPrincipalName": worker.account,
        "accountEnabled": account.enabled,
        "displayName": f"{worker.family} {worker.given}",
        "surname": worker.family,
        "givenName": worker.given,
        "officeLocation": worker.school_name,
        "department": worker.school_name,
        "jobTitle": worker.job,
    }


def is_forgotten(number: str) -> bool:
    """Whether the board never says a word about somebody of the staff."""
    return random.Random(f"{SEED}/office/{number}").random() < FORGOTTEN
