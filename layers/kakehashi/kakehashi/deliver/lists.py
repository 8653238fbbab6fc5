"""Flat lists: a receiver's own table (CSV or XLSX) with a line for each pupil, class or school.

A list is data of its dialect: heading → what stands below it. Where a maker's headings are not
public, the board gives the heading row of the maker's template, and what is not known in it is
refused by its name: nothing is guessed, and no password is ever written.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from kakehashi.catalogue import receivers as rules
from kakehashi.findings import Finding, Place

Of = Literal["pupils", "staff", "people", "classes", "schools", "enrollments"]
PEOPLE = frozenset({"pupils", "staff", "people"})

_PASSWORD = re.compile(r"password|passwd|パスワード|暗証|(?<![a-z])pw(?![a-z])")
_ABOUT_ONE = re.compile("hash|change|policy|expir|変更|次回|ポリシー|期限")
_FLAG = re.compile(
    r"[0-9]?|true|false|yes|no|on|off|[yn]|はい|いいえ|する|しない|有|無|有り|無し|[○×]"
)
_MASK = re.compile(r"\**")  # what a maker has stand for a password that stays
_DEMANDED = re.compile("必須|required|mandatory")
_REMARK = re.compile(
    r"\((必須|任意|required|optional)[^)]*\)|\[(必須|任意|required|optional)\]|[*※]\d*"
)


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """What stands below a heading: a fact of the row, or the constant ``text``.

    ``words`` are what the receiver writes for a value; a value that has none holds the pupil.
    ``date`` is how a day is written (strftime), ``suffix`` stands behind a value, ``blank`` for
    one that there is not.
    """

    fact: str = ""
    text: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    suffix: str = ""
    blank: str = ""

    @classmethod
    def of(cls, given: Any) -> Self:
        """From a dialect's or a city's rules: a fact by its name, or a table."""
        return cls(fact=given) if isinstance(given, str) else cls(**given)


@dataclass(frozen=True, slots=True)
class FlatList:
    """One file of a receiver's own.

    ``name`` begins its file name. ``headings`` are its heading row, in order; with ``template``
    they are the board's to give, from the maker's template. ``of`` "people" are pupils and staff,
    ``with_staff`` whether staff may stand on it. ``pupils``: who of them. ``rows``:
    everybody every night, who ``changed`` since it was delivered last, or whose account was
    ``switched`` off or on. ``most_rows`` (0: any) cuts it into several files.
    """

    name: str
    columns: Mapping[str, SheetColumn]
    headings: tuple[str, ...]
    of: Of = "pupils"
    with_staff: bool = False
    template: bool = False
    pupils: Literal["enabled", "all"] = "enabled"
    rows: Literal["all", "changed", "switched"] = "all"
    file: Literal["csv", "xlsx"] = "csv"
    encoding: Literal["utf-8", "utf-8-sig", "cp932"] = "utf-8"
    quote_all: bool = True
    line_end: str = "\r\n"
    most_rows: int = 0

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> Self:
        columns = {heading: SheetColumn.of(given) for heading, given in data["columns"].items()}
        known = () if data.get("template") else tuple(columns)
        rest = {key: value for key, value in data.items() if key not in {"columns", "headings"}}
        headings = tuple(data.get("headings", known))
        return cls(columns={folded(h): c for h, c in columns.items()}, headings=headings, **rest)

    def with_rules(self, headings: Sequence[str], columns: Mapping[str, Any], **file: Any) -> Self:
        """The same by a city's rules: the heading row of a template, what stands below which
        heading, and what ``file`` says of its form."""
        own = {folded(heading): SheetColumn.of(given) for heading, given in columns.items()}
        new = tuple(headings) or (*self.headings, *(h for h in columns if not self._has(h)))
        told = {key: value for key, value in file.items() if value is not None}
        return replace(self, columns={**self.columns, **own}, headings=new, **told)

    def with_people(self, staff: Literal["beside", "alone"]) -> Self:
        """The same for a city whose tool is told of staff: beside the pupils where the list has
        room for them, or in a template of their own."""
        of: Of = "staff" if staff == "alone" else "people"
        takes = self.of == "pupils" and (self.with_staff or staff == "alone")
        return replace(self, of=of) if takes else self

    def _has(self, heading: str) -> bool:
        return self.template or folded(heading) in map(folded, self.headings)

    def column(self, heading: str) -> SheetColumn:
        return self.columns[folded(heading)]

    def knows(self, heading: str) -> bool:
        return folded(heading) in self.columns

    def naming(self) -> tuple[str, ...]:
        """The headings below which stands who somebody is."""
        return self.headings_of("sourcedId", "userMasterIdentifier", "username", "loginName")

    def headings_of(self, *facts: str) -> tuple[str, ...]:
        """The headings below which one of these facts stands."""
        known = [heading for heading in self.headings if self.knows(heading)]
        return tuple(heading for heading in known if self.column(heading).fact in facts)

    def used(self) -> Iterator[SheetColumn]:
        return (self.column(heading) for heading in self.headings)

    def problems(self, tool: str) -> Iterator[Finding]:
        """Why it cannot be written: no heading row, a heading that nobody knows or that stands
        there twice, a password, no column that tells staff from pupils."""
        if not self.headings:
            yield rules.NO_TEMPLATE.at(Place(self.name), tool=tool)
        several = Counter(map(folded, self.headings))
        for number, heading in enumerate(self.headings, 1):
            place, column = Place(self.name, None, heading), self.columns.get(folded(heading))
            if column is None:
                at = place if heading else Place(self.name, None, f"{number} 列目")
                yield rules.UNKNOWN_HEADING.at(at, tool=tool)
                continue
            if several[folded(heading)] > 1 and column.fact:
                yield rules.HEADING_TWICE.at(place, tool=tool)
            yield from self._faults_of(heading, column, place, tool)
        if self.of == "people" and self.rows != "switched" and not self._tells_roles():
            yield rules.NO_ROLE_COLUMN.at(Place(self.name), tool=tool)

    def _faults_of(
        self, heading: str, column: SheetColumn, place: Place, tool: str
    ) -> Iterator[Finding]:
        if _might_hold_password(heading, column):
            yield rules.PASSWORD_WRITTEN.at(place, tool=tool)
        elif _wants_password(heading) and not column.text:
            yield rules.PASSWORD_DEMANDED.at(place, tool=tool)
        said = (column.text, column.suffix, column.blank, column.date, *column.words.values())
        if self.encoding == "cp932" and self.file == "csv":
            for char in lacking("".join((heading, *said))):
                yield rules.RULES_NOT_IN_CP932.at(place, tool=tool, char=f"U+{ord(char):04X}")

    def _tells_roles(self) -> bool:
        return any(self.knows(one) and self.column(one).fact == "role" for one in self.headings)


def lacking(text: str) -> list[str]:
    """The characters that Shift-JIS (cp932) has not, each once."""
    return sorted({char for char in text if not _fits(char)})


def _fits(char: str) -> bool:
    try:
        char.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True


def folded(heading: str) -> str:
    """A heading without width, case, blanks and remarks such as (必須): what names it."""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"[\s_]+", "", _REMARK.sub("", plain))


def _might_hold_password(heading: str, column: SheetColumn) -> bool:
    """Below whatever speaks of a password nothing stands but the maker's mask, and below what is
    said *about* one (変更, 期限) also a flag: 変更後パスワード is one, too."""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    if not _PASSWORD.search(plain):
        return False
    said = unicodedata.normalize("NFKC", column.text).casefold().strip()
    flag = bool(_ABOUT_ONE.search(plain) and _FLAG.fullmatch(said))
    known = flag or _MASK.fullmatch(column.text)
    return bool(column.fact or column.suffix or column.blank or not known)


def _wants_password(heading: str) -> bool:
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return bool(_PASSWORD.search(plain) and _DEMANDED.search(plain))
