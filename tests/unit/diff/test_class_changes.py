"""Who goes to another class in the middle of the year, and which classes only have a new title."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.diff.counting import LastNight
from kakehashi.diff.header import PlanHeader
from kakehashi.diff.plan import Plan
from kakehashi.people.pupil import Pupil
from tests.unit.diff.nights import (
    APRIL,
    JUNIOR,
    OTHER,
    PRIMARY,
    a_school_of,
    breaches,
    knowing,
    night,
)


def seated(pupils: Iterable[Pupil], classes: int, shift: int = 0) -> list[Pupil]:
    """Each grade in ``classes`` classes of consecutive pupils; ``shift`` deals them out anew."""
    return [
        replace(p, class_title=f"{p.grade[1]}年{(i // 10 + shift * i) % classes + 1}組")
        for i, p in enumerate(pupils)
    ]


def a_big_town() -> list[Pupil]:
    """Three schools of 600, four classes a grade."""
    return [
        *seated(a_school_of(100, PRIMARY), 4),
        *seated(a_school_of(100, OTHER, start=2001), 4),
        *seated(a_school_of(200, JUNIOR, grades=["J1", "J2", "J3"], start=4001), 4),
    ]


TOWN = a_big_town()
KNOWN = knowing(TOWN)


def told(roster: list[Pupil], **facts: object) -> list[tuple[str, str, int, int]]:
    return breaches(night(roster, KNOWN, **facts))  # type: ignore[arg-type]


def dealt(pupils: list[Pupil], chosen: set[str]) -> list[Pupil]:
    """The chosen go round one class each, so that every class is mixed."""
    turn = iter(range(10_000))
    return [
        replace(p, class_title=f"{p.grade[1]}年{next(turn) % 4 + 1}組") if p.id in chosen else p
        for p in pupils
    ]


def ids(school: str, *grades: str) -> set[str]:
    return {p.id for p in TOWN if p.school == school and p.grade in grades}


def test_classes_dealt_evenly_over_their_grades_are_looked_at_city_and_school() -> None:
    roster = dealt(TOWN, {p.id for p in TOWN})
    found = told(roster)
    schools = sorted((PRIMARY, OTHER, JUNIOR))
    assert [b[:2] for b in found] == [("S140", "city"), *(("S141", school) for school in schools)]
    assert found[0][2] > 0.7 * len(TOWN)


def test_one_grade_of_a_school_may_be_dealt_out_anew() -> None:
    assert told(dealt(TOWN, ids(PRIMARY, "P4")), rules=CITY_OF_TEN_THOUSAND) == []
    assert told(dealt(TOWN, ids(JUNIOR, "J2")), rules=CITY_OF_TEN_THOUSAND) == []
    assert [b[:2] for b in told(dealt(TOWN, ids(JUNIOR, "J2", "J3")), rules=CITY_OF_TEN_THOUSAND)
            ] == [("S141", JUNIOR)]  # fmt: skip


def in_the_city(number: int) -> dict[str, Any]:
    """Rules of a city in which so many may change class in a night, or in several."""
    bound = {"class_changed": {"share": 1, "number": number}}
    return {"limits": {"city": bound, "city_7_nights": bound, "city_28_nights": bound}}


CITY_OF_TEN_THOUSAND = in_the_city(400)


@pytest.mark.parametrize(("count", "found"), [(36, []), (37, [("S140", "city", 37, 36)])])
def test_the_limit_is_a_share_of_the_city(count: int, found: list[object]) -> None:
    chosen = {p.id for p in TOWN[::40][:count]}
    roster = [replace(p, class_title="9年9組") if p.id in chosen else p for p in TOWN]
    assert told(roster) == found


@pytest.mark.parametrize(
    "facts",
    [
        {"class_grades": ("P3", "P4")},
        {"attendance_no": 99},
        {"family": "高橋"},
        {"special_needs": True},
        {"school_name": "新しい名の学校"},
    ],
)
def test_whatever_else_changes_a_new_class_is_counted(facts: dict[str, object]) -> None:
    roster = dealt(TOWN, {p.id for p in TOWN})
    plain = {b[:3] for b in told(roster) if b[0] in {"S140", "S141"}}
    also = told([replace(p, **facts) for p in roster])  # type: ignore[arg-type]
    assert {b[:3] for b in also if b[0] in {"S140", "S141"}} == plain


def test_another_school_or_grade_is_counted_as_that() -> None:
    roster = [replace(p, school=OTHER, class_title="9組") if p.id in ids(PRIMARY, "P2") else p
              for p in TOWN]  # fmt: skip
    assert not {"S140", "S141"} & {b[0] for b in told(roster)}
    up = [replace(p, grade="P3", class_title="9組") if p.grade == "P2" else p for p in TOWN]
    assert not {"S140", "S141"} & {b[0] for b in told(up)}


def test_a_first_class_after_none_does_not_count() -> None:
    none = [replace(p, class_title="", class_grades=()) for p in TOWN]
    assert breaches(night(TOWN, knowing(none))) == []


def test_between_the_rollover_dates_every_class_is_new() -> None:
    assert told(dealt(TOWN, {p.id for p in TOWN}), as_of=APRIL) == []
    assert told(dealt(TOWN, {p.id for p in TOWN}), as_of=date(2027, 4, 16)) != []


# -- titles ---------------------------------------------------------------------------------------


def retitled(pupils: Iterable[Pupil], word: str = "-") -> list[Pupil]:
    return [replace(p, class_title=p.class_title.replace("年", word)) for p in pupils]


def test_a_class_with_another_title_counts_once() -> None:
    """Each of them is looked at as a class that moves (S022): 60 changes, not 1,800."""
    for number, found in ((60, {"S022"}), (59, {"S022", "S140"})):
        assert {b[0] for b in told(retitled(TOWN), rules=in_the_city(number))} == found


def test_two_classes_that_become_one_are_two_classes_changed() -> None:
    roster = [replace(p, class_title="1年1組") if p.class_title == "1年2組" and p.school == PRIMARY
              else p for p in TOWN]  # fmt: skip
    assert told(roster, rules=in_the_city(20)) == [
        ("S140", "city", 30, 20),
        ("S022", PRIMARY, 1, 0),
    ]


def of_yesterday(rules: str) -> LastNight:
    return LastNight.of(PlanHeader(rules=rules))


def after_a_change_of_rules(roster: list[Pupil]) -> Plan:
    return night(roster, KNOWN, rules={"sha256": "new"}, last_night=of_yesterday("old"))


def test_a_changed_rule_of_the_city_is_one_question_for_all_schools() -> None:
    assert breaches(after_a_change_of_rules(retitled(TOWN))) == [("S142", "city", 60, 0)]


def test_a_changed_rule_may_give_two_classes_one_title() -> None:
    merged = [replace(p, class_title=p.class_title.replace("2組", "1組")) for p in TOWN]
    assert breaches(after_a_change_of_rules(merged)) == [("S142", "city", 15, 0)]


def test_a_changed_rule_hides_no_pupil_who_goes_to_another_class() -> None:
    plan = after_a_change_of_rules(dealt(TOWN, {p.id for p in TOWN}))
    assert {"S140", "S141"} <= {b[0] for b in breaches(plan)}


def test_a_changed_rule_hides_no_class_that_goes_to_another_school() -> None:
    moved = [replace(p, school=OTHER) if (p.school, p.class_title) == (PRIMARY, "1年1組") else p
             for p in TOWN]  # fmt: skip
    assert ("S022", PRIMARY, 1, 0) in breaches(after_a_change_of_rules(moved))


@pytest.mark.parametrize(("then", "now"), [("old", "old"), ("", "new"), ("old", "")])
def test_rules_that_nobody_has_changed_explain_nothing(then: str, now: str) -> None:
    plan = night(retitled(TOWN), KNOWN, rules={"sha256": now}, last_night=of_yesterday(then))
    assert {b[0] for b in breaches(plan)} == {"S022", "S140"}
