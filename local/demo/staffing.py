"""What happens to the staff of a demo city: it is hired, lives through a night, and through April.

The staff has randomness of its own: the same children live in a city whether it is asked or not.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Self

from kakehashi.people.school_year import APRIL, year_of
from local.demo import names
from local.demo.teachers import Posting, Room, Teacher

if TYPE_CHECKING:
    from local.demo.city import DemoCity

OFFICES = ("校長", "教頭", "養護教諭", "事務職員", "教諭")  # of every school, beside its classes'
LEADING = ("校長", "教頭")
FOR_A_YEAR = {"支援員": "会計年度", "講師": "臨任", "ALT": "委託", "ICT支援員": "委託"}
SCHOOLS_FOR_ONE_ALT = 4
MOVING, LEAVING, NOT_RENEWED = 0.25, 0.04, 0.2  # shares in April: a quarter moves
AHEAD = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class StaffChanges:
    """How many of each the list of a night tells: posts that ``end`` on the day before, a
    ``side`` post (兼務) that begins, people who ``move`` to another school, go ``away`` on leave or
    come ``back`` from it, teachers who ``rename`` themselves or ``hand`` their class on, and posts
    that ``come``, ``AHEAD`` of their first day."""

    end: int = 0
    side: int = 0
    move: int = 0
    away: int = 0
    back: int = 0
    rename: int = 0
    hand: int = 0
    come: int = 0

    @classmethod
    def usual(cls) -> Self:
        return cls(side=1, rename=1, come=1)


NOTHING = StaffChanges()


def hire(city: DemoCity) -> None:
    """A head and an office for every school, a homeroom teacher for every class, some who are
    shared, and one at the board."""
    rng, year = city.rng("staff"), year_of(city.day)
    for school in city.schools:
        for job in OFFICES:
            _employ(city, rng, school.code, job)
        if school.number % 2:
            _employ(city, rng, school.code, "支援員")
    for index, school in enumerate(city.schools[::SCHOOLS_FOR_ONE_ALT]):
        for job in ("ALT", "ICT支援員")[: 2 - index % 2]:
            one = _employ(city, rng, school.code, job)
            for other in [s for s in city.schools if s is not school][:2]:
                one.postings.append(_for_the_year(other.code, job, year, main=False))
    _employ(city, rng, city.board_code, "指導主事")
    _stand_in(city, rng)
    _give_rooms(city, rng, city.day)


def _employ(
    city: DemoCity, rng: random.Random, school: str, job: str, begin: date | None = None
) -> Teacher:
    """Somebody new; ``begin`` None: since some earlier April, or this one for a term."""
    outside = job in {"ALT", "ICT支援員"}
    family, given = names.family(rng), names.given(rng)
    city.numbers += 1
    one = Teacher(
        number=f"G-{city.numbers:04}" if outside else f"T{city.numbers:05}",
        family=family.external,
        given=given.external,
        kana_family=family.kana,
        kana_given=given.kana,
        category=FOR_A_YEAR.get(job, "行政" if school == city.board_code else "正規"),
    )
    if job in FOR_A_YEAR:
        one.postings.append(_for_the_year(school, job, year_of(begin or city.day), begin=begin))
    else:
        april = date(year_of(city.day) - rng.randrange(8), APRIL, 1)
        one.postings.append(Posting(school, job, True, (begin or april).isoformat()))
    city.teachers.append(one)
    return one


def _for_the_year(
    school: str, job: str, year: int, *, main: bool = True, begin: date | None = None
) -> Posting:
    first = begin or date(year, APRIL, 1)
    return Posting(school, job, main, first.isoformat(), f"{year + 1}-03-31")


def _stand_in(city: DemoCity, rng: random.Random) -> None:
    """A 講師 whose term ended some days ago; nobody has told yet whether it goes on."""
    one = _employ(city, rng, city.schools[-1].code, "講師")
    one.postings[0].end = (city.day - timedelta(days=6)).isoformat()


# -- classes ----------------------------------------------------------------------------------


def _give_rooms(city: DemoCity, rng: random.Random, day: date, first: date | None = None) -> None:
    """Every class has one teacher, who teaches no other: whoever of the school's 教諭 is free and
    not away, else somebody new, whose first day is ``first``."""
    for teacher in city.teachers:
        for one in teacher.on(day):
            one.rooms = []
    rooms: dict[str, set[Room]] = {}
    for child in city.children:
        rooms.setdefault(child.school, set()).add((child.stage, child.room))
    free = {code: iter(teachers) for code, teachers in _free(city, day).items()}
    for school, here in rooms.items():
        for room in sorted(here):
            teacher = next(free[school], None) or _employ(city, rng, school, "教諭", first)
            teacher.on(day)[0].rooms = [room]


def _free(city: DemoCity, day: date) -> dict[str, list[Teacher]]:
    """By school, the 教諭 who could have a class, by number; one more stays without."""
    found: dict[str, list[Teacher]] = {school.code: [] for school in city.schools}
    for teacher in sorted(city.teachers, key=lambda t: t.number):
        main = teacher.main(day)
        if main and main.job == "教諭" and not teacher.state:
            found[main.school].append(teacher)
    return {code: teachers[1:] for code, teachers in found.items()}


# -- a night ----------------------------------------------------------------------------------


def night(city: DemoCity, changes: StaffChanges) -> None:
    """Nobody is chosen twice; a small city may run out of people to whom things can happen."""
    if changes == NOTHING:
        return
    rng = city.rng("staff")
    there = [one for one in city.teachers if one.main(city.day)]
    rng.shuffle(there)
    _other_posts(city, rng, there, changes)
    for teacher in islice((t for t in there if t.state), changes.back):
        teacher.state = ""
    leads = (t for t in there if t.on(city.day)[0].rooms)
    for teacher in islice(leads, changes.rename):
        _rename(rng, teacher)
    for teacher in islice(leads, changes.hand):
        _hand_on(city, rng, teacher)
    for _ in range(changes.come):
        _employ(city, rng, rng.choice(city.schools).code, "教諭", city.day + AHEAD)


def _other_posts(
    city: DemoCity, rng: random.Random, there: list[Teacher], changes: StaffChanges
) -> None:
    """What happens to people without a class."""
    day = city.day
    plain = (one for one in there if _is_plain(one, day))
    for teacher in islice(plain, changes.end):
        teacher.on(day)[0].close(day)
    for teacher in islice(plain, changes.side):
        _give_a_side(city, rng, teacher)
    for teacher in islice(plain, changes.move):
        _move(city, rng, teacher, day)
    for teacher in islice(plain, changes.away):
        teacher.state = rng.choice(("休職", "育休"))


def _is_plain(teacher: Teacher, day: date) -> bool:
    """One post, which did not begin today, nobody's class, no school to lead."""
    posts = teacher.on(day)
    only = len(posts) == 1 and posts[0] is teacher.postings[-1] and posts[0].begin < str(day)
    return only and not teacher.state and not posts[0].rooms and posts[0].job not in LEADING


