"""What can stand in a flat list: the facts of a pupil, a class, a school, by their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kakehashi.deliver.class_readings import BreaksOff, reading
from kakehashi.deliver.lists import Of
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
}
"""Fact → the columns it is made of. ``className`` is what stands behind 年, ``classNumber`` the
number before 組 where there is one."""


def facts_of(records: Records | None, of: Of) -> Iterator[Facts]:
    """One of each row; blank where the header has no such column."""
    if records is None or of == "nobody":
        return
    told = _Told(records)
    if of == "pupils":
        yield from (told.pupil(row) for row in records.rows["users.csv"].values())
    elif of == "classes":
        yield from (told.room(row) for row in records.rows["classes.csv"].values())
    elif of == "schools":
        for row in records.rows["orgs.csv"].values():
            if told.cell("orgs.csv", row, "type") == "school":
                yield told.school(row)
    else:
        for row in records.rows["enrollments.csv"].values():
            user = records.rows["users.csv"][told.cell("enrollments.csv", row, "userSourcedId")]
            yield told.pupil(user)


class _Told:
    def __init__(self, records: Records) -> None:
        self.rows = records.rows
        self.places = {
            file: {name: at for at, name in enumerate(columns)}
            for file, columns in records.shape.header.items()
        }
        enrolled = self.rows["enrollments.csv"].values()
        self.homes = {self.cell("enrollments.csv", row, "userSourcedId"): row for row in enrolled}

    def cell(self, file: str, row: Row, column: str) -> str:
        """The cell; blank where there is no such row or column."""
        at = self.places.get(file, {}).get(column)
        return row[at] if row and at is not None else ""

    def pupil(self, row: Row) -> Facts:
        def told(column: str) -> str:
            return self.cell("users.csv", row, column)

        home = self.homes.get(told("sourcedId"), ())
        at = self.cell("enrollments.csv", home, "classSourcedId")
        family = told("preferredFamilyName") or told("familyName")
        given = told("preferredGivenName") or told("givenName")
        kana = told("metadata.jp.kanaFamilyName"), told("metadata.jp.kanaGivenName")
        org = self.rows["orgs.csv"].get(told("primaryOrgSourcedId") or told("orgSourcedIds"), ())
        return {
            **self.room(self.rows["classes.csv"].get(at, ())),
            **self.school(org),
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
