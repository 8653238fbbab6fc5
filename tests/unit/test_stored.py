"""Forms of what is stored: every older one is led to today's, a newer one is not guessed at."""

from __future__ import annotations

from typing import Any

import pytest

from kakehashi.stored import Form, Stored, TooNew


def _with_a_house(stored: Stored) -> dict[str, Any]:
    return {**stored, "v": 2, "house": "there"}


def _with_a_street(stored: Stored) -> dict[str, Any]:
    return {**stored, "v": 3, "street": stored["house"]}


THIRD = Form("place", (_with_a_house, _with_a_street))


def test_what_bears_no_number_stands_in_the_first_form() -> None:
    assert THIRD.upgrade({}) == {"v": 3, "house": "there", "street": "there"}


def test_each_form_is_led_on_from_where_it_stands() -> None:
    assert THIRD.upgrade({"v": 2, "house": "here"})["street"] == "here"


def test_todays_form_is_handed_back_as_it_is() -> None:
    today = {"v": THIRD.v, "street": "mine"}
    assert THIRD.upgrade(today) is today


def test_a_later_form_is_refused_by_its_number_alone() -> None:
    with pytest.raises(TooNew, match=r"^place: form 4, known up to 3$"):
        THIRD.upgrade({"v": 4, "name": "not to be told"})
