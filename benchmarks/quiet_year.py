"""A simulated school year on the pure path: what its nights count, added up, and what they ask.

    python -m benchmarks.quiet_year [--pupils 22948] [--schools 50] [--seed 1] [--nights 365]

Each night is a whole plan over everybody, its actions are taken as done. For 22,948 pupils 500
transfers a year, half of them in the rollover dates and three in ten in the first ten days of a
term, 200 names and 100 classes changed; a smaller city has less of everything. Prints the highest
sums, of which the default limits on sums are twice (docs/decisions/0038), and ends with status 1 if
a night asks what no rule asked before there were limits on classes and on sums. Some minutes a
year; not in CI.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from kakehashi.actions import Action, Situation, settled
from kakehashi.city import City
from kakehashi.diff.answers import Decision
from kakehashi.diff.counting import LastNight
from kakehashi.diff.plan import Plan
from kakehashi.diff.planning import make_plan
from kakehashi.diff.sums import LONGEST, NightCount, PastNights, night_count
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired, PasswordAt
from local.demo.children import Child
from local.demo.city import DOMAIN, DemoCity, outgoing_title, school_year
from local.demo.moves import QUIET, Changes

FIRST_NIGHT, APRIL = date(2026, 9, 1), "04-01"
OF_A_YEAR = {"come": 130, "leave": 180, "move": 235, "back": 60, "rename": 200, "regroup": 100}
OF_A_CITY_OF = 22_948
SEASONS: tuple[tuple[float, list[tuple[str, str]]], ...] = (
    (0.5, [("03-25", "04-15")]),
    (0.3, [("09-01", "09-10"), ("01-08", "01-17")]),
)
NEW_CODES = frozenset(f"S{number}" for number in range(140, 151))
WINDOWS = (1, 7, 28)
MONDAY, SATURDAY = 0, 5


@dataclass
class Year:
    """A city and all that its bridge knows. ``highest`` are sums by kind, place and nights."""

    seed: int
    demo: DemoCity
    nights: int
    known: dict[str, Record] = field(default_factory=dict)
    tenant: dict[str, Listed] = field(default_factory=dict)
    rows: dict[str, Desired] = field(default_factory=dict)
    past: tuple[NightCount, ...] = ()
    last: LastNight = field(default_factory=LastNight)
    highest: defaultdict[tuple[str, str, int], int] = field(
        default_factory=lambda: defaultdict(int)
    )
    asked: list[tuple[date, str]] = field(default_factory=list)
    doubts: set[str] = field(default_factory=set)  # ids asked about that may be a missing child's

    def live(self) -> None:
        """All its nights. Whatever stops one is right in this city, and is approved."""
        city = City.model_validate({"name": "見本市", "board_code": "089991", "domain": DOMAIN})
        for number in range(self.nights):
            today = FIRST_NIGHT + timedelta(days=number)
            if number:
                self._move_on(today)
            plan = self._plan(today, city)
            codes = {breach.code for breach in plan.breaches}
            if number:  # on the first night everybody is new
                self.asked += ((today, code) for code in sorted(codes))
            self.doubts.update(plan.proposals.get(Situation.SAME_CHILD, ()))
            self._follow(plan, today, codes)
            if today.day == 1:
                told = f"{today} {len(self.demo.children):,} pupils, {time.process_time():.0f} s"
                print(told, file=sys.stderr, flush=True)

    def _move_on(self, today: date) -> None:
        if f"{today:%m-%d}" == APRIL:
            self.demo.next_april(today)
        else:
            self.demo.next_night(today, self._changes(today))

    def _changes(self, today: date) -> Changes:
        share = _share(today)
        if not share:
            return QUIET
        chance = random.Random(f"{self.seed}/{today}")
        size = len(self.demo.children) / OF_A_CITY_OF
        each = {what: times * size * share for what, times in OF_A_YEAR.items()}
        return Changes(**{what: int(n) + (chance.random() < n % 1) for what, n in each.items()})

    def _plan(self, today: date, city: City) -> Plan:
        year = school_year(today)
        return make_plan(
            [self._row(child, year) for child in self.demo.children],
            (),
            self.known.values(),
            self.tenant.values(),
            city,
            shape=account_of,
            city_code="demo",
            serial=1,
            as_of=today,
            decisions=self._decisions() if today.weekday() == MONDAY else None,
            last_night=self.last,
            past=PastNights(self.past),
        )

    def _row(self, child: Child, year: int) -> Desired:
        """As preprocess would clean it; the same object as long as nothing of the child changes."""
        family, given = child.external()
        title = child.room if child.support else outgoing_title(child.stage, child.room)
        school = self.demo.school(child.school)
        pupil = Pupil(
            child.umi, child.account, family, given, child.kana_family, child.kana_given,
            child.grade, child.school, school.name, year, title, (child.grade,),
            bool(child.support), child.number,
        )  # fmt: skip
        row = self.rows.get(child.umi)
        if row is None or row.pupil != pupil:
            row = self.rows[child.umi] = Desired(pupil, PasswordAt("passwords.csv", "v1", 2))
        return row

    def _decisions(self) -> dict[str, Decision]:
        """Once a week the office suspends whoever has left, and says who is another child."""
        here = {child.umi for child in self.demo.children}
        apart: dict[str, Decision] = dict.fromkeys(sorted(self.doubts), "wrong")
        return apart | {umi: "suspend" for umi, one in self.known.items()
                if umi not in here and one.status is Status.ACTIVE}  # fmt: skip

    def _follow(self, plan: Plan, today: date, codes: set[str]) -> None:
        for action in plan.actions:
            self._carry_out(action, today)
        self.last = LastNight.of(plan.header())
        tonight = night_count(today, plan.counted, plan.breaches, codes)
        since = today - timedelta(days=LONGEST)
        self.past = (tonight, *(one for one in self.past if one.as_of > since))
        self._measure(today)

    def _carry_out(self, action: Action, today: date) -> None:
        object_id = action.object_id or f"account of {action.pupil}"
        item = settled(action, as_of=today, run_id="", object_id=object_id)
        if item is None:
            del self.known[action.pupil]
            return
        self.known[action.pupil] = item
        upn, enabled = item.account["userPrincipalName"], item.status is Status.ACTIVE
        self.tenant[object_id] = Listed(object_id, upn, action.pupil, enabled)

    def _measure(self, today: date) -> None:
        for nights in WINDOWS:
            since = today - timedelta(days=nights)
            total: Counter[tuple[str, str]] = Counter()
            for one in self.past:
                if one.as_of > since:
                    total.update(one.counts)
            for (kind, scope), count in total.items():
                key = kind, "city" if scope == "city" else "school", nights
                self.highest[key] = max(self.highest[key], count)


def _share(today: date) -> float:
    """How much of a year happens on this day."""
    if today.weekday() >= SATURDAY:
        return 0.0
    rest, days = 1.0, len(_days_of([("01-01", "12-31")]))
    for share, spans in SEASONS:
        season = _days_of(spans)
        if today in season:
            return share / len(season)
        rest, days = rest - share, days - len(season)
    return rest / days


def _days_of(spans: list[tuple[str, str]]) -> set[date]:
    """The working days of the year that lie in one of these spans."""
    days = (FIRST_NIGHT + timedelta(days=n) for n in range(365))
    return {d for d in days if d.weekday() < SATURDAY
            and any(a <= f"{d:%m-%d}" <= b for a, b in spans)}  # fmt: skip


def _told(year: Year) -> Iterator[str]:
    yield "kind | place | 1 night | 7 nights | 28 nights"
    for kind, place in sorted({(str(kind), place) for kind, place, _ in year.highest}):
        sums = " | ".join(str(year.highest.get((kind, place, n), 0)) for n in WINDOWS)
        yield f"{kind} | {place} | {sums}"
    yield f"new pupils taken for a missing child: {len(year.doubts)}"
    yield f"asked: {Counter(code for _, code in year.asked) or 'nothing'}"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--pupils", type=int, default=OF_A_CITY_OF)
    options.add_argument("--schools", type=int, default=50)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--nights", type=int, default=365)
    given = options.parse_args()
    demo = DemoCity(given.seed, given.pupils, given.schools, FIRST_NIGHT, unfilled=0)
    year = Year(given.seed, demo, given.nights)
    year.live()
    print("\n".join(_told(year)))
    return int(any(code in NEW_CODES for _, code in year.asked))


if __name__ == "__main__":
    sys.exit(main())
