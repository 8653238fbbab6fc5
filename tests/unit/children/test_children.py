"""Years drawn at random, told by children and not by ids; see ``machine`` and ``truth``.

``KAKEHASHI_TRUTH_YEARS`` sets how many (2,000 in `make long`), ``KAKEHASHI_TRUTH_SEED`` which ones.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.children.machine import NIGHTS, Years

PARTS = 4
YEARS = int(os.environ.get("KAKEHASHI_TRUTH_YEARS", "24"))
SEED = int(os.environ.get("KAKEHASHI_TRUTH_SEED", "1"))


class SoFar(Years):
    """What is not true yet is left out here, each with its reason."""

    # a leaver's account may have the sign-in name: only a person frees it, in the tenant
    two_accounts_typed_the_wrong_way_round_are_corrected = None
    # a deleted account can never be settled
    an_account_is_deleted_by_hand = None
    # after a link the item of the old id lives on
    a_child_gets_a_new_id = None
    a_transfer_draws_a_new_id_and_leaves_the_old_row = None
    # it is asked about only as long as school, grade and class stay as they were
    a_child_gets_a_new_id_and_a_new_account = None


@pytest.mark.parametrize("part", range(PARTS))
def test_after_each_night_of_any_year_everything_is_as_it_is_true_of_every_child(part: int) -> None:
    class Drawn(SoFar):
        pass

    years = settings(
        max_examples=max(1, YEARS // PARTS),
        stateful_step_count=NIGHTS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(SEED * PARTS + part)(Drawn), settings=years)
