"""One pupil → the values of every record that tells of it, under the names of all header editions.

A header takes the columns it knows and leaves the rest. Every sourcedId is made from what the
thing *is* (board code, school code, 年度 and title, what tools have known the child by from the
first), so it is the same on every night, whatever C4th exported. No password, address or birth
date is ever written.

What many pupils share is a mapping. Of a pupil's own rows a city has a hundred thousand: their
values stand in a fixed order (``OWN``), and a header picks its columns from it at once.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter

from kakehashi.deliver.class_readings import told_grades
from kakehashi.deliver.dialect import Content, Header
from kakehashi.people.pupil import Pupil, class_id, school_id
from kakehashi.people.record import Record, Status

_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/oneroster")

type Key = tuple[str, str]
type Row = tuple[str, ...]
type Values = Mapping[str, str]
type Make = Callable[[Pupil, Board, Content], Values]

OWN = {
    "users.csv": (
        "sourcedId", "enabledUser", "orgSourcedIds", "role", "username", "userIds",
        "activeDirectoryMatchId", "givenName", "familyName", "grades", "userMasterIdentifier",
        "preferredGivenName", "preferredFamilyName", "primaryOrgSourcedId",
        "metadata.jp.kanaGivenName", "metadata.jp.kanaFamilyName",
        "metadata.jp.kanaPreferredGivenName", "metadata.jp.kanaPreferredFamilyName",
        "metadata.jp.homeClass", "kakehashi.schoolYear", "kakehashi.leftOn",
    ),
    "roles.csv": (
        "sourcedId", "userSourcedId", "roleType", "role", "orgSourcedId", "sessionSourcedId",
        "grade", "isPrimary",
    ),
    "enrollments.csv": (
        "sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary",
        "metadata.jp.shussekiNo",
    ),
}  # fmt: skip
"""File → the columns of what ``own`` makes, in the order of its values."""
_USER = OWN["users.csv"]


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


def v4(sourced_id: str) -> str:
    """The same id in the form of version 4, for importers that look at that digit."""
    return f"{sourced_id[:14]}4{sourced_id[15:]}" if sourced_id[14:15] == "5" else sourced_id


class _Ids:
    """The ids that we make, in one form; those of what many pupils share are kept."""

    def __init__(self, form: str) -> None:
        made = v4 if form == "v4" else str
        self._made = made
        self.shared = lru_cache(maxsize=256)(self.own)
        self.school = lru_cache(maxsize=1024)(lambda school: made(school_id(school)))
        self._class = lru_cache(maxsize=4096)(lambda *of: made(class_id(*of)))

    def own(self, kind: str, *parts: str) -> str:
        """uuid5 spelt out: the library's object in between costs twice as much as the hash."""
        name = "\x1f".join((kind, *parts)).encode()
        h = hashlib.sha1(SPACE.bytes + name, usedforsecurity=False).hexdigest()
        return self._made(f"{h[:8]}-{h[8:12]}-5{h[13:16]}-{_VARIANT[h[16]]}{h[17:20]}-{h[20:32]}")

    def home(self, pupil: Pupil) -> str:
        if not pupil.class_title:
            return ""
        return self._class(pupil.school, pupil.school_year, pupil.class_title)

    def session(self, pupil: Pupil) -> str:
        return self.shared("session", str(pupil.school_year))

    def district(self, board: Board) -> str:
        return self.shared("district", board.code)

    def course(self, pupil: Pupil, board: Board) -> str:
        return self.shared("course", board.code, str(pupil.school_year))


_ids = cache(_Ids)


def shared(pupil: Pupil, board: Board, content: Content) -> Iterator[tuple[Key, Make]]:
    """Keys of the records this pupil shares with others, and how to make each."""
    ids = _ids(content.ids)
    yield ("academicSessions.csv", ids.session(pupil)), _session
    yield ("orgs.csv", ids.district(board)), _district
    yield ("orgs.csv", ids.school(pupil.school)), _school
    if pupil.class_title:
        yield ("courses.csv", ids.course(pupil, board)), _course
        yield ("classes.csv", ids.home(pupil)), _class


def own(record: Record, content: Content) -> Iterator[tuple[Key, Row]]:
    """The pupil's own records: one user, one role, and an enrollment where there is a class."""
    pupil, ids = record.pupil, _ids(content.ids)
    school, home = ids.school(pupil.school), ids.home(pupil)
    yield ("users.csv", record.sourced_id), _user(record, school, home, content)
    role = ids.own("role", record.sourced_id, pupil.school)
    yield ("roles.csv", role), (
        role, record.sourced_id, "primary", "student", school, ids.session(pupil),
        _grade(pupil, content), "true", "",
    )  # fmt: skip
    if home:
        # of the class as it is called everywhere, whatever form its id has
        known = home if content.ids == "v5" else _ids("v5").home(pupil)
        enrollment = ids.own("enrollment", record.sourced_id, known)
        yield ("enrollments.csv", enrollment), (
            enrollment, home, school, record.sourced_id, "student", "false",
            _number(pupil, content), "",
        )  # fmt: skip


