"""Preprocess: an opened drop becomes the pupils the city wants, and the rows that must wait.

    cleaned = preprocess(package, findings, city, as_of, password_files)

In this order, because each step relies on the one before: schools are unified, classes read and
renamed, special-needs classes masked, titles spelled and told apart; then one row is chosen per
pupil and one pupil per account, and what is left is assembled. Pure and deterministic; independent
of row order and of sourcedIds, which C4th draws anew for every export.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.class_numbers import Numbers
from kakehashi.findings import Finding, soften
from kakehashi.preprocess import duplicates
from kakehashi.preprocess.cells import cells
from kakehashi.preprocess.classes import Classes, fill_grades, read_classes
from kakehashi.preprocess.enrolments import Enrolments, read_enrolments, read_roles
from kakehashi.preprocess.holds import RowHolds, code_of_lost, codes_by_user, read_holds, unread
from kakehashi.preprocess.lexicon import Lexicon
from kakehashi.preprocess.numbering import OUTSIDE, Numbering
from kakehashi.preprocess.password_file import InDrop, PasswordFile, locate
from kakehashi.preprocess.places import Signwriter
from kakehashi.preprocess.pupils import USERS, Assembler
from kakehashi.preprocess.rows import (
    PupilRows,
    hold_rivals,
    hold_unenrolled,
    read_rows,
    read_unread,
)
from kakehashi.preprocess.schools import Schools, unify
from kakehashi.preprocess.special_needs import guard, mask
from kakehashi.preprocess.titles import rename_titles, spell_titles, tell_apart
from kakehashi.preprocess.years import When, check_years, read_sessions, roster_year
from kakehashi.roster import Desired, Held, PasswordAt

if TYPE_CHECKING:
    from kakehashi.city import City
    from kakehashi.oneroster import Package

__all__ = ["Cleaned", "Numbering", "PasswordFile", "preprocess"]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What preprocess made of a drop.

    ``desired`` is sorted by pupil. Every pupil of the drop is in ``desired``, in ``held`` or named
    by a finding; none is in both. ``counts`` are numbers for the report. ``school_year`` is the
    年度 of the roster. ``numbers`` are those of neutral class titles, by 年度, to be kept once this
    is applied. ``places`` are the roster's schools and classes, for whoever else works there.
    """

    desired: tuple[Desired, ...]
    held: tuple[Held, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    school_year: int
    numbers: Mapping[int, Numbers] = field(default_factory=dict)
    places: tuple[Schools, Classes] = field(
        default=(Schools({}, {}), Classes({}, frozenset())), compare=False, repr=False
    )


def preprocess(
    package: Package,
    findings: Iterable[Finding],
    city: City,
    as_of: date,
    password_files: Sequence[PasswordFile] = (),
    *,
    numbering: Numbering = OUTSIDE,
) -> Cleaned:
    """Clean ``package`` as of a Japan date. Never raises for bad data.

    ``findings`` are those of validate: their hold-pupil rows are held here. ``password_files`` go
    from the oldest to the newest. ``numbering`` is what the city knows of its neutral titles.
    """
    today = as_of.isoformat()
    holds = read_holds(package, findings)
    sessions = read_sessions(package, today)
    schools = unify(package, holds, city)
    lexicon = Lexicon(city.special_needs.words)
    written = read_classes(package, holds, schools, sessions, lexicon)
    enrolments = read_enrolments(package, written, today)
    classes, numbers = _outgoing(
        package, holds, city, written=written, enrolments=enrolments, lexicon=lexicon,
        numbering=numbering,
    )  # fmt: skip
    rows = _rows(package, holds, city, classes=classes, enrolments=enrolments, today=today)
    resolved = duplicates.resolve(rows.pupils)
    year = roster_year(sessions, as_of)
    assembler = Assembler(city, schools, classes, enrolments, year=year)
    made, waiting, found = assembler.assemble_all(resolved.chosen)
    places, told = locate(password_files, _known(rows, made), city.passwords.shared)
    desired = sorted(
        (_completed(d, places, resolved.left_behind) for d in made), key=lambda d: d.pupil.id
    )
    held = _consistent([*rows.held, *resolved.held, *waiting], desired)
    years, found = _told_once(check_years(sessions), found)
    groups = (years, schools.findings, written.findings, classes.findings,
              enrolments.findings, rows.findings, resolved.findings, found, told)  # fmt: skip
    return Cleaned(
        desired=tuple(desired),
        held=held,
        findings=_in_order(soften(chain.from_iterable(groups), city.effects)),
        counts=_counts(rows, schools, classes, desired, held),
        school_year=year,
        numbers={year: numbering.of(year, city.special_needs.neutral)}
        | {of: one for of, one in numbers.items() if of >= year},
        places=(schools, classes),
    )


def _outgoing(
    package: Package, holds: RowHolds, city: City, *, written: Classes, enrolments: Enrolments,
    lexicon: Lexicon, numbering: Numbering,
) -> tuple[Classes, Mapping[int, Numbers]]:  # fmt: skip
    """Classes with the titles they go out under. The findings are those of the five steps."""
    homes, found = fill_grades(written.homes, _members(package, enrolments))
    homes, renamed = rename_titles(homes, city.class_titles)
    unsure = min((row.code for row in unread(package, holds, "classes.csv")), default="")
    masked = mask(homes, city.special_needs, lexicon, numbering, unsure)
    homes, guarded = guard(masked.homes, lexicon)
    homes, spelled = spell_titles(homes, Signwriter(city))
    homes, told = tell_apart(homes)
    findings = (*found, *renamed, *masked.findings, *guarded, *spelled, *told)
    return Classes(homes, written.lessons, findings), masked.numbers


def _members(package: Package, enrolments: Enrolments) -> Iterator[tuple[str, str]]:
    """Today's (class, pupil's grade) pairs; nothing is done before the first is asked for."""
    grades = {source: grade for _, (source, grade) in cells(package, USERS, "sourcedId", "grades")}
    for user, memberships in enrolments.homes.items():
        for member in memberships:
            if member.when is When.CURRENT:
                yield member.group, grades.get(user, "")


def _rows(
    package: Package, holds: RowHolds, city: City, *, classes: Classes, enrolments: Enrolments,
    today: str,
) -> PupilRows:  # fmt: skip
    roles = read_roles(package, today)
    held_users = codes_by_user(package, holds, classes.lessons)
    rows = read_rows(
        package, city, roles, enrolments, held_lines=holds.of(USERS), held_users=held_users
    )
    if lost := unread(package, holds, USERS):
        files = (USERS, "orgs.csv", "classes.csv", "courses.csv", "academicSessions.csv")
        known = {
            source for file in files for _, (source, _) in cells(package, file, "sourcedId", "")
        }
        held = read_unread(lost, city.domain, known)
        hold_rivals(rows.pupils, held)
        rows.held += held
    if code := code_of_lost(package, holds, classes.lessons):
        hold_unenrolled(rows.pupils, enrolments, code)
    return rows


def _completed(
    made: Desired, places: Mapping[str, PasswordAt], left_behind: Mapping[str, Sequence[str]]
) -> Desired:
    umi = made.pupil.id
    if umi not in places and umi not in left_behind:
        return made
    former = tuple(sorted(left_behind.get(umi, ())))
    return replace(made, password=places.get(umi), former=former)


def _known(rows: PupilRows, desired: Iterable[Desired]) -> InDrop:
    """Pupils by both keys; an account that several rows bear belongs to the pupil who goes on."""
    pairs = [(row.account, row.pupil) for row in rows.pupils if row.pupil]
    pairs += [(d.pupil.account, d.pupil.id) for d in desired]
    by_account = {account: pupil for account, pupil in pairs if account}
    return InDrop(by_account, {pupil: account for account, pupil in pairs})


def _told_once(years: list[Finding], found: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Where the whole school year is over, or has not begun, no pupil is told of one by one."""
    codes = {rules.ENROLMENT_OVER.code, rules.NOT_BEGUN.code}
    others = [finding for finding in found if finding.code not in codes]
    if not years:
        return years, found
    return [replace(years[0], children=len(found) - len(others)), *years[1:]], others


def _consistent(held: Iterable[Held], desired: Iterable[Desired]) -> tuple[Held, ...]:
    """Held rows in order. Who goes on tonight is not held through another of the own rows."""
    pupils, accounts = set(), set()
    for wanted in desired:
        pupils.add(wanted.pupil.id)
        accounts.add(wanted.pupil.account)
    kept = (
        replace(h, account=None) if h.account in accounts else h
        for h in held
        if h.pupil not in pupils
    )
    return tuple(sorted(kept, key=lambda h: (h.pupil or "", h.account or "", h.line, h.code)))


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    def key(finding: Finding) -> tuple[str, int, str, str]:
        place = finding.place
        return (place.file, place.line or 0, place.column or "", finding.code)

    return tuple(sorted(findings, key=key))


def _counts(
    rows: PupilRows, schools: Schools, classes: Classes, desired: Sequence[Desired],
    held: Sequence[Held],
) -> dict[str, int]:  # fmt: skip
    homes = set(classes.homes.values())
    return {
        "rows_users": rows.total,
        "staff": rows.staff,
        "pupils": len({row.pupil or row.line for row in rows.pupils}),
        "desired": len(desired),
        "held": len({h.pupil or h.account or h.line for h in held}),
        "schools": len(set(schools.by_org.values())),
        "classes": len(homes),
        "special_classes": sum(home.special for home in homes),
        "renamed_classes": sum(home.title != home.written and not home.special for home in homes),
    }
