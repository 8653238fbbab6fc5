"""Members of staff in a tool's file: one user, a role a school, and the classes that are theirs.

In Japan everybody who works at a school is ``teacher`` (Japan Profile). The 本務校 is the primary
role; a 兼務校 is a secondary one, and only where the city says that the tool takes several
schools: one importer of 2023 refuses a whole file for one user with two. Nobody is told of at a
school that the tool does not know.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.catalogue.receivers import NO_CLASS_TO_NAME, ONE_SCHOOL_ONLY, PUPILS_ALONE
from kakehashi.deliver.dialect import Dialect
from kakehashi.deliver.records import Key, Records, spelt
from kakehashi.deliver.rows import SPACE, user_ids
from kakehashi.findings import Finding
from kakehashi.people.pupil import class_id, school_id
from kakehashi.people.record import Record, Status
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffMember

if TYPE_CHECKING:
    from kakehashi.city import Tool

FROM_A_CLASS = frozenset({"grades", "metadata.jp.homeClass"})
"""Columns of users.csv that somebody without a class can only fill by a rule of the city."""

type Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StaffTold:
    """What a tool shall hold, with the staff whom it is told of."""

    records: Records
    findings: tuple[Finding, ...] = ()


def with_staff(
    records: Records,
    staff: Iterable[Record[StaffMember]],
    rules: Tool,
    dialect: Dialect,
    as_of: date,
    *,
    tool: str,
) -> StaffTold:
    """``records`` with the staff that the tool is told of; without any for a tool that is told of
    no pupil, and for a list of pupils alone; without pupils for a list of staff alone. ``tool`` is
    its key in the city's rules."""
    if rules.staff == "none" or not records.pupils():
        return StaffTold(records)
    if not dialect.tells_of_staff:
        return StaffTold(records, (PUPILS_ALONE.at(tool=tool),))
    writer = _Writer(records, rules, dialect, as_of, tool)
    header = records.shape.header
    for known in sorted(staff, key=lambda one: one.pupil.id):
        for key, values in writer.rows(known):
            if key[0] in header:
                records.put(key, tuple(values.get(column, "") for column in header[key[0]]))
    if dialect.of_staff_alone:
        _forget(records, records.pupils())
    return StaffTold(records, tuple(writer.findings()))


def _forget(records: Records, people: frozenset[str]) -> None:
    """Every record that is one of these people's own."""
    owner = records.shape.owner
    for key in [key for key, row in records.unordered() if owner(key, row) in people]:
        records.drop(key)


@dataclass(frozen=True, slots=True)
class _Class:
    id: str
    title: str
    grade: str


