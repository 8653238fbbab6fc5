"""規則の履歴: what each version changed, and who confirmed it."""

from __future__ import annotations

from kakehashi.staff.drawing import render
from kakehashi.staff.rules_history import SHOWN, RulesVersion, history
from tests.unit.staff.gallery import RULES_NEXT, RULES_NOW, confirmed
from tests.unit.staff.scenes import a_frame

THEN, NOW = "2026-11-01T01:00:00+00:00", "2026-11-30T01:00:00+00:00"


def test_each_version_stands_beside_the_one_before_it() -> None:
    versions = [RulesVersion(NOW, RULES_NEXT), RulesVersion(THEN, RULES_NOW)]
    told = history(versions, [confirmed(versions[0], "見本 運用")])
    newest, first = told.steps
    assert ("-", "number = 400") in newest.lines
    assert ("+", "number = 600") in newest.lines
    assert (newest.by, newest.first, first.by, first.first) == ("見本 運用", False, "", True)
    html = render(told, a_frame("/operate"))
    assert "今の規則" in html
    assert "最初の規則です" in html
    assert "kakehashi city put" in html


def test_rules_that_are_put_back_from_elsewhere_are_nobodys_who_confirmed_them_before() -> None:
    back, before = RulesVersion(NOW, RULES_NOW), RulesVersion(THEN, RULES_NOW)
    told = history([back, before], [confirmed(before, "見本 運用")])
    assert [step.by for step in told.steps] == ["", "見本 運用"]


def test_older_versions_than_are_shown_are_told_of_and_the_last_shown_is_not_called_the_first() -> (
    None
):
    many = [RulesVersion(NOW, f"{RULES_NOW}# {n}\n") for n in range(SHOWN + 1)]
    told = history(many, [])
    assert len(told.steps) == SHOWN
    assert told.more
    assert not any(step.first for step in told.steps)


def test_before_any_rules_that_is_said() -> None:
    assert "まだ規則がありません" in render(history([], []), a_frame("/operate"))
