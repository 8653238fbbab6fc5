"""What is true of every member of staff, kept by hand: no line of the product is asked.

An account follows its person as of the last list that was *followed*, day by day: it is there
before the first day and opens on it, stays over a gap, and when all is over it stays as it was
until the board decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from local.demo import DemoCity
from local.demo.board_list import account_of
from local.demo.schools import CITY_NAME
from local.demo.teachers import Posting, Teacher

GAP, AHEAD = timedelta(days=7), timedelta(days=10)
LEADING = ("校長", "教頭")

type Class = tuple[str, str, str]  # school, half of it, title as its office types it


@dataclass(frozen=True)
class Worker:
    """Somebody as the list tells of them on one day. ``rooms`` are the classes of that day."""

    number: str
    account: str
    family: str
    given: str
    job: str
    school: str
    school_name: str
    at_board: bool = False
    away: bool = False
    rooms: frozenset[Class] = frozenset()


@dataclass
class StaffAccount:
    """``opened``: the first day has come; ``ended``: all posts are over for longer than a gap."""

    worker: Worker
    opened: bool
    ended: bool = False
    suspended: bool = False

    @property
    def enabled(self) -> bool:
        return self.opened and not self.suspended


@dataclass
class StaffTruth:
    """By 職員番号. ``passwords`` are those for whom a first one lies ready, ``asked`` those about
    whom the board has been asked, ``said`` how many persons have said 停止 of somebody since."""

    accounts: dict[str, StaffAccount] = field(default_factory=dict)
    passwords: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    said: dict[str, int] = field(default_factory=dict)

    def follow(self, city: DemoCity) -> None:
        """The list is carried out, and what was decided."""
        for teacher in city.teachers:
            self._follow(city, teacher)
        for number in self.asked:
            account = self.accounts[number]
            if account.ended and self.said.get(number, 0) >= self.needed(number):
                account.suspended = True
        self.asked = {n for n, one in self.accounts.items() if one.ended and not one.suspended}

    def needed(self, number: str) -> int:
        """How many must say so: of heads, and of the board's own, two."""
        worker = self.accounts[number].worker
        return 2 if worker.job in LEADING or worker.at_board else 1

    def _follow(self, city: DemoCity, teacher: Teacher) -> None:
        number = teacher.number
        here, coming = _day_of(teacher, city.day), _coming(teacher, city.day)
        account, when = self.accounts.get(number), here or coming
        if account is None:
            if when and number in self.passwords:
                opened = here is not None
                self.accounts[number] = StaffAccount(_seen(city, teacher, when), opened)
        elif here:
            self.accounts[number] = StaffAccount(_seen(city, teacher, here), opened=True)
            self.said.pop(number, None)
        else:
            if coming and not account.opened:
                account.worker = _seen(city, teacher, coming)
            account.worker = replace(account.worker, rooms=frozenset())
            account.ended = account.opened and coming is None


def _day_of(teacher: Teacher, day: date) -> date | None:
    """``day`` where it lies in a post, the last day of the one before it in a gap, else None."""
    if teacher.on(day):
        return day
    over = [one.end for one in teacher.postings if one.end and one.end < str(day)]
    ends = map(date.fromisoformat, over)
    last = max(ends, default=None)
    return last if last and day - last <= GAP else None


def _coming(teacher: Teacher, day: date) -> date | None:
    """The next first day, where it is near."""
    begins = [date.fromisoformat(one.begin) for one in teacher.postings if one.begin > str(day)]
    first = min(begins, default=None)
    return first if first and first - day <= AHEAD else None


def _seen(city: DemoCity, teacher: Teacher, day: date) -> Worker:
    posts = teacher.on(day)
    main = posts[0]
    board = main.school == city.board_code
    name = f"{CITY_NAME}教育委員会" if board else city.school(main.school).name
    return Worker(
        teacher.number,
        account_of(city, teacher),
        teacher.family,
        teacher.given,
        main.job,
        main.school,
        name,
        board,
        bool(teacher.state),
        frozenset(_rooms(posts) if day == city.day else ()),
    )


def _rooms(posts: list[Posting]) -> Iterator[Class]:
    for post in posts:
        for stage, room in post.rooms:
            yield post.school, stage, room
