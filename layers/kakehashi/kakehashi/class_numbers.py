"""What is kept of the numbers that neutral class titles have: HMACs and numbers, no titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from kakehashi.stored import VERSION, Form

RECORD = Form("the numbers of a year's class titles")

NEUTRAL = "なかよし{n}"  # the title of a special-needs class where a city says none
NEUTRAL_BEFORE = "なかよし{n}組"  # until 0.1.0

type Given = Mapping[str, Mapping[str, int]]  # HMAC of a title → grades, "P1,P2" → number


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one 年度, by MEXT code. ``neutral`` is the template that the year began with.

    ``by_title``: the year began when numbers went by the order of the titles.
    """

    neutral: str
    by_title: bool = False
    schools: Mapping[str, Given] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        schools = {
            school: {key: dict(sorted(grades.items())) for key, grades in sorted(given.items())}
            for school, given in sorted(self.schools.items())
        }
        return {
            VERSION: RECORD.v,
            "neutral": self.neutral,
            "by_title": self.by_title,
            "schools": schools,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        data = RECORD.upgrade(data)
        return cls(data["neutral"], bool(data.get("by_title")), data["schools"])

    def joined(self, later: Numbers) -> Numbers:
        """These, and what ``later`` has given beside them; its word goes before ours."""
        schools = {
            school: {**self.schools.get(school, {}), **later.schools.get(school, {})}
            for school in self.schools.keys() | later.schools.keys()
        }
        return Numbers(later.neutral, later.by_title, schools)
