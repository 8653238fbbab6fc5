"""A city that does not exist, for demonstrations, tests and benchmarks.

``new``, ``next`` and ``april`` keep the city in ``<folder>/demo-city.json`` and write what the
robot and the board would upload on a night to ``<folder>/<YYYY-MM-DD>/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from local.demo import board_list, export
from local.demo.city import DemoCity, school_year
from local.demo.export import FAULTS, Fault
from local.demo.initial_passwords import passwords
from local.demo.moves import QUIET, Changes

__all__ = ["FAULTS", "QUIET", "Changes", "DemoCity", "Exported", "Fault", "april", "new", "next"]

STATE = "demo-city.json"
FIRST_DAY = date(2026, 11, 9)


@dataclass(frozen=True, slots=True)
class Exported:
    """What one night left behind; ``passwords`` is None where no pupil needs a first one, and
    ``staff_passwords`` where none of the staff does. ``staff_list`` is the board's."""

    day: date
    drop: Path
    passwords: Path | None
    staff_list: Path
    staff_passwords: Path | None


def new(
    folder: Path,
    pupils: int,
    schools: int,
    seed: int,
    day: date = FIRST_DAY,
    *,
    unfilled: float = 0.0005,
) -> Exported:
    """A new city in ``folder``. Raises FileExistsError where one lives already."""
    if (folder / STATE).exists():
        raise FileExistsError(folder / STATE)
    city = DemoCity(seed, pupils, schools, day, unfilled=unfilled)
    return _write(city, folder)


def next(  # noqa: A001 - it is read as demo.next
    folder: Path, changes: Changes | None = None, fault: Fault | None = None
) -> Exported:
    """The next day of the city in ``folder``, on April 1st the turn of the year, whatever the
    ``changes``; ``fault`` spoils the export, not the city."""
    city = DemoCity.load(folder / STATE)
    day = city.day + timedelta(days=1)
    if school_year(day) == school_year(city.day):
        city.next_night(day, changes)
    else:
        city.next_april(day)
    return _write(city, folder, fault)


def april(folder: Path) -> Exported:
    """The first of April that comes next."""
    city = DemoCity.load(folder / STATE)
    this_year = date(city.day.year, 4, 1)
    city.next_april(this_year if city.day < this_year else date(city.day.year + 1, 4, 1))
    return _write(city, folder)


def _write(city: DemoCity, folder: Path, fault: Fault | None = None) -> Exported:
    night = folder / city.day.isoformat()
    night.mkdir(parents=True, exist_ok=True)
    exported = Exported(
        city.day,
        _put(night / export.zip_name(city), export.package(city, fault)),
        _put_some(night / "passwords.csv", passwords(city)),
        _put(night / "staff.xlsx", board_list.as_workbook(city)),
        _put_some(night / "staff-passwords.csv", board_list.staff_passwords(city)),
    )
    city.save(folder / STATE)
    return exported


def _put(file: Path, body: bytes) -> Path:
    file.write_bytes(body)
    return file


def _put_some(file: Path, body: bytes | None) -> Path | None:
    return _put(file, body) if body else None
