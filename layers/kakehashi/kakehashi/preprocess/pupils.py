"""From the row that counts to the pupil the roster wants, or the reason to hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Effect, Finding, Place, Rule
from kakehashi.people.pupil import GRADES, Pupil
from kakehashi.people.school_year import year_of
from kakehashi.preprocess.classes import Classes, HomeClass
from kakehashi.preprocess.draft import CleaningStep, Draft, Tonight
from kakehashi.preprocess.enrolments import Enrolments, Membership
from kakehashi.preprocess.names import Speller
from kakehashi.preprocess.rows import USERS, PupilRow
from kakehashi.preprocess.schools import School, Schools
from kakehashi.preprocess.years import When
from kakehashi.roster import Desired, Held

if TYPE_CHECKING:
    from kakehashi.city import City

_GRADES = frozenset(GRADES)
MOST_DIGITS = 4  # of a 出席番号


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a pupil sits today: a home class, or none."""

    home: HomeClass | None
    number: str = ""


@dataclass(slots=True)
class Faults:
    """Why a row cannot be followed. The pupil is held under the first; all of them are told."""

    row: PupilRow
    codes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, rule: Rule, column: str | None, **facts: Any) -> None:
        self.note(rule, column, **facts)
        self.codes.append(rule.code)

    def note(self, rule: Rule, column: str | None, **facts: Any) -> None:
        place = Place(USERS, self.row.line, column)
        self.findings.append(rule.at(place, pupil=self.row.pupil, **facts))


class Assembler:
    """Makes pupils of rows. Who comes by ``horizon`` (YYYY-MM-DD) is made ahead."""

    def __init__(
        self, city: City, schools: Schools, classes: Classes, enrolments: Enrolments, *, year: int,
        horizon: str,
    ) -> None:  # fmt: skip
        self.schools, self.classes, self.enrolments = schools, classes, enrolments
        self.year, self.horizon = year, horizon
        self.speller = Speller(city.names)
        self.effects: Mapping[str, Effect] = city.effects

    def assemble_all(
        self, rows: Iterable[PupilRow]
    ) -> tuple[list[Desired], list[Held], list[Finding]]:
        desired: list[Desired] = []
        held: list[Held] = []
        findings: list[Finding] = []
        for row in rows:
            made, found = self.assemble(row)
            findings += found
            if isinstance(made, Held):
                held.append(made)
            else:
                desired.append(made)
        return desired, held, findings

    def assemble(self, row: PupilRow) -> tuple[Desired | Held, Sequence[Finding]]:
        if row.held:
            return row.hold(row.held), ()
        ahead = row.comes_by(self.horizon)
        if not (row.is_order or ahead):
            return self._not_tonight(row)
        faults = Faults(row)
        if row.wrong is not None and row.wrong.fault is not None:
            several = row.wrong.fault is rules.SEVERAL_ACCOUNTS
            facts = {"count": row.wrong.count} if several else {}
            faults.add(row.wrong.fault, row.wrong.column, **facts)
        if row.grade not in _GRADES:
            faults.add(rules.GRADE_NOT_OURS, "grades")
        seat = Seat(None) if ahead else self._seat(row, faults)
        school = self._school(row, seat, faults) if seat else None
        spelled, unsafe = self._spell(row, faults)
        if faults.codes or seat is None or school is None:
            return row.hold(faults.codes[0]), faults.findings
        pupil = self._pupil(row, seat, school, spelled)
        made = Desired(pupil, unsafe_name=unsafe, unsafe_school=school.unsafe, ahead=ahead)
        return made, faults.findings

    def _not_tonight(self, row: PupilRow) -> tuple[Held, Sequence[Finding]]:
        faults = Faults(row)
        if not row.enabled:
            faults.add(rules.DISABLED, "enabledUser")
        elif row.when is When.FUTURE:
            faults.add(rules.NOT_BEGUN, None)
        else:
            faults.add(rules.ENROLMENT_OVER, None)
        leaving = faults.codes[0] != rules.NOT_BEGUN.code
        return row.hold(faults.codes[0], leaving=leaving), faults.findings

    # -- class and school -----------------------------------------------------------------

    def _seat(self, row: PupilRow, faults: Faults) -> Seat | None:
        """Today's home class; None where a fault was added."""
        current = [
            member
            for member in self.enrolments.homes.get(row.source, ())
            if member.when is When.CURRENT
        ]
        if not all([member.group in self.classes.homes for member in current]):
            faults.add(rules.CLASS_UNKNOWN, None)
            return None
        if row.home and row.home not in self.classes.lessons:
            seat = self._named_seat(row, current, faults)
        else:
            seat = self._only_seat(current, faults)
        if seat is None or seat.home is None or not seat.home.fault:
            return seat
        faults.codes.append(seat.home.fault)  # the class's own finding tells why
        return None

    def _named_seat(
        self, row: PupilRow, current: Sequence[Membership], faults: Faults
    ) -> Seat | None:
        """The class that homeClass names, unless the enrolments of today name another."""
        home = self.classes.homes.get(row.home)
        if home is None:
            faults.add(rules.CLASS_UNKNOWN, "metadata.jp.homeClass")
            return None
        there = [member for member in current if self.classes.homes[member.group] == home]
        if current and not there:
            faults.add(rules.HOME_CLASS_CONTRADICTS, "metadata.jp.homeClass")
            return None
        return Seat(home, _number(there))

    def _only_seat(self, current: Sequence[Membership], faults: Faults) -> Seat | None:
        """Without homeClass: the enrolment that began last."""
        if not current:
            faults.note(rules.NO_HOME_CLASS, "metadata.jp.homeClass")
            return Seat(None)
        latest = max(member.begin for member in current)
        there = [member for member in current if member.begin == latest]
        homes = {self.classes.homes[member.group] for member in there}
        if len(homes) > 1:
            faults.add(rules.HOME_CLASS_UNCLEAR, "metadata.jp.homeClass", count=len(homes))
            return None
        return Seat(homes.pop(), _number(there))

    def _school(self, row: PupilRow, seat: Seat, faults: Faults) -> School | None:
        if seat.home is not None:
            return seat.home.school
        by_org, orgs = self.schools.by_org, row.orgs or (row.org,)
        if held := [code for org in orgs if (code := self.schools.faults.get(org))]:
            faults.codes.append(min(held))
            return None
        found = {by_org[org] for org in orgs if org in by_org}
        if len(found) > 1 and row.org in by_org:
            found &= {by_org[row.org]}
        if len(found) != 1:
            faults.add(rules.SCHOOL_UNKNOWN, "primaryOrgSourcedId")
            return None
        return found.pop()

    # -- names ----------------------------------------------------------------------------

    def _spell(self, row: PupilRow, faults: Faults) -> tuple[tuple[str, str, str, str], str]:
        """Family, given, and their kana as they go out; and the code that keeps them in, or ""."""
        spelled = self.speller.spell(row.spelling)
        unsafe = set[str]()
        for one in spelled:
            for rule, point in one.faults:
                faults.note(rule, one.column, **({"code_point": point} if point else {}))
                if self._keeps_in(rule):
                    unsafe.add(rule.code)
        family, given, kana_family, kana_given = (one.text for one in spelled)
        if family and given and not unsafe:
            return (family, given, kana_family, kana_given), ""
        blank = next((one.column for one in spelled[:2] if not one.text), "")
        if not family and not given:
            faults.note(rules.NAME_BLANK, blank)
            unsafe.add(rules.NAME_BLANK.code)  # nothing to show: no city can wish that
        elif blank:
            faults.note(rules.ONE_NAME, blank)
        return (family, given, kana_family, kana_given), min(unsafe, default="")

    def _year_of(self, row: PupilRow) -> int:
        """Without a class: the roster's, or that in which the enrolment begins."""
        return self.year if row.is_order else year_of(date.fromisoformat(row.begin))

    def _keeps_in(self, rule: Rule) -> bool:
        return self.effects.get(rule.code, rule.effect) is not Effect.NOTE

    def _pupil(
        self, row: PupilRow, seat: Seat, school: School, spelled: tuple[str, str, str, str]
    ) -> Pupil:
        family, given, kana_family, kana_given = spelled
        home = seat.home
        return Pupil(
            id=row.pupil,
            account=row.account,
            family=family,
            given=given,
            kana_family=kana_family,
            kana_given=kana_given,
            grade=row.grade,
            school=school.code,
            school_name=school.name,
            school_year=home.year if home else self._year_of(row),
            class_title=home.title if home else "",
            class_grades=home.grades if home else (),
            special_needs=home.special if home else False,
            attendance_no=_attendance_no(seat.number),
            line=row.line,
        )


