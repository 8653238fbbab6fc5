"""Who is enrolled where, and when: roles.csv and enrollments.csv by user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place
from kakehashi.preprocess.cells import cells
from kakehashi.preprocess.classes import Classes
from kakehashi.preprocess.years import When, when

if TYPE_CHECKING:
    from kakehashi.oneroster import Package

STUDENT = "student"


class StudentRole(NamedTuple):
    """A student role; the best of a user's roles is the greatest."""

    when: When
    begin: str
    org: str


class Membership(NamedTuple):
    """A pupil's place in a home class. ``number`` is the 出席番号 as written."""

    when: When
    begin: str
    group: str
    number: str


@dataclass(frozen=True, slots=True)
class Roles:
    """``students`` maps a user to every student role; ``others`` are users with other roles."""

    students: Mapping[str, Sequence[StudentRole]]
    others: Set[str]


@dataclass(frozen=True, slots=True)
class Enrolments:
    """``homes`` maps a user to the home classes it was, is or will be in.

    ``in_lessons`` are the users enrolled today in any lesson group.
    """

    homes: Mapping[str, Sequence[Membership]]
    in_lessons: Set[str]
    findings: tuple[Finding, ...] = field(default=())


def read_roles(package: Package, today: str) -> Roles:
    """Roles of OneRoster 1.2 from roles.csv, of 1.1 from users.csv."""
    students: dict[str, list[StudentRole]] = {}
    others: set[str] = set()
    columns = ("userSourcedId", "role", "orgSourcedId", "beginDate", "endDate")
    for _, (user, role, org, begin, end) in cells(package, "roles.csv", *columns):
        if role == STUDENT:
            students.setdefault(user, []).append(StudentRole(when(begin, end, today), begin, org))
        elif role:
            others.add(user)
    if "roles.csv" not in package.tables:
        for _, (user, role, orgs) in cells(
            package, "users.csv", "sourcedId", "role", "orgSourcedIds"
        ):
            if role == STUDENT:
                students[user] = [StudentRole(When.CURRENT, "", orgs.split(",")[0].strip())]
            elif role:
                others.add(user)
    return Roles(students, others)


def read_enrolments(package: Package, classes: Classes, today: str) -> Enrolments:
    """Dates that an enrolment leaves blank are those of its class's sessions."""
    homes: dict[str, list[Membership]] = {}
    in_lessons: set[str] = set()
    lesson_rows = 0
    columns = ("userSourcedId", "classSourcedId", "role", "beginDate", "endDate",
               "metadata.jp.shussekiNo")  # fmt: skip
    for _, row in cells(package, "enrollments.csv", *columns):
        user, group, role, begin, end, number = row
        if role != STUDENT:
            continue
        if group in classes.lessons:
            lesson_rows += 1
            if when(begin, end, today) is When.CURRENT:
                in_lessons.add(user)
            continue
        home = classes.homes.get(group)
        if home is not None and not (begin and end):
            begin, end = begin or home.begin, end or home.end
        member = Membership(when(begin, end, today), begin, group, number)
        homes.setdefault(user, []).append(member)
    findings: tuple[Finding, ...] = ()
    if lesson_rows or classes.lessons:
        place = Place("classes.csv", column="classType")
        findings = (
            rules.LESSONS_LEFT_OUT.at(place, classes=len(classes.lessons), rows=lesson_rows),
        )
    return Enrolments(homes, in_lessons, findings)
