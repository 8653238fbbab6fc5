"""What a first export tells of a city: schools, titles, sizes, and where its accounts lie. Pure.

Counts, codes, names of schools and titles of classes; nothing of a pupil leaves this module.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kakehashi.city import Source
from kakehashi.oneroster import Package, Table
from kakehashi.people.pupil import GRADES
from kakehashi.preprocess.lexicon import Lexicon
from kakehashi.preprocess.names import LOST
from kakehashi.preprocess.schools import stem

UNIFIED = "C2"  # how the MEXT code of a 義務教育学校 begins
BOARD = re.compile(r"(0[1-9]|[1-3][0-9]|4[0-7])[0-9]{4}")
SCHOOL = re.compile(r"[A-H][12][0-9]{11}")
_USER_ID = re.compile(r"\{([^:{}]+):([^{}]+)\}")
_BOARD_WORDS = re.compile(r"教育委員会\s*\Z")
_CODE_HEADINGS = ("学校コード", "code", "mext_code")
_NAME_HEADINGS = ("学校名", "name")
_NEXT_HEADINGS = ("移行後の学校コード", "新学校コード", "new_code")
_CLOSED_HEADINGS = ("属性情報廃止年月日", "closed")
_SCHOOLING = frozenset({"B1", "C1", "C2", "D2", "E1"})  # whose children are of grades P1 to J3


class BadCodes(ValueError):
    """The file of school codes has no heading row that names codes and schools."""


@dataclass(frozen=True, slots=True)
class Codes:
    """A list of school codes: names by code, which are closed, and what the list says has followed
    a school: no code, one, or several where its children were divided."""

    names: Mapping[str, str] = MappingProxyType({})
    closed: frozenset[str] = frozenset()
    followed_by: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def now(self, code: str) -> str:
        """The open school that alone has followed a closed one, however many steps it took; ""
        where the list leads to none, to several, back again or to a kindergarten."""
        at, seen = code, set[str]()
        while at in self.closed:
            seen.add(at)
            following = self.followed_by.get(at, ())
            if len(following) != 1 or following[0] in seen:
                return ""
            at = following[0]
        return at if at[:2] in _SCHOOLING and at != code else ""


@dataclass(frozen=True, slots=True)
class SchoolSeen:
    """One MEXT code of the export. ``names`` are those of its orgs, in file order."""

    code: str
    names: tuple[str, ...]
    pupils: int

    @property
    def unified(self) -> bool:
        return self.code.startswith(UNIFIED) or len(self.names) > 1


@dataclass(frozen=True, slots=True)
class SpecialSeen:
    """A title that is marked as a special-needs class, or that tells of one by its words."""

    school: str
    title: str
    marked: bool


@dataclass(frozen=True, slots=True)
class FirstLook:
    """``uncoded`` are names of schools without a usable code, ``titles`` the home classes' titles
    by grade, ``domains`` and ``account_types`` how many userIds bear them, the most first."""

    city: str
    board_codes: tuple[str, ...]
    version: str
    domains: tuple[str, ...]
    account_types: tuple[str, ...]
    schools: tuple[SchoolSeen, ...]
    uncoded: tuple[str, ...]
    titles: Mapping[str, tuple[str, ...]]
    special: tuple[SpecialSeen, ...]
    pupils: int


def look(package: Package) -> FirstLook:
    """Read what the export tells. Missing files and columns tell nothing."""
    orgs = list(_records(package, "orgs.csv"))
    boards = [org for org in orgs if org.get("type") == "district"]
    codes = {org["sourcedId"]: _code(org) for org in orgs if org.get("type") == "school"}
    pupils = _pupils_by_school(package, codes)
    types, domains = _accounts(package)
    return FirstLook(
        city=next((_BOARD_WORDS.sub("", org["name"]) for org in boards if org["name"]), ""),
        board_codes=tuple(
            dict.fromkeys(o["identifier"] for o in boards if BOARD.fullmatch(o["identifier"]))
        ),
        version=package.version,
        domains=domains,
        account_types=types,
        schools=_schools(orgs, codes, pupils),
        uncoded=tuple(o["name"] for o in orgs if codes.get(o["sourcedId"]) == ""),
        titles=_titles(package),
        special=_special(package, codes),
        pupils=len({user for users in pupils.values() for user in users}),
    )


def read_codes(body: bytes) -> Codes:
    """A CSV of school codes, as MEXT's list is saved from Excel. Raises BadCodes."""
    rows = list(csv.reader(io.StringIO(_decoded(body), newline="")))
    for at, row in enumerate(rows):
        heads = ["".join(cell.split()) for cell in row]  # some editions break lines in headings
        code, name = _column(heads, _CODE_HEADINGS), _column(heads, _NAME_HEADINGS)
        if code is not None and name is not None:
            further = _column(heads, _NEXT_HEADINGS), _column(heads, _CLOSED_HEADINGS)
            return _codes(rows[at + 1 :], code, name, *further)
    raise BadCodes


