"""Pupils, their grades, and the ids of their schools and classes."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from sys import intern
from typing import Any, Self

SCHOOL_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/school")
CLASS_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/class")

GRADES = ("P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3")
NEXT_GRADE = dict(pairwise(GRADES))
GRADE_LABELS = dict(zip(GRADES, ("小1", "小2", "小3", "小4", "小5", "小6", "中1", "中2", "中3"),
                        strict=True))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pupil:
    """One pupil as the roster tells it after preprocessing: what accounts and tools are made from.

    ``id`` is the userMasterIdentifier in lower case, the one key that follows a child.
    ``school`` is the 13-character MEXT code. ``class_title`` is the outgoing title (renamed,
    masked); "" for a pupil without a home class. ``school_year`` is the 年度, the year in which
    the school year begins. ``line`` is where the row stands in the drop's users.csv: it is not
    part of what the pupil *is*, so it takes no part in comparison, hash or checksum.
    """

    id: str
    account: str
    family: str
    given: str
    kana_family: str
    kana_given: str
    grade: str
    school: str
    school_name: str
    school_year: int
    class_title: str
    class_grades: tuple[str, ...] = ()
    special_needs: bool = False
    attendance_no: int | None = None
    line: int = field(default=0, compare=False)

    @property
    def has_one_name(self) -> bool:
        """Whether one half of the name is blank, in kana as well."""
        return not (self.family or self.kana_family) or not (self.given or self.kana_given)

    def facts(self) -> dict[str, Any]:
        """Every field that makes the pupil what it is, JSON-ready, ``line`` left out."""
        facts = dict(zip(_FACT_NAMES, _facts(self), strict=True))
        facts["class_grades"] = list(self.class_grades)
        return facts

    def to_json(self) -> dict[str, Any]:
        facts = self.facts()
        facts["line"] = self.line
        return facts

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """What classmates share is kept once: half a million pupils would not fit otherwise."""
        return cls(
            data["id"],
            data["account"],
            data["family"],
            data["given"],
            data["kana_family"],
            data["kana_given"],
            intern(data["grade"]),
            intern(data["school"]),
            intern(data["school_name"]),
            data["school_year"],
            intern(data["class_title"]),
            tuple(map(intern, data["class_grades"])),
            data["special_needs"],
            data["attendance_no"],
            data.get("line", 0),
        )

    def changed(self, other: Pupil) -> tuple[str, ...]:
        """Names of the facts in which the two differ, in field order."""
        return tuple(n for n in _FACT_NAMES if getattr(self, n) != getattr(other, n))


_FACT_NAMES = tuple(f.name for f in dataclasses.fields(Pupil) if f.compare)
_facts = attrgetter(*_FACT_NAMES)


def school_id(school: str) -> str:
    """The sourcedId a school keeps for ever: UUID v5 of its MEXT code."""
    return str(uuid.uuid5(SCHOOL_SPACE, school))


def class_id(school: str, school_year: int, title: str) -> str:
    """The sourcedId of a class: UUID v5 of (school, 年度, outgoing title)."""
    return str(uuid.uuid5(CLASS_SPACE, f"{school}\x1f{school_year}\x1f{title}"))
