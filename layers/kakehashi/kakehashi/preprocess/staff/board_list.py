"""教職員名簿: the list that the board keeps itself, one row a post.

What a clerk's Excel makes of it is borne: full-width digits, dates in 和暦 or as serial numbers, a
title above the headings, furigana shown above a cell. What cannot be followed holds that person,
and nobody else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from types import MappingProxyType

from kakehashi.catalogue import staff_list as rules
from kakehashi.findings import Effect, Finding, Place, Rule
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffPost, staff_id
from kakehashi.preprocess.accounts import Chooser
from kakehashi.preprocess.classes import HomeClass
from kakehashi.preprocess.names import Speller
from kakehashi.preprocess.schools import successors_of
from kakehashi.preprocess.staff.days import day_of
from kakehashi.preprocess.staff.sources import (
    Claim,
    Material,
    StaffListFile,
    StaffNames,
    StaffReading,
)
from kakehashi.preprocess.staff.tables import (
    HEADINGS,
    Cells,
    ListRow,
    folded,
    laid_out,
    school_year,
)
from kakehashi.roster import Held

MAIN: Mapping[str, bool] = MappingProxyType({"本務": True, "兼務": False})
AWAY: Mapping[str, bool] = MappingProxyType(
    {"": False, "在職": False, "休職": True, "育休": True, "産休": True, "派遣": True}
)
UNCOMPUTED = "\x00"  # how a formula that was saved without its value is read
COVERED = "\x01"  # and what a merged cell of a row above covers

_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,15}\Z")
_READING_BESIDE = re.compile(r"[()（）\[\]［］【】〔〕/／\n\r\t]")
_HALF = re.compile(r"(前期|後期)(?:課程)?(.+)\Z")  # of a 義務教育学校
_STAGES: Mapping[str, str] = MappingProxyType({"前期": "P", "後期": "J"})
_SEVERAL = re.compile(r"[、,;/\n]+")


type _Titles = dict[tuple[str, str], dict[str, set[str]]]


def _titles(homes: Iterable[HomeClass]) -> _Titles:
    """(school, word) → the classes that are called so, by the title that goes out, with the first
    letters of their grades. A class is called as C4th has it, and as it goes out."""
    found: _Titles = {}
    for one in homes:
        for word in {folded(one.written), folded(one.title)}:
            there = found.setdefault((one.school.code, word), {})
            there.setdefault(one.title, set()).update(grade[:1] for grade in one.grades)
    return found


class BoardList:
    """The source ``list``."""

    def read(self, material: Material) -> StaffReading:
        file = material.list_file
        if file is None:
            return StaffReading(findings=(rules.NO_LIST.at(),))
        if file.fault:
            return StaffReading(findings=(file.fault.at(Place(file.name)),))
        place, laid = Place(file.name), laid_out(file.sheets)
        if not laid.sheets:
            told = rules.LIST_WITHOUT_HEADINGS.at(place, count=laid.lacking)
            return StaffReading(findings=(told,))
        reader = _Reader(material, file)
        if laid.sheets > 1:
            reader.findings.append(rules.SEVERAL_SHEETS.at(place, count=laid.sheets))
        if laid.beside:
            reader.findings.append(rules.ROWS_OF_NOBODY.at(place, count=laid.beside))
        rows = [reader.row(one) for one in laid.rows]
        return reader.reading([row for row in rows if row])


@dataclass(slots=True)
class _Read:
    """One row. ``year`` is the 年度 that it names, 0 for none; ``code`` is the first finding that
    holds its person."""

    line: int
    number: str
    cells: Cells
    year: int
    names: StaffNames
    post: StaffPost | None = None
    away: bool = False
    account: str = ""
    code: str = ""
    homerooms: tuple[str, ...] = field(default=())


class _Reader:
    def __init__(self, material: Material, file: StaffListFile) -> None:
        self.city, self.rules, self.file = material.city, material.rules, file.name
        self.told_in, self.year = file.told_in, year_of(material.as_of)
        self.of_another_year: Counter[bool] = Counter()  # of an earlier one, or of a later
        self.places = material.places()
        self.successors = successors_of(material.city.school_aliases)
        self.titles = _titles(material.classes.homes.values())
        self.speller, self.chooser = Speller(material.city.names), Chooser(material.city)
        self.findings: list[Finding] = []
        self.held: list[Held] = []

    # -- one row ------------------------------------------------------------------------------

    def row(self, one: ListRow) -> _Read | None:
        """None for one of whom nobody can tell who it is."""
        line, cells = one.line, one.cells
        number = folded(cells.get("職員番号", "")).strip(COVERED)
        if UNCOMPUTED in number or not _NUMBER.match(number):
            rule = rules.BAD_NUMBER if number else rules.NO_NUMBER
            self._say(rule, line, "職員番号")
            self.held.append(Held(rule.code, line))
            return None
        row = _Read(line, number, cells, one.year, StaffNames("", ""))
        if any(UNCOMPUTED in cell for cell in cells.values()):
            self._hold(row, rules.UNCOMPUTED_CELL, None)
            return row
        if covered := [name for name, cell in cells.items() if cell == COVERED]:
            self._hold(row, rules.COVERED_CELL, covered[0])
            return row
        row.names = self._names(row)
        row.account = self._account(row)
        row.year = self._year(row)
        row.away = self._word(row, "状態", AWAY)
        row.post = self._post(row)
        return row

    def _names(self, row: _Read) -> StaffNames:
        written = [row.cells.get(name, "") for name in list(HEADINGS)[1:5]]
        for column, text in zip(list(HEADINGS)[1:3], written, strict=False):
            if not text:
                self._hold(row, rules.NAME_MISSING, column)
            elif _READING_BESIDE.search(text):
                self._hold(row, rules.NAME_WITH_READING, column)
        spelled = self.speller.spell([text for one in written for text in ("", one)])
        for column, one in zip(list(HEADINGS)[1:5], spelled, strict=True):
            for rule, point in one.faults:
                self._hold(row, rule, column, **({"code_point": point} if point else {}))
        return StaffNames(*(one.text for one in spelled))

    def _account(self, row: _Read) -> str:
        written = folded(row.cells.get("アカウント", "")).lower()
        if not written:
            return ""
        choice = self.chooser.choose("", written, "")
        if choice.fault or not choice.account:
            self._hold(row, rules.BAD_ACCOUNT, "アカウント")
            return ""
        return choice.account

    def _year(self, row: _Read) -> int:
        """Its own column counts more than what stands above all rows."""
        written = row.cells.get("年度", "")
        if written and not school_year(written):
            self._hold(row, rules.UNKNOWN_WORD, "年度")
        return school_year(written) or row.year

    def _word(self, row: _Read, column: str, words: Mapping[str, bool]) -> bool:
        word = folded(row.cells.get(column, ""))
        if word not in words:
            self._hold(row, rules.UNKNOWN_WORD, column)
        return words.get(word, False)

    def _post(self, row: _Read) -> StaffPost | None:
        main = self._word(row, "本務・兼務", MAIN)
        school = self._school(row)
        begin, end = self._day(row, "開始日"), self._day(row, "終了日")
        if not row.cells.get("開始日"):
            self._hold(row, rules.NO_FIRST_DAY, "開始日")
        if not row.cells.get("終了日") and not self._may_be_open(row):
            self._hold(row, rules.NO_LAST_DAY, "終了日")
        if begin and end and end < begin:
            self._hold(row, rules.DATES_REVERSED, "終了日")
        if row.code or begin is None:
            return None
        job, titles = row.cells.get("職種", ""), tuple(self._homerooms(row, school, begin))
        named = tuple(title for title in titles if title)
        return StaffPost(
            school, self.places[school], main, job, begin, end, named,
            unnamed="" in titles, next_year=self._is_next_years(row, begin),
        )  # fmt: skip

    def _is_next_years(self, row: _Read, begin: date) -> bool:
        """Whether the row tells of a 年度 that comes, about a post that has begun."""
        return row.year > max(self.year, year_of(begin))

    def _may_be_open(self, row: _Read) -> bool:
        return folded(row.cells.get("区分", "")) in map(folded, self.rules.open_ended)

    def _school(self, row: _Read) -> str:
        written = folded(row.cells.get("所属コード", "")).upper()
        code = self.successors.get(written, written)
        if code not in self.places:
            self._hold(row, rules.UNKNOWN_SCHOOL, "所属コード")
        return code

    def _day(self, row: _Read, column: str) -> date | None:
        written = row.cells.get(column, "")
        day = day_of(written) if written else None
        if written and day is None:
            self._hold(row, rules.BAD_DATE, column)
        return day

    def _homerooms(self, row: _Read, school: str, begin: date) -> Iterator[str]:
        """Titles as they go out, "" of a class that the roster does not have. None of a row that
        was told for another 年度: next year's class has the same title."""
        cell = row.cells.get("担任学級", "")
        year = max(row.year, year_of(begin)) if row.year else self.told_in(begin)
        if cell.strip() and (year < self.year or self._is_next_years(row, begin)):
            self.of_another_year[year < self.year] += 1
            return
        for written in self._words(school, cell):
            found = self._called(school, folded(written))
            if len(found) == 1:
                yield from found
            elif found:
                self._say(rules.TWO_CLASSES, row.line, "担任学級")
            elif written.strip():
                self._say(rules.UNKNOWN_CLASS, row.line, "担任学級")
                yield ""

    def _words(self, school: str, cell: str) -> Iterator[str]:
        """The titles of a cell. A title may hold a middle dot itself."""
        for written in _SEVERAL.split(cell):
            whole = self._called(school, folded(written))
            yield from (written,) if whole else written.split("・")

    def _called(self, school: str, written: str) -> set[str]:
        """The titles of the classes that a word can mean."""
        half = _HALF.match(written)
        found = self.titles.get((school, written), {})
        if not found and half:
            stage = _STAGES[half[1]]
            there = self.titles.get((school, half[2]), {})
            found = {title: stages for title, stages in there.items() if stage in stages}
        return set(found)

    # -- persons --------------------------------------------------------------------------------

    def reading(self, rows: Iterable[_Read]) -> StaffReading:
        by_number: dict[str, list[_Read]] = {}
        for row in rows:
            by_number.setdefault(staff_id(row.number), []).append(row)
        claims = tuple(self._claim(several) for several in by_number.values())
        for earlier, count in sorted(self.of_another_year.items()):
            rule = rules.CLASS_OF_LAST_YEAR if earlier else rules.CLASS_OF_NEXT_YEAR
            self.findings.append(rule.at(Place(self.file), count=count))
        return StaffReading(claims, tuple(self.held), tuple(self.findings))

    def _claim(self, rows: Sequence[_Read]) -> Claim:
        first = rows[0]
        if not any(row.code for row in rows):
            self._compare(rows)
        code = min((row.code for row in rows if row.code), default="")
        posts = [row.post for row in rows if row.post]
        homerooms: dict[str, tuple[str, ...]] = {}
        for post in posts:
            homerooms[post.school] = (*homerooms.get(post.school, ()), *post.homerooms)
        return Claim(
            number=first.number,
            names=first.names,
            posts=tuple(posts),
            homerooms={school: titles for school, titles in homerooms.items() if titles},
            account=next((row.account for row in rows if row.account), ""),
            away=first.away,
            line=first.line,
            code=code,
        )

    def _compare(self, rows: Sequence[_Read]) -> None:
        """Rows of one number must be of one person, with one main post on a day."""
        first = rows[0]
        for row in rows[1:]:
            accounts = {row.account, first.account} - {""}
            if row.names != first.names or row.away != first.away or len(accounts) > 1:
                self._hold(row, rules.TWO_PEOPLE, "職員番号")
        mains = [row for row in rows if row.post and row.post.main]
        for one, other in combinations(mains, 2):
            if one.post and other.post and _overlap(one.post, other.post):
                self._hold(other, rules.TWO_MAIN_POSTS, "本務・兼務")

    def _hold(self, row: _Read, rule: Rule, column: str | None, **facts: str) -> None:
        """The finding, which holds the row unless a city's wish about spelling made it a note."""
        self._say(rule, row.line, column, staff_id(row.number), **facts)
        effect = self.city.effects.get(rule.code, rule.effect)
        if effect is not Effect.NOTE and not row.code:
            row.code = rule.code

    def _say(
        self, rule: Rule, line: int, column: str | None, who: str | None = None, **facts: str
    ) -> None:
        self.findings.append(rule.at(Place(self.file, line, column), pupil=who, **facts))


def _overlap(one: StaffPost, other: StaffPost) -> bool:
    return one.begin <= (other.end or date.max) and other.begin <= (one.end or date.max)
