"""The year's world with staff in it, and the engine that it is lived on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import requests

from local.stack import Stack
from tests.long_year.lived import Lived
from tests.long_year.staffroom import Shown, Staffroom
from tests.unit.deliver.receiver import Receiver
from tests.year.bridge import Night
from tests.year.engine import Engine
from tests.year.looking import MARK
from tests.year.tools import RULES, Tools
from tests.year.truth import Account
from tests.year.world import World

CITY = "longyear"
DOMAIN = f"{CITY}.demo.example.jp"
STAFF_TOOL = "staffroom"
STAFF = f"""
[tools.{STAFF_TOOL}]  # everybody, teachers too
dialect = "lgate"
staff = "home-school"
staff_home_class = "first"
staff_grade = "zz"
[staff]
sources = ["list"]
groups = ["school"]
two_persons_by = "name"
"""
SUFFIX = " 教職員"

type Users = Mapping[str, Mapping[str, Any]]


class TownHall(Engine):
    """``tenant`` is the directory as it was last looked at."""

    tenant: Mapping[str, Any]

    def __init__(self, stack: Stack, folder: Path) -> None:
        super().__init__(stack, folder, CITY)
        self.personnel = 0
        self.taken = (0, 0)  # files and bytes that tools have been handed

    def delivered(self, key: str) -> bytes:
        body = super().delivered(key)
        self.taken = self.taken[0] + 1, self.taken[1] + len(body)
        return body

    def users(self) -> list[dict[str, Any]]:
        """Pupils alone, as the year without staff knows them."""
        answer = requests.get(f"{self.stack.tenant_url}/_tenant/export", timeout=600)
        self.tenant = answer.json()
        return [user for user in self._ours() if not _mark(user).startswith("staff-")]

    def staff(self) -> dict[str, Mapping[str, Any]]:
        """By mark, as of the last look."""
        return {_mark(user): user for user in self._ours() if _mark(user).startswith("staff-")}

    def staff_groups(self) -> dict[str, set[str]]:
        """School → object ids, as of the last look."""
        return {
            group["displayName"].removesuffix(SUFFIX): set(group["members"])
            for group in self.tenant["groups"]
            if group["displayName"].endswith(SUFFIX)
        }

    def put_staff_list(self, body: bytes) -> None:
        key = f"inbox/{self.city}/staff/list.csv"
        bucket = self.stack.outputs()["InboxBucket"]
        self.stack.client("s3").put_object(Bucket=bucket, Key=key, Body=body)

    def put_staff_passwords(self, body: bytes) -> None:
        self.personnel += 1
        file = self._file(f"staff-{self.personnel}.csv", body)
        self.console.upload_passwords(self.city, file, starts=False)

    def _ours(self) -> list[dict[str, Any]]:
        ours = f"@{DOMAIN}"
        return [u for u in self.tenant["value"] if u["userPrincipalName"].endswith(ours)]


def _mark(user: Mapping[str, Any]) -> str:
    return str(user["onPremisesExtensionAttributes"][MARK] or "")


class ToolsWithStaff(Tools):
    """One more tool is told of everybody, teachers too."""

    def staff_differences(
        self, staff: Mapping[str, Shown], schools: Mapping[str, str]
    ) -> Iterator[str]:
        receiver = self.receivers[STAFF_TOOL]
        shown = {row[1]: row[:4] + row[5:7] for row in _teachers(receiver).values()}
        wanted = {
            one.account: ("true", one.account, one.family, one.given, one.school,
                          schools[one.school])
            for one in staff.values()
            if one.enabled
        }  # fmt: skip
        for account in sorted(wanted.keys() | shown.keys()):
            if wanted.get(account) != shown.get(account):
                yield f"{STAFF_TOOL} shows {shown.get(account)}, not {wanted.get(account)}"

    def differences(
        self, accounts: Mapping[str, Account], titles: Mapping[str, str]
    ) -> Iterator[str]:
        yield from super().differences(accounts, titles)
        pupils = self.receivers[STAFF_TOOL].pupils()
        teachers, everybody = _teachers(self.receivers[STAFF_TOOL]), self.receivers["everybody"]
        if {who: row for who, row in pupils.items() if who not in teachers} != everybody.pupils():
            yield f"{STAFF_TOOL} shows other pupils than everybody"


def _teachers(receiver: Receiver) -> dict[str, tuple[str, ...]]:
    roles = receiver.store["roles.csv"].values()
    ids = {row["userSourcedId"] for row in roles if row["role"] == "teacher"}
    return {who: row for who, row in receiver.pupils().items() if who in ids}


class LongWorld(World):
    """``hall`` is the bridge once more, with what it knows of staff."""

    def __init__(
        self, hall: TownHall, pupils: int, staff: int, schools: int, first_day: date
    ) -> None:
        self.hall = hall
        super().__init__(hall, pupils, first_day, DOMAIN, schools=schools, more_rules=STAFF)
        self.staffroom = Staffroom(self.city, staff)
        self.lived: list[Lived] = []

    def readers(self, more_rules: str) -> Tools:
        told = frozenset({STAFF_TOOL})
        tools = ToolsWithStaff(self.bridge.delivered, RULES + more_rules, told_of_staff=told)
        tools.receivers[STAFF_TOOL] = Receiver()
        return tools

    def upload(self, body: bytes) -> Night:
        """The board's list lies there before the roster comes, and passwords with it."""
        self.staffroom.go_to(self.day)
        if (listed := self.staffroom.board_list()) != self.staffroom.listed:
            self.staffroom.listed = listed
            self.ears.names |= self.staffroom.names()
            self.hall.put_staff_list(listed)
            self.quiet = False
        if passwords := self.staffroom.passwords():
            self.hall.put_staff_passwords(passwords)
        self.quiet = self.quiet and self.staffroom.outlook(self.day) == self.staffroom.known
        return super().upload(body)

    def done(self, night: Night) -> Night:
        self.staffroom.follow(self.day)
        return super().done(night)

    def differences(self) -> list[str]:
        pupils = super().differences()
        return [*pupils, *self._staff_differences(self.hall.staff())]

    def _staff_differences(self, users: Users) -> Iterator[str]:
        known = self.staffroom.known
        names = {school.code: school.name for school in self.city.schools}
        for mark in sorted(known.keys() | users.keys()):
            has = _held(users[mark]) if mark in users else None
            wanted = _wanted(known[mark], names) if mark in known else None
            if has != wanted:
                yield f"{mark}: {has}, not {wanted}"
        yield from self._staff_groups(users, names)
        assert isinstance(self.tools, ToolsWithStaff)
        yield from self.tools.staff_differences(known, names)

    def _staff_groups(self, users: Users, names: Mapping[str, str]) -> Iterator[str]:
        """Who works at a school is in its group; who has left may be until somebody decides."""
        groups = self.hall.staff_groups()
        for code, name in names.items():
            there = {m: one for m, one in self.staffroom.known.items() if one.school == code}
            must = {users[m]["id"] for m, one in there.items() if one.enabled and one.here}
            may = {users[m]["id"] for m in there if m in users}
            if not must <= groups.get(name, set()) <= may:
                yield f"{name}: {len(groups.get(name, ()))} in its group, not {len(must)}"


def _held(user: Mapping[str, Any]) -> tuple[Any, ...]:
    return (user["userPrincipalName"], user["accountEnabled"], user["surname"],
            user["givenName"], user["officeLocation"])  # fmt: skip


def _wanted(one: Shown, names: Mapping[str, str]) -> tuple[Any, ...]:
    return (one.account, one.enabled, one.family, one.given, names[one.school])
