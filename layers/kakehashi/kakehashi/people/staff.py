"""教職員: posts with dates, and what a member of staff is on a given day.

A person is not a post. One person has several posts, one after the other or at the same time, at
several schools; the account lives as long as any of them, and over the gaps that are none: every
fixed-term post ends on 31 March, even one that goes on from 1 April.
"""

from __future__ import annotations

import dataclasses
import hashlib
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Self

from kakehashi.people.school_year import year_of

STAFF = "staff"
_A_DAY = timedelta(days=1)


def staff_id(number: str) -> str:
    """Who carries this 職員番号: the mark of the account, told from a pupil's by how it begins."""
    return f"{STAFF}-{number.lower()}"


def master_identifier(board_code: str, number: str) -> str:
    """The userMasterIdentifier of somebody whom no school system has given one: a UUID of the form
    that receivers check (version 4), always the same for the same number of the same board."""
    digest = hashlib.sha256(f"{board_code}\x1f{number.lower()}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


@dataclass(frozen=True, slots=True)
class StaffPost:
    """One 発令: where, as what, and when.

    ``school`` is a MEXT code, or the six digits of the board. Both days are included; ``end`` None
    is an open end. ``homerooms`` are the titles of classes as they go out; ``unnamed``: beside them
    its source may mean a class that tonight's roster does not have; ``next_year``: its source tells
    of the 年度 that comes, and of this one's classes nothing.
    """

    school: str
    school_name: str
    main: bool
    job: str
    begin: date
    end: date | None = None
    homerooms: tuple[str, ...] = ()
    unnamed: bool = False
    next_year: bool = False

    def covers(self, day: date) -> bool:
        return self.begin <= day and (self.end is None or day <= self.end)

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self) | {
            "begin": self.begin.isoformat(),
            "end": self.end and self.end.isoformat(),
            "homerooms": list(self.homerooms),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            data["school"],
            data["school_name"],
            data["main"],
            data["job"],
            date.fromisoformat(data["begin"]),
            _day(data["end"]),
            tuple(data["homerooms"]),
            data.get("unnamed", False),
            data.get("next_year", False),
        )


class Presence(StrEnum):
    """Where a day lies in somebody's posts."""

    HERE = "here"  # in one of them, or in a gap that is none
    COMING = "coming"  # the first day is so near that the account is made
    LATER = "later"  # not yet, and never before
    ENDED = "ended"  # the last of them is over for longer than a gap


@dataclass(frozen=True, slots=True)
class StaffMember:
    """What somebody is on one day: what accounts, groups and tools are made from.

    ``school`` is the 本務校 (or the board), ``others`` the 兼務校 beside it. ``homerooms`` are
    (school, title) of the classes, ``year`` the 年度 that they are of, 0 without any (and as an
    earlier release has stored them). ``begins`` and ``until`` are the ends of the unbroken span of
    posts. ``away`` is 休職 and the like. ``master`` is the userMasterIdentifier for tools.
    ``led_until`` is the night on which they were no longer of those about whom two persons decide,
    None for who is one or never was.
    """

    id: str
    number: str
    account: str
    family: str
    given: str
    kana_family: str
    kana_given: str
    job: str
    school: str
    school_name: str
    master: str
    begins: date
    until: date | None = None
    others: tuple[str, ...] = ()
    homerooms: tuple[tuple[str, str], ...] = ()
    away: bool = False
    year: int = 0
    led_until: date | None = None
    line: int = field(default=0, compare=False)

    @property
    def grade(self) -> str:
        return ""

    def schools(self) -> tuple[str, ...]:
        """The 本務校 first."""
        return (self.school, *self.others)

    def rooms(self, day: date) -> tuple[tuple[str, str], ...]:
        """The classes that are theirs on ``day``: none after the last post, though the account
        stays until somebody decides, and none in another 年度, whatever keeps the night from
        telling. A class of the same title is another teacher's by then."""
        there = self.year in {0, year_of(day)} and not self.over(day)
        return self.homerooms if there else ()

    def keeping(self, rooms: Set[tuple[str, str]], day: date) -> Self:
        """The same with these classes of ``day`` beside the others, each (school, title)."""
        if not rooms:
            return self
        homerooms = tuple(sorted({*self.homerooms, *rooms}))
        return dataclasses.replace(self, homerooms=homerooms, year=year_of(day))

    def works_as(self, jobs: Iterable[str]) -> bool:
        """Whether one of these words stands in the 職名, however a list spaces it (校　長)."""
        job = _bare(self.job)
        return any(_bare(word) in job for word in jobs)

    def over(self, day: date, gap: int = 0) -> bool:
        """Whether the last post ended more than ``gap`` days before ``day``."""
        return self.until is not None and not _lasts(self.until, day, gap)

    def to_json(self) -> dict[str, Any]:
        facts = dataclasses.asdict(self) | {
            "population": STAFF,
            "begins": self.begins.isoformat(),
            "until": self.until and self.until.isoformat(),
            "others": list(self.others),
            "homerooms": [list(one) for one in self.homerooms],
        }
        led = facts.pop("led_until")
        return facts | ({"led_until": led.isoformat()} if led else {})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        given = {name: data[name] for name in _PLAIN if name in data}
        return cls(
            **given,
            begins=date.fromisoformat(data["begins"]),
            until=_day(data["until"]),
            others=tuple(data["others"]),
            homerooms=tuple((school, title) for school, title in data["homerooms"]),
            led_until=_day(data.get("led_until")),
        )