def _give_a_side(city: DemoCity, rng: random.Random, teacher: Teacher) -> None:
    main = teacher.on(city.day)[0]
    others = [s for s in city.schools if s.code != main.school]
    year, end = year_of(city.day), main.end
    there = rng.choice(others).code
    side = _for_the_year(there, main.job, year, main=False, begin=city.day)
    teacher.postings.append(side)
    side.end = min(side.end, end or side.end)


def _move(city: DemoCity, rng: random.Random, teacher: Teacher, first: date) -> None:
    """All posts end on the eve of ``first``, and one begins at another school."""
    main = teacher.on(first - timedelta(days=1))[0]
    others = [s for s in city.schools if s.code != main.school]
    for one in teacher.on(first):
        one.close(first)
    to = rng.choice(others).code
    teacher.postings.append(Posting(to, main.job, True, first.isoformat(), _term(main, first)))


def _term(post: Posting, first: date) -> str:
    return f"{year_of(first) + 1}-03-31" if post.job in FOR_A_YEAR else ""


def _rename(rng: random.Random, teacher: Teacher) -> None:
    """The name in use: 旧姓 is given up or taken up again, and the account stays."""
    name = names.family(rng)
    while name.kana == teacher.kana_family:
        name = names.family(rng)
    teacher.family, teacher.kana_family = name.external, name.kana


def _hand_on(city: DemoCity, rng: random.Random, teacher: Teacher) -> None:
    """A class gets another teacher in mid-year: whoever is free, else somebody new, today."""
    main = teacher.on(city.day)[0]
    free = _free(city, city.day)[main.school]
    successor = next((t for t in free if t is not teacher and not t.on(city.day)[0].rooms), None)
    successor = successor or _employ(city, rng, main.school, "教諭", city.day)
    successor.on(city.day)[0].rooms, main.rooms = main.rooms, []


# -- April ------------------------------------------------------------------------------------


def announce(city: DemoCity, first: date) -> None:
    """内示: what the list tells in March of the posts that begin on ``first``, an April 1st. A
    quarter moves, some go, terms are renewed or not, and others come instead. Classes are dealt
    out later."""
    rng, eve = city.rng("staff"), first - timedelta(days=1)
    vacant: list[Posting] = []
    for teacher in [t for t in city.teachers if t.main(eve) and not t.state]:
        post, luck = teacher.on(eve)[0], rng.random()
        if post.job in FOR_A_YEAR:
            if luck < NOT_RENEWED:
                vacant.append(post)
            else:
                _renew(teacher, eve, first)
        elif luck < LEAVING:
            for one in teacher.on(first):
                one.close(first)
            vacant.append(post)
        elif luck < LEAVING + MOVING and post.school != city.board_code:
            _move(city, rng, teacher, first)
    city.announced = first.isoformat()
    for post in vacant:
        _employ(city, rng, post.school, post.job, first)


def _renew(teacher: Teacher, eve: date, first: date) -> None:
    """The same posts for another year: the list has a row more for each."""
    for one in teacher.on(eve):
        end = f"{first.year + 1}-03-31"
        teacher.postings.append(Posting(one.school, one.job, one.main, first.isoformat(), end))


def april(city: DemoCity) -> None:
    """The first day: classes are new, and each has its teacher."""
    if city.announced != city.day.isoformat():
        announce(city, city.day)
    _give_rooms(city, city.rng("classes of staff"), city.day, city.day)
