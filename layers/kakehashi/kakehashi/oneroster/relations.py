"""Checks across rows and files that are more than "does the target exist"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations

from kakehashi.catalogue import reference_rules, row_rules
from kakehashi.findings import Finding, Rule
from kakehashi.oneroster import mext
from kakehashi.oneroster.columns import Column
from kakehashi.oneroster.model import Table
from kakehashi.oneroster.scene import Scene
from kakehashi.oneroster.values import faults, is_date, split

_EVER = ("0000-00-00", "9999-99-99")
Spans = Mapping[str, tuple[str, str]]  # by a class's sourcedId


def relation_faults(scene: Scene) -> Iterator[Finding]:
    checks = {
        "academicSessions.csv": (_sessions,),
        "orgs.csv": (_schools,),
        "classes.csv": (_at_a_school,),
        "users.csv": (_roles_of_users, _grades_of_pupils, _home_classes),
        "roles.csv": (_periods, _primary_roles),
        "enrollments.csv": (_periods, _at_a_school, _class_and_school, _primary),
    }
    for file, found in checks.items():
        if table := scene.package.tables.get(file):
            for check in found:
                yield from check(scene, table)


def _sessions(scene: Scene, table: Table) -> Iterator[Finding]:
    def dates(kind: str, start: str, end: str) -> Rule | None:
        ends = ("-03-31", "-04-01")  # the standard reads the end as exclusive, Japan does not
        usual = start.endswith("-04-01") and end.endswith(ends)
        told = usual or kind != "schoolYear" or not (is_date(start) and is_date(end))
        return None if told else row_rules.SESSION_DATES

    def year(start: str, end: str, year: str) -> Rule | None:
        told = not year or not (is_date(start) and is_date(end))
        return None if told or year in (start[:4], end[:4]) else row_rules.SESSION_YEAR

    yield from scene.wrong(table, ("startDate", "endDate"), _period)
    yield from scene.wrong(table, ("type", "startDate", "endDate"), dates)
    yield from scene.wrong(table, ("startDate", "endDate", "schoolYear"), year)


def _schools(scene: Scene, table: Table) -> Iterator[Finding]:
    def code(kind: str, identifier: str) -> Rule | None:
        if kind == "district":
            well = not identifier or mext.BOARD_CODE.fullmatch(identifier)
            return None if well else row_rules.BOARD_CODE
        if kind != "school":
            return None
        if not identifier:
            return row_rules.NO_SCHOOL_CODE
        if not mext.SCHOOL_CODE.fullmatch(identifier):
            damaged = faults(Column("identifier", "code"), {identifier})  # told as what it is
            return None if damaged else row_rules.SCHOOL_CODE
        return None if mext.digit_fits(identifier) else row_rules.CHECK_DIGIT

    yield from scene.wrong(table, ("type", "identifier"), code)


def _period(begin: str, end: str) -> Rule | None:
    return row_rules.PERIOD if end < begin and is_date(begin) and is_date(end) else None


def _periods(scene: Scene, table: Table) -> Iterator[Finding]:
    yield from scene.wrong(table, ("beginDate", "endDate"), _period)


def _at_a_school(scene: Scene, table: Table) -> Iterator[Finding]:
    orgs = scene.table("orgs.csv")
    if not orgs:
        return
    kinds = dict(zip(orgs.values("sourcedId"), orgs.values("type"), strict=True))
    yield from scene.wrong(
        table,
        ("schoolSourcedId",),
        lambda org: reference_rules.NOT_A_SCHOOL if kinds.get(org, "school") != "school" else None,
    )


def _class_and_school(scene: Scene, table: Table) -> Iterator[Finding]:
    """An enrolment names its class's school; two orgs of one MEXT code are one school."""
    classes, orgs = scene.table("classes.csv"), scene.table("orgs.csv")
    if not classes or not orgs:
        return
    codes = dict(zip(orgs.values("sourcedId"), orgs.values("identifier"), strict=True))
    schools = dict(zip(classes.values("sourcedId"), classes.values("schoolSourcedId"), strict=True))

    def differs(class_id: str, school: str) -> Rule | None:
        other = schools.get(class_id, school)
        if other == school or other not in codes or school not in codes:
            return None
        same = codes[other] and codes[other] == codes[school]
        return None if same else reference_rules.OTHER_SCHOOL

    yield from scene.wrong(table, ("classSourcedId", "schoolSourcedId"), differs)


def _primary(scene: Scene, table: Table) -> Iterator[Finding]:
    def student(role: str, primary: str) -> Rule | None:
        return row_rules.PRIMARY_STUDENT if (role, primary) == ("student", "true") else None

    yield from scene.wrong(table, ("role", "primary"), student)
    columns = ("classSourcedId", "role", "primary")
    if "teacher" in set(table.values("role")):
        marks = ("teacher", "true")
        yield from _repeated(scene, table, columns, marks, reference_rules.PRIMARY_TEACHERS)


def _primary_roles(scene: Scene, table: Table) -> Iterator[Finding]:
    columns = ("userSourcedId", "orgSourcedId", "roleType")
    yield from _repeated(scene, table, columns, ("primary",), reference_rules.PRIMARY_ROLES)


