"""Which title each class of a school goes out under, class by class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from kakehashi.city import SpecialNeeds
from kakehashi.class_numbers import Numbers
from kakehashi.preprocess.classes import HomeClass
from kakehashi.preprocess.lexicon import Lexicon
from kakehashi.preprocess.numbering import Numbering
from kakehashi.preprocess.schools import School
from kakehashi.preprocess.special_needs import Masked, mask
from tests.builders import a_code

HERE, THERE = School(a_code(1), "見本小学校"), School(a_code(2), "別小学校")
LEXICON = Lexicon()
NIGHT = Numbering(b"a city's own key")
BY_TITLE = Numbering(told=2026)  # tools were told this year's titles before numbers were kept


def a_class(title: str, *, special: bool = True, **facts: Any) -> HomeClass:
    given: dict[str, Any] = {
        "school": HERE,
        "year": 2026,
        "grades": ("P1",),
        "written": title,
    } | facts
    return HomeClass(title=title, special=special, **given)


def masked(classes: Mapping[str, HomeClass], *, numbering: Numbering = BY_TITLE, unsure: str = "",
           **rules: Any) -> Masked:  # fmt: skip
    return mask(classes, SpecialNeeds(**rules), LEXICON, numbering, unsure)


def titles(*classes: HomeClass, numbering: Numbering = BY_TITLE, **rules: Any) -> list[str]:
    """In the order in which they were given."""
    homes = {str(n): home for n, home in enumerate(classes)}
    found = masked(homes, numbering=numbering, **rules).homes
    return [found[source].title for source in homes]


def test_a_school_without_special_classes_is_left_as_it_is_and_numbers_nothing() -> None:
    ordinary = {"a": a_class("1年1組", special=False), "b": a_class("1年2組", special=False)}
    assert masked(ordinary) == Masked(homes=ordinary)


def test_a_masked_class_is_special_and_all_else_of_it_stays() -> None:
    home = a_class("知的1組", special=False, fault="D050", line=4, begin="2026-04-01")
    (found,) = masked({"a": home}).homes.values()
    assert found == replace(home, title="なかよし1組", special=True)
    assert (found.line, found.begin, found.written) == (4, "2026-04-01", "知的1組")


def test_classes_of_one_title_and_grade_are_one_kind_and_those_of_another_grade_are_not() -> None:
    one, again = a_class("知的", grades=("P1",)), a_class("知的", grades=("P1",))
    other = a_class("知的", grades=("P2",))
    assert titles(one, again, other) == ["なかよし1組", "なかよし1組", "なかよし2組"]


def test_an_ordinary_class_beside_one_of_its_title_and_grade_keeps_the_title() -> None:
    assert titles(a_class("ひまわり"), a_class("ひまわり", special=False)) == [
        "なかよし1組", "ひまわり",
    ]  # fmt: skip


def test_in_a_year_that_began_by_title_numbers_stand_in_the_order_of_the_titles() -> None:
    assert titles(a_class("知的10組"), a_class("知的2組"), a_class("知的１組")) == [
        "なかよし3組", "なかよし2組", "なかよし1組",
    ]  # fmt: skip
    assert titles(a_class("知的"), a_class("知的2"), a_class("情緒9")) == [
        "なかよし2組", "なかよし3組", "なかよし1組",
    ]  # fmt: skip
    assert titles(a_class("知的1"), a_class("知的0")) == ["なかよし2組", "なかよし1組"]
    assert titles(a_class("知的1"), a_class("知的")) == ["なかよし2組", "なかよし1組"]


def test_otherwise_they_stand_in_an_order_that_tells_nothing_and_stays() -> None:
    kinds = [a_class("知的"), a_class("情緒"), a_class("難聴")]
    first = titles(*kinds, numbering=NIGHT)
    assert sorted(first) == ["なかよし1", "なかよし2", "なかよし3"]
    assert titles(*reversed(kinds), numbering=NIGHT) == first[::-1]
    marks = [NIGHT.mark(HERE.code, 2026, kind.title) for kind in kinds]
    assert [number for _, number in sorted(zip(marks, first, strict=True))] == sorted(first)


def test_each_school_and_each_year_counts_for_itself() -> None:
    kinds = {
        "a": a_class("知的"), "b": a_class("情緒"), "c": a_class("知的", school=THERE),
        "d": a_class("知的", year=2027),
    }  # fmt: skip
    found = masked(kinds, numbering=NIGHT)
    assert found.homes["c"].title == found.homes["d"].title == "なかよし1"
    assert {year: set(kept.schools) for year, kept in found.numbers.items()} == {
        2026: {HERE.code, THERE.code}, 2027: {HERE.code},
    }  # fmt: skip


def test_what_was_given_is_kept_and_a_later_class_takes_the_next_number() -> None:
    first = masked({"a": a_class("知的")}, numbering=NIGHT)
    kept = replace(NIGHT, kept=first.numbers)
    for title in ("情緒", "難聴", "弱視"):  # whatever their order would be
        found = masked({"a": a_class("知的"), "b": a_class(title)}, numbering=kept)
        assert [home.title for home in found.homes.values()] == ["なかよし1", "なかよし2"]
        assert found.numbers[2026].schools[HERE.code].keys() == {
            NIGHT.mark(HERE.code, 2026, "知的"), NIGHT.mark(HERE.code, 2026, title),
        }  # fmt: skip


def test_a_number_whose_title_an_ordinary_class_bears_is_left_out() -> None:
    ordinary = a_class("なかよし1組", special=False)
    assert titles(a_class("知的1"), ordinary, a_class("知的2")) == [
        "なかよし2組", "なかよし1組", "なかよし3組",
    ]  # fmt: skip


# -- titles that need no number --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("neutral", "title", "is_neutral"),
    [
        ("なかよし{n}", "なかよし3", True),
        ("なかよし{n}", "なかよし10", True),
        ("なかよし{n}", "なかよし0", False),
        ("なかよし{n}", "なかよし", False),
        ("なかよし{n}", "1年なかよし3", False),
        ("なかよし{n}", "なかよし3組", False),
        ("{n}の(なかよし)", "3の(なかよし)", True),
        ("{n}の(なかよし)", "3のなかよし", False),
        ("なかよし", "なかよし", True),
        ("なかよし", "なかよし1", False),
        ("なかよし", "なかよし2", True),
        ("なかよし", "なかよし12", True),
        ("なかよし", "なかよし02", False),
    ],
)
def test_a_special_class_that_bears_a_neutral_title_keeps_it(
    neutral: str, title: str, *, is_neutral: bool
) -> None:
    found = titles(a_class(title), numbering=NIGHT, neutral=neutral)
    first = neutral.replace("{n}", "1")
    assert found == [title if is_neutral else first]


def test_a_neutral_title_that_an_ordinary_class_bears_is_no_longer_neutral() -> None:
    assert titles(a_class("なかよし3"), a_class("なかよし3", special=False), numbering=NIGHT) == [
        "なかよし1", "なかよし3",
    ]  # fmt: skip


def test_two_kinds_never_share_a_neutral_title_that_both_bear() -> None:
    both = [a_class("なかよし3", grades=(grade,)) for grade in ("P1", "P2")]
    assert sorted(titles(*both, numbering=NIGHT)) == ["なかよし1", "なかよし3"]


def test_a_title_of_the_table_is_neutral_unless_it_tells() -> None:
    table = [{"match": "^x$", "replace": "ひまわり"}, {"match": "^y$", "replace": "知的組"}]
    assert titles(a_class("ひまわり"), numbering=NIGHT, titles=table) == ["ひまわり"]
    assert titles(a_class("知的組"), numbering=NIGHT, titles=table) == ["なかよし1"]


def test_of_the_table_the_first_rule_that_fits_counts_and_the_schools_own_go_first() -> None:
    table = [
        {"match": "知的", "replace": "すずらん"},
        {"match": "知", "replace": "れんげ"},
        {"match": "情緒", "replace": "ひまわり", "school": HERE.code},
        {"match": "情", "replace": "さくら"},
        {"match": "難聴", "replace": "たんぽぽ", "school": THERE.code},
    ]
    given = (a_class("知的1組"), a_class("情緒1組"), a_class("難聴1組"))
    assert titles(*given, numbering=NIGHT, titles=table) == ["すずらん", "ひまわり", "なかよし1"]


def test_of_two_classes_for_one_title_one_is_numbered_and_it_is_told() -> None:
    table = [{"match": "知的", "replace": "ひまわり"}]
    found = masked({"a": a_class("知的1組", line=7), "b": a_class("知的2組", line=5)}, titles=table)
    assert [home.title for home in found.homes.values()] == ["ひまわり", "なかよし1組"]
    (finding,) = found.findings
    assert (*finding.row(), finding.school) == ("classes.csv", 5, "title", "P021", HERE.code)


def test_a_title_that_an_ordinary_class_bears_is_given_to_nobody_and_told_at_the_first_row() -> (
    None
):
    table = [{"match": "知的", "replace": "ひまわり"}]
    found = masked(
        {"a": a_class("知的1組", line=9), "b": a_class("知的1組", line=4),
         "c": a_class("ひまわり", special=False, line=2)},
        titles=table,
    )  # fmt: skip
    assert [home.title for home in found.homes.values()] == [
        "なかよし1組",
        "なかよし1組",
        "ひまわり",
    ]
    assert [finding.place.line for finding in found.findings] == [4]


def test_schools_are_masked_one_by_one_and_none_hides_another() -> None:
    table = [{"match": "知的", "replace": "ひまわり"}]
    homes = {
        "a": a_class("知的1組", line=2), "b": a_class("知的2組", line=3),
        "c": a_class("知的1組", line=4, school=THERE),
        "d": a_class("知的2組", line=5, school=THERE),
        "e": a_class("1年1組", special=False, school=School(a_code(3), "通常小学校")),
    }  # fmt: skip
    found = masked(homes, titles=table)
    assert found.homes.keys() == homes.keys()
    assert [(f.place.line, f.school) for f in found.findings] == [
        (3, HERE.code), (5, THERE.code),
    ]  # fmt: skip


def test_who_has_a_number_leaves_a_new_title_of_the_table_to_who_has_none() -> None:
    table = [{"match": "知的", "replace": "ひまわり"}]
    for first, later in (("知的1組", "知的2組"), ("知的2組", "知的1組")):
        kept = replace(NIGHT, kept=masked({"a": a_class(first)}, numbering=NIGHT).numbers)
        both = (a_class(first), a_class(later))
        assert titles(*both, numbering=kept, titles=table) == ["なかよし1", "ひまわり"]


# -- the template ----------------------------------------------------------------------------------


def test_a_template_that_is_changed_within_the_year_waits_for_the_next() -> None:
    first = masked({"a": a_class("知的")}, numbering=NIGHT)
    kept = replace(NIGHT, kept=first.numbers)
    assert titles(a_class("知的"), numbering=kept, neutral="ほし{n}") == ["なかよし1"]
    next_year = a_class("知的", year=2027)
    assert titles(next_year, numbering=kept, neutral="ほし{n}") == ["ほし1"]


def test_a_template_that_tells_does_not_wait() -> None:
    telling = replace(NIGHT, kept={2026: Numbers("特別支援{n}")})
    found = masked({"a": a_class("知的")}, numbering=telling, neutral="ほし{n}")
    assert found.homes["a"].title == "ほし1"
    assert found.numbers[2026].neutral == "ほし{n}"


# -- a row that could not be read ------------------------------------------------------------------


def test_who_gets_a_number_tonight_is_held_while_a_row_is_unread_and_no_number_is_kept() -> None:
    first = masked({"a": a_class("知的")}, numbering=NIGHT)
    kept = replace(NIGHT, kept=first.numbers)
    both = {"a": a_class("知的"), "b": a_class("情緒"), "c": a_class("1年1組", special=False)}
    found = masked(both, numbering=kept, unsure="R001")
    assert {source: home.fault for source, home in found.homes.items()} == {
        "a": "", "b": "R001", "c": "",
    }  # fmt: skip
    assert found.numbers == first.numbers
    again = masked(both, numbering=kept)
    assert {home.fault for home in again.homes.values()} == {""}
    assert len(again.numbers[2026].schools[HERE.code]) == 2


def test_a_fault_that_a_class_has_already_is_the_one_that_is_told() -> None:
    home = a_class("知的", fault="X001")
    assert masked({"a": home}, numbering=NIGHT, unsure="R001").homes["a"].fault == "X001"
