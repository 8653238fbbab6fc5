from typing import Any

import pytest

from kakehashi.preprocess.lexicon import WORDS, Lexicon
from tests import builders
from tests.unit.preprocess.night import (
    clean,
    held_of,
    night,
    night_of,
    pupils_of,
    rows_of,
    titles_of,
)

Class = tuple[str, str]  # title, grades


def a_school_with(*classes: Class, flagged: bool = True) -> builders.Drop:
    """One school with these special-needs classes, a pupil in each."""
    drop = builders.Drop()
    for title, grades in classes:
        home = drop.add_class(title, grades=grades, specialNeeds=str(flagged).lower())
        drop.add_pupil(grade=grades.split(",")[0], home=home)
    return drop


def titles(drop: builders.Drop, **rules: Any) -> dict[str, str]:
    """Written title → outgoing title, by the class each pupil is in."""
    written = {row["sourcedId"]: row["title"] for row in drop.rows["classes.csv"]}
    homes = {
        row["userMasterIdentifier"]: written[row["metadata.jp.homeClass"]]
        for row in drop.rows["users.csv"]
    }
    cleaned = night(drop, special_needs=rules)
    return {homes[id_]: pupil.class_title for id_, pupil in pupils_of(cleaned).items()}


def test_a_special_class_gets_the_neutral_title() -> None:
    drop = a_school_with(("知的1組", "P1"))
    assert titles(drop) == {"知的1組": "なかよし1"}
    (pupil,) = pupils_of(night(drop)).values()
    assert pupil.special_needs is True


THREE = (("知的10組", "P1"), ("知的2組", "P1"), ("情緒1組", "P2"))


def test_each_of_several_gets_a_number_of_its_own() -> None:
    assert sorted(titles(a_school_with(*THREE)).values()) == [f"なかよし{n}" for n in (1, 2, 3)]


def test_a_number_that_an_ordinary_class_bears_is_skipped() -> None:
    drop = a_school_with(("知的1組", "P1"))
    drop.add_pupil(home=drop.add_class("なかよし1"))
    assert titles(drop)["知的1組"] == "なかよし2"


def test_the_table_names_a_class_and_the_school_of_its_own_goes_first() -> None:
    drop = a_school_with(("知的1組", "P1"))
    table = [
        {"match": "知的", "replace": "すずらん組"},
        {"school": builders.a_code(1), "match": "知的", "replace": "ひまわり1組"},
        {"school": builders.a_code(2), "match": "知的", "replace": "たんぽぽ組"},
    ]
    assert titles(drop, titles=table) == {"知的1組": "ひまわり1組"}


def test_two_classes_never_share_the_title_of_the_table() -> None:
    drop = a_school_with(("知的1組", "P1"), ("知的2組", "P1"))
    table = [{"match": "知的", "replace": "ひまわり組"}]
    assert sorted(titles(drop, titles=table).values()) == ["なかよし1", "ひまわり組"]


def test_a_neutral_title_without_a_number_is_numbered_from_the_second() -> None:
    drop = a_school_with(("情緒", "P1"), ("知的", "P1"))
    assert sorted(titles(drop, neutral="なかよし組").values()) == ["なかよし組", "なかよし組2"]


def test_a_class_that_is_neutral_already_keeps_its_title() -> None:
    drop = a_school_with(("なかよし2", "P1"), ("知的1組", "P1"))
    assert titles(drop) == {"なかよし2": "なかよし2", "知的1組": "なかよし1"}


def test_the_flag_alone_makes_a_class_special() -> None:
    assert titles(a_school_with(("ひまわり学級", "P1"))) == {"ひまわり学級": "なかよし1"}


def test_a_word_in_the_title_alone_makes_a_class_special() -> None:
    drop = a_school_with(("自閉症・情緒1組", "P1"), flagged=False)
    assert titles_of(night(drop)) == ["なかよし1"]


@pytest.mark.parametrize(
    ("file", "column"), [("classes.csv", "location"), ("courses.csv", "title")]
)
def test_a_word_in_location_or_course_makes_a_class_special(file: str, column: str) -> None:
    drop = a_school_with(("ひまわり", "P1"), flagged=False)
    drop.rows[file][0][column] = "2026年度特別支援"
    assert titles_of(night(drop)) == ["なかよし1"]


