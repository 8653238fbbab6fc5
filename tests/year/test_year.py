"""A school year, night after night, and whether everything is as it is true at the end of each.

``KAKEHASHI_YEAR_PUPILS`` sets the size of the city: 1,000 in `make long`, fewer here.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from tests.nights import Nights
from tests.outbox_search import leaks
from tests.year.bridge import FastPath
from tests.year.living import live
from tests.year.script import FIRST_DAY, NIGHTS, children_move
from tests.year.staffed import StaffedWorld

PUPILS = int(os.environ.get("KAKEHASHI_YEAR_PUPILS", "160"))
TRANSFERS = 500


@pytest.fixture
def world(nights: Nights) -> StaffedWorld:
    return StaffedWorld(FastPath(nights), PUPILS, FIRST_DAY)


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
