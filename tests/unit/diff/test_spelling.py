"""One name in many spellings, and names of which nothing is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.diff.spelling import full_name, keeps_no_name, one_shape
from tests.builders import a_pupil

CHILD = replace(a_pupil(1), family="高沢", given="恵", kana_family="タカザワ", kana_given="メグミ")
OTHER: dict[str, Any] = {
    "family": "鈴木",
    "given": "湊",
    "kana_family": "スズキ",
    "kana_given": "ミナト",
}


@pytest.mark.parametrize(("one", "other"), [
    ("髙澤", "高沢"), ("高\U000e0100沢", "高沢"), ("たかざわ", "タカザワ"), ("ﾀｶｻﾞﾜ", "タカザワ"),
    ("タカ ザワ", "タカ ザワ"), ("キョウコ", "キヨウコ"), ("SMITH", "smith"), ("塚\ufa10", "塚塚"),
    ("渡邉", "渡辺"), ("渡邊", "渡辺"), ("ミッツ", "ミツツ"),
])  # fmt: skip
def test_these_may_be_one_name(one: str, other: str) -> None:
    assert one_shape(one) == one_shape(other)


@pytest.mark.parametrize(("one", "other"), [
    ("陽菜", "陽奈"), ("太田", "大田"), ("ハナ", "バナ"), ("オオノ", "オノ"),
])  # fmt: skip
def test_these_are_two(one: str, other: str) -> None:
    assert one_shape(one) != one_shape(other)


def test_the_blank_between_the_names_may_stand_anywhere() -> None:
    assert full_name(CHILD) == full_name(replace(CHILD, family="高", given="沢 恵"))


def test_of_a_child_with_quite_another_name_nothing_is_left() -> None:
    assert keeps_no_name(CHILD, replace(CHILD, **OTHER))


@pytest.mark.parametrize("kept", sorted(OTHER))
def test_one_name_that_stays_is_something(kept: str) -> None:
    others: dict[str, Any] = {name: text for name, text in OTHER.items() if name != kept}
    assert not keeps_no_name(CHILD, replace(CHILD, **others))


def test_blanks_are_set_aside_on_either_side() -> None:
    silent = replace(CHILD, kana_family="", kana_given="")
    assert keeps_no_name(silent, replace(CHILD, **OTHER))
    assert keeps_no_name(CHILD, replace(CHILD, **OTHER | {"kana_family": "", "kana_given": ""}))
    assert not keeps_no_name(silent, CHILD)


def test_another_shape_of_every_name_is_the_same_name() -> None:
    old = replace(CHILD, family="髙澤", given="惠", kana_family="たかざわ", kana_given="めぐみ")
    assert not keeps_no_name(CHILD, old)


def test_family_and_given_name_typed_into_each_others_field_are_the_same_names() -> None:
    turned = replace(CHILD, family=CHILD.given, given=CHILD.family, kana_family=CHILD.kana_given,
                     kana_given=CHILD.kana_family)  # fmt: skip
    joined = replace(CHILD, family="高沢恵", given="", kana_family="タカザワメグミ", kana_given="")
    assert not keeps_no_name(CHILD, turned)
    assert not keeps_no_name(CHILD, joined)


def test_no_name_at_all_is_no_other_name() -> None:
    blank: dict[str, Any] = dict.fromkeys(OTHER, "")
    assert not keeps_no_name(CHILD, replace(CHILD, **blank))


def test_two_kanji_that_are_newer_than_our_tables_are_two_names() -> None:
    assert one_shape("\U000323b0田") != one_shape("\U000323b1田")
