"""Home classes (学籍上の学級) as C4th wrote them, each with its school, 年度 and grades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place
from kakehashi.people.pupil import GRADES
from kakehashi.preprocess.cells import cells
from kakehashi.preprocess.holds import Codes, RowHolds, codes_by_id
from kakehashi.preprocess.lexicon import Lexicon
from kakehashi.preprocess.schools import School, Schools
from kakehashi.preprocess.years import AcademicSession

if TYPE_CHECKING:
    from kakehashi.oneroster import Package

HOME_TYPES = frozenset({"homeroom", "ext:special"})
_ORDER = {grade: i for i, grade in enumerate(GRADES)}


@dataclass(frozen=True, slots=True)
class HomeClass:
    """``title`` is what goes out, ``written`` what C4th wrote. ``begin`` and ``end`` are the span
    of its sessions. ``fault`` is the code that holds its pupils, or "".
    """

    school: School
    year: int
    title: str
    grades: tuple[str, ...]
    written: str
    special: bool = False
    fault: str = ""
    line: int = field(default=0, compare=False)
    begin: str = field(default="", compare=False)
    end: str = field(default="", compare=False)


type Homes = dict[str, HomeClass]  # by sourcedId


@dataclass(frozen=True, slots=True)
class Classes:
    """``lessons`` are the sourcedIds of all groups that are not home classes."""

    homes: Homes
    lessons: Set[str]
    findings: tuple[Finding, ...] = ()


NOWHERE = School("", "")


@dataclass(frozen=True, slots=True)
class _Course:
    title: str
    session: str


def read_classes(
    package: Package,
    holds: RowHolds,
    schools: Schools,
    sessions: Mapping[str, AcademicSession],
    lexicon: Lexicon,
) -> Classes:
    """Every home class as C4th wrote it. A class that cannot be placed bears its fault."""
    courses = {
        source: _Course(title, session)
        for _, (source, title, session) in cells(
            package, "courses.csv", "sourcedId", "title", "schoolYearSourcedId"
        )
    }
    faults = _Faults(package, holds, schools)
    homes: Homes = {}
    lessons: set[str] = set()
    findings: list[Finding] = []
    columns = ("sourcedId", "title", "grades", "classType", "location", "schoolSourcedId",
               "courseSourcedId", "termSourcedIds", "metadata.jp.specialNeeds")  # fmt: skip
    for line, row in cells(package, "classes.csv", *columns):
        source, title, grades, kind, location, org, course_id, terms, special = row
        if kind.strip() not in HOME_TYPES:
            lessons.add(source)
            continue
        course = courses.get(course_id, _Course("", ""))
        spans = _spans(terms, course, sessions)
        years = {span.year for span in spans if span.year is not None}
        fault = faults.of(source, org, course_id, terms, course)
        if not years and not fault:
            findings.append(
                rules.CLASS_YEAR_UNKNOWN.at(Place("classes.csv", line, "termSourcedIds"))
            )
            fault = rules.CLASS_YEAR_UNKNOWN.code
        homes[source] = HomeClass(
            school=schools.by_org.get(org, NOWHERE),
            year=max(years, default=0),
            title=title.strip(),
            grades=grades_of(grades),
            written=title.strip(),
            special=special.strip().lower() == "true"
            or any(map(lexicon.tells, (title, location, course.title))),
            fault=fault,
            line=line,
            begin=min((s.begin for s in spans), default=""),
            end=max((s.end for s in spans), default="") if all(s.end for s in spans) else "",
        )
    return Classes(homes, lessons, tuple(findings))


class _Faults:
    """Codes that hold a class because of its own row or of a row it depends on."""

    def __init__(self, package: Package, holds: RowHolds, schools: Schools) -> None:
        self.classes: Codes = codes_by_id(package, holds, "classes.csv")
        self.courses: Codes = codes_by_id(package, holds, "courses.csv")
        self.sessions: Codes = codes_by_id(package, holds, "academicSessions.csv")
        self.schools = schools

    def of(self, source: str, org: str, course_id: str, terms: str, course: _Course) -> str:
        found = self.classes.get(source) or self.schools.faults.get(org)
        found = found or self.courses.get(course_id)
        if self.sessions and not found:
            wanted = [term.strip() for term in terms.split(",")] + [course.session]
            found = min((self.sessions[t] for t in wanted if t in self.sessions), default="")
        if not found and org not in self.schools.by_org:
            found = rules.SCHOOL_UNKNOWN.code
        return found or ""


def _spans(
    terms: str, course: _Course, sessions: Mapping[str, AcademicSession]
) -> list[AcademicSession]:
    spans = [sessions[t] for term in terms.split(",") if (t := term.strip()) in sessions]
    if not spans and course.session in sessions:
        spans = [sessions[course.session]]
    return spans


def grades_of(cell: str) -> tuple[str, ...]:
    """The grades of a list cell, in school order, each once."""
    found = {grade.strip() for grade in cell.split(",")} - {""}
    return in_school_order(found)


def in_school_order(grades: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(grades), key=lambda grade: (_ORDER.get(grade, len(_ORDER)), grade)))
