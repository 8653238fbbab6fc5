"""What the public importer sample of インタラクティブスタディ's maker (2023) refuses, rule by rule.

Source: 1EdTechJapan/DA2022, OneRoster1.2_CSV入力/M社. Written from the rules, independent of the
dialect's data, so that a slip in that data shows.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

_FIELD = re.compile(r'"((?:[^"]|"")*)"')
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_V4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_NAME = re.compile(r"(?![ 　])[^･-ﾟ]+(?<![ 　])")
_GRADES = re.compile(r"(P[1-6]|[JH][1-3]|0[1-9]|10)(,(P[1-6]|[JH][1-3]|0[1-9]|10))*")
_BOARD = re.compile(r"(0[1-9]|[1-3][0-9]|4[0-7])\d{4}")
_SCHOOL = re.compile(r"([ACDFH][12]|[BEG]1)(0[1-9]|[1-3][0-9]|4[0-7])[1-3][1-9]\d{7}")

HEADERS = {
    "academicSessions": "title,type,startDate,endDate,parentSourcedId,schoolYear",
    "orgs": "name,type,identifier,parentSourcedId",
    "courses": "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
    "classes": "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
    "termSourcedIds,subjects,subjectCodes,periods,metadata.jp.specialNeeds",
    "users": "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,"
    "phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,"
    "preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,"
    "metadata.jp.kanaGivenName,metadata.jp.kanaFamilyName,metadata.jp.kanaMiddleName,"
    "metadata.jp.homeClass",
    "roles": "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
    "enrollments": "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate,"
    "metadata.jp.ShussekiNo,metadata.jp.PublicFlg",
}
FILLED = {
    "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
    "orgs": "name type",
    "courses": "title orgSourcedId",
    "classes": "title classType courseSourcedId schoolSourcedId termSourcedIds",
    "users": "enabledUser username givenName familyName preferredGivenName preferredFamilyName"
    " metadata.jp.kanaGivenName metadata.jp.kanaFamilyName userMasterIdentifier"
    " metadata.jp.homeClass",
    "roles": "userSourcedId roleType role orgSourcedId",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary",
}
REFERENCES = {
    "courses": {"schoolYearSourcedId": "academicSessions", "orgSourcedId": "orgs"},
    "classes": {
        "courseSourcedId": "courses",
        "schoolSourcedId": "orgs",
        "termSourcedIds": "academicSessions",
    },
    "users": {"primaryOrgSourcedId": "orgs", "metadata.jp.homeClass": "classes"},
    "roles": {"userSourcedId": "users", "orgSourcedId": "orgs"},
    "enrollments": {
        "classSourcedId": "classes",
        "schoolSourcedId": "orgs",
        "userSourcedId": "users",
    },
}

_BOOL = re.compile("true|True|false|False")
USERS = {
    "enabledUser": _BOOL,
    "userIds": re.compile(r"|\{\w*:\w*\}(,\{\w*:\w*\})*", re.ASCII),
    "grades": re.compile(f"|{_GRADES.pattern}"),
    "userMasterIdentifier": _V4,
    "givenName": _NAME,
    "familyName": _NAME,
    "preferredGivenName": _NAME,
    "preferredFamilyName": _NAME,
    "metadata.jp.kanaGivenName": _NAME,
    "metadata.jp.kanaFamilyName": _NAME,
}

type Files = dict[str, list[dict[str, str]]]


def complaints(body: bytes, school: str = "") -> list[str]:
    """Why the upload is refused; [] when it is taken. ``school``: the one it is uploaded for."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        raw = {name: archive.read(name) for name in archive.namelist()}
    found = [c for name, data in raw.items() for c in _bytes(name, data)]
    if found:
        return found
    files = {name.removesuffix(".csv"): _rows(data) for name, data in raw.items()}
    manifest = {row["propertyName"]: row["value"] for row in files.pop("manifest")}
    return [*_package(files, manifest), *_cells(files), *_relations(files, school)]


def _bytes(name: str, data: bytes) -> Iterator[str]:
    if data.startswith(b"\xef\xbb\xbf"):
        yield f"{name}: BOM"
    header, *lines = data.decode().removesuffix("\r\n").split("\r\n")
    if not lines:
        yield f"{name}: header only"
    known = HEADERS.get(name.removesuffix(".csv"))
    whole = f"sourcedId,status,dateLastModified,{known}"
    if known and not header.replace('"', "").startswith(whole):
        yield f"{name}: header"
    if not all(re.fullmatch(rf"{_FIELD.pattern}(,{_FIELD.pattern})*", line) for line in lines):
        yield f"{name}: unquoted field"


def _rows(data: bytes) -> list[dict[str, str]]:
    lines = data.decode().removesuffix("\r\n").split("\r\n")
    table = [[f.replace('""', '"') for f in _FIELD.findall(line)] for line in lines]
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


def _package(files: Files, manifest: dict[str, str]) -> Iterator[str]:
    head = list(manifest.items())[:2]
    if head != [("manifest.version", "1.0"), ("oneroster.version", "1.2")]:
        yield "manifest: versions"
    for name in {"orgs", "classes", "enrollments", "users"} - files.keys():
        yield f"{name}: required"
    for name, rows in files.items():
        mode = manifest[f"file.{name}"]
        if mode == "delta" and not all(r["status"] and r["dateLastModified"] for r in rows):
            yield f"{name}: status"
        ids = [row["sourcedId"] for row in rows]
        if len(ids) != len(set(ids)) or not all(map(_UUID.fullmatch, ids)):
            yield f"{name}: sourcedId"


def _cells(files: Files) -> Iterator[str]:
    for name, columns in FILLED.items():
        for column in columns.split():
            if not all(row[column] for row in files.get(name, [])):
                yield f"{name}.{column}: blank"
    for user in files["users"]:
        yield from (f"users.{c}" for c, pattern in USERS.items() if not pattern.fullmatch(user[c]))
    for course in files.get("courses", []):
        if course["courseCode"] or not re.fullmatch(r"\d{4}年度.*[^ 　]", course["title"]):
            yield "courses: title or code"


def _relations(files: Files, school: str) -> Iterator[str]:
    yield from _dangling(files)
    for org in files["orgs"]:
        is_board = org["type"] == "district"
        if is_board and org["parentSourcedId"] not in {"", "NULL"}:
            yield "orgs: district with a parent"
        if not (_BOARD if is_board else _SCHOOL).fullmatch(org["identifier"]):
            yield "orgs: identifier"
    masters = [row["userMasterIdentifier"] for row in files["users"]]
    if len(masters) != len(set(masters)):
        yield "users: one master id twice"
    if any(r["role"] == "student" and r["primary"] != "false" for r in files["enrollments"]):
        yield "enrollments: a pupil as primary teacher"
    primary = {r["userSourcedId"] for r in files.get("roles", []) if r["roleType"] == "primary"}
    if {role["userSourcedId"] for role in files.get("roles", [])} - primary:
        yield "roles: nobody's primary"
    if school and school not in {org["identifier"] for org in files["orgs"]}:
        yield "orgs: not the school of this upload"


def _dangling(files: Files) -> Iterator[str]:
    known = {name: {row["sourcedId"] for row in rows} for name, rows in files.items()}
    for name, columns in REFERENCES.items():
        for column, target in columns.items():
            pointed = {row[column] for row in files.get(name, [])} - {""}
            if pointed - known.get(target, set()):
                yield f"{name}.{column}: points at nothing in this upload"
