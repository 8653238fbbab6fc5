"""Pupils' rows of users.csv, each with what the ladder must know; staff are left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Finding, Place
from kakehashi.preprocess import names
from kakehashi.preprocess.accounts import Choice, Chooser
from kakehashi.preprocess.cells import cells
from kakehashi.preprocess.enrolments import Enrolments, Roles
from kakehashi.preprocess.holds import Codes, Unread
from kakehashi.preprocess.years import When
from kakehashi.roster import Held

if TYPE_CHECKING:
    from kakehashi.city import City
    from kakehashi.oneroster import Package

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_ISO_DAY = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])\Z")
_COLUMNS = ("sourcedId", "enabledUser", "userMasterIdentifier", "userIds", "username", "email",
            "grades", "metadata.jp.homeClass", "primaryOrgSourcedId", *names.COLUMNS)  # fmt: skip
USERS = "users.csv"
_FIRST_NAME = len(_COLUMNS) - len(names.COLUMNS)


@dataclass(slots=True, eq=False)
class PupilRow:
    """One pupil's row, equal to itself only.

    ``wrong`` tells why the account cannot be used. ``when`` and ``begin`` are those of the
    enrolment that counts most: today's, else a coming one, else the last. ``orgs`` are those of
    the student roles that count as much, ``org`` is primaryOrgSourcedId. ``held`` is the code of a
    check that wants the row held, or "". ``spelling`` are the cells of ``names.COLUMNS``.
    """

    line: int
    source: str
    pupil: str
    account: str
    wrong: Choice | None
    enabled: bool
    when: When
    begin: str
    grade: str
    home: str
    org: str
    orgs: tuple[str, ...]
    held: str
    spelling: tuple[str, ...]

    @property
    def score(self) -> tuple[bool, When, str]:
        """The ladder: enabled, enrolled today, latest begin date. Never the place in the file."""
        return (self.enabled, self.when, self.begin)

    @property
    def is_order(self) -> bool:
        """Whether the row asks for an account tonight."""
        return self.enabled and self.when is When.CURRENT

    def comes_by(self, day: str) -> bool:
        """Whether the enrolment is still to begin, and not after ``day`` (YYYY-MM-DD)."""
        told = bool(_ISO_DAY.match(self.begin)) and self.begin <= day
        return self.enabled and self.when is When.FUTURE and told

    @property
    def has_ended(self) -> bool:
        """Whether the roster says that the pupil has left this row."""
        return not self.enabled or self.when is When.ENDED

    def hold(self, code: str, *, leaving: bool = False) -> Held:
        return Held(code, self.line, self.pupil or None, self.account or None, leaving)


@dataclass(slots=True)
class PupilRows:
    pupils: list[PupilRow] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    total: int = 0
    staff: int = 0


def read_rows(
    package: Package, city: City, roles: Roles, enrolments: Enrolments, *,
    held_lines: Mapping[int, str], held_users: Codes,
) -> PupilRows:  # fmt: skip
    """Every row of a pupil; users of no role at all are held, staff are only counted."""
    found = PupilRows()
    chooser = Chooser(city)
    for line, row in cells(package, USERS, *_COLUMNS):
        found.total += 1
        source, enabled, umi, user_ids, username, email, grades, home, org = row[:_FIRST_NAME]
        students = roles.students.get(source)
        if students is None and source in roles.others:
            found.staff += 1
            continue
        held = held_lines.get(line) or held_users.get(source, "")
        pupil = umi.strip().lower()
        choice = chooser.choose(user_ids, username, email)
        if students is None:
            place = Place(USERS, line, "sourcedId")
            if not held:
                found.findings.append(rules.NO_ROLE.at(place, pupil=pupil or None))
            code = held or rules.NO_ROLE.code
            found.held.append(Held(code, line, pupil or None, choice.account or None))
            continue
        # of roles, as of memberships: never compare sourcedIds, they are new every night
        since = max([role[:2] for role in students])
        orgs = tuple([role.org for role in students if role.org and role[:2] == since])
        time, begin = _time(source, since[0], enrolments)
        found.pupils.append(
            PupilRow(
                line,
                source,
                pupil,
                choice.account,
                choice if choice.fault else None,
                enabled.strip().lower() == "true",
                time,
                begin or since[1],
                grades.split(",")[0].strip(),
                home.strip(),
                org.strip(),
                orgs,
                held,
                row[_FIRST_NAME:],
            )
        )
    return found


def _time(source: str, role: When, enrolments: Enrolments) -> tuple[When, str]:
    """When the pupil is here: as long as both the role and an enrolment last."""
    members = enrolments.homes.get(source)
    if members:
        best = max(members)
        if best.when is not When.CURRENT and source in enrolments.in_lessons:
            return role, best.begin
        return min(role, best.when), best.begin
    return (role if source in enrolments.in_lessons else When.ENDED), ""


def read_unread(rows: Iterable[Unread], domain: str, known: Set[str]) -> list[Held]:
    """Rows that could not be laid under the header, with the ids that still can be told.

    A cell shaped like a UUID that is nobody's sourcedId can only be the userMasterIdentifier, and
    a cell in the city's domain the account; where several differ, neither is told.
    """
    ending = "@" + domain.lower()
    found = []
    for row in rows:
        texts = {cell.strip().lower() for cell in row.cells[1:]}
        umis = {text for text in texts if _UUID.match(text) and text not in known}
        accounts = {text for text in texts if text.endswith(ending)}
        found.append(Held(row.code, row.line, _only(umis), _only(accounts)))
    return found


def _only(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def hold_rivals(rows: Iterable[PupilRow], unread: Iterable[Held]) -> None:
    """A row about the same pupil or account as an unread one cannot be judged: it is held too."""
    pupils = {held.pupil: held.code for held in unread if held.pupil}
    accounts = {held.account: held.code for held in unread if held.account}
    if pupils or accounts:
        for row in rows:
            row.held = row.held or pupils.get(row.pupil) or accounts.get(row.account) or ""


def hold_unenrolled(rows: Iterable[PupilRow], enrolments: Enrolments, code: str) -> None:
    """While an enrolment that names nobody could not be read, who has none has not left."""
    for row in rows:
        if row.enabled and row.when is When.ENDED and row.source not in enrolments.homes:
            row.held = row.held or code
