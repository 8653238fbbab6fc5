"""Years drawn at random, told by children and not by ids; see ``machine`` and ``truth``.

``KAKEHASHI_TRUTH_YEARS`` sets how many (2,000 in `make long`), ``KAKEHASHI_TRUTH_SEED`` which ones;
with ``KAKEHASHI_TRUTH_SHRINK`` a year that fails is cut down to what matters, which takes minutes.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.children.machine import NIGHTS, Years

PARTS = 4
YEARS = int(os.environ.get("KAKEHASHI_TRUTH_YEARS", "24"))
SEED = int(os.environ.get("KAKEHASHI_TRUTH_SEED", "1"))
SHRINK = (Phase.shrink,) if os.environ.get("KAKEHASHI_TRUTH_SHRINK") else ()


@pytest.mark.parametrize("part", range(PARTS))
def test_after_each_night_of_any_year_everything_is_as_it_is_true_of_every_child(part: int) -> None:
    class Drawn(Years):
        pass

    years = settings(
        max_examples=max(1, YEARS // PARTS),
        stateful_step_count=NIGHTS,
        deadline=None,
        database=None,
        phases=(Phase.generate, *SHRINK),
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(SEED * PARTS + part)(Drawn), settings=years)
