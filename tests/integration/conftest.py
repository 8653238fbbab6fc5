"""A city on the night on which somebody is missing."""

from __future__ import annotations

import pytest

from tests.builders import a_drop, a_pupil
from tests.integration.test_night import known
from tests.nights import Night, Nights
from tests.staff import Board


@pytest.fixture
def board(nights: Nights) -> Board:
    """Twelve pupils with accounts, in Microsoft 365 and in every tool."""
    nights.given(known(12))
    assert nights.run(a_drop(12).zip()).verdict == "unchanged"
    nights.tomorrow()
    return Board(nights)


@pytest.fixture
def missing(board: Board) -> Night:
    """The night on which the twelfth is no longer in the roster."""
    night = board.nights.run(a_drop(11).zip())
    assert night.verdict == "unchanged"
    assert night.summary["proposed"]["GONE"] == [a_pupil(12).id]
    return night
