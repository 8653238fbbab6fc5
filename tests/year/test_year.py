"""A school year, night after night, and whether everything is as it is true at the end of each.

``KAKEHASHI_YEAR_PUPILS`` sets the size of the city: 1,000 in `make long`, fewer here.
"""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest

from local.demo.city import DOMAIN, DemoCity
from local.demo.staffing import NOTHING, announce
from tests.nights import Nights
from tests.outbox_search import leaks
from tests.year.bridge import FastPath
from tests.year.employed import StaffTruth
from tests.year.living import LISTED, live
from tests.year.script import (
    ANNOUNCED,
    FIRST_DAY,
    NIGHTS,
    STAFF,
    TURN_OF_THE_YEAR,
    children_move,
)
from tests.year.staffed import StaffedWorld, is_forgotten
from tests.year.world import SEED

PUPILS = int(os.environ.get("KAKEHASHI_YEAR_PUPILS", "160"))
TRANSFERS = 500


@pytest.fixture
def world(nights: Nights) -> StaffedWorld:
    return StaffedWorld(FastPath(nights), PUPILS, FIRST_DAY)


def test_of_the_staff_who_leave_some_are_decided_about_and_some_forgotten() -> None:
    """Known in seconds: the year itself tells it only at its end."""
    city, truth = DemoCity(SEED, PUPILS, 5, FIRST_DAY, unfilled=0, domain=DOMAIN), StaffTruth()
    for night in range(1, NIGHTS):
        today = FIRST_DAY + timedelta(days=night)
        when = f"{today:%m-%d}"
        if when == TURN_OF_THE_YEAR:
            city.next_april(today)
        else:
            listed = LISTED[when].changes if when in LISTED else None
            changes = listed or children_move(today, PUPILS)
            city.next_night(today, changes, STAFF.get(when, NOTHING))
        if when == ANNOUNCED:
            announce(city, date(today.year, 4, 1))
        truth.passwords |= {teacher.number for teacher in city.teachers}
        truth.follow(city)
    ended = {number for number, one in truth.accounts.items() if one.ended}
    assert {is_forgotten(number) for number in ended} == {True, False}


def test_after_a_school_year_tenant_state_and_tools_are_as_it_is_true(world: StaffedWorld) -> None:
    for night in range(NIGHTS):
        today = FIRST_DAY + timedelta(days=night)
        live(world, today, children_move(today, PUPILS))
    assert world.ears.overheard() == set()
    assert leaks(world.bridge.outbox()) == set(), "handed to a tool or not"
    assert_everything_has_happened(world)


def assert_everything_has_happened(world: StaffedWorld) -> None:
    """The year was one worth the name: nothing that it is about has failed to come up."""
    assert world.transfers >= TRANSFERS
    words = [word for _, word in world.marked]
    assert words.count("停止") > words.count("削除") > 0
    assert world.returned > 0
    staff = world.staff.accounts.values()
    assert [one for one in staff if one.suspended], "by a decision"
    assert [one for one in staff if one.ended and one.enabled], "asked about, and not decided"
    assert [one for one in staff if one.worker.away]
    accounts = world.truth.accounts.values()
    assert [one for one in accounts if one.absent_since and one.enabled], "never decided"
    assert {one.verdict for one in world.seen} == {
        "applied", "unchanged", "refused", "awaiting-approval", "already-done", "rehearsed",
        "failed",
    }  # fmt: skip
