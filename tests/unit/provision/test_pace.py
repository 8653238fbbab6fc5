import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.directories.budget import BURST
from kakehashi.directories.pace import LIMIT, Pacer, forecast


class VirtualClock:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def wait_until(self, moment: float) -> None:
        self.time = max(self.time, moment)


def sent_after(pacer: Pacer, clock: VirtualClock, batches: int, each: int = 20) -> float:
    """Seconds that so many batches take."""
    start = clock.now()
    for _ in range(batches):
        pacer.take(each)
    return clock.now() - start


def test_four_thousand_writes_take_a_tenth_longer_at_most_than_the_limit_asks() -> None:
    clock = VirtualClock()
    seconds = sent_after(Pacer(19.0, clock), clock, 200)
    assert (4000 - BURST) / LIMIT <= seconds <= 1.10 * 4000 / LIMIT


@given(st.lists(st.tuples(st.integers(0, 20), st.floats(0, 100)), max_size=60))
def test_a_bucket_that_graph_keeps_is_never_emptied_even_if_others_used_most_of_it(
    calls: list[tuple[int, float]],
) -> None:
    clock = VirtualClock()
    pacer = Pacer(19.0, clock)
    level, at = BURST, clock.now()
    for writes, pause in calls:
        pacer.take(writes)
        level = min(3000.0, level + (clock.now() - at) * LIMIT)
        level, at = level - writes, clock.now()
        assert level > -1e-6
        clock.time += pause


def test_a_rest_saves_up_so_much_and_no_more() -> None:
    clock = VirtualClock()
    pacer = Pacer(19.0, clock)
    clock.time += 3600
    assert sent_after(pacer, clock, int(BURST / 20)) == 0
    assert sent_after(pacer, clock, 1) == pytest.approx(20 / 19.0)


def test_time_lost_by_a_429_is_made_good_afterwards() -> None:
    clock = VirtualClock()
    pacer = Pacer(19.0, clock)
    start = clock.now()
    for _ in range(50):
        sent_after(pacer, clock, 4)
        pacer.stop_for(2)
    assert clock.now() - start <= 1.10 * 4000 / LIMIT


def test_a_429_stops_everything_for_as_long_as_graph_asks() -> None:
    clock = VirtualClock()
    pacer = Pacer(19.0, clock)
    pacer.stop_for(30)
    pacer.stop_for(10)
    assert sent_after(pacer, clock, 1, each=0) == 30


def test_the_pace_slows_as_graph_tells_that_the_limit_is_near() -> None:
    seconds = {}
    for used in (0.0, 0.79, 0.8, 0.9, 1.0, 1.8):
        clock = VirtualClock()
        pacer = Pacer(19.0, clock)
        sent_after(pacer, clock, int(BURST / 20))
        pacer.heed(used)
        seconds[used] = sent_after(pacer, clock, 1)
    assert seconds[0.0] == seconds[0.79] == seconds[0.8]
    assert seconds[0.0] < seconds[0.9] < seconds[1.0] < seconds[1.8]
    assert seconds[1.0] == pytest.approx(2 * seconds[0.0])


def test_what_was_saved_up_is_not_used_once_the_limit_is_near() -> None:
    clock = VirtualClock()
    pacer = Pacer(19.0, clock)
    pacer.heed(0.8)
    assert sent_after(pacer, clock, 3) == pytest.approx(40 / 19.0)


def test_the_pace_comes_back_when_the_limit_is_far_again() -> None:
    clock = VirtualClock()
    pacer = Pacer(19.0, clock)
    sent_after(pacer, clock, int(BURST / 20))
    pacer.heed(1.5)
    pacer.heed(0.0)
    assert sent_after(pacer, clock, 1) == pytest.approx(20 / 19.0)


def test_an_unpaced_tenant_on_loopback_never_waits_but_for_a_429() -> None:
    clock = VirtualClock()
    pacer = Pacer(0.0, clock)
    assert sent_after(pacer, clock, 100) == 0
    pacer.stop_for(5)
    assert sent_after(pacer, clock, 1) == 5


def test_a_forecast_is_what_is_left_at_this_pace() -> None:
    assert [forecast(writes, 19.0) for writes in (0, 1, 22_948)] == [0, 1, 1208]
    assert forecast(22_948, 0.0) == 0