def _repeated(
    scene: Scene, table: Table, columns: tuple[str, ...], marks: tuple[str, ...], rule: Rule
) -> Iterator[Finding]:
    """Rows whose last columns hold ``marks`` and whose cells an earlier row had already."""
    if scene.all_differ(table, columns[0]):
        return
    rows = list(zip(*map(table.values, columns), strict=True))
    if len(set(rows)) == len(rows):
        return
    seen = set()
    for n, row in enumerate(rows):
        if row[-len(marks) :] == marks:
            if row in seen:
                yield scene.finding(rule, table, n, columns[-1])
            seen.add(row)


def _roles_of_users(scene: Scene, table: Table) -> Iterator[Finding]:
    roles = scene.table("roles.csv")
    if not roles or "role" in table.columns:  # 1.1 has the role in users.csv
        return
    mute = set(scene.values(table, "sourcedId") - scene.values(roles, "userSourcedId") - {""})
    if not mute:
        return
    for bad in roles.bad:  # a broken row tells of itself
        mute.difference_update(cell.lower() for cell in bad.cells)
    yield from scene.wrong(
        table, ("sourcedId",), lambda user: reference_rules.NO_ROLE if user in mute else None
    )


def _grades_of_pupils(scene: Scene, table: Table) -> Iterator[Finding]:
    if "" not in table.values("grades"):
        return
    blank = {
        user
        for user, grade in zip(table.values("sourcedId"), table.values("grades"), strict=True)
        if not grade
    }
    roles = scene.table("roles.csv")
    source, column = (roles, "userSourcedId") if roles else (table, "sourcedId")
    pairs = zip(source.values(column), source.values("role"), strict=True)
    pupils = blank & {user for user, role in pairs if role == "student"}
    for n, user in enumerate(table.values("sourcedId")):
        if user in pupils:
            yield scene.finding(row_rules.NO_GRADE, table, n, "grades")


def _home_classes(scene: Scene, table: Table) -> Iterator[Finding]:
    classes, enrolments = scene.table("classes.csv"), scene.table("enrollments.csv")
    column = "metadata.jp.homeClass"
    if not classes or not enrolments or column not in table.columns:
        return
    kinds = dict(zip(classes.values("sourcedId"), classes.values("classType"), strict=True))
    homes = _without_enrolment(table, column, enrolments)
    homerooms = frozenset(c for c, kind in kinds.items() if kind == "homeroom")
    blank = any(not home for _, home in homes)
    terms = _spans_of(scene, classes) if blank else {}
    torn = _in_two_classes(enrolments, homerooms, terms) if blank else frozenset()

    def fits(user: str, home: str) -> Rule | None:
        if not home:
            return reference_rules.HOME_CLASSES if user in torn else None
        return (
            reference_rules.NOT_IN_HOME_CLASS
            if home in homerooms and (user, home) in homes
            else None
        )

    def kind(home: str) -> Rule | None:
        return None if kinds.get(home, "homeroom") == "homeroom" else reference_rules.NOT_A_HOMEROOM

    yield from scene.wrong(table, (column,), kind)
    if homes:
        yield from scene.wrong(table, ("sourcedId", column), fits)


def _without_enrolment(users: Table, column: str, enrolments: Table) -> set[tuple[str, str]]:
    """Users and their home classes, those left out who are enrolled in it."""
    columns = enrolments.values("userSourcedId"), enrolments.values("classSourcedId")
    last = dict(zip(*columns, strict=True))  # most have no other, so this settles nearly all
    pairs = zip(users.values("sourcedId"), users.values(column), strict=True)
    homes = {(user, home) for user, home in pairs if last.get(user) != home}
    homes.difference_update(zip(*columns, strict=True))
    return homes


def _spans_of(scene: Scene, classes: Table) -> Spans:
    """First and last date of each class's sessions, as far as they are told."""
    sessions = scene.table("academicSessions.csv")
    if not sessions:
        return {}
    dates = {
        source: (start, end)
        for source, start, end in zip(
            *map(sessions.values, ("sourcedId", "startDate", "endDate")), strict=True
        )
        if is_date(start) and is_date(end)
    }
    terms = zip(classes.values("sourcedId"), classes.values("termSourcedIds"), strict=True)
    found = {source: [dates[t] for t in split(cell) if t in dates] for source, cell in terms}
    return {
        source: (min(s for s, _ in spans), max(e for _, e in spans))
        for source, spans in found.items()
        if spans
    }


def _in_two_classes(enrolments: Table, homerooms: frozenset[str], terms: Spans) -> frozenset[str]:
    """Users enrolled as students in two homerooms at one time.

    A blank date is the session's, and no bound where that is unknown.
    """
    periods: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    columns = ("userSourcedId", "classSourcedId", "role", "beginDate", "endDate")
    for user, home, role, begin, end in zip(*map(enrolments.values, columns), strict=True):
        if home in homerooms and role == "student":
            first, last = terms.get(home, _EVER)
            periods[user].append((begin or first, end or last, home))
    return frozenset(user for user, spans in periods.items() if _overlap(spans))


def _overlap(spans: list[tuple[str, str, str]]) -> bool:
    return any(
        a[2] != b[2] and _before_end(a[0], b[1]) and _before_end(b[0], a[1])
        for a, b in combinations(spans, 2)
    )


def _before_end(begin: str, end: str) -> bool:
    """An end date does not belong to the period any more, but 3/31 does, as Japan writes it."""
    return begin < end or (begin == end and end.endswith("-03-31"))
