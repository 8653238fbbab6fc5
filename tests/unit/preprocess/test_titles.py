from typing import Any

import pytest

from tests import builders
from tests.unit.preprocess.night import night, rows_of, titles_of


def titled(title: str, grades: str, **rules: Any) -> list[str]:
    drop = builders.Drop()
    home = drop.add_class(title, grades=grades)
    drop.add_pupil(grade=grades[:2] or "J1", home=home)
    return titles_of(night(drop, **rules))


@pytest.mark.parametrize(
    ("grade", "before", "after"),
    [
        ("J1", "1年3組", "7年3組"),
        ("J2", "2年3組", "8年3組"),
        ("J3", "3年3組", "9年3組"),
        ("J1", "１年３組", "７年３組"),  # the new digit is as wide as the old
        ("J1", "1年1組", "7年1組"),  # only the leading one
        ("P1", "1年3組", "1年3組"),
        ("J2", "1年3組", "1年3組"),
        ("J1", "第1年3組", "第1年3組"),
        ("J1", "11年3組", "11年3組"),
    ],
)
def test_junior_high_titles_count_on(grade: str, before: str, after: str) -> None:
    assert titled(before, grade) == [after]


def test_a_mixed_class_is_renamed_by_a_rule_that_lists_all_its_grades() -> None:
    rule = {
        "grades": ["J1", "J2"],
        "match": "^1・2年",
        "replace": "7・8年",
        "example": {"before": "1・2年1組", "after": "7・8年1組"},
    }
    assert titled("1・2年1組", "J1,J2", class_titles=[rule]) == ["7・8年1組"]


def test_a_rule_for_one_grade_leaves_a_mixed_class_alone() -> None:
    drop = builders.Drop()
    home = drop.add_class("1年1組", grades="J1,J2")
    drop.add_pupil(grade="J1", home=home)
    cleaned = night(drop)
    assert titles_of(cleaned) == ["1年1組"]
    assert rows_of(cleaned) == [("classes.csv", 2, "title", "P010")]


def test_the_first_rule_that_matches_wins() -> None:
    rules = [
        {
            "grades": ["P3"],
            "match": "^3年",
            "replace": replace,
            "example": {"before": "3年2組", "after": f"{replace}2組"},
        }
        for replace in ("三年", "参年")
    ]
    assert titled("3年2組", "P3", class_titles=rules) == ["三年2組"]


def test_a_class_without_grades_is_renamed_by_those_of_its_pupils() -> None:
    assert titled("1年3組", "") == ["7年3組"]


def test_two_classes_with_one_title_and_grade_are_one() -> None:
    drop = builders.Drop()
    for n in (1, 2):
        drop.add_pupil(n, home=drop.add_class("3年2組"))
    assert titles_of(night(drop)) == ["3年2組"]


def test_classes_that_would_be_merged_by_a_rename_are_held() -> None:
    drop = builders.Drop()
    for n, title in ((1, "1年1組"), (2, "7年1組")):
        drop.add_pupil(n, grade="J1", home=drop.add_class(title, grades="J1"))
    cleaned = night(drop)
    assert [held.code for held in cleaned.held] == ["P012", "P012"]


def test_the_same_title_in_another_school_is_another_class() -> None:
    drop = builders.Drop()
    for n, grades in ((1, "P3"), (2, "P4")):
        school = drop.add_school()
        drop.add_pupil(n, school=school, home=drop.add_class("1組", school=school, grades=grades))
    assert len(night(drop).desired) == 2