def test_junior_high_titles_are_renamed_before_they_are_masked() -> None:
    drop = a_school_with(("1年A組", "J1"))
    table = [{"match": "^7年", "replace": "7年つばさ組"}]
    assert titles(drop, titles=table) == {"1年A組": "7年つばさ組"}


def test_a_word_of_the_city_counts_like_the_built_in_ones() -> None:
    drop = a_school_with(("やまびこ", "P1"), flagged=False)
    cleaned = night(drop, special_needs={"words": ["ヤマビコ"]})
    assert titles_of(cleaned) == ["なかよし1"]


def test_a_title_that_still_tells_does_not_go_out_but_the_pupil_stays() -> None:
    drop = a_school_with(("知的1組", "P1"))
    cleaned = night(drop, special_needs={"neutral": "特別支援{n}組"})
    assert titles_of(cleaned) == [""]
    assert ("classes.csv", 2, "title", "P020") in rows_of(cleaned)


def test_numbers_do_not_depend_on_row_order_or_ids() -> None:
    drop = a_school_with(("知的1組", "P1"), ("情緒1組", "P2"), ("情緒1組", "P3"))
    again = drop.with_new_ids().shuffled()
    assert pupils_of(night(again)) == pupils_of(night(drop))


def test_an_unreadable_row_of_classes_holds_those_whose_number_it_could_move() -> None:
    drop = a_school_with(("知的1組", "P1"), ("情緒1組", "P2"))
    drop.add_pupil(9)
    lines = drop.files()["classes.csv"].decode().split("\r\n")
    lines[2] += ',"x"'
    files = drop.files() | {"classes.csv": "\r\n".join(lines).encode()}
    cleaned = night_of(files)
    assert list(pupils_of(cleaned)) == [builders.a_pupil(9).id]
    assert not any(held.leaving for held in held_of(cleaned).values())


@pytest.mark.parametrize(
    "title",
    [
        "知的1組", "１年 情緒", "自閉症・情緒学級", "情　緒", "ＬＤ教室", "adhd", "A組(LD)",
        "知1組", "1年情２組", "ひまわり(知)", "ひまわり（自・情）", "特別支援学級",
        "とくべつ特支", "難聴", "ことばの教室", "コトバの教室", "き こえの教室", "肢体不自由",
        "病弱・身体虚弱", "通級指導",
        "発達1", "障がい", "障\u200b害", "ｼﾞﾍｲ症", "院内学級", "言語1組", "弱視", "自情1",
        "AD/HD学級", "ＡＤ／ＨＤ", "知/的", "知＋的", "知（的）", "知〜的", "知＊的", "知:的",
        "L.D.", "知\U000e0100的", "特　別 支 援", "知①", "知一組", "1年情二組", "知A組", "Asperger",
    ],
)  # fmt: skip
def test_the_lexicon_tells(title: str) -> None:
    assert Lexicon().tells(title)


@pytest.mark.parametrize(
    "title",
    [
        "1年1組", "３年Ａ組", "7年3組", "なかよし1", "ひまわり1組", "さくら", "知組", "徳組",
        "体組", "仁組", "松組", "智一組", "体A組", "自由(A)組", "A/D組", "H&D", "1年(A)", "情報A組",
        "World", "GOLD組", "1年い組", "5-2", "複式1組", "情報", "やまびこ",
        "",
    ],
)  # fmt: skip
def test_the_lexicon_leaves_ordinary_titles_alone(title: str) -> None:
    assert not Lexicon().tells(title)


def test_every_word_of_the_lexicon_is_found() -> None:
    lexicon = Lexicon()
    assert [word for word in WORDS if not lexicon.tells(f"1年{word}1組")] == []


def test_the_masked_class_keeps_the_pupils_of_other_classes_untouched() -> None:
    drop = a_school_with(("知的1組", "P1"))
    drop.add_pupil(5)
    assert titles_of(clean(drop)) == ["3年2組", "なかよし1"]