_DERIVED = ("begins", "until", "others", "homerooms", "led_until")
_PLAIN = tuple(f.name for f in dataclasses.fields(StaffMember) if f.name not in _DERIVED)


@dataclass(frozen=True, slots=True)
class Employment:
    """Somebody with all posts that the sources tell of, today's or not.

    ``account`` is "" where no source names one. ``line`` is where the first row stands.
    """

    number: str
    account: str
    family: str
    given: str
    kana_family: str
    kana_given: str
    master: str
    posts: tuple[StaffPost, ...]
    away: bool = False
    line: int = field(default=0, compare=False)

    @property
    def id(self) -> str:
        return staff_id(self.number)

    def on(self, day: date, *, gap: int, prepare: int) -> tuple[Presence, StaffMember]:
        """Where ``day`` lies, and what the person is then: before the first day what it will be on
        that day, after the last what it was. ``gap`` and ``prepare`` are in days: see ``Presence``.
        """
        spans = _spans(self.posts, gap)
        begun = [span for span in spans if span[0] <= day]
        coming = [span for span in spans if span[0] > day]
        if begun and _lasts(begun[-1][1], day, gap):
            return Presence.HERE, self._seen(day, *begun[-1])
        if coming and coming[0][0] - day <= timedelta(days=prepare):
            return Presence.COMING, self._seen(coming[0][0], *coming[0])
        if begun:
            return Presence.ENDED, self._seen(begun[-1][1] or day, *begun[-1])
        return Presence.LATER, self._seen(coming[0][0], *coming[0])

    def unnamed_at(self, day: date) -> frozenset[str]:
        """The schools of ``day`` where a source may mean a class that the roster does not have."""
        return frozenset(post.school for post in _posts_of(self.posts, day) if post.unnamed)

    def untold_at(self, day: date) -> frozenset[str]:
        """The schools of ``day`` of whose classes in this 年度 no source tells anything."""
        return frozenset(post.school for post in _posts_of(self.posts, day) if post.next_year)

    def _seen(self, day: date, begins: date, until: date | None) -> StaffMember:
        posts = _posts_of(self.posts, day)
        main = next((post for post in posts if post.main), posts[0])
        others = {post.school for post in posts} - {main.school}
        this_year = [p for p in posts if p.covers(day) or _told_for(p, day, until)]
        homerooms = {(post.school, title) for post in this_year for title in post.homerooms}
        year = year_of(min(day, until or day)) if homerooms else 0
        return StaffMember(
            id=self.id,
            number=self.number,
            account=self.account,
            family=self.family,
            given=self.given,
            kana_family=self.kana_family,
            kana_given=self.kana_given,
            job=main.job,
            school=main.school,
            school_name=main.school_name,
            master=self.master,
            begins=begins,
            until=until,
            others=tuple(sorted(others)),
            homerooms=tuple(sorted(homerooms)),
            away=self.away,
            year=year,
            line=self.line,
        )

    def to_json(self) -> dict[str, Any]:
        facts = {name: getattr(self, name) for name in _EMPLOYMENT}
        return facts | {"posts": [post.to_json() for post in self.posts]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        facts = {name: data[name] for name in _EMPLOYMENT if name in data}
        return cls(**facts, posts=tuple(map(StaffPost.from_json, data["posts"])))


_EMPLOYMENT = tuple(f.name for f in dataclasses.fields(Employment) if f.name != "posts")


def _spans(posts: Sequence[StaffPost], gap: int) -> list[tuple[date, date | None]]:
    """First and last day of each unbroken row of posts; a break of up to ``gap`` days is none."""
    spans: list[tuple[date, date | None]] = []
    for post in sorted(posts, key=_when):
        last = spans[-1][1] if spans else None
        if spans and (last is None or post.begin - last <= timedelta(days=gap) + _A_DAY):
            until = None if last is None or post.end is None else max(last, post.end)
            spans[-1] = (spans[-1][0], until)
        else:
            spans.append((post.begin, post.end))
    return spans


def _lasts(until: date | None, day: date, gap: int) -> bool:
    """Whether a span is not over: the next post may be told a few days late."""
    return until is None or day <= until + timedelta(days=gap)


def _posts_of(posts: Sequence[StaffPost], day: date) -> list[StaffPost]:
    """The posts of ``day``; in a gap those of the last day before it."""
    there = sorted((post for post in posts if post.covers(day)), key=_when)
    if there:
        return there
    last = max(post.end for post in posts if post.end is not None and post.end < day)
    return sorted((post for post in posts if post.covers(last)), key=_when)


def _told_for(post: StaffPost, day: date, until: date | None) -> bool:
    """Whether a post that is over still names a class on ``day``: before the next post only in
    the same 年度, and after the last for the record (see ``rooms``)."""
    over = until is not None and day > until
    return over or (post.end is not None and year_of(post.end) == year_of(day))


def _when(post: StaffPost) -> tuple[date, date, str]:
    return post.begin, post.end or date.max, post.school


def _bare(text: str) -> str:
    """Without width, blanks and the radical that stands for 長 in some lists."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2ed1", "長")
    return "".join(plain.split())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
