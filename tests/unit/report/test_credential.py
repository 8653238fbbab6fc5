"""How long our credential is still good, as 運用 tells it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kakehashi.report.credential import SOON, HeldCredential, standing

TODAY = date(2026, 11, 30)


def held(days: int | None, kind: str = "secret", seen: date = TODAY) -> HeldCredential:
    last = None if days is None else TODAY + timedelta(days=days)
    return HeldCredential(kind, last, seen)


@pytest.mark.parametrize(
    ("days", "tone", "asks"),
    [
        (400, "good", False),
        (SOON, "good", False),
        (SOON - 1, "wait", True),
        (0, "wait", True),
        (-1, "stop", True),
        (None, "wait", True),
    ],
)
def test_what_is_to_be_done_depends_on_the_days_left(
    days: int | None, tone: str, asks: bool
) -> None:
    told = standing(held(days), TODAY)
    assert (told.tone, told.days, bool(told.todo.ja)) == (tone, days, asks)
    assert bool(told.todo.en) is asks


def test_a_web_identity_has_no_end_and_that_is_said() -> None:
    told = standing(HeldCredential("web-identity", date.max, TODAY), TODAY)
    assert (told.tone, told.days, told.todo.ja) == ("good", None, "")
    assert "期限のないもの" in told.said.ja


def test_days_are_counted_from_today_and_not_from_when_it_was_seen() -> None:
    assert standing(held(5, seen=TODAY - timedelta(days=1)), TODAY).days == 5


def test_a_look_that_is_days_old_is_not_believed() -> None:
    told = standing(held(400, seen=TODAY - timedelta(days=3)), TODAY)
    assert told.tone == "wait"
    assert "見回りが止まっています" in told.todo.ja


def test_before_the_first_look_nothing_is_claimed() -> None:
    assert HeldCredential.from_json({}) is None
    assert standing(None, TODAY).tone == "plain"


@pytest.mark.parametrize("days", [400, None])
def test_what_is_stored_is_read_again(days: int | None) -> None:
    assert HeldCredential.from_json(held(days).to_json()) == held(days)
