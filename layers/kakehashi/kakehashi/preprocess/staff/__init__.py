"""教職員: what the sources say of each member of staff, put together, with the rows that wait.

    roster = read_staff(material)

A source is one file behind ``StaffSource``, and one entry of ``SOURCES``. A source that cannot
be read says nothing, which is no order: everybody it knows stays as yesterday.
"""

from __future__ import annotations

from kakehashi.preprocess.staff.board_list import BoardList
from kakehashi.preprocess.staff.combining import StaffRoster, combine
from kakehashi.preprocess.staff.roster_rows import RosterRows
from kakehashi.preprocess.staff.sources import Material, StaffListFile, StaffSource

__all__ = ["SOURCES", "Material", "StaffListFile", "StaffRoster", "read_staff"]

SOURCES: dict[str, StaffSource] = {"list": BoardList(), "roster": RosterRows()}
"""By the name that a city's rules use."""


def read_staff(material: Material) -> StaffRoster:
    """Pure, and never raises for bad data."""
    wanted = material.rules.sources
    return combine({name: SOURCES[name].read(material) for name in wanted}, material)
