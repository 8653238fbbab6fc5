"""A special-needs class that is said to be none any more: a person looks before its title goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Status
from tests.builders import a_pupil
from tests.unit.diff.nights import OTHER, PRIMARY, breaches, knowing, night

ASKED = ("S156", PRIMARY, 1, 0)


def in_class(title: str, first: int, count: int, **facts: Any) -> list[Pupil]:
    return [
        a_pupil(first + n, **{"school": PRIMARY, "class_title": title} | facts)
        for n in range(count)
    ]


ORDINARY = in_class("1組", 1, 30)
SPECIAL = in_class("なかよし1", 101, 2, special_needs=True)
KNOWN = knowing(ORDINARY + SPECIAL)


def otherwise(pupils: list[Pupil], **facts: Any) -> list[Pupil]:
    return [replace(pupil, **facts) for pupil in pupils]


def asked(roster: list[Pupil], **facts: Any) -> bool:
    return ASKED in breaches(night(roster, KNOWN, **facts))


def test_nobody_is_asked_about_a_class_that_stays_what_it_is() -> None:
    assert not asked(ORDINARY + SPECIAL)
    assert not asked(ORDINARY + otherwise(SPECIAL, class_title="なかよし2"))


@pytest.mark.parametrize("count", [1, 2])
def test_a_class_that_loses_its_mark_shows_its_title_to_nobody_yet(count: int) -> None:
    lost = otherwise(SPECIAL[:count], special_needs=False, class_title="わかば")
    assert asked(ORDINARY + lost)


def test_a_newcomer_in_it_makes_it_no_ordinary_class() -> None:
    lost = otherwise(SPECIAL, special_needs=False, class_title="わかば")
    assert asked(ORDINARY + lost + in_class("わかば", 201, 1))


@pytest.mark.parametrize("came", [1, 2])
def test_who_has_come_to_it_from_an_ordinary_class_makes_it_none_either(came: int) -> None:
    """In April many do."""
    there = otherwise(ORDINARY[:came], class_title="わかば")
    lost = otherwise(SPECIAL, special_needs=False, class_title="わかば")
    assert asked(ORDINARY[came:] + there + lost)


def test_an_ordinary_class_of_a_new_title_may_have_one_of_them() -> None:
    over = otherwise(SPECIAL[:1], special_needs=False, class_title="A組")
    assert not asked(otherwise(ORDINARY, class_title="A組") + over + SPECIAL[1:])


def test_who_comes_back_to_it_is_one_of_it() -> None:
    away = knowing(SPECIAL, status=Status.SUSPENDED, suspended_on=date(2026, 9, 1))
    lost = otherwise(SPECIAL, special_needs=False, class_title="わかば")
    assert ASKED in breaches(night(ORDINARY + lost, knowing(ORDINARY) + away))


def test_who_is_linked_under_a_new_id_is_one_of_it() -> None:
    """The answer to another question is none to this one."""
    known, (one, _) = knowing(ORDINARY + SPECIAL), SPECIAL
    new = replace(a_pupil(901), account=one.account, family=one.family, given=one.given,
                  kana_family=one.kana_family, kana_given=one.kana_given, school=one.school,
                  grade=one.grade, class_title="わかば")  # fmt: skip
    roster = [*ORDINARY, SPECIAL[1], new]
    assert not breaches(night(roster, known))
    linked = night(roster, known, decisions={new.id: "link"})
    assert new.id in {action.pupil for action in linked.actions}
    assert ASKED in breaches(linked)


def test_who_goes_over_to_an_ordinary_class_goes() -> None:
    over = otherwise(SPECIAL, special_needs=False, class_title="1組")
    assert not asked(ORDINARY + over)


def test_a_mark_that_is_lost_while_the_title_stays_tells_nothing() -> None:
    assert not asked(ORDINARY + otherwise(SPECIAL, special_needs=False))


def test_without_a_class_there_is_no_title() -> None:
    assert not asked(ORDINARY + otherwise(SPECIAL, special_needs=False, class_title=""))


def test_in_april_too() -> None:
    """Everybody is in a class of the new year, so no class is one that we know."""
    turned = {"grade": "P4", "school_year": 2027}
    lost = {"special_needs": False, "class_title": "わかば"}
    roster = otherwise(ORDINARY, **turned) + otherwise(SPECIAL, **turned, **lost)
    assert asked(roster, as_of=date(2027, 4, 1))
    assert not asked(otherwise(ORDINARY + SPECIAL, **turned), as_of=date(2027, 4, 1))


def test_at_another_school_too() -> None:
    lost = otherwise(SPECIAL, special_needs=False, class_title="わかば", school=OTHER)
    assert ("S156", OTHER, 1, 0) in breaches(night(ORDINARY + lost, KNOWN))
