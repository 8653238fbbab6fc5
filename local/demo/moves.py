"""What happens to a demo city: it is settled, lives through a night, and through April."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Self

from kakehashi.people.pupil import GRADES
from local.demo import names
from local.demo.children import Child, Stay
from local.demo.schools import School, Stage

if TYPE_CHECKING:
    from local.demo.city import DemoCity

CLASS_SIZE = 35
SUPPORT_SIZE = 8
SUPPORT_SHARE = 0.03
MOVED_THIS_YEAR = 0.01  # about 500 transfers a year among 22,948 pupils, half of them inside
SUPPORTS = (
    "知的",
    "自閉症・情緒",
    "知的",
    "情緒",
    "肢体不自由",
    "難聴",
    "言語障害",
    "弱視",
    "病弱",
)
SUPPORT_TITLES = (
    "特別支援学級{n}組（{kind}）",
    "{kind}{n}組",
    "ひまわり{kind}学級{n}",
    "特支 {kind} {n}組",
)
_UP = dict(zip(("", *GRADES), ("", *GRADES[1:], ""), strict=True))
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Changes:
    """How many of each happen in one night.

    ``back`` are leavers who return, ``classes`` whole classes that go to another school, and
    ``unfilled`` newcomers whose external name the school has yet to fill in, as it does for
    ``fill`` of them.
    """

    come: int = 0
    move: int = 0
    leave: int = 0
    rename: int = 0
    regroup: int = 0
    back: int = 0
    classes: int = 0
    unfilled: int = 0
    fill: int = 0

    @classmethod
    def usual(cls, pupils: int) -> Self:
        more = pupils // 10_000
        return cls(come=2 + more, move=2 + more, leave=1 + more, rename=1 + more, regroup=1 + more)


QUIET = Changes()


# -- the beginning --------------------------------------------------------------------------


def settle(city: DemoCity, pupils: int) -> None:
    """Fill the schools and form the classes; some pupils have moved earlier this year."""
    rng = city.rng("settle")
    weights = {s.code: rng.uniform(0.6, 1.4) for s in city.schools}
    for place, grade in enumerate(GRADES):
        count = len(range(place, pupils, len(GRADES)))
        schools = _offering(city, grade)
        chosen = rng.choices(schools, [weights[s.code] for s in schools], k=count)
        city.children += (city.born(rng, grade, school) for school in chosen)
    _first_of_april(city)
    _give_support(rng, city.children)
    form_classes(city, rng)
    _move_some_earlier(city, rng)


def _move_some_earlier(city: DemoCity, rng: random.Random) -> None:
    """Pupils who changed schools about six weeks ago and so stand in the export twice."""
    day, seats = city.day - timedelta(days=40), Seats(city.children)
    movable = [c for c in city.children if c.since < day.isoformat()]
    count = max(1, round(len(movable) * MOVED_THIS_YEAR))
    for child in rng.sample(movable, min(count, len(movable))):
        _move(city, rng, seats, child, day)


def _offering(city: DemoCity, grade: str) -> list[School]:
    """The schools with this grade; a city too small for a 中学校 still has its 後期課程."""
    return [s for s in city.schools if grade in s.grades]


def _first_of_april(city: DemoCity) -> None:
    april = date(city.day.year - (city.day.month < 4), 4, 1).isoformat()  # noqa: PLR2004
    for child in city.children:
        child.since, child.stays = april, []


def _give_support(rng: random.Random, children: list[Child]) -> None:
    for child in rng.sample(children, min(len(children), math.ceil(len(children) * SUPPORT_SHARE))):
        child.support = rng.choice(SUPPORTS)


# -- classes --------------------------------------------------------------------------------


def form_classes(city: DemoCity, rng: random.Random) -> None:
    """New classes for everybody: ordinary ones of at most 35, special-needs ones of at most 8."""
    ordinary: dict[tuple[str, str], list[Child]] = defaultdict(list)
    supported: dict[tuple[str, Stage, str], list[Child]] = defaultdict(list)
    for child in city.children:
        if child.support:
            supported[child.school, child.stage, child.support].append(child)
        else:
            ordinary[child.school, child.grade].append(child)
    schools = {s.code: s for s in city.schools}
    for (code, grade), children in ordinary.items():
        rng.shuffle(children)
        many = math.ceil(len(children) / CLASS_SIZE)
        for n in range(many):
            _seat(children[n::many], room_title(schools[code], grade, n + 1))
    for (code, _, kind), children in supported.items():
        children.sort(key=lambda c: (c.grade, c.umi))
        for n, some in enumerate(batched(children, SUPPORT_SIZE, strict=False), 1):
            _seat(some, support_title(schools[code], kind, n))


def _seat(children: Iterable[Child], room: str) -> None:
    """Attendance numbers follow the kana, as in every Japanese class."""
    in_order = sorted(children, key=lambda c: (c.kana_family, c.kana_given, c.umi))
    for number, child in enumerate(in_order, 1):
        child.room, child.number = room, number


def room_title(school: School, grade: str, n: int) -> str:
    """1年1組 … in half- or full-width digits; C4th counts 後期課程 from 1年 again."""
    return _typed(school, f"{grade[1]}年{n}組")


def support_title(school: School, kind: str, n: int) -> str:
    """A title that tells what the class is, as schools type it and nobody else should read it."""
    pattern = SUPPORT_TITLES[school.number % len(SUPPORT_TITLES)]
    return _typed(school, pattern.format(kind=kind, n=n))


def _typed(school: School, title: str) -> str:
    return title.translate(_FULL_WIDTH) if school.full_width else title


class Seats:
    """Who sits where, so that one move need not look at the whole city."""

    def __init__(self, children: Iterable[Child]) -> None:
        self.rooms: dict[tuple[str, str, str], dict[str, set[int]]] = defaultdict(dict)
        for child in children:
            self.rooms[_bench(child)].setdefault(child.room, set()).add(child.number)

    def leave(self, child: Child) -> None:
        self.rooms[_bench(child)][child.room].discard(child.number)

    def join(self, school: School, child: Child, avoid: str = "") -> None:
        """Into the smallest class that fits, with the next number; all full: a new class."""
        rooms = self.rooms[_bench(child)]
        most = SUPPORT_SIZE if child.support else CLASS_SIZE
        fitting = [room for room in rooms if len(rooms[room]) < most and room != avoid]
        if fitting:
            child.room = min(fitting, key=lambda room: (len(rooms[room]), room))
        elif child.support:
            child.room = support_title(school, child.support, len(rooms) + 1)
        else:
            child.room = room_title(school, child.grade, len(rooms) + 1)
        numbers = rooms.setdefault(child.room, set())
        child.number = max(numbers, default=0) + 1
        numbers.add(child.number)


def _bench(child: Child) -> tuple[str, str, str]:
    """Children of one bench could sit in one class."""
    return child.school, child.stage if child.support else child.grade, child.support


# -- a night --------------------------------------------------------------------------------


def night(city: DemoCity, changes: Changes) -> None:
    """Nobody is chosen twice; a small city may run out of pupils to whom things can happen."""
    rng, seats = city.rng("night"), Seats(city.children)
    leavers = [c for c in city.gone if c.grade]
    chosen = iter(rng.sample(city.children, len(city.children)))
    for child in _some(chosen, changes.leave):
        _leave(city, seats, child)
    for child in _some(chosen, changes.rename):
        _rename(city, rng, child)
    movable = (c for c in chosen if len(_offering(city, c.grade)) > 1)
    for child in _some(movable, changes.move):
        _move(city, rng, seats, child, city.day)
    for child in _some((c for c in chosen if not c.support), changes.regroup):
        seats.leave(child)
        seats.join(city.school(child.school), child, avoid=child.room)
    for _ in range(changes.come):
        grade = rng.choice(GRADES)
        newcomer = city.born(rng, grade, rng.choice(_offering(city, grade)))
        _arrive(city, seats, newcomer)
    for child in rng.sample(leavers, min(changes.back, len(leavers))):
        city.gone.remove(child)
        child.school, child.stays = _next_school(city, child).code, []
        _arrive(city, seats, child)
    for _ in range(changes.classes):
        _move_class(city, rng, seats)
    _outgoing_names(city, rng, seats, changes)


def _move_class(city: DemoCity, rng: random.Random, seats: Seats) -> None:
    """A school closes its largest class, and the pupils go on together at another school."""
    movable = [c for c in city.children if not c.support and len(_offering(city, c.grade)) > 1]
    rooms = Counter((c.school, c.grade, c.room) for c in movable)
    (closed, _), *_ = rooms.most_common(1)
    together = [c for c in movable if (c.school, c.grade, c.room) == closed]
    others = [s for s in _offering(city, closed[1]) if s.code != closed[0]]
    for child in together:
        _move(city, rng, seats, child, city.day, to=others[0])


def _outgoing_names(city: DemoCity, rng: random.Random, seats: Seats, changes: Changes) -> None:
    for child in _some((c for c in city.children if not c.preferred_family), changes.fill):
        family, given = names.external(child.family, child.given)
        child.preferred_family, child.preferred_given = family, given
    for _ in range(changes.unfilled):
        grade = rng.choice(GRADES)
        child = city.born(rng, grade, rng.choice(_offering(city, grade)))
        name = names.family(rng, gaiji=True)
        while not names.has_gaiji(name.record):  # JIS X 0213 knows some of them
            name = names.family(rng, gaiji=True)
        child.family, child.kana_family = name.record, name.kana
        child.preferred_family = child.preferred_given = ""
        _arrive(city, seats, child)


def _some[T](source: Iterable[T], count: int) -> list[T]:
    """The next ``count`` of ``source``, and not one more."""
    return [item for _, item in zip(range(count), source, strict=False)]


def _rename(city: DemoCity, rng: random.Random, child: Child) -> None:
    """A parent marries: the family name changes, the account stays. Never into the name of a child
    who has left: that might be the other child's row, and is asked about (S110)."""
    alike = [c for c in city.gone if child.given == c.given or child.kana_given == c.kana_given]
    taken = {child.kana_family} | {name for c in alike for name in (c.family, c.kana_family)}
    name = names.family(rng)
    while {name.record, name.kana} & taken:
        name = names.family(rng)
    child.family, child.kana_family = name.record, name.kana
    child.preferred_family = name.external


