"""The number of a neutral title tells nothing, and stays for the year."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any

import pytest

from kakehashi import oneroster
from kakehashi.class_numbers import Numbers
from kakehashi.preprocess.cleaning import Cleaned, preprocess
from kakehashi.preprocess.numbering import Numbering
from tests import builders
from tests.builders import YEAR

KINDS = ("知的1組", "情緒1組", "難聴1組")
type Class = tuple[str, str]


def a_city_of(*schools: Iterable[Class]) -> builders.Drop:
    """Schools with special-needs classes of these (title, grades), a pupil in each."""
    drop = builders.Drop()
    for classes in schools:
        school = drop.add_school()
        for title, grades in classes:
            home = drop.add_class(title, school=school, grades=grades, specialNeeds="true")
            drop.add_pupil(school=school, grade=grades.split(",")[0], home=home)
    return drop


def a_school_with(*titles: str) -> builders.Drop:
    return a_city_of([(title, "P1") for title in titles])


def clean(drop: builders.Drop | dict[str, bytes], numbering: Numbering, **rules: Any) -> Cleaned:
    files = drop if isinstance(drop, dict) else drop.files()
    package, city = oneroster.open_package(files), builders.a_city(special_needs=rules)
    found = list(oneroster.check(package, city.source.versions))
    return preprocess(package, found, city, builders.TODAY, numbering=numbering)


def titles(drop: builders.Drop, numbering: Numbering, **rules: Any) -> dict[str, str]:
    """Written title → outgoing one, of a single school."""
    written = {row["sourcedId"]: row["title"] for row in drop.rows["classes.csv"]}
    homes = {row["userMasterIdentifier"]: written[row["metadata.jp.homeClass"]]
             for row in drop.rows["users.csv"]}  # fmt: skip
    cleaned = clean(drop, numbering, **rules)
    return {homes[d.pupil.id]: d.pupil.class_title for d in cleaned.desired}


def after(drop: builders.Drop, numbering: Numbering, **rules: Any) -> Numbering:
    """What the next night knows, once this one is applied; stored and read again."""
    kept = clean(drop, numbering, **rules).numbers
    read = {year: Numbers.from_json(json.loads(json.dumps(one.to_json())))
            for year, one in kept.items()}  # fmt: skip
    return Numbering(numbering.key, {**numbering.kept, **read}, YEAR)


def keys(count: int) -> list[Numbering]:
    return [Numbering(f"key {n}".encode()) for n in range(count)]


def first(found: Mapping[str, str]) -> str:
    return next(written for written, title in found.items() if title == "なかよし1")


def test_no_kind_of_class_is_the_first_more_often_than_another() -> None:
    """Over the schools of one city, and over cities: the number is a draw, not a code."""
    many = a_city_of(*([(title, "P1") for title in KINDS] for _ in range(300)))
    written = {row["sourcedId"]: row["title"] for row in many.rows["classes.csv"]}
    homes = {row["userMasterIdentifier"]: written[row["metadata.jp.homeClass"]]
             for row in many.rows["users.csv"]}  # fmt: skip
    wanted = clean(many, Numbering(b"one city")).desired
    ones = [homes[d.pupil.id] for d in wanted if d.pupil.class_title == "なかよし1"]
    assert len(ones) == 300
    assert all(60 <= ones.count(kind) <= 140 for kind in KINDS)
    cities = [first(titles(a_school_with(*KINDS), key)) for key in keys(300)]
    assert all(60 <= cities.count(kind) <= 140 for kind in KINDS)


def test_exchanging_the_titles_of_two_classes_exchanges_their_numbers_as_often_as_not() -> None:
    """With the titles exchanged every class keeps its row, its pupils and its place in the file:
    who looks at the numbers alone sees the same thing from both schools."""
    seen: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for turn in permutations(KINDS):
        drop = a_school_with(*turn)
        seen[turn] = {tuple(titles(drop, key)[title] for title in turn) for key in keys(60)}
    (only,) = {frozenset(found) for found in seen.values()}
    assert len(only) == 6


def test_another_year_or_school_draws_again() -> None:
    key = Numbering(b"one city")
    orders = {
        tuple(sorted(KINDS, key=lambda title: key.mark(school, year, title)))
        for school in (builders.a_code(n) for n in range(1, 9))
        for year in range(2026, 2032)
    }
    assert len(orders) == 6


def test_without_the_key_nobody_can_work_the_order_out() -> None:
    marks = {key.mark(builders.a_code(1), YEAR, "知的1組") for key in keys(20)}
    assert len(marks) == 20


def test_a_class_that_comes_later_takes_the_next_number_and_moves_none() -> None:
    for key in keys(12):
        before = titles(a_school_with(*KINDS[:2]), key)
        kept = after(a_school_with(*KINDS[:2]), key)
        assert titles(a_school_with(*KINDS), kept) == before | {KINDS[2]: "なかよし3"}


def test_a_number_is_not_given_again_within_the_year() -> None:
    """A tool would take the new class for the one that is gone."""
    for key in keys(6):
        kept = after(a_school_with(*KINDS), key)
        gone = after(a_school_with(KINDS[0]), kept)
        again = titles(a_school_with(KINDS[0], "弱視1組"), gone)
        assert again["弱視1組"] == "なかよし4"
        back = titles(a_school_with(*KINDS), gone)
        assert back == titles(a_school_with(*KINDS), kept)


def test_what_tools_hold_when_numbers_begin_to_be_kept_stays_until_the_next_year() -> None:
    for key in keys(6):
        told = Numbering(key.key, {}, YEAR)
        old = {"情緒1組": "なかよし1組", "知的2組": "なかよし2組", "知的10組": "なかよし3組"}
        drop = a_school_with("知的10組", "知的2組", "情緒1組")
        assert titles(drop, told) == old
        kept = after(drop, told)
        assert titles(drop, kept) == old
        more = titles(a_school_with("知的10組", "知的2組", "情緒1組", "ADHD"), kept)
        assert more == old | {"ADHD": "なかよし4組"}
    assert len({first(titles(drop, Numbering(key.key, {}, YEAR - 1))) for key in keys(20)}) == 3


def test_a_changed_template_waits_for_the_next_year() -> None:
    key = Numbering(b"one city")
    kept = after(a_school_with(*KINDS[:2]), key)
    changed = titles(a_school_with(*KINDS), kept, neutral="つばさ{n}組")
    assert sorted(changed.values()) == ["なかよし1", "なかよし2", "なかよし3"]
    (next_year,) = {one.neutral for one in [kept.of(YEAR + 1, "つばさ{n}組")]}
    assert next_year == "つばさ{n}組"


def test_a_template_that_tells_a_disability_does_not_wait() -> None:
    kept = after(a_school_with(*KINDS), Numbering(b"one city"), neutral="特別支援{n}組")
    mended = titles(a_school_with(*KINDS), kept, neutral="つばさ{n}組")
    assert sorted(mended.values()) == ["つばさ1組", "つばさ2組", "つばさ3組"]


def test_a_class_keeps_its_number_when_its_grades_change() -> None:
    for key in keys(6):
        kept = after(a_city_of([("知的1組", "P1"), ("情緒1組", "P2")]), key)
        drop = a_city_of([("知的1組", "P1,P3"), ("情緒1組", "P4")])
        assert titles(drop, kept) == titles(a_city_of([("知的1組", "P1"), ("情緒1組", "P2")]), key)


def test_classes_of_one_title_are_told_apart_by_their_grades() -> None:
    def numbers(drop: builders.Drop, numbering: Numbering) -> dict[str, str]:
        return {d.pupil.grade: d.pupil.class_title for d in clean(drop, numbering).desired}

    for key in keys(6):
        two = a_city_of([("知的", "P1"), ("知的", "P3")])
        kept = after(two, key)
        before = numbers(two, key)
        assert sorted(before.values()) == ["なかよし1", "なかよし2"]
        more = a_city_of([("知的", "P1,P2"), ("知的", "P3"), ("知的", "P5")])
        assert numbers(more, kept) == before | {"P5": "なかよし3"}


def test_an_ordinary_class_that_takes_the_title_moves_only_the_class_that_bore_it() -> None:
    for key in keys(6):
        kept = after(a_school_with(*KINDS[:2]), key)
        before = titles(a_school_with(*KINDS[:2]), kept)
        drop = a_school_with(*KINDS[:2])
        drop.add_pupil(home=drop.add_class("なかよし1"))
        now = titles(drop, kept)
        moved = first(before)
        assert now[moved] == "なかよし3"
        assert now | {moved: ""} == before | {moved: "", "なかよし1": "なかよし1"}


def test_a_class_that_may_be_the_unread_one_is_neither_numbered_nor_kept() -> None:
    key = Numbering(b"one city")
    kept = after(a_school_with(*KINDS[:2]), key)
    drop = a_school_with(*KINDS, "弱視1組")
    lines = drop.files()["classes.csv"].decode().split("\r\n")
    lines[4] += ',"x"'
    cleaned = clean(drop.files() | {"classes.csv": "\r\n".join(lines).encode()}, kept)
    assert len(cleaned.desired) == 2
    assert cleaned.numbers[YEAR].schools == kept.kept[YEAR].schools


def test_what_is_kept_tells_no_title() -> None:
    kept = after(a_school_with(*KINDS), Numbering(b"one city")).kept[YEAR].to_json()
    text = json.dumps(kept["schools"], ensure_ascii=False)
    assert text.isascii()
    assert repr(Numbering(b"the key")).count("the key") == 0


def test_a_year_begins_its_numbers_even_where_there_is_no_such_class_yet() -> None:
    kept = after(builders.a_drop(2), Numbering(b"one city"))
    assert kept.kept[YEAR] == Numbers("なかよし{n}")


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_classes_for_one_title_of_the_table_the_same_one_has_it_all_year(
    turned: bool,
) -> None:
    table = [{"match": "知的", "replace": "ひまわり組"}]
    for key in keys(8):
        two = ("知的1組", "知的2組")
        kept = after(a_school_with(*two), key, titles=table)
        before = titles(a_school_with(*two), key, titles=table)
        again = a_school_with(*reversed(two)) if turned else a_school_with(*two)
        assert titles(again, kept, titles=table) == before
