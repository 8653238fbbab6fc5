"""今朝: what waits for whom, and how the night went."""

from __future__ import annotations

from typing import Any

import pytest

from kakehashi.staff.drawing import render
from kakehashi.staff.today import ApprovalNotTaken, Running, TodayFacts, today
from kakehashi.staff.viewer import Permission, Role
from tests.unit.staff.scenes import (
    CITY,
    NOW,
    RUN,
    a_frame,
    a_header,
    a_record,
    a_viewer,
    mixed,
    sixty_nights,
)


def facts(**given: Any) -> TodayFacts:
    defaults: dict[str, Any] = {
        "now": NOW,
        "city": CITY,
        "records": sixty_nights(),
        "received": "2026-11-30T16:10:00+00:00",
    }
    return TodayFacts(**(defaults | given))


def waiting(**given: Any) -> TodayFacts:
    newest = a_record(0, verdict="awaiting-approval", done=0, sk=f"RUN#{RUN}")
    defaults: dict[str, Any] = {
        "records": [newest, *sixty_nights()[1:]],
        "plan": a_header(mixed(20)),
        "plan_run": RUN,
        "asked": 23,
        "passwords": 4,
        "letters": 1,
    }
    return facts(**(defaults | given))


def test_the_verdict_is_told_with_those_for_whom_it_is_not_true() -> None:
    view = today(facts(records=[a_record(0, exceptions=3, done=40)]), a_viewer())
    assert view.verdict is not None
    assert "3 人を除いて" in view.verdict.ja
    assert view.verdict.tone == "wait"


def test_each_sees_the_own_work_and_what_waits_for_others() -> None:
    decider = today(waiting(), a_viewer(Role.DECIDE))
    assert [ask.action for ask in decider.mine] == [Permission.DECIDE]
    assert Permission.APPROVE in {ask.action for ask in decider.others}
    approver = today(waiting(), a_viewer(Role.APPROVE))
    assert approver.mine[0].href == f"/approve/{RUN}"
    assert approver.mine[0].until == "2026-12-08"


def test_nothing_waits_on_a_quiet_morning() -> None:
    view = today(facts(), a_viewer())
    assert not view.mine
    assert not view.others
    assert "今、あなたがすることはありません" in render(view, a_frame())


@pytest.mark.parametrize(
    ("given", "odd"),
    [
        ({"received": ""}, True),
        ({"received": "2026-11-28T16:10:00+00:00"}, True),
        ({"same_roster": True}, True),
        ({}, False),
    ],
)
def test_a_roster_that_is_old_or_yesterdays_is_told(given: dict[str, Any], odd: bool) -> None:
    view = today(facts(**given), a_viewer(Role.DECIDE))
    assert (view.roster.odd is not None) is odd
    assert (Permission.UPLOAD in {ask.action for ask in view.mine}) is odd


def test_an_approval_that_was_not_taken_is_told_with_a_way_to_the_plan() -> None:
    refused = [ApprovalNotTaken(RUN, "2026-12-01T00:10:00+00:00")]
    page = render(today(waiting(refused=refused), a_viewer()), a_frame())
    assert "2026-12-01 09:10 の承認は受け付けられませんでした" in page
    assert page.count(f'href="/approve/{RUN}"') == 2


def test_a_running_night_tells_how_far_it_is_and_when_it_will_end() -> None:
    progress = {"writes": 200, "written": {"1": 50}, "forecast_end": "2026-11-30T18:00:00+00:00"}
    view = today(facts(running=Running(RUN, "Provision", progress)), a_viewer())
    assert view.running is not None
    assert view.running.percent == 25
    assert view.running.forecast == "2026-12-01 03:00"
    assert 'data-refresh="5"' in render(view, a_frame())


def test_the_picture_shows_sixty_nights_and_tells_bad_ones_by_shape() -> None:
    view = today(facts(), a_viewer())
    assert view.picture is not None
    assert len(view.picture.bars) == 60
    by_tone = {mark.tone: mark.d[-30:] for mark in view.picture.marks}
    assert by_tone["stop"] != by_tone["good"]


def test_before_the_first_night_the_page_stands() -> None:
    view = today(facts(records=[], received=""), a_viewer())
    assert view.verdict is None
    assert "まだ一度も実行されていません" in render(view, a_frame())
