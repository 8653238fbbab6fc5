"""Other roster formats that are exported or dropped by mistake, known by their heading rows.

Headings as the makers' own samples have them: Microsoft School Data Sync (O365-EDU-Tools, "CSV
Samples"), Clever's SFTP files, and the columns of L-Gate's user CSV that its manual names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signature:
    """A heading row with all of ``has`` and none of ``lacks``, in lower case, is ``format``'s."""

    format: str
    has: frozenset[str]
    lacks: frozenset[str] = frozenset()


def _signature(format_: str, has: str, lacks: str = "") -> Signature:
    return Signature(format_, frozenset(has.split(",")), frozenset(lacks.split(",")) - {""})


SIGNATURES = (
    _signature("Microsoft SDS, UK", "school dfe number"),
    _signature("Microsoft SDS, UK", "dfe number,name"),
    _signature("Microsoft SDS v1", "sis id"),
    _signature("Microsoft SDS v2.1", "usersourcedid,orgsourcedid,role,isprimary", "sourcedid"),
    _signature("Microsoft SDS v2.1", "sourcedid,activedirectorymatchid"),
    _signature("Microsoft SDS v2", "sourcedid,orgsourcedids,username,grade", "enableduser,grades"),
    _signature("Clever", "school_id,student_id"),
    _signature("Clever", "school_id,teacher_id"),
    _signature("Clever", "school_id,section_id"),
    _signature("L-Gate", "username,enableduser,islocal", "sourcedid"),
    _signature("L-Gate", "term,gradecode,schoolname,name"),
)


def format_of(headings: Iterable[str]) -> str:
    """The format whose heading row is among ``headings`` (lines of CSV), or ""; first comes first.

    A OneRoster package is told by its manifest: ask only where there is none.
    """
    rows = [frozenset(name.strip(' "\ufeff\r\n').lower() for name in line.split(","))
            for line in headings]  # fmt: skip
    return next((one.format for one in SIGNATURES for row in rows
                 if one.has <= row and not one.lacks & row), "")  # fmt: skip
