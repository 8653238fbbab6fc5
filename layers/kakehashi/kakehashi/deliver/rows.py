"""One pupil → the values of every record that tells of it, under the names of all header editions.

A header takes the columns it knows and leaves the rest. Every sourcedId is made from what the
thing *is* (board code, school code, 年度 and title, what tools have known the child by from the
first), so it is the same on every night, whatever C4th exported. No password, address or birth
date is ever written.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kakehashi.deliver.class_readings import told_grades
from kakehashi.deliver.dialect import Content
from kakehashi.people.pupil import Pupil, class_id, school_id
from kakehashi.people.record import Record, Status

_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/oneroster")

type Key = tuple[str, str]
type Values = Mapping[str, str]
type Make = Callable[[Pupil, Board, Content], Values]


@dataclass(frozen=True, slots=True)
class Board:
    """The board of education (教育委員会): the district above all schools."""

    code: str
    name: str

    @classmethod
    def of(cls, code: str, city_name: str) -> Board:
        return cls(
            code, city_name if city_name.endswith("教育委員会") else f"{city_name}教育委員会"
        )


def _id(kind: str, *parts: str) -> str:
    """uuid5 spelt out: the library's object in between costs twice as much as the hash."""
    name = "\x1f".join((kind, *parts)).encode()
    h = hashlib.sha1(SPACE.bytes + name, usedforsecurity=False).hexdigest()
    return f"{h[:8]}-{h[8:12]}-5{h[13:16]}-{_VARIANT[h[16]]}{h[17:20]}-{h[20:32]}"


_shared_id = lru_cache(maxsize=256)(_id)
_school_id = lru_cache(maxsize=1024)(school_id)
_class_id = lru_cache(maxsize=4096)(class_id)


def _home(pupil: Pupil) -> str:
    if not pupil.class_title:
        return ""
    return _class_id(pupil.school, pupil.school_year, pupil.class_title)


def shared(pupil: Pupil, board: Board) -> Iterator[tuple[Key, Make]]:
    """Keys of the records this pupil shares with others, and how to make each."""
    yield ("academicSessions.csv", _session_id(pupil)), _session
    yield ("orgs.csv", _shared_id("district", board.code)), _district
    yield ("orgs.csv", _school_id(pupil.school)), _school
    if pupil.class_title:
        yield ("courses.csv", _course_id(pupil, board)), _course
        yield ("classes.csv", _home(pupil)), _class


def own(record: Record, content: Content) -> Iterator[tuple[Key, Values]]:
    """The pupil's own records: one user, one role, and an enrollment where there is a class."""
    pupil = record.pupil
    yield ("users.csv", record.sourced_id), _user(record, content)
    role = _id("role", record.sourced_id, pupil.school)
    yield ("roles.csv", role), _role(role, record, content)
    if pupil.class_title:
        enrollment = _id("enrollment", record.sourced_id, _home(pupil))
        yield ("enrollments.csv", enrollment), _enrollment(enrollment, record, content)


# -- shared records ----------------------------------------------------------------------------


def _session_id(pupil: Pupil) -> str:
    return _shared_id("session", str(pupil.school_year))


def _course_id(pupil: Pupil, board: Board) -> str:
    return _shared_id("course", board.code, str(pupil.school_year))


def _session(pupil: Pupil, _board: Board, content: Content) -> Values:
    # Japan writes the 年度 that begins and a last day that is included; the base standard writes
    # the year in which it ends and an excluded day (§3 of the binding).
    year, base = pupil.school_year, content.years == "base"
    return {
        "sourcedId": _session_id(pupil),
        "title": f"{year}年度",
        "type": "schoolYear",
        "startDate": f"{year}-04-01",
        "endDate": f"{year + 1}-04-01" if base else f"{year + 1}-03-31",
        "schoolYear": str(year + base),
    }


def _district(_pupil: Pupil, board: Board, _content: Content) -> Values:
    return {
        "sourcedId": _shared_id("district", board.code),
        "name": board.name,
        "type": "district",
        "identifier": board.code,
    }