def pickers(header: Header) -> dict[str, Callable[[Row], Row]]:
    """File of ``OWN`` and ``header`` → what turns the values of ``own`` into a row under it."""
    return {file: _picker(OWN[file], header[file]) for file in OWN if file in header}


def _picker(known: Sequence[str], columns: Sequence[str]) -> Callable[[Row], Row]:
    at = {name: n for n, name in enumerate(known)}
    places = [at.get(column, -1) for column in columns]  # the last of the values is a blank
    picked: Callable[[Row], Row] = itemgetter(*places)
    return picked


# -- shared records ----------------------------------------------------------------------------


def _session(pupil: Pupil, _board: Board, content: Content) -> Values:
    # Japan writes the 年度 that begins and a last day that is included; the base standard writes
    # the year in which it ends and an excluded day (§3 of the binding).
    year, base = pupil.school_year, content.years == "base"
    return {
        "sourcedId": _ids(content.ids).session(pupil),
        "title": f"{year}年度",
        "type": "schoolYear",
        "startDate": f"{year}-04-01",
        "endDate": f"{year + 1}-04-01" if base else f"{year + 1}-03-31",
        "schoolYear": str(year + base),
    }


def _district(_pupil: Pupil, board: Board, content: Content) -> Values:
    return {
        "sourcedId": _ids(content.ids).district(board),
        "name": board.name,
        "type": "district",
        "identifier": board.code,
    }


def _school(pupil: Pupil, board: Board, content: Content) -> Values:
    return {
        "sourcedId": _ids(content.ids).school(pupil.school),
        "name": pupil.school_name,
        "type": "school",
        "identifier": pupil.school,
        "parentSourcedId": _ids(content.ids).district(board),
    }


def _course(pupil: Pupil, board: Board, content: Content) -> Values:
    return {
        "sourcedId": _ids(content.ids).course(pupil, board),
        "schoolYearSourcedId": _ids(content.ids).session(pupil),
        "title": f"{pupil.school_year}年度ホームルーム",
        "orgSourcedId": _ids(content.ids).district(board),
    }


def _class(pupil: Pupil, board: Board, content: Content) -> Values:
    special = ("false", "true")[pupil.special_needs] if content.special_needs else ""
    grades: Sequence[str] = pupil.class_grades
    if content.classes_by_title:
        grades = told_grades(grades, pupil.class_title)
    return {
        "sourcedId": _ids(content.ids).home(pupil),
        "title": pupil.class_title,
        "grades": ",".join(content.grade_codes.get(g, g) for g in grades),
        "courseSourcedId": _ids(content.ids).course(pupil, board),
        "classType": "homeroom",
        "schoolSourcedId": _ids(content.ids).school(pupil.school),
        "orgSourcedId": _ids(content.ids).school(pupil.school),
        "termSourcedIds": _ids(content.ids).session(pupil),
        "sessionSourcedIds": _ids(content.ids).session(pupil),
        "metadata.jp.specialNeeds": special,
        "kakehashi.schoolYear": str(pupil.school_year),
    }


# -- a pupil's own records ---------------------------------------------------------------------


def _user(record: Record, school: str, home: str, content: Content) -> Row:
    pupil, status = record.pupil, record.status
    enabled = status is Status.ACTIVE or content.enabled == "always"
    left = record.suspended_on or record.absent_since if not enabled else None
    values = (
        record.sourced_id, "true" if enabled else "false", school, "student", pupil.account,
        user_ids(pupil.account, content), pupil.account, pupil.given, pupil.family,
        _grade(pupil, content), pupil.id, pupil.given, pupil.family, school, pupil.kana_given,
        pupil.kana_family, pupil.kana_given, pupil.kana_family, home,
        _year(pupil.school_year), left.isoformat() if left else "", "",
    )  # fmt: skip
    return _filled(values, content) if content.halves else values


def _filled(values: Row, content: Content) -> Row:
    cells = list(values)
    for pair in content.halves:
        halves = [_USER.index(half) for half in pair]
        if any(values[at] for at in halves):
            for at in halves:
                cells[at] = values[at] or content.empty
    return tuple(cells)


def user_ids(account: str, content: Content) -> str:
    items = (f"{{{kind}:{account}}}" for kind in content.id_types)
    return ",".join(item for item in items if content.id_pattern.fullmatch(item))


def _grade(pupil: Pupil, content: Content) -> str:
    return content.grade_codes.get(pupil.grade, pupil.grade)


_year = lru_cache(maxsize=64)(str)  # one text for all


def _number(pupil: Pupil, content: Content) -> str:
    shown = content.attendance_number and pupil.attendance_no is not None
    return str(pupil.attendance_no) if shown else ""
