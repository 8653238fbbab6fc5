"""Builders of test material: sensible defaults, and overrides for what a test is about.

>>> a_pupil(grade="J1").grade
'J1'
>>> drop = a_drop(pupils=2)
>>> child = drop.add_pupil(grade="J1", enabledUser="false")
>>> sorted(drop.files())[:2]
['academicSessions.csv', 'classes.csv']

A ``Drop`` holds its rows as dicts, so a test may bend any cell before it asks for ``files()``.
Nothing here is random: the same calls make the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import random
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from kakehashi.city import City
from kakehashi.directories.microsoft365 import shape as accounts
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import Employment, StaffMember, StaffPost
from kakehashi.roster import Desired, Held, PasswordAt

TODAY = date(2026, 11, 24)
YEAR = 2026
DOMAIN = "ed.example.jp"
RULES = f'name = "見本市"\nboard_code = "082201"\ndomain = "{DOMAIN}"\n'
"""A city's file that asks for nothing: every rule at its default."""

Row = dict[str, str]

FAMILIES = (("佐藤", "サトウ"), ("鈴木", "スズキ"), ("田中", "タナカ"), ("渡辺", "ワタナベ"),
            ("山本", "ヤマモト"), ("小林", "コバヤシ"), ("松本", "マツモト"))  # fmt: skip
GIVENS = (("陽菜", "ヒナ"), ("湊", "ミナト"), ("結衣", "ユイ"), ("蓮", "レン"), ("葵", "アオイ"),
          ("大和", "ヤマト"), ("咲良", "サクラ"), ("樹", "イツキ"), ("凛", "リン"))  # fmt: skip

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "academicSessions.csv": (
        "sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate",
        "parentSourcedId", "schoolYear",
    ),
    "classes.csv": (
        "sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId",
        "classCode", "classType", "location", "schoolSourcedId", "termSourcedIds", "subjects",
        "subjectCodes", "periods", "metadata.jp.specialNeeds",
    ),
    "courses.csv": (
        "sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title", "courseCode",
        "grades", "orgSourcedId", "subjects", "subjectCodes",
    ),
    "enrollments.csv": (
        "sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId",
        "userSourcedId", "role", "primary", "beginDate", "endDate", "metadata.jp.ShussekiNo",
        "metadata.jp.PublicFlg",
    ),
    "orgs.csv": (
        "sourcedId", "status", "dateLastModified", "name", "type", "identifier",
        "parentSourcedId",
    ),
    "roles.csv": (
        "sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role",
        "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId",
    ),
    "users.csv": (
        "sourcedId", "status", "dateLastModified", "enabledUser", "username", "userIds",
        "givenName", "familyName", "middleName", "identifier", "email", "sms", "phone",
        "agentSourcedIds", "grades", "password", "userMasterIdentifier", "preferredGivenName",
        "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
        "metadata.jp.kanaGivenName", "metadata.jp.kanaFamilyName", "metadata.jp.kanaMiddleName",
        "metadata.jp.homeClass", "metadata.jp.kanaPreferredFamilyName",
        "metadata.jp.kanaPreferredGivenName", "metadata.jp.kanaPreferredMiddleName",
    ),
}  # fmt: skip
"""OneRoster 1.2.1 with the Japan Profile v1.2.1 (標準モデル V4/V5), in file order."""

MANIFEST_FILES = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources",
    "demographics", "enrollments", "lineItemLearningObjectiveIds", "lineItems",
    "lineItemScoreScales", "orgs", "resources", "resultLearningObjectiveIds", "results",
    "resultScoreScales", "roles", "scoreScales", "userProfiles", "userResources", "users",
)  # fmt: skip


def an_id(text: str) -> str:
    """A UUID v4 that is always the same for the same text."""
    return str(uuid.UUID(bytes=hashlib.md5(text.encode()).digest(), version=4))


