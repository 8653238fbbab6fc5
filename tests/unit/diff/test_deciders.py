"""Two persons are two sign-ins, or two names where a city says so, and never one of each."""

from __future__ import annotations

import pytest

from kakehashi.diff.deciders import Decider, two_persons

ONE, OTHER = Decider("staff:1", signed_in=True), Decider("staff:2", signed_in=True)
NAME, ANOTHER = Decider.typed("鈴木 一郎"), Decider.typed("佐藤")


@pytest.mark.parametrize(
    ("deciders", "by_sign_in", "by_name"),
    [
        ([], False, False),
        ([ONE], False, False),
        ([ONE, ONE], False, False),
        ([ONE, OTHER], True, True),
        ([ONE, NAME], False, False),  # the same person, perhaps
        ([ONE, Decider.typed("staff:2")], False, False),  # a sign-in that somebody has typed
        ([ONE, NAME, ANOTHER], False, True),
        ([NAME, ANOTHER], False, True),
        ([NAME, Decider.typed("鈴木　一郎（校長）")], False, False),
        ([NAME, Decider.typed(" ")], False, False),
        ([Decider.typed("ＡＢＥ"), Decider.typed("Abe")], False, False),
    ],
)
def test_two_persons(deciders: list[Decider], by_sign_in: bool, by_name: bool) -> None:
    assert two_persons(deciders, "sign-in") is by_sign_in
    assert two_persons(deciders, "name") is by_name