def _school(pupil: Pupil, board: Board, _content: Content) -> Values:
    return {
        "sourcedId": _school_id(pupil.school),
        "name": pupil.school_name,
        "type": "school",
        "identifier": pupil.school,
        "parentSourcedId": _shared_id("district", board.code),
    }


def _course(pupil: Pupil, board: Board, _content: Content) -> Values:
    return {
        "sourcedId": _course_id(pupil, board),
        "schoolYearSourcedId": _session_id(pupil),
        "title": f"{pupil.school_year}年度ホームルーム",
        "orgSourcedId": _shared_id("district", board.code),
    }


def _class(pupil: Pupil, board: Board, content: Content) -> Values:
    special = ("false", "true")[pupil.special_needs] if content.special_needs else ""
    grades: Sequence[str] = pupil.class_grades
    if content.classes_by_title:
        grades = told_grades(grades, pupil.class_title)
    return {
        "sourcedId": _home(pupil),
        "title": pupil.class_title,
        "grades": ",".join(content.grade_codes.get(g, g) for g in grades),
        "courseSourcedId": _course_id(pupil, board),
        "classType": "homeroom",
        "schoolSourcedId": _school_id(pupil.school),
        "orgSourcedId": _school_id(pupil.school),
        "termSourcedIds": _session_id(pupil),
        "sessionSourcedIds": _session_id(pupil),
        "metadata.jp.specialNeeds": special,
        "kakehashi.schoolYear": str(pupil.school_year),
    }


# -- a pupil's own records ---------------------------------------------------------------------


def _user(record: Record, content: Content) -> Values:
    pupil, school = record.pupil, _school_id(record.pupil.school)
    enabled = record.status is Status.ACTIVE or content.enabled == "always"
    left = record.suspended_on or record.absent_since if not enabled else None
    values = {
        "sourcedId": record.sourced_id,
        "enabledUser": "true" if enabled else "false",
        "orgSourcedIds": school,
        "role": "student",
        "username": pupil.account,
        "userIds": user_ids(pupil.account, content),
        "activeDirectoryMatchId": pupil.account,
        "givenName": pupil.given,
        "familyName": pupil.family,
        "grades": _grade(pupil, content),
        "userMasterIdentifier": pupil.id,
        "preferredGivenName": pupil.given,
        "preferredFamilyName": pupil.family,
        "primaryOrgSourcedId": school,
        "metadata.jp.kanaGivenName": pupil.kana_given,
        "metadata.jp.kanaFamilyName": pupil.kana_family,
        "metadata.jp.kanaPreferredGivenName": pupil.kana_given,
        "metadata.jp.kanaPreferredFamilyName": pupil.kana_family,
        "metadata.jp.homeClass": _home(pupil),
        "kakehashi.schoolYear": str(pupil.school_year),
        "kakehashi.leftOn": left.isoformat() if left else "",
    }
    for pair in content.halves:
        if any(values[half] for half in pair):
            values |= {half: values[half] or content.empty for half in pair}
    return values


def user_ids(account: str, content: Content) -> str:
    items = (f"{{{kind}:{account}}}" for kind in content.id_types)
    return ",".join(item for item in items if content.id_pattern.fullmatch(item))


def _grade(pupil: Pupil, content: Content) -> str:
    return content.grade_codes.get(pupil.grade, pupil.grade)


def _role(role: str, record: Record, content: Content) -> Values:
    pupil = record.pupil
    return {
        "sourcedId": role,
        "userSourcedId": record.sourced_id,
        "roleType": "primary",
        "role": "student",
        "orgSourcedId": _school_id(pupil.school),
        "sessionSourcedId": _session_id(pupil),
        "grade": _grade(pupil, content),
        "isPrimary": "true",
    }


def _enrollment(enrollment: str, record: Record, content: Content) -> Values:
    pupil = record.pupil
    number = "" if pupil.attendance_no is None else str(pupil.attendance_no)
    shown = number if content.attendance_number else ""
    return {
        "sourcedId": enrollment,
        "classSourcedId": _home(pupil),
        "schoolSourcedId": _school_id(pupil.school),
        "userSourcedId": record.sourced_id,
        "role": "student",
        "primary": "false",
        "metadata.jp.shussekiNo": shown,
    }
