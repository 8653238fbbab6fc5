"""The demo city: what it promises to everybody who builds on it."""

from __future__ import annotations

import csv
import io
import random
import re
import uuid
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from kakehashi import city as cities
from kakehashi.deliver.dialect import load
from kakehashi.people.pupil import GRADES
from local import demo
from local.demo import export, names, schools
from local.demo.city import DOMAIN, DemoCity
from local.demo.initial_passwords import passwords
from local.demo.moves import CLASS_SIZE, QUIET, Changes
from local.demo.tour import begins
from local.fakes.sample_tool import CLIENTS

type Record = dict[str, str]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def city() -> DemoCity:
    return DemoCity(seed=7, pupils=400, schools=4)


def _rows(files: dict[str, bytes], name: str) -> list[Record]:
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


def _ids(city: DemoCity) -> set[str]:
    return {child.umi for child in city.children}


# -- the city -------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_night_after_night() -> None:
    def three_nights() -> list[bytes]:
        city = DemoCity(seed=3, pupils=120, schools=4)
        bodies = [export.package(city), passwords(city) or b""]
        city.next_night(date(2026, 11, 10))
        bodies.append(export.package(city))
        city.next_april(date(2027, 4, 1))
        return [*bodies, export.package(city)]

    assert three_nights() == three_nights()


def test_another_seed_gives_another_city() -> None:
    assert DemoCity(1, 50, 4).truth() != DemoCity(2, 50, 4).truth()


@pytest.mark.parametrize("count", [1, 2, 4, 12, 50, 120])
def test_any_number_of_schools_covers_every_grade_and_has_one_unified_school(count: int) -> None:
    made = schools.make_schools(count)
    assert len({s.code for s in made}) == len({s.name for s in made}) == count
    assert any(s.kind == "U" for s in made)
    assert {grade for s in made for grade in s.grades} == set(GRADES)


@pytest.mark.parametrize("code", ["C208222000013", "F112310102342", "B127210000018"])
def test_check_digits_follow_the_published_rule(code: str) -> None:
    assert schools.check_digit(code[:12]) == int(code[12])


def test_codes_lie_where_no_real_municipality_is() -> None:
    assert all(re.fullmatch(r"(B1|C1|C2)082999\d{5}", s.code) for s in schools.make_schools(50))


def test_classes_hold_at_most_35_and_number_their_pupils_once(city: DemoCity) -> None:
    for day in range(10, 30):
        city.next_night(date(2026, 11, day), Changes(come=4, move=4, leave=1, regroup=2))
    seats = Counter((c.school, c.stage, c.room, c.number) for c in city.children)
    rooms = Counter((c.school, c.stage, c.room) for c in city.children)
    assert set(seats.values()) == {1}
    assert max(rooms.values()) <= CLASS_SIZE


def test_the_rules_shipped_for_the_demo_city_are_its_own() -> None:
    rules = cities.parse((ROOT / "cities/demo.toml").read_text(encoding="utf-8"))
    unified = [(s.code, s.name) for s in schools.make_schools(50) if s.kind == "U"]
    assert [(u.mext_code, u.name) for u in rules.unified_schools] == unified
    assert (rules.name, rules.domain, rules.board_code) == (
        schools.CITY_NAME, DOMAIN, schools.BOARD_CODE
    )  # fmt: skip


@pytest.mark.parametrize("name", ["demo", "tsukuba"])
def test_a_city_that_we_ship_delivers_only_what_its_receiver_is_known_to_take(name: str) -> None:
    rules = cities.parse((ROOT / "cities" / f"{name}.toml").read_text(encoding="utf-8"))
    assert [k for k, tool in rules.tools.items() if load(tool.dialect).unconfirmed] == []


def test_the_demo_city_opens_digital_textbooks_by_lti_each_for_its_stage() -> None:
    rules = cities.parse((ROOT / "cities/demo.toml").read_text(encoding="utf-8"))
    books = {key: set(rules.lti[key].grades) for key in ("tsubasa_book", "mirai_school_platform")}
    assert books == {
        "tsubasa_book": set(GRADES[:6]), "mirai_school_platform": set(GRADES[6:])
    }  # fmt: skip
    assert {f"demo.{key}" for key in rules.lti} == set(CLIENTS)


def test_the_rules_of_tsukuba_know_its_four_unified_schools() -> None:
    rules = cities.parse((ROOT / "cities/tsukuba.toml").read_text(encoding="utf-8"))
    codes = [u.mext_code for u in rules.unified_schools]
    assert [schools.check_digit(code[:12]) == int(code[12]) for code in codes] == [True] * 4
    assert rules.board_code == "082201"