def _number(members: Sequence[Membership]) -> str:
    # not max(members): it would compare sourcedIds, which are new every night
    return max([(m.begin, m.number) for m in members], default=("", ""))[1]


def _attendance_no(text: str) -> int | None:
    """None too for what is no number of anybody: 0 must not go out (R039 tells it)."""
    number = text.strip()
    return (int(number) or None) if number.isdecimal() and len(number) <= MOST_DIGITS else None


def make_pupils(tonight: Tonight, draft: Draft) -> Draft:
    horizon = tonight.as_of + timedelta(days=tonight.city.arrivals.prepare_days)
    assembler = Assembler(
        tonight.city, draft.schools, draft.classes, draft.enrolments, year=draft.year,
        horizon=horizon.isoformat(),
    )  # fmt: skip
    made, waiting, found = assembler.assemble_all(draft.chosen)
    desired = [
        replace(one, former=tuple(sorted(former)))
        if (former := draft.left_behind.get(one.pupil.id))
        else one
        for one in made
    ]
    return draft.having(found, desired=desired, held=(*draft.held, *waiting))


PUPILS = CleaningStep(
    "pupils",
    ja="選んだ行から児童生徒を組み立てます: アカウント、学校、学級、出席番号、外に出す氏名。"
    "一つでも決められなければ、その児童生徒を保留にします。市が決めた日数のうちに始まる在籍は、学級なしで"
    "先に組み立てます。",
    en="Makes pupils of the chosen rows: account, school, class, number and names for the outside. "
    "Whoever lacks one of them for certain is held. An enrolment that begins within the city's "
    "days is assembled ahead, without a class.",
    run=make_pupils,
    gives=(
        rules.NO_ACCOUNT, rules.SEVERAL_ACCOUNTS, rules.ACCOUNT_OUTSIDE_DOMAIN,
        rules.ACCOUNT_NOT_A_UPN, rules.PRIVATE_USE, rules.VARIATION_SELECTOR,
        rules.OUTSIDE_REPERTOIRE, rules.CONTROL_CHARACTER, rules.REPLACED, rules.NAME_BLANK,
        rules.KANA_WAS_HIRAGANA, rules.ONE_NAME, rules.NAME_IS_A_DAY, rules.READING_IS_NO_KANA,
        rules.LETTER_LOST,
        rules.SCHOOL_UNKNOWN, rules.DISABLED, rules.ENROLMENT_OVER, rules.NOT_BEGUN,
        rules.NO_HOME_CLASS, rules.HOME_CLASS_UNCLEAR, rules.CLASS_UNKNOWN, rules.GRADE_NOT_OURS,
        rules.HOME_CLASS_CONTRADICTS,
    ),
    keys=("names.prefer", "names.repertoire", "names.replace", "arrivals.prepare_days"),
)  # fmt: skip
