"""What a step of cleaning is, what it may read, and what goes from step to step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from kakehashi.class_numbers import Numbers
from kakehashi.findings import Finding, Rule
from kakehashi.preprocess.classes import Classes, Homes
from kakehashi.preprocess.enrolments import Enrolments
from kakehashi.preprocess.holds import RowHolds
from kakehashi.preprocess.lexicon import Lexicon
from kakehashi.preprocess.numbering import Numbering
from kakehashi.preprocess.password_file import PasswordFile
from kakehashi.preprocess.rows import PupilRow, PupilRows
from kakehashi.preprocess.schools import Schools
from kakehashi.preprocess.years import AcademicSession
from kakehashi.roster import Desired, Held

if TYPE_CHECKING:
    from kakehashi.city import City
    from kakehashi.oneroster import Package


@dataclass(frozen=True, slots=True)
class Tonight:
    """All that a step may read beside the draft: the drop, what its checks want held, the city's
    rules, a Japan date. ``passwords`` go from the oldest file to the newest.
    """

    package: Package
    holds: RowHolds
    city: City
    as_of: date
    lexicon: Lexicon
    numbering: Numbering
    passwords: Sequence[PasswordFile] = ()

    @property
    def today(self) -> str:
        """YYYY-MM-DD."""
        return self.as_of.isoformat()


@dataclass(frozen=True, slots=True)
class Draft:
    """The roster as far as the steps have come; what no step has made yet is empty.

    ``year`` is the roster's 年度; ``numbers`` are those of neutral titles by 年度. ``chosen`` are
    the rows that count, ``left_behind`` the ids under which a chosen pupil's other rows have ended.
    """

    year: int = 0
    sessions: Mapping[str, AcademicSession] = field(default_factory=dict)
    schools: Schools = field(default=Schools({}, {}))
    classes: Classes = field(default=Classes({}, frozenset()))
    enrolments: Enrolments = field(default=Enrolments({}, frozenset()))
    numbers: Mapping[int, Numbers] = field(default_factory=dict)
    rows: PupilRows = field(default_factory=PupilRows)
    chosen: Sequence[PupilRow] = ()
    left_behind: Mapping[str, Sequence[str]] = field(default_factory=dict)
    desired: Sequence[Desired] = ()
    held: Sequence[Held] = ()
    findings: Sequence[Finding] = ()

    def having(self, findings: Iterable[Finding] = (), **made: Any) -> Draft:
        """This draft with what a step has made and what it has to say."""
        return replace(self, findings=(*self.findings, *findings), **made)

    def titled(self, homes: Homes, findings: Iterable[Finding] = (), **made: Any) -> Draft:
        """This draft with other home classes, all else of them unchanged."""
        return self.having(findings, classes=replace(self.classes, homes=homes), **made)


@dataclass(frozen=True, slots=True)
class CleaningStep:
    """One rule of cleaning: ``run`` is pure and never raises for bad data.

    ``gives`` are the messages it can say, ``keys`` the city's rules that it reads (dotted). The
    words are those of docs/cleaning.md, whose headings are the names.
    """

    name: str
    ja: str
    en: str
    run: Callable[[Tonight, Draft], Draft]
    gives: tuple[Rule, ...] = ()
    keys: tuple[str, ...] = ()
