"""The rows of staff in the roster: users with a role other than student, their posts and classes.

OneRoster 1.2 keeps roles and their days in roles.csv, 1.1 role and orgs in users.csv. In Japan
everybody is ``teacher``; principal and the administrators are second roles beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from kakehashi.catalogue import staff_list as rules
from kakehashi.findings import Effect, Finding, Place
from kakehashi.people.staff import StaffPost, staff_id
from kakehashi.preprocess import names
from kakehashi.preprocess.accounts import Chooser
from kakehashi.preprocess.cells import cells
from kakehashi.preprocess.names import Speller
from kakehashi.preprocess.staff.sources import Claim, Material, StaffNames, StaffReading
from kakehashi.preprocess.years import When, when

JOBS: Mapping[str, str] = MappingProxyType({
    "principal": "校長",
    "siteAdministrator": "管理職",
    "districtAdministrator": "教育委員会",
    "systemAdministrator": "システム管理者",
    "administrator": "管理者",
    "teacher": "教員",
    "counselor": "カウンセラー",
    "aide": "支援員",
    "proctor": "支援員",
})  # fmt: skip
"""OneRoster's roles of staff and what they are called here, the one that says most first."""

_NO_STAFF = frozenset({"student", "parent", "guardian", "relative"})
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,15}\Z")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_TEACHES = frozenset({"teacher", "administrator"})
_PLAIN = ("sourcedId", "enabledUser", "userIds", "username", "email", "userMasterIdentifier",
          "primaryOrgSourcedId")  # fmt: skip


class _Role(NamedTuple):
    role: str
    org: str
    begin: str
    end: str


class RosterRows:
    """The source ``roster``."""

    def read(self, material: Material) -> StaffReading:
        return _Reader(material).reading()


class _Reader:
    def __init__(self, material: Material) -> None:
        self.material, self.package = material, material.package
        self.places = material.places()
        self.speller, self.chooser = Speller(material.city.names), Chooser(material.city)
        self.roles = self._roles()
        self.homerooms = self._homerooms()
        self.numberless = self.unused = 0
        self.findings: list[Finding] = []

    def reading(self) -> StaffReading:
        claims = tuple(self._claims())
        if self.numberless:
            self.findings.append(rules.NUMBERLESS_ROWS.at(count=self.numberless))
        if self.unused:
            self.findings.append(rules.UNUSED_ROSTER_ROWS.at(count=self.unused))
        return StaffReading(claims, findings=tuple(self.findings))

    def _roles(self) -> dict[str, list[_Role]]:
        """A user's roles as staff; whoever is a pupil as well is left to the pupils."""
        found: dict[str, list[_Role]] = {}
        pupils: set[str] = set()
        columns = ("userSourcedId", "role", "orgSourcedId", "beginDate", "endDate")
        rows: Iterator[tuple[int, tuple[str, ...]]] = cells(self.package, "roles.csv", *columns)
        if "roles.csv" not in self.package.tables:
            rows = (
                (line, (user, role, org.strip(), "", ""))
                for line, (user, role, orgs) in cells(
                    self.package, "users.csv", "sourcedId", "role", "orgSourcedIds"
                )
                for org in orgs.split(",")
            )
        for _, (user, role, org, begin, end) in rows:
            if role == "student":
                pupils.add(user)
            elif role and role not in _NO_STAFF:
                found.setdefault(user, []).append(_Role(role, org, begin.strip(), end.strip()))
        return {user: roles for user, roles in found.items() if user not in pupils}

    def _homerooms(self) -> dict[str, set[tuple[str, str]]]:
        """User → (school, title) of the classes whose teacher of record it is today."""
        homes, today = self.material.classes.homes, self.material.as_of.isoformat()
        found: dict[str, set[tuple[str, str]]] = {}
        columns = ("userSourcedId", "classSourcedId", "role", "primary", "beginDate", "endDate")
        for _, row in cells(self.package, "enrollments.csv", *columns):
            user, group, role, primary, begin, end = row
            home = homes.get(group)
            if role not in _TEACHES or home is None or primary.strip().lower() == "false":
                continue
            if when(begin or home.begin, end or home.end, today) is When.CURRENT:
                found.setdefault(user, set()).add((home.school.code, home.title))
        return found

    def _claims(self) -> Iterator[Claim]:
        wanted = (self.material.rules.number, *_PLAIN, *names.COLUMNS)
        for line, (written_number, *row) in cells(self.package, "users.csv", *wanted):
            plain, written = row[: len(_PLAIN)], row[len(_PLAIN) :]
            source, enabled = plain[0], plain[1].strip().lower() != "false"
            if source not in self.roles or not enabled:
                continue
            number = unicodedata.normalize("NFKC", written_number).strip()
            if not _NUMBER.match(number):
                self.numberless += 1
                continue
            posts = tuple(self._posts(source, plain[6]))
            if posts:
                yield self._claim(line, number, plain, written, posts)

    def _claim(
        self,
        line: int,
        number: str,
        plain: list[str],
        written: list[str],
        posts: tuple[StaffPost, ...],
    ) -> Claim:
        source, _, user_ids, username, email, umi, _ = plain
        spelled, code = self.speller.spell(written), ""
        for one in spelled:
            for rule, point in one.faults:
                place = Place("users.csv", line, one.column)
                facts = {"code_point": point} if point else {}
                self.findings.append(rule.at(place, pupil=staff_id(number), **facts))
                effect = self.material.city.effects.get(rule.code, rule.effect)
                code = code or (rule.code if effect is not Effect.NOTE else "")
        choice, umi = self.chooser.choose(user_ids, username, email), umi.strip().lower()
        homerooms: dict[str, tuple[str, ...]] = {}
        for school, title in sorted(self.homerooms.get(source, ())):
            homerooms[school] = (*homerooms.get(school, ()), title)
        return Claim(
            number=number,
            names=StaffNames(*(one.text for one in spelled)),
            posts=posts,
            homerooms=homerooms,
            account="" if choice.fault else choice.account,
            master=umi if _UUID.match(umi) else "",
            line=line,
            code=code,
        )

    def _posts(self, source: str, primary: str) -> Iterator[StaffPost]:
        """One post a school and span; the 本務校 is primaryOrgSourcedId, else the first. None can
        name a class that is not in the same file."""
        spans: dict[tuple[str, date, date | None], list[tuple[str, str]]] = {}
        for role, org, begin, end in self.roles[source]:
            where, first = self._place(org), _date(begin) or date.min.replace(year=1950)
            last = _date(end)
            if not where or (last and last < first):
                self.unused += 1
                continue
            spans.setdefault((where, first, last), []).append((role, org))
        main = self._place(primary) or next(iter(sorted(where for where, _, _ in spans)), "")
        for (where, first, last), roles in sorted(spans.items(), key=lambda one: str(one[0])):
            said = [role for role, _ in roles]
            job = next((JOBS[role] for role in JOBS if role in said), said[0])
            place = self.places[where]
            yield StaffPost(where, place, where == main, job, first, last, unnamed=True)

    def _place(self, org: str) -> str:
        """The code of a school, or the board's for a district; "" for what nobody knows."""
        school = self.material.schools.by_org.get(org)
        if school:
            return school.code
        return self.material.city.board_code if org in self._districts() else ""

    def _districts(self) -> frozenset[str]:
        rows = cells(self.package, "orgs.csv", "sourcedId", "type")
        return frozenset(source for _, (source, kind) in rows if kind == "district")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
