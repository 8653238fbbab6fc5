"""What a tool must hear to get from what it holds to what it shall hold, record by record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.deliver.delta import changed_at, changes
from kakehashi.deliver.selection import Selection
from kakehashi.deliver.tombstones import Tombstones
from kakehashi.oneroster import ROSTER
from kakehashi.people.record import Record
from tests.builders import a_code, a_known, a_pupil
from tests.unit.deliver.tools import a_dialect, told

TOOL = "lgate"


def known(n: int, **facts: Any) -> Record:
    return a_known(n, pupil=a_pupil(n, **facts))


def heard(after: Iterable[Record], before: Iterable[Record], *, anew: bool = False) -> Selection:
    wanted, had = told(after, TOOL), told(before, TOOL)
    tombstones = Tombstones(had, a_dialect(TOOL), lambda _title: False)
    return changes(wanted, had, tombstones, anew=anew)


def by_file(chosen: Selection) -> dict[str, tuple[int, int]]:
    """File → how many rows go out as active and how many as tobedeleted."""
    found = Counter((file, status) for (file, _), (_, status) in chosen.items())
    return {file: (found[file, "active"], found[file, "tobedeleted"])
            for file, _ in found}  # fmt: skip


def users(chosen: Selection) -> dict[str, str]:
    return {i: status for (file, i), (_, status) in chosen.items() if file == "users.csv"}


@pytest.mark.parametrize(
    ("day", "run_id", "moment"),
    [
        (date(2026, 11, 24), "demo-20261124T020304-0", "2026-11-23T17:03:04.000Z"),
        (date(2026, 11, 24), "demo-20261124T235959-0", "2026-11-24T14:59:59.000Z"),
        (date(2027, 1, 1), "demo-20261231T090000-0", "2027-01-01T00:00:00.000Z"),
        (date(2026, 11, 24), "by hand", "2026-11-23T15:00:00.000Z"),
    ],
)
def test_what_changed_is_dated_by_the_run_and_no_clock(day: date, run_id: str, moment: str) -> None:
    assert changed_at(day, run_id) == moment


def test_when_nothing_has_changed_nothing_is_told() -> None:
    assert heard([known(1), known(2)], [known(1), known(2)]) == {}


def test_told_anew_is_everything_as_it_stands() -> None:
    assert by_file(heard([known(1), known(2)], [known(1), known(2)], anew=True)) == {
        "academicSessions.csv": (1, 0), "orgs.csv": (2, 0), "courses.csv": (1, 0),
        "classes.csv": (1, 0), "users.csv": (2, 0), "roles.csv": (2, 0), "enrollments.csv": (2, 0),
    }  # fmt: skip


def test_told_anew_takes_away_what_is_wanted_no_more() -> None:
    chosen = heard([known(1)], [known(1), known(2)], anew=True)
    assert users(chosen) == {a_pupil(1).id: "active", a_pupil(2).id: "tobedeleted"}


def test_a_pupil_who_comes_is_told_whole_and_with_all_it_points_at() -> None:
    chosen = heard([known(1), known(2)], [known(1)])
    assert users(chosen) == {a_pupil(2).id: "active"}
    assert by_file(chosen) == {
        "academicSessions.csv": (1, 0), "orgs.csv": (2, 0), "courses.csv": (1, 0),
        "classes.csv": (1, 0), "users.csv": (1, 0), "roles.csv": (1, 0), "enrollments.csv": (1, 0),
    }  # fmt: skip


def test_a_pupil_who_goes_is_taken_away_with_its_own_records_and_nobody_elses() -> None:
    chosen = heard([known(1)], [known(1), known(2)])
    assert users(chosen) == {a_pupil(2).id: "tobedeleted"}
    assert by_file(chosen)["enrollments.csv"] == (0, 1)
    assert by_file(chosen)["roles.csv"] == (0, 1)
    assert by_file(chosen)["classes.csv"] == (1, 0), "the other pupil is still in it"


def test_the_last_pupil_takes_the_class_along() -> None:
    chosen = heard([known(1)], [known(1), known(2, class_title="3年1組")])
    assert by_file(chosen)["classes.csv"] == (0, 1)


def test_where_one_row_of_a_pupil_changes_its_others_come_along() -> None:
    renamed = heard([known(1, family="別"), known(2)], [known(1), known(2)])
    assert users(renamed) == {a_pupil(1).id: "active"}
    assert (by_file(renamed)["roles.csv"], by_file(renamed)["enrollments.csv"]) == ((1, 0), (1, 0))
    renumbered = heard([known(1, attendance_no=40), known(2)], [known(1), known(2)])
    assert users(renumbered) == {a_pupil(1).id: "active"}


def test_a_new_class_of_one_pupil_takes_the_old_enrollment_away() -> None:
    chosen = heard([known(1, class_title="3年1組"), known(2)], [known(1), known(2)])
    assert users(chosen) == {a_pupil(1).id: "active"}
    assert by_file(chosen)["enrollments.csv"] == (1, 1)
    assert by_file(chosen)["classes.csv"] == (2, 0)


def test_whose_school_changes_its_name_is_told_again_and_nobody_elses_pupils() -> None:
    there = known(3, school=a_code(7), school_name="別小学校")
    renamed = [known(n, school_name="新名小学校") for n in (1, 2)]
    chosen = heard([*renamed, there], [known(1), known(2), there])
    assert users(chosen) == dict.fromkeys((a_pupil(1).id, a_pupil(2).id), "active")


def test_what_points_at_something_changed_by_way_of_another_is_told_again() -> None:
    wanted, had = told([known(1), known(2)], TOOL), told([known(1), known(2)], TOOL)
    (year, row), = wanted.rows["academicSessions.csv"].items()  # fmt: skip
    wanted.put(("academicSessions.csv", year), (*row[:3], "別の名", *row[4:]))
    chosen = changes(wanted, had, Tombstones(had, a_dialect(TOOL), lambda _title: False))
    assert by_file(chosen)["users.csv"] == (2, 0)


def test_a_class_that_changed_brings_its_own_pupils_and_not_those_next_door() -> None:
    city = [known(1), known(2, class_title="3年1組")]
    wanted, had = told(city, TOOL), told(city, TOOL)
    key = next(key for key, row in had.unordered() if key[0] == "classes.csv" and "3年1組" in row)
    row = had.get(key)
    assert row is not None
    wanted.put(key, (*row[:3], "3年A組", *row[4:]))
    chosen = changes(wanted, had, Tombstones(had, a_dialect(TOOL), lambda _title: False))
    assert users(chosen) == {a_pupil(2).id: "active"}


def test_a_record_that_a_pupil_loses_brings_the_pupils_others_along() -> None:
    chosen = heard([known(1, class_title=""), known(2)], [known(1), known(2)])
    assert users(chosen) == {a_pupil(1).id: "active"}
    assert by_file(chosen)["enrollments.csv"] == (0, 1)
    lost = told([known(1), known(2)], TOOL)
    role = next(i for i, row in lost.rows["roles.csv"].items() if a_pupil(1).id in row)
    lost.drop(("roles.csv", role))
    had = told([known(1), known(2)], TOOL)
    chosen = changes(lost, had, Tombstones(had, a_dialect(TOOL), lambda _title: False))
    assert users(chosen) == {a_pupil(1).id: "active"}
    assert by_file(chosen)["enrollments.csv"] == (1, 0)


def test_from_nothing_to_a_city_and_back() -> None:
    assert set(users(heard([known(1), known(2)], [])).values()) == {"active"}
    assert {status for _, status in heard([], [known(1), known(2)]).values()} == {"tobedeleted"}
    assert heard([], []) == {}


def test_what_is_taken_away_stands_as_the_tool_has_it() -> None:
    before = told([known(1), known(2)], TOOL)
    chosen = heard([known(1)], [known(1), known(2)])
    gone = {key: row for key, (row, status) in chosen.items() if status == "tobedeleted"}
    assert gone.keys() <= {key for key, _ in before.unordered()}
    user = gone["users.csv", a_pupil(2).id]
    columns = before.shape.header["users.csv"]
    assert dict(zip(columns, user, strict=True))["enabledUser"] == "false"


def test_schools_that_hang_on_a_district_that_changed_are_told_again() -> None:
    wanted, had = told([known(1)], TOOL), told([known(1)], TOOL)
    district = next(i for i, row in had.rows["orgs.csv"].items() if "district" in row)
    row = had.rows["orgs.csv"][district]
    wanted.put(("orgs.csv", district), (*row[:3], "別教育委員会", *row[4:]))
    chosen = changes(wanted, had, Tombstones(had, a_dialect(TOOL), lambda _title: False))
    assert users(chosen) == {a_pupil(1).id: "active"}


def test_a_name_that_goes_and_one_that_comes_on_one_night_are_both_told() -> None:
    chosen = heard([known(2), known(3)], [known(1), known(2)])
    assert users(chosen) == {a_pupil(3).id: "active", a_pupil(1).id: "tobedeleted"}


def test_every_file_is_looked_at() -> None:
    assert {file for file, _ in heard([known(1)], [])} == set(ROSTER)


def test_a_run_is_no_news() -> None:
    assert heard([replace(known(1), run_id="later")], [known(1)]) == {}
