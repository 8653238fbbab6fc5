"""What the Japan Profile and the standard want of values that no account depends on.

Each is a note, told once a file with a count and the first line: an exporter that does it does it
everywhere. Another city's board code alone refuses the package. Sources: OneRoster CSV Binding
1.2; the Japan Profile as hanachin/meibo and the public validators of 1EdTech Japan's DA2022 read
it; subject codes as those validators list them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kakehashi.catalogue import japan as rules
from kakehashi.findings import Finding, Place, Rule
from kakehashi.oneroster import mext
from kakehashi.oneroster.model import Table
from kakehashi.oneroster.profiles import EXTENSION
from kakehashi.oneroster.scene import Scene
from kakehashi.oneroster.values import is_date, is_grade, split

_YEAR_TITLE = re.compile(r"[0-9]{4}年度")
_COURSE_TITLE = re.compile(r"[0-9]{4}年度.")
_KANA = re.compile(
    r"[ぁ-ゖァ-ヺー゛゜・＝゠ㇰ-ㇿゝゞヽヾ\u309a 　]*"
)  # a hiragana reading goes out as katakana
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_SUBJECT = re.compile(r"P0[1-9]0|P100|J0[1-9]0|T0[1-9]|T1[0-3]|T5[0-9]|T6[0-2]")
_ENROLLED_AS = frozenset({"student", "teacher", "administrator", "guardian", ""})
_KANA_COLUMNS = tuple(
    f"metadata.jp.kana{kind}{part}Name"
    for kind in ("", "Preferred")
    for part in ("Family", "Given", "Middle")
)

type Wrong = Callable[..., object]


def profile_faults(scene: Scene) -> Iterator[Finding]:
    """Of a package in one of the Japan profiles; nothing of another."""
    tables = scene.package.tables.values()
    added = [name for t in tables for name in t.columns if name.startswith(EXTENSION)]
    if scene.without_profile:
        yield rules.NO_VALUES.at(Place("users.csv"), count=len(added))
    if not added:
        return
    yield from _forms(scene)
    yield from _orgs(scene)
    yield from _attendance_numbers(scene)
    for table in tables:
        if table.unquoted:
            yield rules.UNQUOTED.at(Place(table.file), count=table.unquoted)


def standard_faults(scene: Scene) -> Iterator[Finding]:
    """What the base standard says of every package."""
    yield from _subjects(scene)
    yield from _without_primary_role(scene)
    yield from _twice(scene)
    yield from _strangers(scene)
    yield from _grades_of_classes(scene)
    yield from _outside_the_term(scene)


def other_board(scene: Scene, board_code: str) -> Iterator[Finding]:
    """Refuse a package in which districts have codes and none of them is ``board_code``."""
    orgs = scene.table("orgs.csv")
    if not orgs or not board_code:
        return
    pairs = zip(orgs.values("type"), orgs.values("identifier"), strict=True)
    codes = {code for kind, code in pairs if kind == "district" and mext.BOARD_CODE.fullmatch(code)}
    if codes and board_code not in codes:
        yield rules.OTHER_BOARD.at(Place("orgs.csv", None, "identifier"), count=len(codes))


def _once(
    scene: Scene, file: str, columns: tuple[str, ...], rule: Rule, wrong: Wrong
) -> Iterator[Finding]:
    """``rule`` once, at the last column, where ``wrong`` says so of any row's cells."""
    table = scene.table(file)
    if not table or not all(column in table.columns for column in columns):
        return
    alone = len(columns) == 1  # a column's values have been counted out already
    found: Iterable[tuple[str, ...]] = (
        [(value,) for value in scene.values(table, columns[0])]
        if alone
        else set(_rows(table, columns))
    )
    bad = {cells for cells in found if wrong(*cells)}
    if bad:
        yield _told(rule, table, columns[-1], [cells in bad for cells in _rows(table, columns)])