def _leave(city: DemoCity, seats: Seats, child: Child) -> None:
    seats.leave(child)
    city.children.remove(child)
    city.gone.append(child)


def _move(
    city: DemoCity,
    rng: random.Random,
    seats: Seats,
    child: Child,
    day: date,
    *,
    to: School | None = None,
) -> None:
    """To another school of the city; the old row stays in C4th, ended the day before."""
    others = [s for s in _offering(city, child.grade) if s.code != child.school]
    if not others:
        return
    seats.leave(child)
    until = (day - timedelta(days=1)).isoformat()
    child.stays.append(
        Stay(child.school, child.room, child.grade, child.number, child.support, child.since, until)
    )
    school = to or rng.choice(others)
    child.school, child.since = school.code, day.isoformat()
    seats.join(school, child)


def _arrive(city: DemoCity, seats: Seats, child: Child) -> None:
    child.since = city.day.isoformat()
    city.children.append(child)
    seats.join(city.school(child.school), child)


# -- April ----------------------------------------------------------------------------------


def april(city: DemoCity) -> None:
    """Everybody who left goes up too, so that a leaver who returns fits in."""
    rng = city.rng("april")
    for child in city.gone + city.children:
        child.grade = _UP[child.grade]
    graduates = [c for c in city.children if not c.grade]
    city.gone += graduates
    city.children = [c for c in city.children if c.grade]
    for child in city.children:
        child.school = _next_school(city, child).code
    first = _offering(city, GRADES[0])
    newcomers = [city.born(rng, GRADES[0], rng.choice(first)) for _ in graduates]
    _give_support(rng, newcomers)
    city.children += newcomers
    _first_of_april(city)
    form_classes(city, rng)


def _next_school(city: DemoCity, child: Child) -> School:
    """Where the child goes on: the same school while it has the grade, else the one it feeds."""
    school = city.school(child.school)
    if child.grade in school.grades:
        return school
    on = [s for s in city.schools if s.kind == "J"] or _offering(city, child.grade)
    return on[school.number % len(on)]
