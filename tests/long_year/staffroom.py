"""The staff of the demo city: their posts as the board lists them, and what must come of that.

By hand, as tests/year/truth.py: no line of the product is asked. Who leaves keeps the account, for
nobody decides about staff here.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from local.demo import DemoCity, names

HEAD = ("職員番号", "姓", "名", "せい", "めい", "区分", "職種", "所属コード", "本務・兼務",
        "担任学級", "開始日", "終了日")  # fmt: skip
PREPARE = timedelta(days=10)
ANNOUNCED = (3, 24)
MOVES, LEAVES = 4, 33  # every fourth moves in April, one in 33 leaves, and as many come


@dataclass
class Post:
    school: str
    begin: date
    end: date | None = None
    room: str = ""

    def covers(self, day: date) -> bool:
        return self.begin <= day and (self.end is None or day <= self.end)


@dataclass
class Colleague:
    number: int
    family: names.Name
    given: names.Name
    posts: list[Post]
    has_password: bool = False

    @property
    def code(self) -> str:
        return f"T{self.number:05}"

    @property
    def mark(self) -> str:
        return f"staff-{self.code.lower()}"

    def post(self, day: date) -> Post:
        """Of that day, or else the last one that had begun, or the first."""
        begun = [post for post in self.posts if post.begin <= day]
        return begun[-1] if begun else self.posts[0]


def _forms(one: Colleague) -> set[str]:
    """How somebody's name may stand where none should."""
    family, given = one.family, one.given
    return {
        f"{family.external} {given.external}",
        f"{family.external}{given.external}",
        f"{family.kana} {given.kana}",
    }


@dataclass(frozen=True)
class Shown:
    """What must be seen of somebody. ``here``: in one of the posts on that day."""

    account: str
    family: str
    given: str
    enabled: bool
    school: str
    here: bool


@dataclass
class Staffroom:
    """``known`` is what the last night that was carried out must have made of everybody."""

    city: DemoCity
    count: int
    people: list[Colleague] = field(default_factory=list)
    known: dict[str, Shown] = field(default_factory=dict)
    listed: bytes = b""
    announced: int = 0  # the year whose transfers are known
    dealt: int = 0  # the year whose homerooms are

    def __post_init__(self) -> None:
        codes = [school.code for school in self.city.schools]
        first = date(self.city.day.year, 4, 1)
        for n in range(self.count):
            self._hire(Post(codes[n % len(codes)], first))

    def names(self) -> set[str]:
        """All that must be heard nowhere."""
        return {form for one in self.people for form in _forms(one)}

    def _hire(self, post: Post) -> None:
        rng = self.city.rng(f"staff/{len(self.people)}")
        family, given = names.family(rng, gaiji=False), names.given(rng, gaiji=False)
        self.people.append(Colleague(len(self.people) + 1, family, given, [post]))

    # -- what the board does ---------------------------------------------------------------------

    def go_to(self, day: date) -> None:
        """The transfers of April are announced in March; homerooms are known on the first day."""
        if ANNOUNCED <= (day.month, day.day) < (4, 15) and self.announced != day.year:
            self.announced = day.year
            self._announce(date(day.year, 4, 1))
        if self.dealt != day.year - (day.month < 4):
            self.dealt = day.year - (day.month < 4)
            self._deal_homerooms(day)

    def _announce(self, april: date) -> None:
        codes = [school.code for school in self.city.schools]
        working = [one for one in self.people if one.posts[-1].end is None]
        for n, one in enumerate(working):
            if n % MOVES and n % LEAVES != 1:
                continue
            one.posts[-1].end = april - timedelta(days=1)
            if n % MOVES == 0:
                there = codes[(codes.index(one.posts[-1].school) + 1) % len(codes)]
                one.posts.append(Post(there, april))
        for n in range(len(working) // LEAVES):
            self._hire(Post(codes[n % len(codes)], april))

    def _deal_homerooms(self, day: date) -> None:
        rooms: dict[str, set[str]] = defaultdict(set)
        for child in self.city.children:
            if not child.support:
                rooms[child.school].add(child.room)
        left = {school: sorted(some) for school, some in rooms.items()}
        for one in self.people:
            post = one.post(day)
            if post.covers(day):
                post.room = left[post.school].pop() if left.get(post.school) else ""

    def board_list(self) -> bytes:
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(HEAD)
        for one in self.people:
            who = (one.code, one.family.external, one.given.external, one.family.kana,
                   one.given.kana, "正規", "教諭")  # fmt: skip
            for post in one.posts:
                days = (post.begin.isoformat(), post.end.isoformat() if post.end else "")
                rows.writerow((*who, post.school, "本務", post.room, *days))
        return out.getvalue().encode("utf-8-sig")

    def passwords(self) -> bytes | None:
        """For all who have none yet; from now on they have one."""
        waiting = [one for one in self.people if not one.has_password]
        for one in waiting:
            one.has_password = True
        rows = ["アカウント,ユーザー識別子,初期パスワード"]
        rows += [f"{self.account(one)},,Tsubame-{2_000_000 + one.number}" for one in waiting]
        return "\n".join(rows).encode() if waiting else None

    # -- what must come of it --------------------------------------------------------------------

    def account(self, one: Colleague) -> str:
        return f"t{one.code.lower()}@{self.city.domain}"

    def outlook(self, day: date) -> dict[str, Shown]:
        """By mark, everybody who has an account once a night of ``day`` is carried out."""
        return {
            one.mark: Shown(
                self.account(one),
                one.family.external,
                one.given.external,
                one.posts[0].begin <= day,
                one.post(day).school,
                one.post(day).covers(day),
            )
            for one in self.people
            if one.posts[0].begin - PREPARE <= day
        }

    def follow(self, day: date) -> None:
        self.known = self.outlook(day)
