"""The city's roster as C4th writes it: OneRoster CSV, pupils only, and nothing steady but keys.

Every export has new sourcedIds. A 義務教育学校 is two orgs with one code. A pupil who moved has two
rows with one account. Faults are what robots and people really do to such a file.
"""

from __future__ import annotations

import csv
import io
import random
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from local.demo.children import Child, Stay
from local.demo.city import DemoCity, school_year
from local.demo.schools import CITY_NAME, School, Stage

VERSION = "1.2.1"
type Fault = Literal[
    "cut", "header", "half", "cp932", "empty-users", "manifest", "school", "teachers"
]
FAULTS: tuple[Fault, ...] = (
    "cut", "header", "half", "cp932", "empty-users", "manifest", "school", "teachers",
)  # fmt: skip

_HEAD = "sourcedId,status,dateLastModified,"
COLUMNS = {
    name: tuple((_HEAD + columns).split(","))
    for name, columns in {
        "academicSessions.csv": "title,type,startDate,endDate,parentSourcedId,schoolYear",
        "orgs.csv": "name,type,identifier,parentSourcedId",
        "courses.csv": "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,"
        "subjectCodes",
        "classes.csv": "title,grades,courseSourcedId,classCode,classType,location,"
        "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods,metadata.jp.specialNeeds",
        "users.csv": "enabledUser,username,userIds,givenName,familyName,middleName,identifier,"
        "email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,"
        "preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,"
        "metadata.jp.kanaGivenName,metadata.jp.kanaFamilyName,metadata.jp.kanaMiddleName,"
        "metadata.jp.homeClass,metadata.jp.kanaPreferredFamilyName,"
        "metadata.jp.kanaPreferredGivenName,metadata.jp.kanaPreferredMiddleName",
        "roles.csv": "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
        "userProfileSourcedId",
        "enrollments.csv": "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,"
        "endDate,metadata.jp.ShussekiNo,metadata.jp.PublicFlg",
    }.items()
}
_MANIFEST_FILES = [
    "academicSessions",
    "categories",
    "classes",
    "classResources",
    "courses",
    "courseResources",
    "demographics",
    "enrollments",
    "lineItemLearningObjectiveIds",
    "lineItems",
    "lineItemScoreScales",
    "orgs",
    "resources",
    "resultLearningObjectiveIds",
    "results",
    "resultScoreScales",
    "roles",
    "scoreScales",
    "userProfiles",
    "userResources",
    "users",
]

type Row = tuple[str, ...]


@dataclass(slots=True)
class _Sheets:
    """Rows per file while an export grows; ids are drawn from ``rng`` and so are new each time."""

    rng: random.Random
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def add(self, file: str, **cells: str) -> str:
        """One row, blank where nothing is said; returns its sourcedId."""
        new = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        # keyword arguments cannot hold the dots of metadata.jp.…
        short = {name.rpartition(".")[2]: text for name, text in cells.items()}
        self.rows[file].append(
            (new, "", "", *(short.get(n.rpartition(".")[2], "") for n in COLUMNS[file][3:]))
        )
        return new


def tables(city: DemoCity) -> dict[str, list[Row]]:
    """Tonight's rows per file, in the order of ``COLUMNS``; the city's export count goes up."""
    city.exports += 1
    sheets = _Sheets(random.Random(f"{city.seed}/export/{city.exports}"))
    year = school_year(city.day)
    session = sheets.add(
        "academicSessions.csv",
        title=f"{year}年度",
        type="schoolYear",
        startDate=f"{year}-04-01",
        endDate=f"{year + 1}-03-31",
        schoolYear=str(year),
    )
    board = sheets.add(
        "orgs.csv", name=f"{CITY_NAME}教育委員会", type="district", identifier=city.board_code
    )
    by_school: dict[str, list[tuple[Child, Stay | None]]] = {s.code: [] for s in city.schools}
    for child in city.children:
        by_school[child.school].append((child, None))
        for stay in child.stays:
            by_school[stay.school].append((child, stay))
    for school in city.schools:
        for stage in school.stages:
            seated = [(c, s) for c, s in by_school[school.code] if _stage(c, s) == stage]
            _org(sheets, school, stage, seated, session=session, board=board, year=year)
    return sheets.rows


def _stage(child: Child, stay: Stay | None) -> Stage:
    return "P" if (stay or child).grade[0] == "P" else "J"


def _org(
    sheets: _Sheets,
    school: School,
    stage: Stage,
    seated: list[tuple[Child, Stay | None]],
    *,
    session: str,
    board: str,
    year: int,
) -> None:
    """One org with its course, its classes and its rows of pupils, by class and number."""
    org = sheets.add(
        "orgs.csv",
        name=school.org_name(stage),
        type="school",
        identifier=school.code,
        parentSourcedId=board,
    )
    course = sheets.add(
        "courses.csv",
        schoolYearSourcedId=session,
        title=f"{year}年度ホームルーム",
        orgSourcedId=org,
    )
    grades: dict[tuple[str, bool], set[str]] = {}
    for child, stay in seated:
        place = stay or child
        grades.setdefault((place.room, bool(place.support)), set()).add(place.grade)
    classes = {
        room: sheets.add(
            "classes.csv",
            title=room,
            grades=",".join(sorted(taught, key=lambda g: (g[0] == "J", g))),
            courseSourcedId=course,
            classType="homeroom",
            schoolSourcedId=org,
            termSourcedIds=session,
            specialNeeds=_special_needs(school, special),
        )
        for (room, special), taught in sorted(grades.items())
    }
    seated.sort(key=lambda pair: _place_in_list(*pair))
    for child, stay in seated:
        _pupil(sheets, child, stay or child, org, classes[(stay or child).room])


