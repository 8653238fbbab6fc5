"""Many who write to one tenant, on one virtual clock: what each sends, and when."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.directories.budget import BURST, FIRST, LEASE, SOON, PaceAsk, PaceLease, Timeline
from kakehashi.directories.pace import LIMIT, LONGEST, MOST_TOLD, Pacer

RATE = 19.0
GRAPH = 3000.0  # writes that the bucket of an app in a tenant holds


@dataclass
class Moments:
    """A clock that a simulation moves; nobody waits on it."""

    time: float = 1000.0

    def now(self) -> float:
        return self.time

    def wait_until(self, _moment: float) -> None:
        raise AssertionError


@dataclass
class Shared:
    """A budget that several pacers ask; ``asked`` counts the calls of a table."""

    clock: Moments
    line: Timeline = field(default_factory=Timeline)
    asked: int = 0

    def lease(self, ask: PaceAsk) -> PaceLease | None:
        self.asked += 1
        return self.line.lease(ask, self.clock.now())

    def give_back(self, seconds: float) -> None:
        self.asked += 1
        self.line.give_back(seconds)

    def close(self, seconds: float) -> None:
        self.line.close(seconds, self.clock.now())


@dataclass
class Writer:
    """Somebody who has so many writes to send, in batches of twenty."""

    pacer: Pacer
    left: int
    begins: float = 0.0
    ended: float = 0.0


class Tenant:
    """Writers and what they send; ``level`` is Graph's bucket, never to be emptied."""

    def __init__(self, full: float = BURST) -> None:
        self.clock, self.chance = Moments(), random.Random(7)
        self.budget, self.level, self.at = Shared(self.clock), full, self.clock.time
        self.lowest = full

    def writer(self, left: int, *, urgent: bool = False, begins: float = 0.0) -> Writer:
        pacer = Pacer(RATE, self.clock, self.budget, self.chance.random)
        pacer.urgent = urgent
        return Writer(pacer, left, self.clock.time + begins)

    def run(self, writers: Iterable[Writer]) -> float:
        """Seconds until everybody is done; each writer looks again when it was told to."""
        start, writers = self.clock.time, list(writers)
        turns = [(one.begins, n) for n, one in enumerate(writers)]
        heapq.heapify(turns)
        while turns:
            moment, n = heapq.heappop(turns)
            self.clock.time = max(self.clock.time, moment)
            one = writers[n]
            batch = min(20, one.left)
            ready = one.pacer.ready_at(batch)
            if ready > self.clock.time:
                heapq.heappush(turns, (ready, n))
                continue
            assert one.pacer.take(batch)
            self.sent(batch)
            one.left -= batch
            if one.left:
                heapq.heappush(turns, (self.clock.time, n))
            else:
                one.pacer.release()
                one.ended = self.clock.time
        return self.clock.time - start

    def sent(self, writes: int) -> None:
        gained = (self.clock.time - self.at) * LIMIT
        self.level = min(GRAPH, self.level + gained) - writes
        self.at, self.lowest = self.clock.time, min(self.lowest, self.level)


def test_sixty_cities_at_once_never_ask_too_much_and_come_near_the_floor() -> None:
    tenant = Tenant()
    seconds = tenant.run(tenant.writer(380) for _ in range(60))
    writes = 60 * 380
    assert tenant.lowest > -1e-3
    assert seconds <= 1.10 * (writes - BURST) / LIMIT
    assert tenant.budget.asked < writes / 4


def test_a_city_alone_asks_the_table_once_in_five_seconds_and_is_as_fast_as_by_itself() -> None:
    tenant, alone = Tenant(), Tenant()
    writer = alone.writer(6000)
    writer.pacer = Pacer(RATE, alone.clock)
    seconds = tenant.run([tenant.writer(6000)])
    assert seconds == alone.run([writer])
    assert tenant.budget.asked <= 6000 / (RATE * LEASE) + 2


def test_new_pupils_of_one_city_come_before_what_others_change() -> None:
    tenant = Tenant()
    others = [tenant.writer(600) for _ in range(10)]
    new = tenant.writer(400, urgent=True, begins=120.0)  # when all that was saved up is gone
    tenant.run([*others, new])
    late = new.ended - new.begins
    assert late <= 1.10 * 400 / RATE + LEASE + SOON + FIRST
    assert max(one.ended for one in others) > new.ended
    assert tenant.lowest > -1e-3


def test_who_was_refused_asks_again_before_long_and_is_served_in_the_end() -> None:
    tenant = Tenant()
    urgent, other = tenant.writer(3000, urgent=True), tenant.writer(20, begins=10.0)
    tenant.run([urgent, other])
    assert urgent.ended <= other.ended <= urgent.ended + LONGEST


def test_what_a_lease_has_left_goes_back_to_the_others() -> None:
    tenant = Tenant()
    for _ in range(int(BURST / 20)):
        tenant.run([tenant.writer(20)])
    assert tenant.clock.time == pytest.approx(1000.0)


def test_a_429_that_one_has_heard_stops_whoever_leases_next() -> None:
    tenant = Tenant()
    one, other = tenant.writer(20), tenant.writer(20)
    one.pacer.stop_for(30)
    assert tenant.run([other]) == 30


def test_a_strange_answer_to_one_does_not_stop_the_others_for_a_day() -> None:
    tenant = Tenant()
    one, other = tenant.writer(20), tenant.writer(20)
    one.pacer.stop_for(99_999)
    assert tenant.run([other]) == MOST_TOLD


@st.composite
def crowds(draw: st.DrawFn) -> list[tuple[int, bool, float]]:
    one = st.tuples(st.integers(1, 400), st.booleans(), st.floats(0, 60))
    return draw(st.lists(one, min_size=1, max_size=8))


@given(crowds())
def test_no_crowd_of_writers_ever_empties_the_bucket_that_graph_keeps(
    crowd: list[tuple[int, bool, float]],
) -> None:
    tenant = Tenant()
    tenant.run(tenant.writer(n, urgent=urgent, begins=at) for n, urgent, at in crowd)
    assert tenant.lowest > -1e-3
