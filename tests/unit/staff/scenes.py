"""Invented facts for every page of the staff page: what tests judge, and what is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from kakehashi.actions import Action, Kind, Situation
from kakehashi.diff.counting import Counted
from kakehashi.diff.header import PlanHeader
from kakehashi.diff.plan import SHARD
from kakehashi.diff.sums import NightCount
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.jsonlines import canonical
from kakehashi.people.pupil import Pupil
from kakehashi.staff.changes import Shards
from kakehashi.staff.frame import Frame, Notice, nav
from kakehashi.staff.viewer import Lang, Post, Role, Viewer
from kakehashi.state_records import RunRecord
from tests.builders import a_city, a_code, a_known, a_pupil

CITY = "demo"
NOW = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)  # 08:30 in Japan
RUN = "demo-20261201T021500-0a1b2c3d"
BOARD = frozenset(Role)
SCHOOLS = {a_code(n): f"見本市立第{n}小学校" for n in range(1, 31)} | {
    a_code(n, "C1"): f"見本市立第{n}中学校" for n in range(1, 16)
}


def a_viewer(*roles: Role, school: str = "", lang: Lang = "ja") -> Viewer:
    """Somebody of the board; with ``school``, of that school alone."""
    post = Post(CITY, school or None)
    return Viewer("00000000-0000-4000-8000-00000000a001", "見本 担当", frozenset(roles or BOARD),
                  (post,), lang)  # fmt: skip


def a_frame(path: str = "/today", viewer: Viewer | None = None, **facts: Any) -> Frame:
    who = viewer or a_viewer()
    defaults: dict[str, Any] = {
        "title": "今朝",
        "path": path,
        "city": CITY,
        "city_name": "見本市",
        "nav": nav(who, CITY, path),
        "csrf": "c0ffee",
        "name": who.name,
        "lang": who.lang,
    }
    return Frame(**(defaults | facts))


def told(text: str, *, good: bool = True) -> tuple[Notice, ...]:
    return (Notice(text, good),)


def a_record(days: int, **facts: Any) -> RunRecord:
    """The state's record of the night so many days ago."""
    day = date(2026, 12, 1) - timedelta(days=days)
    run_id = f"demo-{day:%Y%m%d}T021500-{days:08x}"
    ended = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=6)
    defaults: dict[str, Any] = {
        "run_id": run_id,
        "verdict": "applied",
        "as_of": day.isoformat(),
        "ended": ended.isoformat(),
        "received": (ended - timedelta(hours=1)).isoformat(),
        "pupils": 22_948 + days % 7,
        "done": (days * 37) % 61,
        "held": days % 4,
        "failures": 0,
        "exceptions": 0,
        "checksum": "5f3c" * 16,
        "serial": 100 - days,
    }
    return RunRecord(**(defaults | facts))


def sixty_nights(**newest: Any) -> list[RunRecord]:
    """Newest first, with a few bad ones."""
    odd: dict[int, dict[str, Any]] = {
        9: {"verdict": "refused", "done": 0},
        10: {"verdict": "awaiting-approval", "done": 0},
        23: {"verdict": "failed", "done": 12},
        40: {"verdict": "unchanged", "done": 0},
        52: {"done": 2_400},
    }
    return [a_record(0, **newest), *(a_record(days, **odd.get(days, {})) for days in range(1, 60))]


# -- plans ------------------------------------------------------------------------------------


def an_action(n: int, **facts: Any) -> Action:
    """Pupil ``n`` moves from one school to the next, unless told otherwise."""
    school = a_code(1 + n % 30)
    to = a_code(1 + (n + 1) % 30)
    before = a_pupil(n, school=school, school_name=SCHOOLS[school], attendance_no=1 + n % 35)
    after = replace(before, school=to, school_name=SCHOOLS[to], class_title="3年1組")
    known = a_known(pupil=before)
    defaults: dict[str, Any] = {
        "pupil": before.id,
        "kind": Kind.UPDATE,
        "situation": Situation.CHANGED,
        "before": known,
        "after": after,
        "account": account_of(after, a_city()),
        "object_id": known.object_id,
    }
    return Action(**(defaults | facts))


