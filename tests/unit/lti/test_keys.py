from datetime import UTC, datetime, timedelta

import pytest

from kakehashi.lti.keys import OVERLAP, Ring, RingKey, RotationUnderWay

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
FIRST = Ring((RingKey("one", datetime.fromtimestamp(0, UTC)),))
SOON = timedelta(seconds=1)


def ids(keys: tuple[RingKey, ...]) -> list[str]:
    return [key.id for key in keys]


def test_a_new_key_is_published_at_once_and_signs_a_day_later() -> None:
    ring = FIRST.rotated("two", NOW)
    assert ids(ring.published(NOW)) == ["one", "two"]
    assert ring.signer(NOW + OVERLAP - SOON).id == "one"
    assert ring.signer(NOW + OVERLAP).id == "two"


def test_an_old_key_stays_published_for_a_day_after_it_signed_last() -> None:
    ring = FIRST.rotated("two", NOW)
    assert ids(ring.published(NOW + 2 * OVERLAP - SOON)) == ["one", "two"]
    assert ids(ring.published(NOW + 2 * OVERLAP)) == ["two"]


def test_a_rotation_cannot_be_cut_short_by_the_next() -> None:
    ring = FIRST.rotated("two", NOW)
    with pytest.raises(RotationUnderWay):
        ring.rotated("three", NOW + OVERLAP - SOON)
    assert ids(ring.rotated("three", NOW + OVERLAP).keys) == ["one", "two", "three"]


def test_keys_that_are_no_longer_published_leave_the_ring() -> None:
    later = NOW + timedelta(days=365)
    assert ids(FIRST.rotated("two", NOW).rotated("three", later).keys) == ["two", "three"]


def test_whoever_signs_is_published_at_every_moment() -> None:
    ring = FIRST
    for day in range(0, 40, 5):
        ring = ring.rotated(f"key of day {day}", NOW + timedelta(days=day))
        for hour in range(5 * 24):
            now = NOW + timedelta(days=day, hours=hour)
            assert ring.signer(now) in ring.published(now)
