"""A small, clean package to spoil: two schools, three pupils, nothing to find."""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from collections.abc import Callable, Mapping

from kakehashi.oneroster import PROFILES, files_of

PROFILE = PROFILES["PSE_V6.00"]

YEAR = "10000000-0000-4000-8000-000000000001"
BOARD, SCHOOL, JUNIOR = (f"20000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
COURSE, J_COURSE = (f"30000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
CLASS, J_CLASS = (f"40000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
USERS = [f"50000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3)]
MASTERS = [f"60000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3)]
SCHOOL_CODE, JUNIOR_CODE = "B108299900015", "C108299900013"

Cells = dict[str, str]
Files = dict[str, list[Cells]]


def clean() -> Files:
    """Rows by file; a column left out is blank."""
    session = {"sourcedId": YEAR, "title": "2026年度", "type": "schoolYear"}
    dates = {"startDate": "2026-04-01", "endDate": "2027-03-31", "schoolYear": "2026"}
    return {
        "academicSessions.csv": [session | dates],
        "orgs.csv": [
            {"sourcedId": BOARD, "name": "見本市", "type": "district", "identifier": "082999"},
            _school(SCHOOL, "見本小学校", SCHOOL_CODE),
            _school(JUNIOR, "見本中学校", JUNIOR_CODE),
        ],
        "courses.csv": [_course(COURSE, SCHOOL), _course(J_COURSE, JUNIOR)],
        "classes.csv": [
            _class(CLASS, "1年1組", "P1", COURSE, SCHOOL),
            _class(J_CLASS, "1年1組", "J1", J_COURSE, JUNIOR),
        ],
        "users.csv": [
            _user(0, "P1", SCHOOL, CLASS),
            _user(1, "P1", SCHOOL, CLASS),
            _user(2, "J1", JUNIOR, J_CLASS),
        ],
        "roles.csv": [_role(0, SCHOOL), _role(1, SCHOOL), _role(2, JUNIOR)],
        "enrollments.csv": [
            _enrolment(0, CLASS, SCHOOL),
            _enrolment(1, CLASS, SCHOOL),
            _enrolment(2, J_CLASS, JUNIOR),
        ],
    }


def many(pupils: int) -> Files:
    """The clean package with this many pupils in its first class."""
    files = clean()
    for file, kind in (("users.csv", 5), ("roles.csv", 7), ("enrollments.csv", 8)):
        model = files[file].pop(0)
        files[file].clear()
        for n in range(pupils):
            new = {"sourcedId": f"{kind}0000000-0000-4000-8000-{n:012}"}
            other = {"userSourcedId": f"50000000-0000-4000-8000-{n:012}"} if kind > 5 else {}
            account = {"username": f"pupil{n}", "userIds": f"{{MS:pupil{n}@ed.example.jp}}"}
            master = {"userMasterIdentifier": f"60000000-0000-4000-8000-{n:012}", **account}
            number = {"metadata.jp.shussekiNo": str(n + 1)} if kind == 8 else {}
            files[file].append(model | new | other | number | (master if kind == 5 else {}))
    return files


def without_profile(files: Files) -> None:
    """Empty each column that the Japan profiles add; its heading stays."""
    for row in itertools.chain(*files.values()):
        row.update({name: "" for name in row if name.startswith("metadata.jp.")})


def _school(sourced_id: str, name: str, code: str) -> Cells:
    return {
        "sourcedId": sourced_id,
        "name": name,
        "type": "school",
        "identifier": code,
        "parentSourcedId": BOARD,
    }


def _course(sourced_id: str, org: str) -> Cells:
    return {
        "sourcedId": sourced_id,
        "schoolYearSourcedId": YEAR,
        "title": "2026年度ホームルーム",
        "orgSourcedId": org,
    }


def _class(sourced_id: str, title: str, grade: str, course: str, school: str) -> Cells:
    return {
        "sourcedId": sourced_id,
        "title": title,
        "grades": grade,
        "courseSourcedId": course,
        "classType": "homeroom",
        "schoolSourcedId": school,
        "termSourcedIds": YEAR,
        "metadata.jp.specialNeeds": "false",
    }


def _user(n: int, grade: str, school: str, home: str) -> Cells:
    name = {"givenName": "花子", "familyName": "見本"}
    return {
        "sourcedId": USERS[n],
        "enabledUser": "true",
        "username": f"pupil{n}",
        "userIds": f"{{MS:pupil{n}@ed.example.jp}}",
        **name,
        "grades": grade,
        "userMasterIdentifier": MASTERS[n],
        "preferredGivenName": "花子",
        "preferredFamilyName": "見本",
        "primaryOrgSourcedId": school,
        "metadata.jp.kanaGivenName": "ハナコ",
        "metadata.jp.kanaFamilyName": "ミホン",
        "metadata.jp.homeClass": home,
    }


def _role(n: int, school: str) -> Cells:
    return {
        "sourcedId": f"70000000-0000-4000-8000-00000000000{n}",
        "userSourcedId": USERS[n],
        "roleType": "primary",
        "role": "student",
        "beginDate": "2026-04-01",
        "endDate": "2027-03-31",
        "orgSourcedId": school,
    }


def _enrolment(n: int, class_: str, school: str) -> Cells:
    return {
        "sourcedId": f"80000000-0000-4000-8000-00000000000{n}",
        "classSourcedId": class_,
        "schoolSourcedId": school,
        "userSourcedId": USERS[n],
        "role": "student",
        "primary": "false",
        "beginDate": "2026-04-01",
        "endDate": "2027-03-31",
        "metadata.jp.shussekiNo": str(n + 1),
        "metadata.jp.publicFlg": "true",
    }


def csv_bytes(rows: list[list[str]], line_end: str = "\r\n") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator=line_end).writerows(rows)
    return out.getvalue().encode()


def manifest(modes: Mapping[str, str], version: str = "1.2_JP") -> list[list[str]]:
    rows = [["propertyName", "value"], ["manifest.version", "1.0"], ["oneroster.version", version]]
    listed = files_of(version if version in {"1.1", "1.2", "1.2.1", "1.2_JP"} else "1.2")
    return rows + [[f"file.{f.removesuffix('.csv')}", modes.get(f, "absent")] for f in listed]


def sheets(files: Files, version: str = "1.2_JP") -> dict[str, list[list[str]]]:
    """Each file as rows of cells, header first, manifest among them."""
    out = {"manifest.csv": manifest(dict.fromkeys(files, "bulk"), version)}
    for file, rows in files.items():
        header = list(PROFILE.header(file))
        header += [c for c in dict.fromkeys(c for row in rows for c in row) if c not in header]
        out[file] = [header, *([row.get(c, "") for c in header] for row in rows)]
    return out


def loose(files: Files | None = None, version: str = "1.2_JP") -> dict[str, bytes]:
    """The package as loose files."""
    given = clean() if files is None else files
    return {name: csv_bytes(rows) for name, rows in sheets(given, version).items()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    return compressed(files, zipfile.ZIP_DEFLATED)


def compressed(files: Mapping[str, bytes], method: int) -> bytes:
    """A zip whose entries bear no time, so that the same files make the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name), body, method)
    return out.getvalue()


def spoiled(spoil: Callable[[Files], object]) -> dict[str, bytes]:
    """The clean package after ``spoil`` has changed its rows."""
    files = clean()
    spoil(files)
    return loose(files)


def reshaped(spoil: Callable[[dict[str, list[list[str]]]], object]) -> dict[str, bytes]:
    """The clean package after ``spoil`` has changed its cells, headers and manifest."""
    cells = sheets(clean())
    spoil(cells)
    return {name: csv_bytes(rows) for name, rows in cells.items()}
