"""How old an export is, whether it may still be taken in, and which of two came last.

The robot writes the date into the file's name (``RO_20261122_082201.zip``). A file without one is
judged by the school year of its pupils, which is coarse, and only catches last year's file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

from kakehashi.catalogue import exports as rules
from kakehashi.findings import Finding


@dataclass(frozen=True, slots=True)
class Export:
    """``on`` is the Japan date in the drop's name, None where there is none; ``year`` the 年度 of
    most of its pupils, 0 for nobody. ``received`` is when S3 received it, None where nobody knows.
    Of a city: the newest that was applied."""

    on: date | None = None
    year: int = 0
    received: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        came = {"received": self.received.isoformat()} if self.received else {}
        return {"on": self.on and self.on.isoformat(), "year": self.year, **came}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        on = data.get("on")
        return cls(date.fromisoformat(on) if on else None, int(data.get("year", 0)),
                   _moment(data.get("received", "")))  # fmt: skip

    def after(self, applied: Export, as_of: date) -> Export:
        """The newest applied, once ``applied`` has been too."""
        dates = [self.on, applied.as_it_can_be(as_of).on]
        return Export(max((on for on in dates if on), default=None), max(self.year, applied.year))

    def as_it_can_be(self, as_of: date) -> Export:
        """A date later than the run's own is a robot's slip: it must not lock out the real exports
        that follow."""
        return replace(self, on=min(self.on, as_of)) if self.on else self

    def supersedes(self, other: Export) -> bool:
        """Whether ``other`` came to S3 before this one, and its name does not say that it is newer.

        Events come more than once and in any order, so it is not they that tell. S3 tells seconds:
        of two that came within one, neither supersedes the other.
        """
        if self.received is None or other.received is None or other.received >= self.received:
            return False
        if self.on is None or other.on is None:
            return self.on is other.on
        return other.on <= self.on


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Planned:
    """The newest roster that reached a plan, whatever became of it, and the run that made it; of a
    roster that was refused nobody speaks."""

    run_id: str = ""
    export: Export = field(default_factory=Export)

    def supersedes(self, given: Export, as_of: date) -> bool:
        """Whether ``given``, the roster of a run of this date, is none to go by any more."""
        return self.export.supersedes(given.as_it_can_be(as_of))

    def to_json(self) -> dict[str, Any]:
        return {"run_id": self.run_id, **self.export.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(str(data.get("run_id", "")), Export.from_json(data))


def export_of(key: str, pattern: str, school_years: Iterable[int], received: str = "") -> Export:
    """``key`` is the drop's in the inbox: a zip, the manifest of loose files, or their folder;
    ``received`` an ISO moment, "" where nobody knows."""
    years = Counter(school_years)
    # Of two years with as many pupils the newer one, whatever the order of the rows.
    year = max(years, key=lambda year: (years[year], year), default=0)
    return Export(_date_in(_name(key), pattern), year, _moment(received))


def comes_late(key: str, newest: str, pattern: str, today: date) -> bool:
    """Whether the drop ``key`` is older, by its name, than ``newest``, which came before it.

    A date that is still to come is a robot's slip and puts nothing behind it.
    """
    on, newest_on = _date_in(_name(key), pattern), _date_in(_name(newest), pattern)
    return bool(on and newest_on and on < newest_on <= today)


def _name(key: str) -> str:
    folder, _, file = key.rpartition("/")
    return file if file.lower().endswith(".zip") else folder.rpartition("/")[2]


def _date_in(name: str, pattern: str) -> date | None:
    found = re.search(pattern, name) if pattern else None
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except (TypeError, ValueError):  # the 31st of November, or a group that found nothing
        return None


@dataclass(frozen=True, slots=True)
class Offered:
    """The export of tonight beside the newest that was applied."""

    given: Export = field(default_factory=Export)
    newest: Export = field(default_factory=Export)
    rehearse: bool = False

    def findings(self) -> list[Finding]:
        """Why it may not be taken in; in a rehearsal, which takes nothing in, only a note."""
        found = too_old(self.given, self.newest)
        return [rules.OLDER_REHEARSED.at()] if found and self.rehearse else found

    def to_json(self) -> dict[str, Any]:
        return {"given": self.given.to_json(), "newest": self.newest.to_json()}


def too_old(given: Export, newest: Export) -> list[Finding]:
    """Why ``given`` may not be applied after ``newest``."""
    if given.on and newest.on:
        if given.on >= newest.on:
            return []
        finding = rules.OLDER_EXPORT.at(given=given.on.isoformat(), newest=newest.on.isoformat())
    elif not given.on and 0 < given.year < newest.year:
        finding = rules.EARLIER_YEAR.at(given=given.year, newest=newest.year)
    else:
        return []
    return [finding]
