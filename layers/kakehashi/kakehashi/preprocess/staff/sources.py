"""What a source of staff is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from kakehashi.findings import Finding, Rule
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffPost
from kakehashi.preprocess.classes import Classes
from kakehashi.preprocess.schools import Schools
from kakehashi.roster import Held

if TYPE_CHECKING:
    from kakehashi.city import City, Staff
    from kakehashi.oneroster import Package

type Row = tuple[int, Sequence[str]]  # number of the row in its file or sheet, cells


@dataclass(frozen=True, slots=True)
class StaffListFile:
    """The board's own list, laid out in rows of cells; ``fault`` says why it could not be.
    ``since`` is the Japan day on which it was first taken, None where nobody knows."""

    name: str
    sheets: Sequence[Sequence[Row]] = field(default=(), repr=False)
    fault: Rule | None = None
    since: date | None = None

    def told_in(self, begin: date) -> int:
        """The 年度 in which a row was told whose post begins on ``begin``. The list names no year
        of its own; a coming post is told for the year in which it begins."""
        return year_of(max(self.since or date.max, begin))


@dataclass(frozen=True, slots=True)
class Material:
    """All that tonight's sources can be read from. ``pupils`` are the accounts of pupils."""

    city: City
    rules: Staff
    as_of: date
    package: Package
    schools: Schools
    classes: Classes
    pupils: Set[str] = frozenset()
    list_file: StaffListFile | None = None

    def places(self) -> dict[str, str]:
        """Code → name of everything where somebody can work: the schools, and the board."""
        city = self.city
        board = city.name if city.name.endswith("教育委員会") else f"{city.name}教育委員会"
        return {one.code: one.name for one in self.schools.by_org.values()} | {
            city.board_code: board
        }


@dataclass(frozen=True, slots=True)
class StaffNames:
    family: str
    given: str
    kana_family: str = ""
    kana_given: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of one person. ``homerooms``: school → titles as they go out, of today.

    ``account`` and ``master`` are "" where it says nothing. ``code`` is the finding that holds the
    person, or "".
    """

    number: str
    names: StaffNames = field(repr=False)
    posts: tuple[StaffPost, ...]
    homerooms: Mapping[str, tuple[str, ...]]
    account: str = field(default="", repr=False)
    master: str = ""
    away: bool = False
    line: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class StaffReading:
    """``held`` are rows of whom nobody can tell who they are."""

    claims: tuple[Claim, ...] = ()
    held: tuple[Held, ...] = ()
    findings: tuple[Finding, ...] = ()


class StaffSource(Protocol):
    def read(self, material: Material) -> StaffReading:
        """What the source says tonight. Never raises for bad data."""