def _special_needs(school: School, special: bool) -> str:
    """Some offices never tick the box: there only the words of the title tell."""
    return "" if school.number % 4 == 3 else "true" if special else "false"  # noqa: PLR2004


def _place_in_list(child: Child, stay: Stay | None) -> tuple[str, str, int, str]:
    place = stay or child
    return place.grade, place.room, place.number, child.umi


def _pupil(sheets: _Sheets, child: Child, place: Child | Stay, org: str, room: str) -> None:
    ended = place.until if isinstance(place, Stay) else ""
    user = sheets.add(
        "users.csv",
        enabledUser="true",
        username=child.account,
        userIds=f"{{MS:{child.account}}}",
        givenName=child.given,
        familyName=child.family,
        grades=place.grade,
        userMasterIdentifier=child.umi,
        preferredGivenName=child.preferred_given,
        preferredFamilyName=child.preferred_family,
        primaryOrgSourcedId=org,
        kanaGivenName=child.kana_given,
        kanaFamilyName=child.kana_family,
        homeClass=room,
    )
    sheets.add(
        "roles.csv",
        userSourcedId=user,
        roleType="primary",
        role="student",
        beginDate=place.since,
        endDate=ended,
        orgSourcedId=org,
    )
    sheets.add(
        "enrollments.csv",
        classSourcedId=room,
        schoolSourcedId=org,
        userSourcedId=user,
        role="student",
        primary="false",
        beginDate=place.since,
        endDate=ended,
        ShussekiNo=str(place.number),
        PublicFlg="true",
    )


# -- bytes ----------------------------------------------------------------------------------


def files(city: DemoCity, fault: Fault | None = None) -> dict[str, bytes]:
    """The CSVs of tonight's export: UTF-8 without BOM, CRLF, every value in quotes."""
    rows = tables(city)
    if spoil := _SPOILS.get(fault or ""):
        spoil(rows)
    properties = dict(_manifest())
    if fault == "manifest":  # announces that enrollments.csv is not there
        properties["file.enrollments"] = "absent"
    written = {"manifest.csv": csv_bytes([("propertyName", "value"), *properties.items()])}
    for name, columns in COLUMNS.items():
        header = columns
        if fault == "header" and name == "users.csv":
            header = tuple(c.replace("userMasterIdentifier", "userMasterIdentifer") for c in header)
        written[name] = csv_bytes([header, *rows[name]])
    if fault == "cp932":
        text = written["users.csv"].decode()
        written["users.csv"] = text.encode("cp932", errors="replace")
    return written


def package(city: DemoCity, fault: Fault | None = None) -> bytes:
    """Tonight's export as the zip that the robot uploads, or what a ``fault`` makes of it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files(city, fault).items():
            stamp = (city.day.year, city.day.month, city.day.day, 2, 0, 0)
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, body)
    whole = buffer.getvalue()
    return whole[: len(whole) * 3 // 5] if fault == "cut" else whole


def zip_name(city: DemoCity) -> str:
    return f"RO_{city.day:%Y%m%d}_{city.board_code}.zip"


def _halve(rows: dict[str, list[Row]]) -> None:
    """The export stopped halfway and everything that remains fits together: the worst kind."""
    _keep(rows, rows["users.csv"][: len(rows["users.csv"]) // 2])


def _forget_a_school(rows: dict[str, list[Row]]) -> None:
    """One school was not ticked on the screen of the export: its pupils are missing, no more."""
    at = COLUMNS["users.csv"].index("primaryOrgSourcedId")
    forgotten = rows["users.csv"][-1][at]
    _keep(rows, [row for row in rows["users.csv"] if row[at] != forgotten])


def _keep(rows: dict[str, list[Row]], users: list[Row]) -> None:
    """``users`` and nobody else, in every file."""
    rows["users.csv"], ids = users, {row[0] for row in users}
    for name in ("roles.csv", "enrollments.csv"):
        at = COLUMNS[name].index("userSourcedId")
        rows[name] = [row for row in rows[name] if row[at] in ids]


def _add_teachers(rows: dict[str, list[Row]]) -> None:
    """One more tick on that screen, and each school's staff come along."""
    for number, org in enumerate(rows["orgs.csv"], 1):
        user, role = f"teacher-{number}", f"role-{number}"
        person = {
            "sourcedId": user,
            "enabledUser": "true",
            "username": f"t{number:07d}",
            "givenName": "先生",
            "familyName": "見本",
            "userMasterIdentifier": f"00000000-0000-4000-8000-{number:012d}",
            "primaryOrgSourcedId": org[0],
        }
        work = {"sourcedId": role, "userSourcedId": user, "roleType": "primary",
                "role": "teacher", "orgSourcedId": org[0]}  # fmt: skip
        for name, cells in (("users.csv", person), ("roles.csv", work)):
            rows[name].append(tuple(cells.get(column, "") for column in COLUMNS[name]))


_SPOILS: Mapping[str, Callable[[dict[str, list[Row]]], None]] = {
    "half": _halve,
    "empty-users": lambda rows: rows["users.csv"].clear(),
    "school": _forget_a_school,
    "teachers": _add_teachers,
}


def _manifest() -> Iterator[tuple[str, str]]:
    yield "manifest.version", "1.0"
    yield "oneroster.version", VERSION
    for name in _MANIFEST_FILES:
        yield f"file.{name}", "bulk" if f"{name}.csv" in COLUMNS else "absent"
    yield "source.systemName", "C4th"
    yield "source.systemCode", "C4th"


def csv_bytes(rows: Iterable[Row]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()
