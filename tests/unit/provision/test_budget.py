"""Many who write to one tenant, on one virtual clock: what each sends, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.writers import RATE, WrittenTenant
from kakehashi.directories.budget import BURST, FIRST, LEASE, SOON
from kakehashi.directories.pace import LIMIT, LONGEST, MOST_TOLD, Pacer


def test_sixty_cities_at_once_never_ask_too_much_and_come_near_the_floor() -> None:
    tenant = WrittenTenant()
    seconds = tenant.run(tenant.writer(380) for _ in range(60))
    writes = 60 * 380
    assert tenant.lowest > -1e-3
    assert seconds <= 1.10 * (writes - BURST) / LIMIT
    assert tenant.budget.asked < writes / 4


def test_a_city_alone_asks_the_table_once_in_five_seconds_and_is_as_fast_as_by_itself() -> None:
    tenant, alone = WrittenTenant(), WrittenTenant()
    writer = alone.writer(6000)
    writer.pacer = Pacer(RATE, alone.clock)
    seconds = tenant.run([tenant.writer(6000)])
    assert seconds == alone.run([writer])
    assert tenant.budget.asked <= 6000 / (RATE * LEASE) + 2


def test_new_pupils_of_one_city_come_before_what_others_change() -> None:
    tenant = WrittenTenant()
    others = [tenant.writer(600) for _ in range(10)]
    new = tenant.writer(400, urgent=True, begins=120.0)  # when all that was saved up is gone
    tenant.run([*others, new])
    late = new.ended - new.begins
    assert late <= 1.10 * 400 / RATE + LEASE + SOON + FIRST
    assert max(one.ended for one in others) > new.ended
    assert tenant.lowest > -1e-3


def test_who_was_refused_asks_again_before_long_and_is_served_in_the_end() -> None:
    tenant = WrittenTenant()
    urgent, other = tenant.writer(3000, urgent=True), tenant.writer(20, begins=10.0)
    tenant.run([urgent, other])
    assert urgent.ended <= other.ended <= urgent.ended + LONGEST


def test_what_a_lease_has_left_goes_back_to_the_others() -> None:
    tenant = WrittenTenant()
    for _ in range(int(BURST / 20)):
        tenant.run([tenant.writer(20)])
    assert tenant.clock.time == pytest.approx(1000.0)


def test_a_429_that_one_has_heard_stops_whoever_leases_next() -> None:
    tenant = WrittenTenant()
    one, other = tenant.writer(20), tenant.writer(20)
    one.pacer.stop_for(30)
    assert tenant.run([other]) == 30


def test_a_strange_answer_to_one_does_not_stop_the_others_for_a_day() -> None:
    tenant = WrittenTenant()
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
    tenant = WrittenTenant()
    tenant.run(tenant.writer(n, urgent=urgent, begins=at) for n, urgent, at in crowd)
    assert tenant.lowest > -1e-3