# -- time -----------------------------------------------------------------------------------


def test_a_night_does_what_it_was_told_and_nothing_else(city: DemoCity) -> None:
    before = {row["umi"]: row for row in city.truth()}
    changes = Changes(come=3, move=4, leave=2, rename=1, regroup=1)
    city.next_night(date(2026, 11, 10), changes)
    after = {row["umi"]: row for row in city.truth()}
    both = before.keys() & after.keys()
    changed = Counter(
        key for umi in both for key in ("school", "family") if before[umi][key] != after[umi][key]
    )
    assert (len(after.keys() - before.keys()), len(before.keys() - after.keys())) == (3, 2)
    assert changed == {"school": 4, "family": 1}
    assert all(before[umi]["account"] == after[umi]["account"] for umi in both)


def test_nobody_takes_the_name_of_a_child_who_has_left(
    city: DemoCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As chance had it after 182 nights of a school year; whose row it is is asked about (S110)."""
    city.next_night(date(2026, 11, 10), Changes(leave=1))
    drawn, (gone,) = names.family, city.gone
    before = {child.umi: child.family for child in city.children}
    for child in city.children:
        child.given, child.kana_given = gone.given, gone.kana_given
    theirs = replace(drawn(random.Random(1)), record=gone.family, kana=gone.kana_family)
    tried = iter([theirs] * 3)
    monkeypatch.setattr(names, "family", lambda rng: next(tried, None) or drawn(rng))
    city.next_night(date(2026, 11, 11), Changes(rename=1))
    assert next(tried, None) is None, "asked for another"
    (renamed,) = (child for child in city.children if child.family != before[child.umi])
    assert renamed.family != gone.family


def test_a_quiet_night_changes_nothing_but_every_sourced_id(city: DemoCity) -> None:
    first, truth = export.files(city), city.truth()
    city.next_night(date(2026, 11, 10), QUIET)
    second = export.files(city)
    assert city.truth() == truth
    for name in export.COLUMNS:
        ids = [{row["sourcedId"] for row in _rows(files, name)} for files in (first, second)]
        assert ids[0].isdisjoint(ids[1])


def test_a_leaver_who_returns_has_the_same_account(city: DemoCity) -> None:
    before = {c.umi: c.account for c in city.children}
    city.next_night(date(2026, 11, 10), Changes(leave=1))
    city.next_april(date(2027, 4, 1))
    city.next_night(date(2027, 4, 20), Changes(back=1))
    returned = [c for c in city.children if c.since == "2027-04-20"]
    assert [before[c.umi] for c in returned] == [c.account for c in returned]
    assert len(returned) == 1


def test_in_april_all_go_up_graduates_leave_and_first_graders_arrive(city: DemoCity) -> None:
    before = {row["umi"]: row["grade"] for row in city.truth()}
    city.next_april(date(2027, 4, 1))
    up = dict(pairwise(GRADES))
    after = {row["umi"]: row["grade"] for row in city.truth()}
    assert {u for u in before if u not in after} == {u for u in before if before[u] == "J3"}
    assert {after[u] for u in after if u not in before} == {"P1"}
    assert all(after[u] == up[before[u]] for u in before if u in after)
    offered = {s.code: s.grades for s in city.schools}
    assert all(row["grade"] in offered[row["school"]] for row in city.truth())


def test_a_city_continues_from_its_file_as_if_it_had_never_stopped(
    city: DemoCity, tmp_path: Path
) -> None:
    export.package(city)
    city.save(tmp_path / "city.json")
    again = DemoCity.load(tmp_path / "city.json")
    for one in (city, again):
        one.next_night(date(2026, 11, 10))
    assert export.package(again) == export.package(city)


@pytest.mark.parametrize("day", [date(2026, 11, 9), date(2026, 4, 1)])
def test_a_city_does_not_go_back_in_time(city: DemoCity, day: date) -> None:
    with pytest.raises(ValueError, match="back in time"):
        city.next_night(day)


# -- the export -----------------------------------------------------------------------------


def test_files_are_utf8_without_bom_with_crlf_and_every_value_quoted(city: DemoCity) -> None:
    for body in export.files(city).values():
        assert not body.startswith(b"\xef\xbb\xbf")
        assert body.endswith(b"\r\n")
        assert b"\n" not in body.replace(b"\r\n", b"")
        assert all(line[:1] == line[-1:] == b'"' for line in body.split(b"\r\n")[:-1])


def test_every_reference_meets_its_target(city: DemoCity) -> None:
    files = export.files(city)
    ids = {name: {row["sourcedId"] for row in _rows(files, name)} for name in export.COLUMNS}
    for name, column, target in [
        ("classes.csv", "courseSourcedId", "courses.csv"),
        ("classes.csv", "schoolSourcedId", "orgs.csv"),
        ("classes.csv", "termSourcedIds", "academicSessions.csv"),
        ("users.csv", "metadata.jp.homeClass", "classes.csv"),
        ("users.csv", "primaryOrgSourcedId", "orgs.csv"),
        ("roles.csv", "userSourcedId", "users.csv"),
        ("enrollments.csv", "classSourcedId", "classes.csv"),
        ("enrollments.csv", "userSourcedId", "users.csv"),
    ]:
        assert {row[column] for row in _rows(files, name)} <= ids[target]


def test_a_unified_school_is_two_orgs_with_one_code(city: DemoCity) -> None:
    codes = Counter(row["identifier"] for row in _rows(export.files(city), "orgs.csv"))
    unified = next(s.code for s in city.schools if s.kind == "U")
    assert [code for code, count in codes.items() if count > 1] == [unified]


def test_a_pupil_who_moved_stands_in_two_rows_of_which_one_has_ended(city: DemoCity) -> None:
    files = export.files(city)
    users = {row["sourcedId"]: row["userMasterIdentifier"] for row in _rows(files, "users.csv")}
    twice = {umi for umi, rows in Counter(users.values()).items() if rows > 1}
    assert twice == {c.umi for c in city.children if c.stays}
    assert twice
    ended = [users[r["userSourcedId"]] for r in _rows(files, "enrollments.csv") if r["endDate"]]
    assert sorted(ended) == sorted(twice)


def test_c4th_counts_junior_years_from_one_and_truth_from_seven(city: DemoCity) -> None:
    classes = _rows(export.files(city), "classes.csv")
    ordinary = [c for c in classes if c["metadata.jp.specialNeeds"] == "false"]
    assert all(c["title"][0] in "1１" for c in ordinary if c["grades"] == "J1")
    titles = {row["class_title"][0] for row in city.truth() if row["grade"] == "J1"
              and row["class_title"]}  # fmt: skip
    assert titles <= set("7７")
    assert any(c["title"][0] in "１２３" for c in ordinary)


def test_special_needs_classes_tell_what_they_are(city: DemoCity) -> None:
    classes = _rows(export.files(city), "classes.csv")
    special = [c["title"] for c in classes if c["metadata.jp.specialNeeds"] == "true"]
    words = re.compile("知的|情緒|肢体不自由|難聴|言語障害|弱視|病弱")
    assert special
    assert all(words.search(title) for title in special)
    assert {r["class_title"] for r in city.truth() if r["special_needs"]} == {None}


def test_gaiji_stand_only_in_names_of_record_unless_asked_for() -> None:
    city = DemoCity(seed=7, pupils=2000, schools=8, unfilled=0.0)
    assert any(names.has_gaiji(c.family + c.given) for c in city.children)
    assert not any(row["unfilled"] for row in city.truth())
    careless = DemoCity(seed=7, pupils=2000, schools=8, unfilled=0.05)
    assert 40 < sum(row["unfilled"] for row in careless.truth()) < 140


def test_identifiers_are_uuid4_and_accounts_are_the_pupils_own(city: DemoCity) -> None:
    city.next_night(date(2026, 11, 10), Changes(come=20, leave=10))
    assert {uuid.UUID(umi).version for umi in _ids(city)} == {4}
    assert len({c.account for c in city.children}) == len(city.children) == len(_ids(city))


def test_kana_are_full_width_katakana(city: DemoCity) -> None:
    assert all(re.fullmatch("[ァ-ヶー]+", c.kana_family + c.kana_given) for c in city.children)


# -- broken exports -------------------------------------------------------------------------


def test_a_cut_zip_cannot_be_opened(city: DemoCity) -> None:
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(export.package(city, "cut")))


def test_a_header_typo_touches_one_header_only(city: DemoCity) -> None:
    header = export.files(city, "header")["users.csv"].partition(b"\r\n")[0]
    assert b'"userMasterIdentifer"' in header
    assert b'"userMasterIdentifier"' not in header


def test_half_an_export_still_fits_together(city: DemoCity) -> None:
    whole, half = (_rows(export.files(city, f), "users.csv") for f in (None, "half"))
    files = export.files(city, "half")
    users = {row["sourcedId"] for row in _rows(files, "users.csv")}
    assert len(half) == len(whole) // 2
    assert {row["userSourcedId"] for row in _rows(files, "enrollments.csv")} == users


def test_a_cp932_export_is_no_utf8_and_empty_users_is_a_header(city: DemoCity) -> None:
    with pytest.raises(UnicodeDecodeError):
        export.files(city, "cp932")["users.csv"].decode()
    assert export.files(city, "empty-users")["users.csv"].count(b"\r\n") == 1


def test_a_forgotten_school_is_missing_from_every_file_of_pupils(city: DemoCity) -> None:
    whole, left = (_rows(export.files(city, f), "users.csv") for f in (None, "school"))
    files = export.files(city, "school")
    schools = {row["primaryOrgSourcedId"] for row in _rows(files, "users.csv")}
    assert 0 < len(left) < len(whole)
    assert {row["orgSourcedId"] for row in _rows(files, "roles.csv")} == schools
    assert len(_rows(files, "orgs.csv")) - 1 > len(schools)  # the district is an org too


def test_teachers_come_along_and_a_wrong_manifest_denies_a_file(city: DemoCity) -> None:
    files = export.files(city, "teachers")
    staff = [row for row in _rows(files, "roles.csv") if row["role"] == "teacher"]
    users = {row["sourcedId"] for row in _rows(files, "users.csv")}
    assert {row["userSourcedId"] for row in staff} <= users
    assert len(staff) == len(_rows(files, "orgs.csv"))
    manifest = _rows(export.files(city, "manifest"), "manifest.csv")
    assert {"propertyName": "file.enrollments", "value": "absent"} in manifest


def test_a_whole_class_goes_together_and_names_are_filled_in_later(city: DemoCity) -> None:
    before = {c.umi: (c.school, c.room) for c in city.children}
    city.next_night(date(2026, 11, 10), Changes(classes=1, unfilled=2))
    moved = [c for c in city.children if c.umi in before and before[c.umi][0] != c.school]
    assert len({before[c.umi] for c in moved}) == len({c.school for c in moved}) == 1
    assert len(moved) > 5
    assert [c["unfilled"] for c in city.truth()].count(True) == 2
    city.next_night(date(2026, 11, 11), Changes(fill=2))
    assert [c["unfilled"] for c in city.truth()].count(True) == 0


# -- passwords and the folder ---------------------------------------------------------------


def test_only_those_without_a_password_are_in_the_file_and_it_satisfies_the_rules(
    city: DemoCity,
) -> None:
    first = passwords(city)
    assert first is not None
    city.next_night(date(2026, 11, 10), Changes(come=2))
    second = passwords(city)
    assert second is not None
    rows = list(csv.DictReader(io.StringIO(second.decode(), newline="")))
    assert first.count(b"\r\n") == 401
    assert {row["ユーザー識別子"] for row in rows} == {
        c.umi for c in city.children if c.since == "2026-11-10"
    }
    assert all(re.fullmatch(r"[A-Z][a-z]+-\d{8}", row["初期パスワード"]) for row in rows)
    assert passwords(city) is None


def test_the_folder_gets_a_drop_and_passwords_each_night_and_keeps_the_city(tmp_path: Path) -> None:
    first = demo.new(tmp_path, pupils=60, schools=4, seed=1)
    second = demo.next(tmp_path, QUIET)
    third = demo.april(tmp_path)
    assert first.drop == tmp_path / "2026-11-09" / "RO_20261109_089991.zip"
    assert first.passwords is not None
    assert second.passwords is None
    assert third.day == date(2027, 4, 1)
    assert all(zipfile.ZipFile(night.drop).testzip() is None for night in (first, second, third))
    with pytest.raises(FileExistsError):
        demo.new(tmp_path, pupils=60, schools=4, seed=1)


def test_the_next_day_after_the_last_of_march_is_the_turn_of_the_year(tmp_path: Path) -> None:
    """All stayed in their grade under the new year's name, and a quiet night changed everybody."""
    demo.new(tmp_path, pupils=60, schools=4, seed=1, day=date(2027, 3, 31))
    demo.next(tmp_path, QUIET)
    turned = DemoCity.load(tmp_path / demo.STATE)
    other = DemoCity(seed=1, pupils=60, schools=4, day=date(2027, 3, 31))
    other.next_april(date(2027, 4, 1))
    assert [c.grade for c in turned.children] == [c.grade for c in other.children]


@pytest.mark.parametrize(("today", "first"), [
    ("2027-03-28", "2027-03-28"), ("2027-03-29", "2027-03-28"), ("2027-03-31", "2027-03-28"),
    ("2027-04-01", "2027-04-01"), ("2026-12-31", "2026-12-31"),
])  # fmt: skip
def test_the_days_of_the_tour_are_of_one_school_year(today: str, first: str) -> None:
    assert begins(date.fromisoformat(today)) == date.fromisoformat(first)