@dataclass(slots=True)
class _Writer:
    """``led`` are the classes that have their teacher of record already. ``at_one``: told at the
    first school alone, ``without``: not told for want of a class."""

    records: Records
    rules: Tool
    dialect: Dialect
    as_of: date
    tool: str
    classes: dict[str, list[_Class]] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)
    at_one: int = 0
    without: int = 0

    def __post_init__(self) -> None:
        columns = self.records.shape.header.get("classes.csv", ())
        if not {"title", "schoolSourcedId"} <= set(columns):
            return
        title, school = columns.index("title"), columns.index("schoolSourcedId")
        grades = columns.index("grades") if "grades" in columns else None
        for sourced_id, row in self.records.rows["classes.csv"].items():
            grade = row[grades].split(",")[0] if grades is not None else ""
            self.classes.setdefault(row[school], []).append(_Class(sourced_id, row[title], grade))

    def rows(self, known: Record[StaffMember]) -> Iterator[tuple[Key, Values]]:
        """Nothing for somebody whom the tool is not told of."""
        member, schools = known.pupil, self._schools(known.pupil)
        enabled = known.status is Status.ACTIVE and not member.away
        gone = known.status in {Status.PREPARED, Status.DELETED}
        if gone or not schools or (not enabled and self.dialect.suspended == "omitted"):
            return
        homes = [home for school in schools for home in self._homes(member, school)]
        user = self._user(known, schools[0], homes, enabled=enabled)
        if any(not user[column] for column in self._wanted()):
            self.without += 1
            return
        self.at_one += self._one_school() and bool(member.others)
        yield ("users.csv", member.master), user
        for school in schools:
            yield self._role(member, school, main=school == schools[0])
        for home in homes if enabled else ():
            yield self._enrollment(member, home)

    def findings(self) -> Iterator[Finding]:
        """Where the city's rules and what the receiver takes do not go together."""
        for rule, count in ((ONE_SCHOOL_ONLY, self.at_one), (NO_CLASS_TO_NAME, self.without)):
            if count:
                yield rule.at(tool=self.tool, count=count)

    def _one_school(self) -> bool:
        return self.rules.staff == "all-schools" and self.dialect.staff_schools == "one"

    def _wanted(self) -> frozenset[str]:
        """What the receiver wants of everybody, and a class would give."""
        return FROM_A_CLASS.intersection(self.dialect.rules.required.get("users.csv", ()))

    def _schools(self, member: StaffMember) -> list[str]:
        """Ids of the schools, the 本務校 first; none where the tool does not know that one."""
        several = self.rules.staff == "all-schools" and not self._one_school()
        wanted = member.schools() if several else (member.school,)
        known = self.records.rows["orgs.csv"]
        found = [org for org in map(self._org, wanted) if org in known]
        return found if found[:1] == [self._org(member.school)] else []

    def _org(self, code: str) -> str:
        return spelt(school_id(code), self.dialect.content)

    def _homes(self, member: StaffMember, school: str) -> Iterator[_Class]:
        year, rooms = year_of(self.as_of), member.rooms(self.as_of)
        homes = (class_id(code, year, title) for code, title in rooms)
        mine = {spelt(home, self.dialect.content) for home in homes}
        there = sorted(self.classes.get(school, ()), key=lambda one: (one.title, one.id))
        yield from (one for one in there if one.id in mine)

    def _user(
        self, known: Record[StaffMember], school: str, homes: list[_Class], *, enabled: bool
    ) -> Values:
        member, left = known.pupil, known.suspended_on
        home, content = homes[0] if homes else self._filler(school), self.dialect.content
        return {
            "sourcedId": member.master,
            "enabledUser": "true" if enabled or content.enabled == "always" else "false",
            "orgSourcedIds": school,
            "role": "teacher",
            "username": member.account,
            "userIds": user_ids(member.account, content),
            "activeDirectoryMatchId": member.account,
            "givenName": member.given,
            "familyName": member.family,
            "grades": homes[0].grade if homes else self.rules.staff_grade,
            "userMasterIdentifier": member.master,
            "preferredGivenName": member.given,
            "preferredFamilyName": member.family,
            "primaryOrgSourcedId": school,
            "metadata.jp.kanaGivenName": member.kana_given,
            "metadata.jp.kanaFamilyName": member.kana_family,
            "metadata.jp.kanaPreferredGivenName": member.kana_given,
            "metadata.jp.kanaPreferredFamilyName": member.kana_family,
            "metadata.jp.homeClass": home.id if home else "",
            "kakehashi.schoolYear": str(year_of(self.as_of)),
            "kakehashi.leftOn": left.isoformat() if left and not enabled else "",
        }

    def _filler(self, school: str) -> _Class | None:
        """What stands as homeClass of somebody who has none, where the receiver wants one."""
        if self.rules.staff_home_class == "own":
            return None
        return min(self.classes.get(school, ()), key=lambda one: (one.title, one.id), default=None)

    def _role(self, member: StaffMember, school: str, *, main: bool) -> tuple[Key, Values]:
        sourced_id = self._made("role", member.master, school)
        return ("roles.csv", sourced_id), {
            "sourcedId": sourced_id,
            "userSourcedId": member.master,
            "roleType": "primary" if main else "secondary",
            "role": "teacher",
            "orgSourcedId": school,
            "isPrimary": "true" if main else "false",
        }

    def _enrollment(self, member: StaffMember, home: _Class) -> tuple[Key, Values]:
        """One teacher of record a class: the first by number; the others teach it as well."""
        sourced_id = self._made("enrollment", member.master, home.id)
        first = home.id not in self.led
        self.led.add(home.id)
        school = next(s for s, classes in self.classes.items() if home in classes)
        return ("enrollments.csv", sourced_id), {
            "sourcedId": sourced_id,
            "classSourcedId": home.id,
            "schoolSourcedId": school,
            "userSourcedId": member.master,
            "role": "teacher",
            "primary": "true" if first else "false",
        }

    def _made(self, *parts: str) -> str:
        return spelt(str(uuid.uuid5(SPACE, "\x1f".join(parts))), self.dialect.content)