def a_code(n: int = 1, kind: str = "B1") -> str:
    """A well-formed MEXT school code (公立, prefecture 08) of an invented school."""
    body = f"{kind}082{8_299_000 + n}"
    digits = [int(d) for d in f"{ord(body[0]) - 64:02d}" + body[1:]]
    products = [d * (1 + i % 2) for i, d in enumerate(digits)]
    return body + str(-sum(p // 10 + p % 10 for p in products) % 10)


# -- what the house speaks of ---------------------------------------------------------------------


def a_city(**rules: Any) -> City:
    """A city with every rule at its default; nested rules may be given as dicts."""
    return City.model_validate({"name": "見本市", "board_code": "082201", "domain": DOMAIN} | rules)


def a_pupil(n: int = 1, **facts: Any) -> Pupil:
    """Pupil number ``n`` of 見本小学校, 3年2組; another number is another child."""
    family, given = FAMILIES[n % len(FAMILIES)], GIVENS[n % len(GIVENS)]
    grade = facts.get("grade", "P3")
    junior = grade.startswith("J")
    defaults: dict[str, Any] = {
        "id": an_id(f"umi {n}"),
        "account": f"s{n:06d}@{DOMAIN}",
        "family": family[0],
        "given": given[0],
        "kana_family": family[1],
        "kana_given": given[1],
        "grade": grade,
        "school": a_code(2, "C1") if junior else a_code(1),
        "school_name": "見本市立第2中学校" if junior else "見本市立第1小学校",
        "school_year": YEAR,
        "class_title": f"{int(grade[1]) + 6 * junior}年2組",
        "class_grades": (grade,),
        "attendance_no": n,
        "line": n + 1,
    }
    return Pupil(**(defaults | facts))


def a_desired(n: int = 1, *, password: bool = True, **facts: Any) -> Desired:
    where = PasswordAt("inbox/demo/passwords/first.csv", "v1", n + 1) if password else None
    return Desired(a_pupil(n, **facts), where)


def a_known(n: int = 1, *, city: City | None = None, pupil: Pupil | None = None,
            **facts: Any) -> Record:  # fmt: skip
    """A pupil whose account we have made; ``facts`` are fields of ``Record``."""
    child = pupil or a_pupil(n)
    defaults: dict[str, Any] = {
        "pupil": child,
        "account": accounts.account_of(child, city or a_city()),
        "object_id": an_id(f"object {child.id}"),
        "run_id": "20261123T020000-00000000",
    }
    return Record(**(defaults | facts))


def a_held(n: int = 1, code: str = "D050", **facts: Any) -> Held:
    child = a_pupil(n)
    defaults: dict[str, Any] = {
        "code": code, "line": child.line, "pupil": child.id, "account": child.account,
    }  # fmt: skip
    return Held(**(defaults | facts))


def a_tenant_account(known: Record, **facts: Any) -> Listed:
    """The account of ``known`` as the tenant lists it."""
    defaults: dict[str, Any] = {
        "object_id": known.object_id,
        "sign_in": known.pupil.account,
        "mark": known.pupil.id,
        "enabled": True,
        "display_name": known.account.get("displayName", ""),
    }
    return Listed(**(defaults | facts))


# -- a drop ---------------------------------------------------------------------------------------


@dataclass
class Drop:
    """An export as C4th writes it: rows of dicts by file, in the order they were added.

    ``add_…`` methods take cells as overrides by column name (``metadata.jp.…`` without the
    prefix: ``homeClass``, ``ShussekiNo``, ``specialNeeds``) and return the new row, which stays
    live: changing it changes the drop.
    """

    version: str = "1.2.1"
    modes: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    salt: str = ""
    made: int = 0

    def _add(self, file: str, defaults: Mapping[str, str], cells: Mapping[str, str]) -> Row:
        row = dict.fromkeys(COLUMNS[file], "")
        for name, value in {**defaults, **cells}.items():
            row[name if name in row or name.startswith("metadata") else f"metadata.jp.{name}"] = (
                value
            )
        unknown = row.keys() - set(COLUMNS[file])
        assert not unknown, f"{file} has no column {sorted(unknown)}"
        self.rows[file].append(row)
        return row

    def _new(self, kind: str) -> str:
        self.made += 1
        return an_id(f"{self.salt} {kind} {self.made}")

    def session(self, year: int = YEAR) -> Row:
        """The 年度; made when first asked for."""
        for row in self.rows["academicSessions.csv"]:
            if row["startDate"].startswith(str(year)):
                return row
        defaults = {
            "sourcedId": self._new("session"), "title": f"{year}年度", "type": "schoolYear",
            "startDate": f"{year}-04-01", "endDate": f"{year + 1}-03-31",
            "parentSourcedId": "NULL", "schoolYear": str(year),
        }  # fmt: skip
        return self._add("academicSessions.csv", defaults, {})

    def district(self) -> Row:
        for row in self.rows["orgs.csv"]:
            if row["type"] == "district":
                return row
        defaults = {
            "sourcedId": self._new("org"), "name": "見本市教育委員会", "type": "district",
            "identifier": "082201", "parentSourcedId": "NULL",
        }  # fmt: skip
        return self._add("orgs.csv", defaults, {})

    def add_school(self, identifier: str = "", **cells: str) -> Row:
        number = len(self.schools()) + 1
        defaults = {
            "sourcedId": self._new("org"), "name": f"見本市立第{number}小学校", "type": "school",
            "identifier": identifier or a_code(number),
            "parentSourcedId": self.district()["sourcedId"],
        }  # fmt: skip
        return self._add("orgs.csv", defaults, cells)

    def schools(self) -> list[Row]:
        return [row for row in self.rows["orgs.csv"] if row["type"] == "school"]

    def a_school(self) -> Row:
        """The first school; made when there is none."""
        return (self.schools() or [self.add_school()])[0]

    def course(self, school: Row, year: int = YEAR, **cells: str) -> Row:
        """The homeroom course of a school and year; made when first asked for."""
        session = self.session(year)["sourcedId"]
        for row in self.rows["courses.csv"]:
            if (row["orgSourcedId"], row["schoolYearSourcedId"]) == (school["sourcedId"], session):
                return row
        defaults = {
            "sourcedId": self._new("course"), "schoolYearSourcedId": session,
            "title": f"{year}年度ホームルーム", "orgSourcedId": school["sourcedId"],
        }  # fmt: skip
        return self._add("courses.csv", defaults, cells)

    def add_class(self, title: str = "3年2組", *, school: Row | None = None, year: int = YEAR,
                  **cells: str) -> Row:  # fmt: skip
        school = school or self.a_school()
        defaults = {
            "sourcedId": self._new("class"), "title": title, "grades": "P3",
            "courseSourcedId": self.course(school, year)["sourcedId"], "classType": "homeroom",
            "schoolSourcedId": school["sourcedId"],
            "termSourcedIds": self.session(year)["sourcedId"], "specialNeeds": "false",
        }  # fmt: skip
        return self._add("classes.csv", defaults, cells)

    def a_class(self, school: Row, grade: str = "P3") -> Row:
        """The first home class of that school and grade; made when there is none."""
        for row in self.rows["classes.csv"]:
            same = row["schoolSourcedId"] == school["sourcedId"] and row["grades"] == grade
            if same and row["classType"] == "homeroom":
                return row
        return self.add_class(f"{grade[1:]}年2組", school=school, grades=grade)

    def add_pupil(self, n: int | None = None, *, grade: str = "P3", school: Row | None = None,
                  home: Row | Literal[False] | None = None, enrolled: bool = True,
                  role: str = "student", account: str | None = None, attendance_no: str = "",
                  begin: str = f"{YEAR}-04-01", end: str = f"{YEAR + 1}-03-31",
                  **cells: str) -> Row:  # fmt: skip
        """Child number ``n`` (default: the next) with its role and its enrolment.

        ``home`` is a class row, or False for a pupil without a home class. ``role=""`` and
        ``enrolled=False`` leave the rows in roles.csv and enrollments.csv out.
        """
        n = len(self.rows["users.csv"]) + 1 if n is None else n
        child = a_pupil(n)
        school = school or self.a_school()
        home = self.a_class(school, grade) if home is None else home
        account = child.account if account is None else account
        defaults = {
            "sourcedId": self._new("user"), "enabledUser": "true",
            "username": account, "userIds": f"{{MS:{account}}}" if account else "",
            "givenName": child.given, "familyName": child.family, "email": account,
            "grades": grade, "userMasterIdentifier": child.id,
            "preferredGivenName": child.given, "preferredFamilyName": child.family,
            "primaryOrgSourcedId": school["sourcedId"],
            "kanaGivenName": child.kana_given, "kanaFamilyName": child.kana_family,
            "homeClass": home["sourcedId"] if home else "",
        }  # fmt: skip
        user = self._add("users.csv", defaults, cells)
        if role:
            self.add_role(user, school, role=role)
        if home and enrolled:
            self.enrol(user, home, begin=begin, end=end, ShussekiNo=attendance_no or str(n))
        return user

    def add_role(self, user: Row, school: Row, **cells: str) -> Row:
        defaults = {
            "sourcedId": self._new("role"), "userSourcedId": user["sourcedId"],
            "roleType": "primary", "role": "student", "beginDate": f"{YEAR}-04-01",
            "endDate": f"{YEAR + 1}-03-31", "orgSourcedId": school["sourcedId"],
        }  # fmt: skip
        return self._add("roles.csv", defaults, cells)

    def enrol(self, user: Row, home: Row, *, begin: str = f"{YEAR}-04-01",
              end: str = f"{YEAR + 1}-03-31", **cells: str) -> Row:  # fmt: skip
        defaults = {
            "sourcedId": self._new("enrollment"), "classSourcedId": home["sourcedId"],
            "schoolSourcedId": home["schoolSourcedId"], "userSourcedId": user["sourcedId"],
            "role": "student", "primary": "false", "beginDate": begin, "endDate": end,
            "ShussekiNo": "1", "PublicFlg": "true",
        }  # fmt: skip
        return self._add("enrollments.csv", defaults, cells)

    def line(self, file: str, row: Row) -> int:
        """The physical line on which ``row`` will stand (no cell here holds a line break)."""
        return next(i for i, other in enumerate(self.rows[file], 2) if other is row)

    # -- the same roster, told differently ----------------------------------------------------

    def shuffled(self, seed: int = 1) -> Drop:
        """The same rows in another order."""
        order = random.Random(seed)
        rows = {name: order.sample(rows, len(rows)) for name, rows in self.rows.items()}
        return replace(self, rows=rows)

    def with_new_ids(self, salt: str = "again") -> Drop:
        """The next export of the same roster: every sourcedId is new, nothing else."""
        ids = {row["sourcedId"]: an_id(f"{salt} {row['sourcedId']}")
               for rows in self.rows.values() for row in rows}  # fmt: skip
        rows = {
            name: [{key: ids.get(value, value) for key, value in row.items()} for row in rows]
            for name, rows in self.rows.items()
        }
        return replace(self, rows=rows)

    # -- bytes --------------------------------------------------------------------------------

    def files(self) -> dict[str, bytes]:
        """Files by name, as the strict writer of the standard would put them."""
        bodies = {name: csv_bytes(COLUMNS[name], rows) for name, rows in self.rows.items() if rows}
        modes = {name: "bulk" if f"{name}.csv" in bodies else "absent" for name in MANIFEST_FILES}
        lines = {"manifest.version": "1.0", "oneroster.version": self.version}
        lines |= {f"file.{name}": mode for name, mode in (modes | self.modes).items()}
        lines |= {"source.systemName": "EDUCOM C4th", "source.systemCode": "C4th"}
        manifest = [{"propertyName": name, "value": value} for name, value in lines.items()]
        return bodies | {"manifest.csv": csv_bytes(("propertyName", "value"), manifest)}

    def zip(self) -> bytes:
        return zip_bytes(self.files())


def csv_bytes(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    """UTF-8 without BOM, CRLF, every cell quoted."""
    table = [tuple(columns), *(tuple(row[name] for name in columns) for row in rows)]
    lines = (",".join('"' + cell.replace('"', '""') + '"' for cell in cells) for cells in table)
    return "".join(line + "\r\n" for line in lines).encode()


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip with fixed time stamps: the same files make the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(files.items()):
            info = zipfile.ZipInfo(name, (2026, 4, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, body)
    return out.getvalue()


def a_drop(pupils: int = 2, *, schools: int = 1, version: str = "1.2.1") -> Drop:
    """A clean export: pupils dealt over the schools, all in grade P3 unless added otherwise."""
    drop = Drop(version=version)
    rows = [drop.add_school() for _ in range(schools)]
    for i in range(pupils):
        drop.add_pupil(school=rows[i % schools])
    return drop


def a_password_file(accounts_and_passwords: Mapping[str, str], *, bom: bool = False) -> bytes:
    """``account,initialPassword`` rows as the board of education's staff would save them."""
    rows = [{"account": a, "initialPassword": p} for a, p in accounts_and_passwords.items()]
    return (b"\xef\xbb\xbf" if bom else b"") + csv_bytes(("account", "initialPassword"), rows)


# -- staff ----------------------------------------------------------------------------------------


def a_post(
    begin: date = date(2026, 4, 1), end: date | None = date(2027, 3, 31), **facts: Any
) -> StaffPost:
    """A main post at 見本市立第1小学校 for the year."""
    defaults: dict[str, Any] = {
        "school": a_code(1), "school_name": "見本市立第1小学校", "main": True, "job": "教諭",
        "begin": begin, "end": end,
    }  # fmt: skip
    return StaffPost(**(defaults | facts))


def an_employment(n: int = 1, *posts: StaffPost, **facts: Any) -> Employment:
    """Member of staff number ``n``; another number is another person."""
    family, given = FAMILIES[n % len(FAMILIES)], GIVENS[n % len(GIVENS)]
    defaults: dict[str, Any] = {
        "number": f"T{n:04}", "account": "", "family": family[0], "given": given[0],
        "kana_family": family[1], "kana_given": given[1], "master": an_id(f"staff {n}"),
        "posts": posts or (a_post(),), "line": n + 1,
    }  # fmt: skip
    return Employment(**(defaults | facts))


def a_teacher(
    n: int = 1, *posts: StaffPost, status: Status = Status.ACTIVE, **facts: Any
) -> Record[StaffMember]:
    """Whose account we have made, with the homeroom 3年2組 where no post is named; ``facts`` are
    fields of ``Employment``."""
    held = posts or (a_post(homerooms=("3年2組",)),)
    one = an_employment(n, *held, **({"account": f"t{n}@{DOMAIN}"} | facts))
    _, member = one.on(TODAY, gap=7, prepare=10)
    account = {"userPrincipalName": one.account, "displayName": f"{one.family} {one.given}"}
    return Record(member, account, an_id(f"teacher {n}"), status)
