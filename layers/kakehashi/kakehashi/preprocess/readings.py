"""The first steps read: what each file of the drop says, before any rule changes it."""

from __future__ import annotations

from kakehashi.catalogue import preprocess as rules
from kakehashi.preprocess.cells import column
from kakehashi.preprocess.classes import read_classes
from kakehashi.preprocess.draft import CleaningStep, Draft, Tonight
from kakehashi.preprocess.enrolments import read_enrolments, read_roles
from kakehashi.preprocess.holds import code_of_lost, codes_by_user, unread
from kakehashi.preprocess.rows import (
    USERS,
    hold_rivals,
    hold_unenrolled,
    read_rows,
    read_unread,
)
from kakehashi.preprocess.schools import unify
from kakehashi.preprocess.years import read_sessions, roster_year

_NAMED = (USERS, "orgs.csv", "classes.csv", "courses.csv", "academicSessions.csv")


def _sessions(tonight: Tonight, draft: Draft) -> Draft:
    sessions = read_sessions(tonight.package, tonight.today)
    return draft.having(sessions=sessions, year=roster_year(sessions, tonight.as_of))


def _schools(tonight: Tonight, draft: Draft) -> Draft:
    schools = unify(tonight.package, tonight.holds, tonight.city)
    return draft.having(schools.findings, schools=schools)


def _classes(tonight: Tonight, draft: Draft) -> Draft:
    classes = read_classes(
        tonight.package, tonight.holds, draft.schools, draft.sessions, tonight.lexicon
    )
    return draft.having(classes.findings, classes=classes)


def _enrolments(tonight: Tonight, draft: Draft) -> Draft:
    enrolments = read_enrolments(tonight.package, draft.classes, tonight.today)
    return draft.having(enrolments.findings, enrolments=enrolments)


def _rows(tonight: Tonight, draft: Draft) -> Draft:
    package, holds, lessons = tonight.package, tonight.holds, draft.classes.lessons
    rows = read_rows(
        package, tonight.city, read_roles(package, tonight.today), draft.enrolments,
        held_lines=holds.of(USERS), held_users=codes_by_user(package, holds, lessons),
    )  # fmt: skip
    if lost := unread(package, holds, USERS):
        known = {source for file in _NAMED for _, source in column(package, file, "sourcedId")}
        held = read_unread(lost, tonight.city.domain, known)
        hold_rivals(rows.pupils, held)
        rows.held += held
    if code := code_of_lost(package, holds, lessons):
        hold_unenrolled(rows.pupils, draft.enrolments, code)
    return draft.having(rows.findings, rows=rows, held=(*draft.held, *rows.held))


SESSIONS = CleaningStep(
    "sessions",
    ja="学校年度を、年度の欄ではなく開始日から読みます。",
    en="Reads school years from the dates of sessions; their schoolYear cell cannot be trusted.",
    run=_sessions,
)
SCHOOLS = CleaningStep(
    "schools",
    ja="学校コードが同じ組織(義務教育学校の前期・後期、統合前後の学校)を 1 校にまとめます。",
    en="Makes one school of the orgs that share a MEXT code, old codes followed to new ones.",
    run=_schools,
    gives=(
        rules.SCHOOL_NAMES_DIFFER, rules.SCHOOL_CODE_UNUSABLE, rules.SCHOOL_GAIJI,
        rules.PLACE_REPLACED, rules.PLACE_IS_A_DAY, rules.PLACE_BLANK,
    ),
    keys=("unified_schools", "school_aliases", "names.repertoire", "names.replace"),
)  # fmt: skip
CLASSES = CleaningStep(
    "classes",
    ja="学籍上の学級を、学校・年度・学年とともに読みます。ほかの学級は授業として数えるだけです。",
    en="Reads home classes with school, school year and grades; all other groups are lessons.",
    run=_classes,
    gives=(rules.CLASS_YEAR_UNKNOWN,),
    keys=("special_needs.words",),
)
ENROLMENTS = CleaningStep(
    "enrolments",
    ja="誰がいつどの学級にいるかを読みます。空欄の日付は学級の年度の日付とします。",
    en="Reads who is in which class when; dates left blank are those of the class's sessions.",
    run=_enrolments,
    gives=(rules.LESSONS_LEFT_OUT,),
)
ROWS = CleaningStep(
    "rows",
    ja="児童生徒の行とアカウントを読みます。検査で保留になった行は、ここで保留にします。",
    en="Reads pupils' rows and their accounts; holds the rows that the checks want held.",
    run=_rows,
    gives=(rules.NO_ROLE,),
    keys=("domain", "source.account_types"),
)
