"""Notes on values that no account depends on: when they are told, and when they are not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance import packages as p
from kakehashi import oneroster
from kakehashi.findings import Effect, refuses

type Spoil = Callable[[p.Files], object]


def told(spoil: Spoil, board_code: str = "") -> dict[str, int | str]:
    """Code → count of the findings on a package after ``spoil``."""
    package = oneroster.open_package(p.spoiled(spoil))
    found = oneroster.check(package, board_code=board_code)
    return {one.code: one.facts.get("count", 1) for one in found}


def quiet(files: p.Files) -> None:
    """Nothing is spoilt."""


def test_a_fault_of_every_row_is_one_note_with_its_count_and_first_line() -> None:
    def spoil(files: p.Files) -> None:
        for row in files["courses.csv"]:
            row["courseCode"] = "P010"

    (found,) = oneroster.check(oneroster.open_package(p.spoiled(spoil)))
    assert (found.effect, found.facts) == (Effect.NOTE, {"count": 2, "first_line": 2})


def test_a_package_of_the_base_standard_is_not_held_against_the_japan_profile() -> None:
    files = p.clean()
    for rows in files.values():
        for row in rows:
            for name in [name for name in row if name.startswith("metadata.jp.")]:
                del row[name]
    files["courses.csv"][0] |= {"courseCode": "X1", "title": "Homeroom"}
    sheets = p.sheets(files, "1.2")
    for sheet in sheets.values():
        at = [n for n, name in enumerate(sheet[0]) if not name.startswith("metadata.jp.")]
        sheet[:] = [[row[n] for n in at] for row in sheet]
    package = oneroster.open_package({name: p.csv_bytes(rows) for name, rows in sheets.items()})
    codes = {one.code for one in oneroster.check(package)}
    assert not {"R031", "R032"} & codes


@pytest.mark.parametrize(("board", "refused"), [("082999", False), ("082201", True), ("", False)])
def test_another_boards_roster_refuses_the_drop(board: str, refused: bool) -> None:
    found = list(oneroster.check(oneroster.open_package(p.loose()), board_code=board))
    assert refuses(found) is refused
    assert [one.code for one in found] == ["F019"] * refused


def test_a_district_without_a_code_is_taken_for_ours() -> None:
    def spoil(files: p.Files) -> None:
        files["orgs.csv"][0]["identifier"] = ""

    assert "F019" not in told(spoil, board_code="082201")


def test_classmates_may_have_the_same_number_one_after_the_other() -> None:
    def spoil(files: p.Files) -> None:
        files["enrollments.csv"][0]["endDate"] = "2026-09-01"
        files["enrollments.csv"][1]["metadata.jp.shussekiNo"] = "1"

    assert "R040" not in told(spoil)


def test_the_day_after_the_school_year_is_an_end_as_the_standard_writes_it() -> None:
    def spoil(files: p.Files) -> None:
        files["enrollments.csv"][0]["endDate"] = "2027-04-01"

    assert "R044" not in told(spoil)


def test_a_class_of_several_grades_names_them_all() -> None:
    def spoil(files: p.Files) -> None:
        files["classes.csv"][0]["grades"] = "P1,P2"
        files["users.csv"][1]["grades"] = "P2"

    assert "R047" not in told(spoil)


def test_a_reading_in_hiragana_is_one() -> None:
    def spoil(files: p.Files) -> None:
        files["users.csv"][0]["metadata.jp.kanaFamilyName"] = "みほん"

    assert "R041" not in told(spoil)


def test_a_disabled_row_shares_a_username_without_a_note() -> None:
    def spoil(files: p.Files) -> None:
        files["users.csv"][1] |= {"username": "pupil0", "enabledUser": "false"}

    assert "R046" not in told(spoil)


def test_a_roster_whose_profile_columns_are_all_empty_is_told_once() -> None:
    assert told(p.without_profile) == {"R059": 10}


def test_a_value_in_any_of_the_profiles_columns_is_one() -> None:
    def spoil(files: p.Files) -> None:
        p.without_profile(files)
        files["enrollments.csv"][2]["metadata.jp.shussekiNo"] = "1"

    assert told(spoil) == {"R028": 3}


def test_columns_of_the_profile_that_a_city_does_not_fill_are_no_fault() -> None:
    def spoil(files: p.Files) -> None:
        readings = {"metadata.jp.kanaGivenName", "metadata.jp.kanaFamilyName"}
        for row in (row for rows in files.values() for row in rows):
            row.update({name: "" for name in row
                        if name.startswith("metadata.jp.") and name not in readings})  # fmt: skip

    assert told(spoil) == {}


@pytest.mark.parametrize(("version", "codes"), [("1.2_JP", {"R059"}), ("1.2.1", set())])
def test_a_version_of_the_profiles_alone_has_their_columns(version: str, codes: set[str]) -> None:
    sheets = p.sheets(p.clean())
    for sheet in sheets.values():
        keep = [n for n, name in enumerate(sheet[0]) if not name.startswith("metadata.jp.")]
        sheet[:] = [[row[n] for n in keep] for row in sheet]
    for row in sheets["manifest.csv"]:
        row[1] = version if row[0] == "oneroster.version" else row[1]
    package = oneroster.open_package({name: p.csv_bytes(sheet) for name, sheet in sheets.items()})
    assert {one.code for one in oneroster.check(package)} == codes


def test_a_delta_says_nothing_of_a_whole_column() -> None:
    files = p.clean()
    p.without_profile(files)
    for user in files["users.csv"]:
        user |= {"status": "active", "dateLastModified": "2026-11-01T00:00:00.000Z"}
    sheets = p.sheets(files)
    for row in sheets["manifest.csv"]:
        row[1] = "delta" if row[0] == "file.users" else row[1]
    package = oneroster.open_package({name: p.csv_bytes(sheet) for name, sheet in sheets.items()})
    assert "R059" not in {one.code for one in oneroster.check(package)}
