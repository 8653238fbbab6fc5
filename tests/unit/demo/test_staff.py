"""The staff of the demo city: who is where, night by night and in April, and the board's list."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from kakehashi import city as cities
from kakehashi import oneroster
from kakehashi.diff.sheets import sheets
from kakehashi.preprocess.cleaning import preprocess
from kakehashi.preprocess.staff import Material, StaffListFile, read_staff
from local.demo import board_list, export
from local.demo.city import DemoCity
from local.demo.moves import Changes
from local.demo.staffing import StaffChanges, announce

ROOT = Path(__file__).parents[3]


@pytest.fixture
def city() -> DemoCity:
    return DemoCity(seed=7, pupils=400, schools=4)


def _posts(city: DemoCity) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(board_list.as_csv(city).decode(), newline="")))


def test_every_class_has_one_teacher_and_every_school_a_head(city: DemoCity) -> None:
    def rooms() -> Counter[tuple[str, str, str]]:
        posts = (post for one in city.teachers for post in one.on(city.day))
        return Counter((post.school, *room) for post in posts for room in post.rooms)

    def classes() -> set[tuple[str, str, str]]:
        return {(c.school, c.stage, c.room) for c in city.children}

    heads = [row for row in _posts(city) if row["職種"] == "校長"]
    assert {row["所属コード"] for row in heads} == {s.code for s in city.schools}
    assert rooms() == Counter(classes())
    city.next_april(date(2027, 4, 1))
    assert rooms() == Counter(classes())


def test_the_list_is_read_whole_and_without_a_word(city: DemoCity) -> None:
    """Also as a workbook, and with the two halves of the unified school, whose titles are alike."""
    assert any(row["担任学級"].startswith("後期") for row in _posts(city))
    rules = cities.parse((ROOT / "cities/demo.toml").read_text(encoding="utf-8"))
    assert rules.staff
    package = oneroster.open_package(export.files(city))
    cleaned = preprocess(package, (), rules, city.day)
    schools, classes = cleaned.places
    for body in (board_list.as_csv(city), board_list.as_workbook(city)):
        listed = StaffListFile("list", [list(sheet) for sheet in sheets(body)])
        told = read_staff(
            Material(rules, rules.staff, city.day, package, schools, classes, list_file=listed)
        )
        assert told.findings == ()
        assert [one.number for one in told.employments] == sorted(t.number for t in city.teachers)
        homes = [post.homerooms for one in told.employments for post in one.posts]
        assert sum(map(len, homes)) == len({(c.school, c.stage, c.room) for c in city.children})


def test_in_a_night_staff_do_what_they_were_told_and_pupils_do_not_notice(city: DemoCity) -> None:
    other = DemoCity(seed=7, pupils=400, schools=4)
    other.teachers.clear()
    day = date(2026, 11, 10)
    before = {one.number: (one.family, one.state, len(one.postings)) for one in city.teachers}
    city.next_night(day, Changes(come=1), StaffChanges(side=1, move=1, away=2, rename=1, come=1))
    other.next_night(day, Changes(come=1))
    assert city.truth() == other.truth()
    after = {one.number: (one.family, one.state, len(one.postings)) for one in city.teachers}
    changed = {n: one for n, one in after.items() if before.get(n) != one}
    assert len(changed) == 6
    (coming,) = changed.keys() - before.keys()
    (row,) = [row for row in _posts(city) if row["職員番号"] == coming]
    assert row["開始日"] == "2026-11-14"
    first = board_list.staff_passwords(city) or b""
    assert first.count(b"\r\n") == 1 + len(city.teachers)
    assert board_list.staff_passwords(city) is None


def test_in_april_a_quarter_of_the_staff_moves_and_terms_are_renewed_or_not() -> None:
    city = DemoCity(seed=7, pupils=2000, schools=12)
    eve, first = date(2027, 3, 31), date(2027, 4, 1)
    before = {t.number: t.main(eve) for t in city.teachers}
    announce(city, first)
    listed = board_list.as_csv(city)
    city.next_april(first)
    assert listed != board_list.as_csv(city), "classes are dealt out on the day"
    main = {t.number: t.main(first) for t in city.teachers}
    stayed = [n for n, post in before.items() if post and main.get(n)]
    moved = [n for n in stayed if (a := before[n]) and (b := main[n]) and a.school != b.school]
    assert 0.15 < len(moved) / len(stayed) < 0.35
    assert [n for n, post in before.items() if post and main.get(n) is None], "some go"
    assert main.keys() - before.keys(), "and others come"


def test_a_city_with_staff_continues_from_its_file(city: DemoCity, tmp_path: Path) -> None:
    city.next_night(date(2026, 11, 10))
    city.save(tmp_path / "city.json")
    assert board_list.as_csv(DemoCity.load(tmp_path / "city.json")) == board_list.as_csv(city)
