"""How old an export is, by its name or its pupils."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kakehashi.city import BadCity, Source, parse
from kakehashi.diff.exports import Export, Offered, Planned, comes_late, export_of, too_old
from tests.builders import DOMAIN

PATTERN = Source().export_date
NOVEMBER = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("key", "on"),
    [
        ("inbox/demo/roster/RO_20261122_082201.zip", NOVEMBER),
        ("inbox/demo/roster/2026-11-22.ZIP", NOVEMBER),
        ("inbox/demo/roster/20261122T013000/manifest.csv", NOVEMBER),
        ("inbox/demo/roster/2026-11-22/", NOVEMBER),
        ("inbox/20261122/roster/export.zip", None),
        ("inbox/demo/roster/RO_20261131_082201.zip", None),
        ("inbox/demo/roster/120261122.zip", None),
        ("", None),
    ],
)
def test_the_date_stands_in_the_name_of_the_file_or_of_the_folder_of_loose_files(
    key: str, on: date | None
) -> None:
    assert export_of(key, PATTERN, []).on == on


def test_the_school_year_is_that_of_most_pupils() -> None:
    assert export_of("", PATTERN, [2026, 2027, 2027]).year == 2027
    assert export_of("", PATTERN, [2027, 2026]) == export_of("", PATTERN, [2026, 2027])
    assert export_of("", PATTERN, []).year == 0


def test_no_pattern_and_a_group_that_finds_nothing_are_no_date() -> None:
    assert export_of("a/20261122.zip", "", []).on is None
    assert export_of("a/2026.zip", r"(\d{4})(\d\d)?(\d\d)?", []).on is None


def test_a_pattern_needs_three_groups() -> None:
    rules = f'name = "見本市"\nboard_code = "082201"\ndomain = "{DOMAIN}"\n[source]\n'
    assert parse(rules + "export_date = ''\n").source.export_date == ""
    with pytest.raises(BadCity, match=r"source\.export_date"):
        parse(rules + "export_date = '20(\\d\\d)'\n")


EARLY = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
DATED, YEAR_ONLY = Export(NOVEMBER, 2026), Export(None, 2026)


@pytest.mark.parametrize(
    ("given", "newest", "codes"),
    [
        (DATED, Export(), []),
        (DATED, DATED, []),
        (DATED, Export(date(2026, 11, 23), 2026), ["S032"]),
        (DATED, Export(None, 2027), []),
        (YEAR_ONLY, DATED, []),
        (YEAR_ONLY, Export(NOVEMBER, 2027), ["S033"]),
        (Export(), Export(NOVEMBER, 2027), []),
    ],
)
def test_only_what_is_older_is_refused(given: Export, newest: Export, codes: list[str]) -> None:
    assert [finding.code for finding in too_old(given, newest)] == codes
    rehearsed = Offered(given, newest, rehearse=True).findings()
    assert [finding.code for finding in rehearsed] == ["S034"] * len(codes)


def test_what_was_applied_never_gets_older_and_believes_no_date_to_come() -> None:
    tomorrow = Export(date(2026, 11, 23), 2026)
    assert DATED.after(Export(date(2026, 11, 1), 2025), NOVEMBER) == DATED
    assert DATED.after(YEAR_ONLY, NOVEMBER) == DATED
    assert DATED.after(tomorrow, tomorrow.on or NOVEMBER) == tomorrow
    assert Export().after(Export(date(2099, 12, 31), 2026), NOVEMBER) == DATED


def test_an_export_can_be_read_back() -> None:
    for export in (DATED, YEAR_ONLY, Export(), Export(NOVEMBER, 2026, EARLY)):
        assert Export.from_json(export.to_json()) == export
    assert Export.from_json({}) == Export()


def test_what_is_kept_of_an_export_that_nobody_saw_come_is_what_it_was() -> None:
    assert DATED.to_json() == {"on": "2026-11-22", "year": 2026}
    assert DATED.after(Export(NOVEMBER, 2026, EARLY), NOVEMBER) == DATED


TOMORROW = NOVEMBER + timedelta(days=1)


@pytest.mark.parametrize(
    ("on", "seconds", "newest_on", "superseded"),
    [
        (NOVEMBER, -1, NOVEMBER, True),
        (NOVEMBER, 0, NOVEMBER, False),
        (NOVEMBER, 1, NOVEMBER, False),
        (None, -1, None, True),
        (None, 1, None, False),
        (None, -1, NOVEMBER, False),
        (NOVEMBER, -1, None, False),
        (NOVEMBER, -1, TOMORROW, True),
        (NOVEMBER, 1, TOMORROW, False),
        (TOMORROW, -1, NOVEMBER, False),
        (date(2099, 1, 1), -1, TOMORROW, True),
    ],
)
def test_a_drop_is_superseded_by_a_later_one_of_its_date_or_of_none(
    on: date | None, seconds: int, newest_on: date | None, *, superseded: bool
) -> None:
    newest = Planned("demo-1", Export(newest_on, 2026, EARLY))
    given = export_of("", "", (), (EARLY + timedelta(seconds=seconds)).isoformat())
    assert newest.supersedes(replace(given, on=on), TOMORROW) is superseded
    assert Planned.from_json(newest.to_json()) == newest


def test_nothing_is_superseded_where_nobody_knows_when_it_came() -> None:
    for newest in (Planned(), Planned("demo-1", DATED)):
        assert not newest.supersedes(Export(NOVEMBER, 2026, EARLY), TOMORROW)
    assert not Planned("demo-1", Export(NOVEMBER, 2026, EARLY)).supersedes(DATED, TOMORROW)


@pytest.mark.parametrize(
    ("key", "newest", "late"),
    [
        ("inbox/demo/roster/2026-11-21.zip", "inbox/demo/roster/2026-11-22.zip", True),
        ("inbox/demo/roster/2026-11-22.zip", "inbox/demo/roster/2026-11-22.zip", False),
        ("inbox/demo/roster/2026-11-22.zip", "inbox/demo/roster/2026-11-21.zip", False),
        ("inbox/demo/roster/2026-11-21.zip", "inbox/demo/roster/2027-11-22.zip", False),
        ("inbox/demo/roster/roster.zip", "inbox/demo/roster/2026-11-22.zip", False),
        ("inbox/demo/roster/2026-11-21.zip", "", False),
    ],
)
def test_a_drop_comes_late_when_a_newer_one_that_can_be_true_came_before_it(
    key: str, newest: str, *, late: bool
) -> None:
    assert comes_late(key, newest, Source().export_date, date(2026, 11, 23)) is late
