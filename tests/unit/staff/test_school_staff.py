"""What a school may see of its staff: who has a post there today, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kakehashi.staff.school_staff import colleagues
from tests.builders import a_code, a_post, an_employment

TODAY = date(2027, 5, 6)
HERE, THERE = a_code(1), a_code(2)


def test_whoever_has_a_post_at_the_school_today_is_shown_with_job_and_classes() -> None:
    one = an_employment(1, replace(a_post(end=None), job="教諭", homerooms=("3年2組",)))
    (shown,) = colleagues([one], {one.id: "t1@x"}, HERE, TODAY)
    assert (shown.job, shown.classes, shown.account, shown.main) == (
        "教諭",
        ("3年2組",),
        "t1@x",
        True,
    )


def test_past_and_coming_posts_and_those_elsewhere_are_not_shown() -> None:
    past = an_employment(1, a_post(end=date(2027, 3, 31)))
    coming = an_employment(2, a_post(date(2027, 9, 1), None))
    elsewhere = an_employment(3, a_post(end=None, school=THERE))
    assert colleagues([past, coming, elsewhere], {}, HERE, TODAY) == []


def test_a_second_post_is_shown_as_one_and_the_first_is_not_named() -> None:
    both = an_employment(1, a_post(end=None, school=THERE, school_name="別の学校"),
                         replace(a_post(end=None), main=False, job="ALT"))  # fmt: skip
    (shown,) = colleagues([both], {}, HERE, TODAY)
    assert (shown.main, shown.job, shown.account) == (False, "ALT", "")
    assert "別の学校" not in str(shown)


def test_who_is_on_leave_is_shown_like_everybody_else() -> None:
    one = an_employment(1, a_post(end=None))
    assert colleagues([replace(one, away=True)], {}, HERE, TODAY) == colleagues(
        [one], {}, HERE, TODAY
    )
