"""Which classes are left with children of whom the roster tells nothing."""

from __future__ import annotations

from datetime import date

import pytest

from kakehashi.diff.classes_left import classes_left
from kakehashi.people.record import Status
from kakehashi.roster import Desired
from tests.builders import a_code, a_known, a_pupil

DAY = date(2026, 11, 11)
HERE, LEFT = a_pupil(1, class_title="3年1組"), a_pupil(2, class_title="3年2組")
ROOM = (a_code(1), "3年2組")


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DELETED])
def test_a_class_is_left_where_its_last_child_is_in_no_roster(status: Status) -> None:
    known = [a_known(pupil=HERE), a_known(pupil=LEFT, status=status)]
    assert classes_left([Desired(HERE)], known, DAY) == {ROOM}


def test_a_class_is_not_left_where_one_child_is_still_there() -> None:
    mate = a_pupil(3, class_title="3年2組")
    assert classes_left([Desired(HERE), Desired(mate)], [a_known(pupil=LEFT)], DAY) == set()


def test_a_class_is_not_left_where_all_have_gone_to_another() -> None:
    moved = a_pupil(2, class_title="3年1組")
    assert classes_left([Desired(moved)], [a_known(pupil=LEFT)], DAY) == set()


def test_a_deleted_account_last_year_and_no_class_at_all_leave_none() -> None:
    known = [
        a_known(pupil=LEFT, status=Status.DELETED),
        a_known(pupil=a_pupil(3, class_title="3年2組", school_year=2025)),
        a_known(pupil=a_pupil(4, class_title="")),
    ]
    assert classes_left([Desired(HERE)], known, DAY) == set()
