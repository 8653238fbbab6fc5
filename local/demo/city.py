"""The demo city: who lives where, kept as one JSON file so that it can go on night after night.

Everything random comes from the seed and from how many steps were taken, so the same steps give
the same city, the same exports and the same passwords on every machine.
"""

from __future__ import annotations

import dataclasses
import json
import random
import re
import uuid
from datetime import date
from pathlib import Path
from typing import Any, Self

from local.demo import moves, names, staffing
from local.demo.children import Child, Stay
from local.demo.schools import BOARD_CODE, School, Stage, make_schools
from local.demo.teachers import Teacher

DOMAIN = "ed.demo.example.jp"
GAIJI_FAMILIES = 0.015  # share of pupils
GAIJI_GIVEN = 0.003


def school_year(day: date) -> int:
    """The 年度 of a day: the year in which the school year began on April 1st."""
    return day.year if day.month >= 4 else day.year - 1  # noqa: PLR2004 - April


_CHILD_FIELDS = tuple(f.name for f in dataclasses.fields(Child) if f.name != "stays")


class DemoCity:
    """``pupils`` children in ``schools`` schools on ``day``, all decided by ``seed``.

    ``unfilled`` is the share of pupils with 外字 in the name of record whose external name the
    school has not filled in: such a pupil is held by the pipeline.
    """

    def __init__(
        self,
        seed: int,
        pupils: int,
        schools: int,
        day: date = date(2026, 11, 9),
        *,
        unfilled: float = 0.0005,
        domain: str = DOMAIN,
        board_code: str = BOARD_CODE,
    ) -> None:
        self.seed, self.day, self.unfilled = seed, day, unfilled
        self.domain, self.board_code = domain, board_code
        self.steps = self.exports = self.accounts = 0
        self._found(schools)
        self.children: list[Child] = []
        self.gone: list[Child] = []
        moves.settle(self, pupils)
        self.teachers: list[Teacher] = []
        self.numbers, self.announced = 0, ""
        staffing.hire(self)

    def _found(self, schools: int) -> None:
        self.schools: tuple[School, ...] = make_schools(schools)
        self._by_code = {s.code: s for s in self.schools}

    # -- what the steps need ----------------------------------------------------------------

    def rng(self, purpose: str) -> random.Random:
        """Randomness for one purpose of the present step."""
        return random.Random(f"{self.seed}/{self.steps}/{purpose}")

    def school(self, code: str) -> School:
        return self._by_code[code]

    def born(self, rng: random.Random, grade: str, school: School) -> Child:
        """A child nobody knew before, without a class yet."""
        self.accounts += 1
        unfilled = rng.random() < self.unfilled
        family = names.family(rng, gaiji=unfilled or rng.random() < GAIJI_FAMILIES)
        given = names.given(rng, gaiji=rng.random() < GAIJI_GIVEN)
        return Child(
            umi=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            account=f"s{self.accounts:07d}@{self.domain}",
            family=family.record,
            given=given.record,
            preferred_family="" if unfilled else family.external,
            preferred_given="" if unfilled else given.external,
            kana_family=family.kana,
            kana_given=given.kana,
            grade=grade,
            school=school.code,
        )

    # -- time -------------------------------------------------------------------------------

    def next_night(
        self,
        day: date,
        changes: moves.Changes | None = None,
        staff: staffing.StaffChanges | None = None,
    ) -> None:
        """Live on to ``day``. Without ``changes`` as much happens as on a busy day; where these are
        named and ``staff`` is not, nothing happens to the staff."""
        self._advance(day)
        usual = staffing.StaffChanges.usual() if changes is None else staffing.NOTHING
        moves.night(self, changes or moves.Changes.usual(len(self.children)))
        staffing.night(self, staff or usual)

    def next_april(self, day: date) -> None:
        """The turn of the year: all go up, J3 leave, P1 arrive, all classes are new."""
        if school_year(day) != school_year(self.day) + 1:
            raise ValueError("not in the school year that follows")
        self._advance(day)
        moves.april(self)
        staffing.april(self)

    def _advance(self, day: date) -> None:
        if day <= self.day:
            raise ValueError("a city does not go back in time")
        self.day, self.steps = day, self.steps + 1

    # -- what should arrive -----------------------------------------------------------------

    def truth(self) -> list[dict[str, Any]]:
        """Per pupil, by userMasterIdentifier, what the tenant should hold after tonight.

        ``class_title`` is the title after 7–9年, None in a special-needs class (masking decides);
        ``unfilled`` marks a pupil whose outgoing name would contain 外字.
        """
        children = sorted(self.children, key=lambda c: c.umi)
        return [_truth(child, self.school(child.school).name) for child in children]

    # -- the file ---------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        data = {
            "seed": self.seed,
            "day": self.day.isoformat(),
            "unfilled": self.unfilled,
            "domain": self.domain,
            "board_code": self.board_code,
            "steps": self.steps,
            "exports": self.exports,
            "accounts": self.accounts,
            "schools": len(self.schools),
            "fields": _CHILD_FIELDS,
            "children": [_pack(child) for child in self.children],
            "gone": [_pack(child) for child in self.gone],
            "teachers": [one.to_json() for one in self.teachers],
            "numbers": self.numbers,
            "announced": self.announced,
        }
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Self:
        """The city as it was saved. Raises ValueError for a file that is none."""
        data = json.loads(path.read_text(encoding="utf-8"))
        if tuple(data["fields"]) != _CHILD_FIELDS or "teachers" not in data:
            raise ValueError("written by another version of the demo city")
        city = cls.__new__(cls)
        city.seed, city.unfilled = data["seed"], data["unfilled"]
        city.day = date.fromisoformat(data["day"])
        city.domain, city.board_code = data["domain"], data["board_code"]
        city.steps, city.exports = data["steps"], data["exports"]
        city.accounts = data["accounts"]
        city._found(data["schools"])
        city.children = [_unpack(row) for row in data["children"]]
        city.gone = [_unpack(row) for row in data["gone"]]
        city.teachers = [Teacher.from_json(row) for row in data["teachers"]]
        city.numbers, city.announced = data["numbers"], data["announced"]
        return city


def _pack(child: Child) -> list[Any]:
    stays = [dataclasses.astuple(stay) for stay in child.stays]
    return [*(getattr(child, name) for name in _CHILD_FIELDS), stays]


def _unpack(row: list[Any]) -> Child:
    child = Child(**dict(zip(_CHILD_FIELDS, row[:-1], strict=True)))
    child.stays = [Stay(*stay) for stay in row[-1]]
    return child


def _truth(child: Child, school_name: str) -> dict[str, Any]:
    family, given = child.external()
    return {
        "umi": child.umi,
        "account": child.account,
        "family": family,
        "given": given,
        "kana_family": child.kana_family,
        "kana_given": child.kana_given,
        "school": child.school,
        "school_name": school_name,
        "class_title": None if child.support else outgoing_title(child.stage, child.room),
        "grade": child.grade,
        "attendance_no": child.number,
        "special_needs": bool(child.support),
        "unfilled": names.has_gaiji(family + given),
    }


_SEVEN_TO_NINE = str.maketrans("123１２３", "789７８９")


def outgoing_title(stage: Stage, room: str) -> str:
    """1–3年 of a 中学校 or 後期課程 go out as 7–9年, digits as wide as they were."""
    if stage == "P" or not re.match("[1-3１-３]年", room):
        return room
    return room[0].translate(_SEVEN_TO_NINE) + room[1:]
