"""A member of the demo city's staff, and the posts (発令) that the board has told of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self

from local.demo.schools import Stage

type Room = tuple[Stage, str]  # the half of the school, and the title as its office types it


@dataclass(slots=True)
class Posting:
    """Days are ISO texts and included; ``end`` "" is an open end."""

    school: str
    job: str
    main: bool
    begin: str
    end: str = ""
    rooms: list[Room] = field(default_factory=list)

    def covers(self, day: date) -> bool:
        text = day.isoformat()
        return self.begin <= text and (not self.end or text <= self.end)

    def close(self, before: date) -> None:
        """The last day is the one before ``before``."""
        self.end = (before - timedelta(days=1)).isoformat()


@dataclass(slots=True, eq=False)  # somebody is themselves, whatever else is equal
class Teacher:
    """``category`` is the 区分 and ``state`` the 状態 of the board's list."""

    number: str
    family: str
    given: str
    kana_family: str
    kana_given: str
    category: str
    postings: list[Posting] = field(default_factory=list)
    state: str = ""
    has_password: bool = False

    def on(self, day: date) -> list[Posting]:
        """The posts of ``day``, the main one first."""
        there = [one for one in self.postings if one.covers(day)]
        return sorted(there, key=lambda one: (not one.main, one.school))

    def main(self, day: date) -> Posting | None:
        return next((one for one in self.on(day) if one.main), None)

    @property
    def last(self) -> str:
        """The last day of all that is told, "" where one of the posts has none."""
        ends = [one.end for one in self.postings]
        return "" if "" in ends else max(ends)

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "postings": list(_postings(data["postings"]))})


def _postings(rows: list[dict[str, Any]]) -> Iterator[Posting]:
    for row in rows:
        yield Posting(**{**row, "rooms": [(stage, room) for stage, room in row["rooms"]]})
