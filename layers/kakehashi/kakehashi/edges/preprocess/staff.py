"""The sources of staff as Preprocess finds them, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.catalogue import staff_list as rules
from kakehashi.city import City, Staff
from kakehashi.diff.sheets import TooLarge, UnreadableWorkbook, whole_sheets
from kakehashi.edges import staff_files
from kakehashi.edges.runs import Folder
from kakehashi.findings import soften
from kakehashi.preprocess.cleaning import Cleaned
from kakehashi.preprocess.password_file import InDrop, PasswordFile, locate
from kakehashi.preprocess.staff import Material, StaffListFile, StaffRoster, read_staff

if TYPE_CHECKING:
    from kakehashi.oneroster import Package

OF_STAFF = "staff-"  # how the name of a file with first passwords of staff begins


def of_staff(file: PasswordFile) -> bool:
    return file.key.rpartition("/")[2].startswith(OF_STAFF)


def clean_staff(
    folder: Folder, package: Package, cleaned: Cleaned, city: City,
    *, as_of: date, passwords: Iterable[PasswordFile],
) -> None:  # fmt: skip
    """Read the sources and write what they say; nothing for a city without ``[staff]``."""
    if city.staff is None:
        return
    schools, classes = cleaned.places
    material = Material(
        city=city,
        rules=city.staff,
        as_of=as_of,
        package=package,
        schools=schools,
        classes=classes,
        pupils={one.pupil.account for one in cleaned.desired},
        list_file=_list(folder),
    )
    roster = read_staff(material)
    places, told = locate(passwords, _known(roster, city, city.staff), city.passwords.shared)
    staff_files.put_roster(folder, roster, places)
    folder.put_findings("staff", soften((*roster.findings, *told), city.effects))


def _list(folder: Folder) -> StaffListFile | None:
    """The board's list laid out in rows; None where there is none."""
    upload = next(
        (one for one in staff_files.uploads(folder) if one.file == staff_files.LIST), None
    )
    if upload is None:
        return None
    try:
        laid = whole_sheets(folder.need(staff_files.LIST))
    except TooLarge:
        return StaffListFile(upload.shown, fault=rules.LIST_TOO_LARGE)
    except UnreadableWorkbook:
        return StaffListFile(upload.shown, fault=rules.LIST_UNREADABLE)
    since = date.fromisoformat(upload.since) if upload.since else None
    return StaffListFile(upload.shown, laid, since=since)


def _known(roster: StaffRoster, city: City, asked: Staff) -> InDrop:
    """Staff by both keys of a password file."""
    accounts = {
        one.id: one.account or f"{asked.sign_in_of(one.number)}@{city.domain}"
        for one in roster.employments
    }
    return InDrop({account: who for who, account in accounts.items()}, accounts)