def _codes(
    rows: Iterable[list[str]], code: int, name: int, following: int | None, closed: int | None
) -> Codes:
    """Without a column of days, a school that another has followed is closed."""
    names, gone, next_ = {}, set(), {}
    for row in rows:
        if len(row) <= max(code, name) or not SCHOOL.fullmatch(one := row[code].strip()):
            continue
        names[one] = " ".join(row[name].split())
        if after := tuple(dict.fromkeys(SCHOOL.findall(_cell(row, following)))):
            next_[one] = after
        if _cell(row, closed) or (closed is None and after):
            gone.add(one)
    return Codes(names, frozenset(gone), next_)


def _cell(row: list[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _column(heads: list[str], known: Iterable[str]) -> int | None:
    return next((heads.index(head) for head in known if head in heads), None)


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp932", errors="replace")


# -- what the files tell ------------------------------------------------------------------------


def _records(package: Package, file: str) -> Iterator[dict[str, str]]:
    yield from package.tables.get(file, Table(file)).records()


def _code(org: Mapping[str, str]) -> str:
    written = org["identifier"].strip().upper()
    return written if SCHOOL.fullmatch(written) else ""


def _pupils_by_school(package: Package, codes: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in _records(package, "enrollments.csv"):
        if row.get("role") == "student" and (code := codes.get(row["schoolSourcedId"])):
            found.setdefault(code, set()).add(row["userSourcedId"])
    return found


def _accounts(package: Package) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Types of the userIds that look like accounts, and domains of all that does."""
    types, domains = Counter[str](), Counter[str]()
    for row in _records(package, "users.csv"):
        for kind, value in _USER_ID.findall(row.get("userIds", "")):
            if "@" in value:
                types[kind] += 1
                domains[value.rpartition("@")[2].lower()] += 1
        domains.update(
            row[column].rpartition("@")[2].lower()
            for column in ("username", "email")
            if "@" in row.get(column, "")
        )
    known = Source().account_types
    return tuple(t for t, _ in types.most_common() if t in known), _ranked(domains)


def _ranked(counter: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(counter, key=lambda text: (-counter[text], text)))


def _schools(
    orgs: Iterable[Mapping[str, str]], codes: Mapping[str, str], pupils: Mapping[str, set[str]]
) -> tuple[SchoolSeen, ...]:
    names: dict[str, list[str]] = {}
    for org in orgs:
        if code := codes.get(org["sourcedId"]):
            names.setdefault(code, []).append(org["name"].strip())
    return tuple(
        SchoolSeen(code, tuple(found), len(pupils.get(code, ())))
        for code, found in sorted(names.items())
    )


def _homerooms(package: Package) -> Iterator[dict[str, str]]:
    yield from (c for c in _records(package, "classes.csv") if c.get("classType") == "homeroom")


def _titles(package: Package) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for row in _homerooms(package):
        for grade in row.get("grades", "").split(","):
            if grade.strip() in GRADES and not _tells(row):
                found.setdefault(grade.strip(), set()).add(row["title"])
    return {grade: tuple(sorted(found[grade])) for grade in GRADES if grade in found}


def _special(package: Package, codes: Mapping[str, str]) -> tuple[SpecialSeen, ...]:
    seen = {
        SpecialSeen(codes.get(row["schoolSourcedId"], ""), row["title"], _marked(row))
        for row in _homerooms(package)
        if _tells(row)
    }
    return tuple(sorted(seen, key=lambda one: (one.school, one.title)))


def _marked(row: Mapping[str, str]) -> bool:
    return row.get("metadata.jp.specialNeeds", "").lower() == "true"


def _tells(row: Mapping[str, str]) -> bool:
    return _marked(row) or _LEXICON.tells(row["title"])


_LEXICON = Lexicon()


def official_name(school: SchoolSeen, codes: Codes) -> str:
    """The list's name for the school, else the shortest of its own without 前期 and 後期. A list
    that lost a letter on its way through Shift_JIS has none: 上陽北?学園 in MEXT's own."""
    listed = codes.names.get(school.code, "")
    if listed and LOST.isdisjoint(listed):
        return listed
    stems = {stem(name) for name in school.names} - {""} or set(school.names)
    return min(stems, key=lambda name: (len(name), name))
