"""A coming enrolment is asked for ahead where the city says so, and only within its days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests import builders
from tests.builders import a_pupil
from tests.unit.preprocess.night import clean, held_of


def a_drop(begin: str = "2026-12-01", **cells: Any) -> builders.Drop:
    drop = builders.a_drop(1)
    drop.add_pupil(begin=begin, **cells)
    return drop


def test_without_the_rule_a_coming_enrolment_waits() -> None:
    cleaned = clean(a_drop())
    assert [held.code for held in cleaned.held] == ["P032"]
    assert len(cleaned.desired) == 1


@pytest.mark.parametrize(("days", "ahead"), [(6, False), (7, True), (60, True)])
def test_within_the_days_it_is_asked_for_without_a_class(days: int, *, ahead: bool) -> None:
    cleaned = clean(a_drop(), arrivals={"prepare_days": days})
    found = {one.pupil.id: one for one in cleaned.desired}
    assert (a_pupil(2).id in found) is ahead
    if ahead:
        wanted = found[a_pupil(2).id]
        assert (wanted.ahead, wanted.pupil.class_title, wanted.pupil.grade) == (True, "", "P3")
        assert wanted.pupil.school_year == 2026
        assert wanted.from_json(wanted.to_json()) == wanted
    assert not found[a_pupil(1).id].ahead
    assert "ahead" not in found[a_pupil(1).id].to_json()


def test_the_school_year_is_that_of_the_first_day() -> None:
    cleaned = clean(a_drop("2027-04-06", end="2028-03-31"), as_of=date(2027, 3, 25),
                    arrivals={"prepare_days": 20})  # fmt: skip
    (wanted,) = [one for one in cleaned.desired if one.ahead]
    assert wanted.pupil.school_year == 2027


def test_what_would_hold_the_pupil_on_the_day_is_told_before_it() -> None:
    cleaned = clean(a_drop(grades="H1"), arrivals={"prepare_days": 30})
    assert held_of(cleaned)[a_pupil(2).id].code == "P037"
    disabled = clean(a_drop(enabledUser="false"), arrivals={"prepare_days": 30})
    assert held_of(disabled)[a_pupil(2).id].leaving


def test_a_day_that_is_none_is_no_day() -> None:
    cleaned = clean(a_drop("2026-99-99"), arrivals={"prepare_days": 60})
    assert held_of(cleaned)[a_pupil(2).id].code == "P032"