def a_newcomer(n: int) -> Action:
    pupil = a_pupil(n, grade="P1", class_title="1年1組", school=a_code(2),
                    school_name=SCHOOLS[a_code(2)])  # fmt: skip
    return an_action(n, pupil=pupil.id, kind=Kind.CREATE, situation=Situation.NEW, before=None,
                     after=pupil, object_id="")  # fmt: skip


@cache
def mixed(count: int) -> tuple[Action, ...]:
    """Moves, renames, newcomers and a few others, in the order of a plan."""
    found: list[Action] = []
    for n in range(count):
        one = an_action(n)
        before = one.before.pupil if one.before else a_pupil(n)
        if n % 10 == 3:
            one = replace(one, after=replace(before, family="高橋", kana_family="タカハシ"))
        if n % 10 == 5:
            one = a_newcomer(n)
        if n % 10 == 7:
            one = replace(one, kind=Kind.SUSPEND, situation=Situation.GONE, after=None)
        found.append(one)
    return tuple(found)


def a_header(actions: Iterable[Action], **facts: Any) -> PlanHeader:
    """What plan.json says of these actions."""
    kinds = [str(one.kind) for one in actions]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    deletions = counts.get("delete", 0)
    shards = -(-(len(kinds) - deletions) // SHARD) + -(-deletions // SHARD)
    defaults: dict[str, Any] = {
        "v": 1,
        "city": CITY,
        "serial": 100,
        "as_of": "2026-12-01",
        "rules": "0" * 64,
        "checksum": "5f3c" * 16,
        "refused": False,
        "undoes": "",
        "actions": counts,
        "shards": shards,
        "proposals": {},
        "counts": {},
        "schools": {code: {"MOVED": 3} for code in SCHOOLS},
        "held": {},
        "explained": {"new": 1_890},
        "breaches": [
            {"code": "S003", "scope": "city", "count": 512, "bound": 400, "kind": "moved"},
            {"code": "S001", "scope": "city", "count": 455, "bound": 400, "kind": "new"},
            {"code": "S004", "scope": a_code(3), "count": 41, "bound": 12, "kind": "moved"},
            {"code": "S004", "scope": a_code(5), "count": 22, "bound": 12, "kind": "moved"},
        ],
    }
    return PlanHeader.from_json(defaults | facts)


class Opened:
    """The files of a plan; remembers which of them were opened."""

    def __init__(self, actions: Iterable[Action]) -> None:
        every = list(actions)
        gone = [one for one in every if one.kind is Kind.DELETE]
        others = [one for one in every if one.kind is not Kind.DELETE]
        self.files = [
            [canonical(one.to_json()) for one in some[n : n + SHARD]]
            for some in (others, gone)
            for n in range(0, len(some), SHARD)
        ]
        self.opened: list[int] = []

    def __call__(self, number: int) -> Iterable[bytes]:
        self.opened.append(number)
        return iter(self.files[number - 1])


def shards_of(actions: Iterable[Action]) -> Shards:
    return Opened(actions)


def some_nights() -> list[NightCount]:
    """Newest first."""
    kinds = (Counted.MOVED, Counted.NEW)
    return [
        NightCount(date(2026, 11, 30) - timedelta(days=n),
                   {(kind, scope): (n * 7 + len(kind)) % 13
                    for kind in kinds for scope in ("city", a_code(3), a_code(5))})
        for n in range(28)
    ]  # fmt: skip


def line_of(pupil: Pupil, **facts: Any) -> bytes:
    """A line of desired.jsonl or current.jsonl."""
    return json.dumps({"pupil": pupil.to_json()} | facts, ensure_ascii=False).encode()
