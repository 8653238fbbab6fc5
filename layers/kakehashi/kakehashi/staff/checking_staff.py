"""What the board's list of staff is, before it is taken: as the night will read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kakehashi.catalogue import staff_list as rules
from kakehashi.city import City, Staff
from kakehashi.diff.sheets import TooLarge, UnreadableWorkbook, whole_sheets
from kakehashi.oneroster.model import Package
from kakehashi.preprocess.classes import Classes
from kakehashi.preprocess.schools import School, Schools
from kakehashi.preprocess.staff.board_list import BoardList
from kakehashi.preprocess.staff.sources import Material, StaffListFile
from kakehashi.report.words import Word
from kakehashi.staff.checking import Looked, checked, named
from kakehashi.staff.uploading import UploadPurpose


def staff_list(body: bytes, city: City, schools: Mapping[str, str], as_of: date) -> Looked:
    """The board's list of staff; ``schools`` are names by MEXT code. Whether a class is there only
    the night can tell, which has the roster."""
    name = named("staff-list", body)
    read_ = BoardList().read(_material(_laid(name, body), city, schools, as_of))
    held = sum(1 for one in read_.claims if one.code) + len(read_.held)
    good = len(read_.claims) + len(read_.held) - held
    counts = ((Word("読めた人", "people read"), good), (Word("待つ人・行", "held"), held))
    told = [one for one in read_.findings if one.code != rules.UNKNOWN_CLASS.code]
    return Looked(checked(UploadPurpose.STAFF_LIST, name, counts, told), bool(good))


def _laid(name: str, body: bytes) -> StaffListFile:
    try:
        return StaffListFile(name, whole_sheets(body))
    except TooLarge:
        return StaffListFile(name, fault=rules.LIST_TOO_LARGE)
    except UnreadableWorkbook:
        return StaffListFile(name, fault=rules.LIST_UNREADABLE)


def _material(file: StaffListFile, city: City, schools: Mapping[str, str], as_of: date) -> Material:
    """All that the list alone is read with."""
    return Material(
        city=city,
        rules=city.staff or Staff(),
        as_of=as_of,
        package=Package(None, {}),
        schools=Schools({code: School(code, name) for code, name in schools.items()}, {}),
        classes=Classes({}, frozenset()),
        list_file=file,
    )
