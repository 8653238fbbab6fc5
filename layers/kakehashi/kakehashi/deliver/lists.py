"""Flat lists: a receiver's own table (CSV or XLSX) with a line for each pupil, class or school.

A list is data of its dialect: heading → what stands below it. Where a maker's headings are not
public, the board gives the heading row of the maker's template, and what is not known in it is
refused by its name: nothing is guessed, and no password is ever written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

from kakehashi.catalogue import receivers as rules
from kakehashi.findings import Finding, Place

Of = Literal["pupils", "classes", "schools", "enrollments", "nobody"]

_PASSWORD = re.compile("password|passwd|パスワード|暗証")
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
    they are the board's to give, from the maker's template. ``pupils``: who stands on it. ``rows``:
    everybody every night, who ``changed`` since it was delivered last, or whose account was
    ``switched`` off or on. ``most_rows`` (0: any) cuts it into several files.
    """

    name: str
    columns: Mapping[str, SheetColumn]
    headings: tuple[str, ...]
    of: Of = "pupils"
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

    def _has(self, heading: str) -> bool:
        return self.template or folded(heading) in map(folded, self.headings)

    def column(self, heading: str) -> SheetColumn:
        return self.columns[folded(heading)]

    def knows(self, heading: str) -> bool:
        return folded(heading) in self.columns

    def used(self) -> Iterator[SheetColumn]:
        return (self.column(heading) for heading in self.headings)

    def problems(self, tool: str) -> Iterator[Finding]:
        """Why it cannot be written: no heading row, a heading that nobody knows, or a password."""
        if not self.headings:
            yield rules.NO_TEMPLATE.at(Place(self.name), tool=tool)
        for heading in self.headings:
            place, column = Place(self.name, None, heading), self.columns.get(folded(heading))
            if column is None:
                yield rules.UNKNOWN_HEADING.at(place, tool=tool)
            elif _wants_password(heading) and not column.text:
                yield rules.PASSWORD_DEMANDED.at(place, tool=tool)


def folded(heading: str) -> str:
    """A heading without width, case, blanks and remarks such as (必須): what names it."""
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"[\s_]+", "", _REMARK.sub("", plain))


def _wants_password(heading: str) -> bool:
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return bool(_PASSWORD.search(plain) and _DEMANDED.search(plain))
