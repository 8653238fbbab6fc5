"""外字 in names of schools and titles of classes: what must not go out, and whom that holds."""

import pytest

from tests import builders
from tests.unit.preprocess.night import clean, held_of, night, pupils_of, rows_of, titles_of

UMI = builders.a_pupil(1).id


def a_class(title: str, *, special: str = "false") -> builders.Drop:
    drop = builders.Drop()
    drop.add_pupil(1, home=drop.add_class(title, specialNeeds=special))
    return drop


def a_school(name: str) -> builders.Drop:
    drop = builders.Drop()
    drop.add_pupil(1, school=drop.add_school(name=name))
    return drop


@pytest.mark.parametrize(
    "title", ["1年\ue000組", "葛\U000e0100組", "髙組", "1\u200b組", "\ufdd0組"]
)
def test_the_pupils_of_a_class_with_gaiji_are_held_and_no_others(title: str) -> None:
    drop = a_class(title)
    drop.add_pupil(2, home=drop.add_class("3年1組"))
    cleaned = night(drop)
    assert held_of(cleaned)[UMI].code == "N013"
    assert list(pupils_of(cleaned)) == [builders.a_pupil(2).id]
    assert [row for row in rows_of(cleaned) if row[3] == "N013"] == [
        ("classes.csv", 2, "title", "N013")
    ]


@pytest.mark.parametrize("title", ["①組", "★組", "1年—組", "1-2", "1−2", "1〜2年", "ひまわり☀"])
def test_a_symbol_is_no_gaiji(title: str) -> None:
    assert titles_of(night(a_class(title))) == [title]


def test_what_goes_out_decides_and_not_what_was_written() -> None:
    renamed = [{"grades": ["P3"], "match": "髙", "replace": "高",
                "example": {"before": "髙組", "after": "高組"}}]  # fmt: skip
    assert titles_of(night(a_class("髙組"), class_titles=renamed)) == ["高組"]
    masked = night(a_class("知的\ue000組", special="true"))
    assert titles_of(masked) == ["なかよし1"]


def test_a_city_may_have_them_replaced_and_two_that_become_one_are_told_apart() -> None:
    safe = {"replace": "safe"}
    assert titles_of(night(a_class("髙\U000e0100組"), names=safe)) == ["高組"]
    drop = a_class("髙組")
    drop.add_pupil(2, home=drop.add_class("高組"))
    assert {held.code for held in held_of(night(drop, names=safe)).values()} == {"P012"}


def test_a_city_may_let_them_go_out() -> None:
    cleaned = clean(a_class("髙組"), effects={"N013": "note"})
    assert titles_of(cleaned) == ["髙組"]
    assert rows_of(cleaned) == [("classes.csv", 2, "title", "N013")]


def test_a_schools_name_keeps_itself_in_and_its_pupils_go_on() -> None:
    (desired,) = night(a_school("葛\U000e0100城小学校")).desired
    assert desired.unsafe_school == "N012"
    assert type(desired).from_json(desired.to_json()) == desired


def test_a_sign_in_place_of_a_letter_is_in_no_schools_name() -> None:
    drop = a_school("見本市立見?学園")
    assert ("orgs.csv", 3, "name", "N012") in rows_of(night(drop))
    assert titles_of(night(a_class("○組"))) == ["○組"]


def test_the_citys_own_name_of_a_school_goes_out_instead() -> None:
    rule = [{"mext_code": builders.a_code(1), "name": "葛城小学校"}]
    (desired,) = night(a_school("葛\U000e0100城小学校"), unified_schools=rule).desired
    assert (desired.pupil.school_name, desired.unsafe_school) == ("葛城小学校", "")


def test_without_gaiji_nothing_is_written_that_a_release_before_would_not_know() -> None:
    (desired,) = night(a_school("葛城小学校")).desired
    assert "unsafe_school" not in desired.to_json()
