from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kakehashi.provision.writes import writes_of
from kakehashi.report.times import times_of
from kakehashi.run_folder.progress import Progress

START = datetime(2026, 4, 1, 17, 10, tzinfo=UTC)  # 02:10 in Japan
APRIL = Progress("arn:one", START, writes=4000, shards=4, rate=20.0)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_four_thousand_writes_at_the_limit_take_two_hundred_seconds() -> None:
    assert (APRIL.forecast_end, APRIL.seconds_left) == (after(200), 200)


@pytest.mark.parametrize(
    ("actions", "writes"),
    [({"create": 3, "update": 2}, 5), ({"suspend": 2}, 4), ({"record": 9}, 0), ({}, 0)],
)
def test_what_actions_cost_of_the_write_limit(actions: dict[str, int], writes: int) -> None:
    assert writes_of(actions) == writes


def test_each_shard_brings_the_end_nearer_and_the_last_is_the_end() -> None:
    progress = APRIL
    for shard in (1, 2, 3):
        progress = progress.after(shard, 1000, after(50 * shard))
        assert (progress.seconds_left, progress.ended) == (200 - 50 * shard, None)
    assert progress.after(4, 1000, after(210)).ended == after(210)


def test_a_shard_that_is_called_again_counts_once() -> None:
    once = APRIL.after(1, 1000, after(50))
    assert once.after(1, 1000, after(60)).seconds_left == once.seconds_left


def test_behind_is_what_it_takes_longer_than_the_work_done_should_have() -> None:
    second = APRIL.after(1, 1000, after(50))
    assert second.seconds_behind(1000, after(90)) == 0, "early"
    assert second.seconds_behind(1000, after(100)) == 0, "in time"
    assert second.seconds_behind(1000, after(400)) == 300


def test_where_nothing_limits_the_pace_nothing_is_forecast() -> None:
    unpaced = Progress("arn:one", START, writes=4000, shards=4, rate=0)
    assert (unpaced.forecast_end, unpaced.seconds_behind(0, after(900))) == (None, 0)


def test_it_is_read_back_as_it_was_written() -> None:
    for progress in (APRIL, APRIL.after(1, 1000, after(50)), APRIL.after(4, 1, after(1))):
        assert Progress.from_json(progress.to_json()) == progress


def test_staff_read_it_in_japans_time() -> None:
    done = Progress("arn:one", START, 4000, 1, 20.0).after(1, 4000, after(210))
    times = times_of(done)
    assert times
    assert (times.started, times.forecast, times.ended) == ("02:10:00", "02:13:20", "02:13:30")
    assert times_of(None) is None