def _rows(table: Table, columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return zip(*map(table.values, columns), strict=True)


def _told(rule: Rule, table: Table, column: str, wrong: list[bool]) -> Finding:
    place = Place(table.file, None, column)
    return rule.at(place, count=wrong.count(True), first_line=table.lines[wrong.index(True)])


# -- of the Japan profiles -------------------------------------------------------------------------


def _forms(scene: Scene) -> Iterator[Finding]:
    def of_another_form(kind: str, title: str) -> bool:
        return kind != "schoolYear" or not _YEAR_TITLE.fullmatch(title)

    yield from _once(scene, "academicSessions.csv", ("type", "title"), rules.SESSION_FORM,
                     of_another_form)  # fmt: skip
    yield from _once(scene, "courses.csv", ("courseCode",), rules.COURSE_CODE, bool)
    yield from _once(scene, "courses.csv", ("title",), rules.COURSE_TITLE,
                     lambda title: not _COURSE_TITLE.match(title))  # fmt: skip
    yield from _once(scene, "roles.csv", ("role",), rules.ROLE,
                     lambda role: role in {"parent", "relative"})  # fmt: skip
    yield from _once(scene, "enrollments.csv", ("role",), rules.ENROLLED_AS,
                     lambda role: role not in _ENROLLED_AS)  # fmt: skip
    for column in _KANA_COLUMNS:
        yield from _once(scene, "users.csv", (column,), rules.NO_KANA,
                         lambda kana: not _KANA.fullmatch(kana))  # fmt: skip
    for file in ("classes.csv", "courses.csv"):
        yield from _once(scene, file, ("subjectCodes",), rules.SUBJECT_CODE, _unknown_subject)


def _unknown_subject(cell: str) -> bool:
    return bool(cell) and not all(map(_SUBJECT.fullmatch, split(cell)))


def _orgs(scene: Scene) -> Iterator[Finding]:
    """A district is on top, a school below one; nothing goes round."""
    orgs = scene.table("orgs.csv")
    if not orgs or "parentSourcedId" not in orgs.columns:
        return
    columns = ("sourcedId", "type", "parentSourcedId")
    parents = {org: parent for org, _, parent in _rows(orgs, columns)}
    kinds = {org: kind for org, kind, _ in _rows(orgs, columns)}
    wrong = [_misplaced(kind, kinds.get(parent, ""), parent)
             for _, kind, parent in _rows(orgs, columns)]  # fmt: skip
    if any(wrong):
        yield _told(rules.PARENT, orgs, "parentSourcedId", wrong)
    round_ = [_goes_round(org, parents) for org in orgs.values("sourcedId")]
    if any(round_):
        yield _told(rules.PARENT_CIRCLE, orgs, "parentSourcedId", round_)


def _misplaced(kind: str, kind_of_parent: str, parent: str) -> bool:
    if kind == "district":
        return bool(parent)
    # a parent that is not there has a finding of its own
    return kind == "school" and (not parent or kind_of_parent == "school")


def _goes_round(org: str, parents: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    at = org
    while (at := parents.get(at, "")) and at not in seen:
        if at == org:
            return True
        seen.add(at)
    return False


def _attendance_numbers(scene: Scene) -> Iterator[Finding]:
    enrolments, column = scene.table("enrollments.csv"), "metadata.jp.shussekiNo"
    if not enrolments or column not in enrolments.columns:
        return
    yield from _once(scene, "enrollments.csv", (column,), rules.ATTENDANCE_NUMBER,
                     lambda number: _WHOLE.fullmatch(number) and int(number) <= 0)  # fmt: skip
    columns = ("classSourcedId", column, "endDate")  # whoever has left gave the number back
    rows = list(_rows(enrolments, columns))
    if len(set(rows)) == len(rows):
        return
    several = {cells for cells, count in Counter(rows).items() if count > 1 and cells[1]}
    if several:
        shared = [cells in several for cells in rows]
        yield _told(rules.NUMBER_TWICE, enrolments, column, shared)


# -- of the standard -------------------------------------------------------------------------------


def _subjects(scene: Scene) -> Iterator[Finding]:
    def unequal(subjects: str, codes: str) -> bool:
        return bool(subjects and codes) and len(split(subjects)) != len(split(codes))

    for file in ("classes.csv", "courses.csv"):
        yield from _once(scene, file, ("subjects", "subjectCodes"), rules.SUBJECTS_UNEQUAL, unequal)


def _without_primary_role(scene: Scene) -> Iterator[Finding]:
    roles = scene.table("roles.csv")
    if not roles or "roleType" not in roles.columns:
        return
    if scene.values(roles, "roleType") <= {"primary", ""}:
        return
    pairs = set(_rows(roles, ("userSourcedId", "roleType")))
    has_one = {user for user, kind in pairs if kind in {"primary", ""}}
    wrong = [user not in has_one for user in roles.values("userSourcedId")]
    if any(wrong):
        yield _told(rules.NO_PRIMARY_ROLE, roles, "roleType", wrong)


def _twice(scene: Scene) -> Iterator[Finding]:
    """A username on two living rows, and a pupil twice in a class in one period."""
    if users := scene.table("users.csv"):
        rows = _repeated(scene, users, ("username", "userIds", "enabledUser"))
        # one account on two rows is told when the night is planned
        accounts = {cells for cells in rows.values() if cells[2] != "false"}
        living = Counter(name for name, _, _ in accounts if name)
        yield from _at(rules.USERNAME_TWICE, users, "username",
                       [n for n, (name, _, on) in rows.items()
                        if on != "false" and living[name] > 1])  # fmt: skip
    if enrolments := scene.table("enrollments.csv"):
        columns = ("userSourcedId", "classSourcedId", "role", "beginDate", "endDate")
        rows = {} if _differ(enrolments, columns) else _repeated(scene, enrolments, columns)
        found = Counter(rows.values())
        yield from _at(rules.TWICE_IN_CLASS, enrolments, "userSourcedId",
                       [n for n, cells in rows.items() if found[cells] > 1])  # fmt: skip


def _differ(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether no two rows are alike in ``columns``. Equal rows have equal hashes, and those of a
    million enrollments are a third of what the rows themselves would be."""
    return len(set(map(hash, _rows(table, columns)))) == len(table.rows)


def _repeated(
    scene: Scene, table: Table, columns: tuple[str, ...]
) -> Mapping[int, tuple[str, ...]]:
    """Number → cells of the rows whose first cell stands on others too."""
    if columns[0] not in table.columns or scene.all_differ(table, columns[0]):
        return {}
    values = table.values(columns[0])
    several = {value for value, count in Counter(values).items() if count > 1}
    rows = zip(*map(table.values, columns), strict=True)
    return {n: cells for n, cells in enumerate(rows) if cells[0] in several}


def _at(rule: Rule, table: Table, column: str, rows: Sequence[int]) -> Iterator[Finding]:
    """``rule`` once for these rows, if there are any."""
    if rows:
        place = Place(table.file, None, column)
        yield rule.at(place, count=len(rows), first_line=table.lines[rows[0]])


def _strangers(scene: Scene) -> Iterator[Finding]:
    people, users = scene.table("demographics.csv"), scene.table("users.csv")
    if not people or not users:
        return
    known = scene.values(users, "sourcedId")
    wrong = [source not in known for source in people.values("sourcedId")]
    if any(wrong):
        yield _told(rules.NOBODYS_DEMOGRAPHICS, people, "sourcedId", wrong)


def _grades_of_classes(scene: Scene) -> Iterator[Finding]:
    """A homeroom whose pupils have a grade that the class does not name."""
    users, classes = scene.table("users.csv"), scene.table("classes.csv")
    home = "metadata.jp.homeClass"
    if not users or not classes or home not in users.columns or "grades" not in classes.columns:
        return
    found: dict[str, set[str]] = defaultdict(set)
    for class_, grade in set(_rows(users, (home, "grades"))):
        found[class_].update((grade,) if is_grade(grade) else ())
    wrong = [bool(grades) and not found.get(class_, set()) <= set(split(grades))
             for class_, grades in _rows(classes, ("sourcedId", "grades"))]  # fmt: skip
    if any(wrong):
        yield _told(rules.CLASS_GRADES, classes, "grades", wrong)


def _outside_the_term(scene: Scene) -> Iterator[Finding]:
    """Enrolments that begin before, or end after, every session of their class."""
    enrolments, classes = scene.table("enrollments.csv"), scene.table("classes.csv")
    sessions = scene.table("academicSessions.csv")
    if not enrolments or not classes or not sessions:
        return
    columns = ("sourcedId", "startDate", "endDate")
    dates = {s: (a, b) for s, a, b in _rows(sessions, columns) if is_date(a) and is_date(b)}
    spans = {}
    for class_, terms in _rows(classes, ("sourcedId", "termSourcedIds")):
        if of_class := [dates[term] for term in split(terms) if term in dates]:
            spans[class_] = min(a for a, _ in of_class), max(b for _, b in of_class)

    def outside(class_: str, begin: str, end: str) -> bool:
        if class_ not in spans:
            return False
        first, last = spans[class_]
        within = (not is_date(begin) or first <= begin) and (
            not is_date(end) or end <= last or (last.endswith("-03-31") and end == _next(last))
        )
        return not within

    yield from _once(scene, "enrollments.csv", ("classSourcedId", "beginDate", "endDate"),
                     rules.OUTSIDE_TERM, outside)  # fmt: skip


def _next(last: str) -> str:
    """The first day after a Japanese school year: the standard's end is exclusive."""
    return f"{last[:4]}-04-01"
