"""今朝: what waits for whom, and how the night went."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kakehashi.run_folder.progress import Progress
from kakehashi.staff.drawing import render
from kakehashi.staff.roster_arrival import LastRoster, arrived_last
from kakehashi.staff.today import ApprovalNotTaken, Running, TodayFacts, today
from kakehashi.staff.viewer import Permission, Role
from kakehashi.state_records import NO_RECORD
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
        "roster": LastRoster("2026-11-30T16:10:00+00:00", "applied"),
    }
    return TodayFacts(**(defaults | given))


def waiting(**given: Any) -> TodayFacts:
    newest = a_record(0, verdict="awaiting-approval", done=0, run_id=RUN)
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


NEW, OLD = "2026-11-30T16:10:00+00:00", "2026-11-28T16:10:00+00:00"
OF_ITS_END = {
    "": "",
    "applied": "",
    "unchanged": "",
    "running": "いま処理しています。",
    "awaiting-approval": "まだ何も反映していません。",
    "failed": "途中で止まりました。",
    "refused": "受け付けられませんでした。",
}


@pytest.mark.parametrize("verdict", OF_ITS_END)
@pytest.mark.parametrize("same", [False, True])
@pytest.mark.parametrize("received", [NEW, OLD])
def test_what_is_said_of_a_roster_is_true(received: str, same: bool, verdict: str) -> None:
    """A new one is neither late, nor one of before, nor refused; how it ended is said besides."""
    view = today(facts(roster=LastRoster(received, verdict, same)), a_viewer(Role.DECIDE))
    said = "".join(word.ja for word in view.roster.said)
    late, refused = received == OLD, verdict == "refused"
    assert ("新しい名簿です。" in said) is not (late or same or refused)
    assert ("まる一日より長く" in said) is late
    assert ("同じ中身です" in said) is (same and not late)
    assert OF_ITS_END[verdict] in said
    assert [end for end in OF_ITS_END.values() if end and end in said] == [
        end for end in [OF_ITS_END[verdict]] if end
    ]
    asks = [ask.title.ja for ask in view.mine if ask.action is Permission.UPLOAD]
    titles = {
        (True, False): "届いていません",
        (True, True): "届いていません",
        (False, True): "直して",
    }
    wanted = titles.get((late, refused), "もう一度届いた" if same else "")
    assert len(asks) == bool(wanted)
    assert all(wanted in ask for ask in asks)


def test_the_newest_roster_is_the_one_that_came_last_and_not_the_one_used_last() -> None:
    """A decision after a refused roster is carried out with the one before it."""
    decided, refused = a_record(0), a_record(1, verdict="refused")
    assert arrived_last([(OLD, decided), (NEW, refused), (OLD, a_record(2))]) == (NEW, refused)
    again = a_record(0, verdict="failed")  # the same roster, taken once more
    assert arrived_last([(NEW, again), (NEW, refused)]) == (NEW, again)
    assert arrived_last([]) == ("", NO_RECORD)


def test_before_the_first_roster_that_is_said_and_asked_for() -> None:
    view = today(facts(roster=LastRoster()), a_viewer(Role.DECIDE))
    assert [word.ja for word in view.roster.said] == ["名簿はまだ一度も届いていません。"]
    assert [ask.title.ja for ask in view.mine] == ["今日の名簿が届いていません"]


def test_a_refused_roster_is_to_be_mended_and_not_run_again() -> None:
    records = [a_record(0, verdict="refused"), *sixty_nights()[1:]]
    view = today(facts(records=records, roster=LastRoster(NEW, "refused")), a_viewer())
    assert [ask.action for ask in [*view.mine, *view.others]] == [Permission.UPLOAD]
    other = today(facts(records=records), a_viewer())  # an order that was refused, not a roster
    assert Permission.RERUN in {ask.action for ask in [*other.mine, *other.others]}


def test_an_approval_that_was_not_taken_is_told_with_a_way_to_the_plan() -> None:
    refused = [ApprovalNotTaken(RUN, "2026-12-01T00:10:00+00:00")]
    page = render(today(waiting(refused=refused), a_viewer()), a_frame())
    assert "2026-12-01 09:10 の承認は受け付けられませんでした" in page
    assert page.count(f'href="/approve/{RUN}"') == 2


def test_a_running_night_tells_how_far_it_is_and_when_it_will_end() -> None:
    begun = datetime(2026, 11, 30, 17, 59, 50, tzinfo=UTC)
    progress = Progress("arn", begun, 200, 4, 20.0, {1: 50})
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
    view = today(facts(records=[], roster=LastRoster()), a_viewer())
    assert view.verdict is None
    assert "まだ一度も実行されていません" in render(view, a_frame())
