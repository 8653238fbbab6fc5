"""Who a listed pupil is, for whoever must decide: in the protected workbooks and nowhere else.

A leaver is in no roster any more, and nobody can decide about a number. So the workbooks tell what
was last known of a pupil; page, mail, findings, logs and inputs name nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Self

from kakehashi.people.pupil import GRADE_LABELS, Pupil

COLUMNS = (
    ("氏名", 18), ("記録の氏名", 18), ("学年", 6), ("学級", 14), ("出席番号", 8),
    ("アカウント", 34), ("名簿にいた最後の日", 12),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """What was last known of one pupil. ``class_title`` is the outgoing, masked one; ``last_seen``
    the Japan date of the last roster that held the pupil, None where nobody can tell; ``on_record``
    the name as last applied, "" where it is the same."""

    name: str
    grade: str
    class_title: str
    attendance_no: int | None
    account: str
    school: str
    school_name: str
    last_seen: date | None = None
    on_record: str = ""

    @classmethod
    def of(cls, pupil: Pupil, last_seen: date | None = None) -> Self:
        return cls(
            f"{pupil.family} {pupil.given}".strip(),
            GRADE_LABELS.get(pupil.grade, pupil.grade),
            pupil.class_title,
            pupil.attendance_no,
            pupil.account,
            pupil.school,
            pupil.school_name,
            last_seen,
        )

    def cells(self) -> tuple[str | int | None, ...]:
        """In the order of ``COLUMNS``."""
        seen = self.last_seen.isoformat() if self.last_seen else ""
        place = (self.grade, self.class_title, self.attendance_no)
        return (self.name, self.on_record, *place, self.account, seen)

    def to_json(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {"last_seen": self.last_seen.isoformat() if self.last_seen else ""}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        seen = data["last_seen"]
        return cls(**{**data, "last_seen": date.fromisoformat(seen) if seen else None})


type People = Mapping[str, Person]  # by userMasterIdentifier
NOBODY: People = MappingProxyType({})


def cells_of(people: People, umi: str | None) -> tuple[str | int | None, ...]:
    """A pupil's cells; blank ones for a pupil of whom nothing was ever known."""
    person = people.get(umi or "")
    return person.cells() if person else (None,) * len(COLUMNS)


def last_seen(missing_since: date, nights: Iterable[date]) -> date | None:
    """The last of the settled ``nights`` before the pupil was missing."""
    return max((night for night in nights if night < missing_since), default=None)
