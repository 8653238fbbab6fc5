"""What can stand in a flat list: the facts of a person, a class, a school, by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kakehashi.deliver.class_readings import BreaksOff, reading
from kakehashi.deliver.lists import PEOPLE, Of
from kakehashi.deliver.records import Records, Row

type Facts = dict[str, str]

SOURCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "username": (("users.csv", "username"),),
    "loginName": (("users.csv", "username"),),
    "userMasterIdentifier": (("users.csv", "userMasterIdentifier"),),
    "sourcedId": (("users.csv", "sourcedId"),),
    "enabledUser": (("users.csv", "enabledUser"),),
    "familyName": (("users.csv", "preferredFamilyName"),),
    "givenName": (("users.csv", "preferredGivenName"),),
    "name": (("users.csv", "preferredFamilyName"), ("users.csv", "preferredGivenName")),
    "kanaFamilyName": (("users.csv", "metadata.jp.kanaFamilyName"),),
    "kanaGivenName": (("users.csv", "metadata.jp.kanaGivenName"),),
    "kanaName": (
        ("users.csv", "metadata.jp.kanaFamilyName"),
        ("users.csv", "metadata.jp.kanaGivenName"),
    ),
    "grade": (("users.csv", "grades"),),
    "gradeNumber": (("users.csv", "grades"),),
    "leftOn": (("users.csv", "kakehashi.leftOn"),),
    "schoolYear": (("users.csv", "kakehashi.schoolYear"), ("classes.csv", "kakehashi.schoolYear")),
    "schoolCode": (("orgs.csv", "identifier"),),
    "schoolName": (("orgs.csv", "name"),),
    "schoolId": (("orgs.csv", "sourcedId"),),
    "classTitle": (("classes.csv", "title"),),
    "className": (("classes.csv", "title"),),
    "classNumber": (("classes.csv", "title"),),
    "classGrade": (("classes.csv", "grades"),),
    "classId": (("classes.csv", "sourcedId"),),
    "attendanceNumber": (("enrollments.csv", "metadata.jp.shussekiNo"),),
    "enrollmentId": (("enrollments.csv", "sourcedId"),),
    "role": (("roles.csv", "role"),),
    "teacherId": (("users.csv", "sourcedId"),),
}
"""Fact → the columns it is made of. ``className`` is what stands behind 年, ``classNumber`` the
number before 組 where there is one; ``role`` is student or teacher, ``teacherId`` whom a class has
as its teacher of record."""


def facts_of(records: Records | None, of: Of) -> Iterator[Facts]:
    """One of each row, of a member of staff one a school, the home school first; blank where the
    header has no such column."""
    if records is None:
        return
    told = _Told(records)
    if of in PEOPLE:
        yield from told.people(of)
    elif of == "enrollments":
        yield from told.enrolled()
    else:
        yield from told.rooms() if of == "classes" else told.all_schools()


class _Told:
    """``homes`` are each user's enrollments; ``led`` maps a class to its teacher of record."""

    def __init__(self, records: Records) -> None:
        self.rows, self.staff = records.rows, records.staff()
        self.places = {
            file: {name: at for at, name in enumerate(columns)}
            for file, columns in records.shape.header.items()
        }
        self.homes: dict[str, list[Row]] = {}
        self.led: dict[str, str] = {}
        for row in self.rows["enrollments.csv"].values():
            user = self.cell("enrollments.csv", row, "userSourcedId")
            self.homes.setdefault(user, []).append(row)
            if user in self.staff and self.cell("enrollments.csv", row, "primary") == "true":
                self.led[self.cell("enrollments.csv", row, "classSourcedId")] = user
        self.schools = self._schools_of_staff() if self.staff else {}

    def _schools_of_staff(self) -> dict[str, list[str]]:
        """Member of staff → ids of the schools, the 本務校 first."""
        found: dict[str, list[str]] = {}
        for row in self.rows["roles.csv"].values():
            user = self.cell("roles.csv", row, "userSourcedId")
            main = self.cell("roles.csv", row, "roleType") == "primary"
            if user in self.staff:
                at = 0 if main else len(found.get(user, ()))
                found.setdefault(user, []).insert(at, self.cell("roles.csv", row, "orgSourcedId"))
        return found

    def people(self, of: Of) -> Iterator[Facts]:
        for sourced_id, row in self.rows["users.csv"].items():
            if sourced_id not in self.staff:
                if of != "staff":
                    yield self.person(row)
            elif of != "pupils":
                for school in self.schools.get(sourced_id, ()):
                    yield self.person(row, school)

    def enrolled(self) -> Iterator[Facts]:
        for row in self.rows["enrollments.csv"].values():
            user = self.cell("enrollments.csv", row, "userSourcedId")
            if user not in self.staff:
                yield self.person(self.rows["users.csv"][user])

    def rooms(self) -> Iterator[Facts]:
        yield from (self.room(row) for row in self.rows["classes.csv"].values())

    def all_schools(self) -> Iterator[Facts]:
        rows = self.rows["orgs.csv"].values()
        yield from (self.school(r) for r in rows if self.cell("orgs.csv", r, "type") == "school")

    def cell(self, file: str, row: Row, column: str) -> str:
        """The cell; blank where there is no such row or column."""
        at = self.places.get(file, {}).get(column)
        return row[at] if row and at is not None else ""

    def person(self, row: Row, school: str = "") -> Facts:
        """Of a member of staff: at this ``school``."""

        def told(column: str) -> str:
            return self.cell("users.csv", row, column)

        home = self._home(told("sourcedId"), school)
        at = self.cell("enrollments.csv", home, "classSourcedId")
        family = told("preferredFamilyName") or told("familyName")
        given = told("preferredGivenName") or told("givenName")
        kana = told("metadata.jp.kanaFamilyName"), told("metadata.jp.kanaGivenName")
        at_school = school or told("primaryOrgSourcedId") or told("orgSourcedIds")
        return {
            **self.room(self.rows["classes.csv"].get(at, ())),
            **self.school(self.rows["orgs.csv"].get(at_school, ())),
            "role": "teacher" if told("sourcedId") in self.staff else "student",
            "sourcedId": told("sourcedId"),
            "enabledUser": told("enabledUser"),
            "userMasterIdentifier": told("userMasterIdentifier"),
            "username": told("username"),
            "loginName": told("username").partition("@")[0],
            "familyName": family,
            "givenName": given,
            "name": f"{family} {given}".strip(),
            "kanaFamilyName": kana[0],
            "kanaGivenName": kana[1],
            "kanaName": " ".join(kana).strip(),
            "grade": told("grades"),
            "gradeNumber": told("grades")[1:],
            "schoolYear": told("kakehashi.schoolYear"),
            "leftOn": told("kakehashi.leftOn"),
            "attendanceNumber": self.cell("enrollments.csv", home, "metadata.jp.shussekiNo"),
            "enrollmentId": self.cell("enrollments.csv", home, "sourcedId"),
        }

    def _home(self, user: str, school: str) -> Row:
        """The enrollment that tells the class; of a member of staff the first by title there."""
        rows = self.homes.get(user, [])
        if not school:
            return rows[-1] if rows else ()
        there = [row for row in rows if self.cell("classes.csv", self._class(row),
                                                  "schoolSourcedId") == school]  # fmt: skip
        return min(there, key=lambda row: self.cell("classes.csv", self._class(row), "title"),
                   default=())  # fmt: skip

    def _class(self, enrollment: Row) -> Row:
        at = self.cell("enrollments.csv", enrollment, "classSourcedId")
        return self.rows["classes.csv"].get(at, ())

    def room(self, row: Row) -> Facts:
        title, grades = (self.cell("classes.csv", row, name) for name in ("title", "grades"))
        org = self.rows["orgs.csv"].get(self.cell("classes.csv", row, "schoolSourcedId"), ())
        return {
            **self.school(org),
            "classTitle": title,
            "className": title.partition("年")[2] or title,
            "classNumber": _number(title),
            "classGrade": grades if "," not in grades else "",
            "classId": self.cell("classes.csv", row, "sourcedId"),
            "teacherId": self.led.get(self.cell("classes.csv", row, "sourcedId"), ""),
            "schoolYear": self.cell("classes.csv", row, "kakehashi.schoolYear"),
        }

    def school(self, row: Row) -> Facts:
        return {
            "schoolCode": self.cell("orgs.csv", row, "identifier"),
            "schoolName": self.cell("orgs.csv", row, "name"),
            "schoolId": self.cell("orgs.csv", row, "sourcedId"),
        }


def _number(title: str) -> str:
    try:
        return reading("P1", title).number
    except BreaksOff:
        return ""
