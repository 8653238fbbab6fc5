"""Older exports, yesterday's file again, and what has moved since a rehearsal: whole nights."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import openpyxl
import pytest

from kakehashi.diff.exports import Export
from tests.builders import TODAY, a_drop, a_pupil
from tests.images import afterwards
from tests.integration.test_leaving import safety
from tests.integration.test_night import changed, known, passwords
from tests.nights import ROOT, RULES, Night, Nights

YESTERDAY = TODAY - timedelta(days=1)


def drop_as(nights: Nights, name: str, body: bytes, mode: str = "sync") -> Night:
    """A drop under a name of its own."""
    if mode == "rehearse":
        key = f"staging/{nights.city}/{name}"
        nights.put("INBOX_BUCKET", key, body)
        return nights.start({"action": "rehearse", "city": nights.city, "drop": key})
    key = f"inbox/{nights.city}/roster/{name}"
    version = nights.put("INBOX_BUCKET", key, body)
    event = json.loads((ROOT / "events" / "drop.json").read_text())
    event["detail"]["object"] |= {"key": key, "version-id": version}
    return nights.start(event)


@pytest.fixture
def city(nights: Nights) -> Nights:
    """Twelve pupils, and today's export applied."""
    afterwards(nights, todays_export)
    return nights


def todays_export(nights: Nights) -> None:
    nights.given(known(12))
    assert drop_as(nights, f"RO_{TODAY:%Y%m%d}_082201.zip", a_drop(12).zip()).verdict == "unchanged"


# -- how old an export is --------------------------------------------------------------------------


def test_an_older_export_than_the_last_one_applied_is_refused_and_says_how_to_go_on(
    city: Nights,
) -> None:
    before = city.everything()
    night = drop_as(city, f"RO_{YESTERDAY:%Y%m%d}_082201.zip", a_drop(11).zip())
    assert (night.verdict, safety(night)) == ("refused", {"S032": 1})
    moved = changed(before, city.everything())
    assert not {key for key in moved if "PUPIL#" in key or "TOOL#" in key or "outbox" in key}
    page = night.folder.need("report.html").decode()
    assert f"{YESTERDAY.isoformat()} に書き出された" in page
    assert "kakehashi undo" in page
    assert drop_as(city, f"RO_{TODAY:%Y%m%d}_again.zip", a_drop(11).zip()).verdict == "unchanged"


def test_the_newest_drop_can_be_run_again_whatever_came_in_between(city: Nights) -> None:
    drop_as(city, f"RO_{TODAY:%Y%m%d}_082201.zip", a_drop(12).with_new_ids().zip())
    assert city.rerun().verdict == "unchanged"
    city.tomorrow()
    assert city.rerun().verdict == "unchanged"


def test_a_rehearsal_may_look_at_an_older_export_and_moves_no_date(city: Nights) -> None:
    newest = city.state.newest_export()
    older = f"RO_{YESTERDAY:%Y%m%d}_082201.zip"
    newer = f"RO_{TODAY + timedelta(days=5):%Y%m%d}_082201.zip"
    night = drop_as(city, older, a_drop(12).zip(), mode="rehearse")
    assert (night.verdict, safety(night)) == ("rehearsed", {"S034": 1})
    assert safety(drop_as(city, newer, a_drop(12).zip(), mode="rehearse")) == {}
    assert city.state.newest_export() == newest
    assert newest.on == TODAY


def test_a_file_without_a_date_is_judged_by_its_school_year(city: Nights) -> None:
    city.state.note_export(Export(year=2027))
    night = drop_as(city, "export.zip", a_drop(12).with_new_ids().zip())
    assert (night.verdict, safety(night)) == ("refused", {"S033": 1})


def test_a_name_from_the_future_does_not_lock_out_the_exports_that_follow(city: Nights) -> None:
    assert drop_as(city, "RO_20991231_082201.zip", a_drop(12).zip()).verdict != "refused"
    city.tomorrow()
    tomorrow = f"RO_{TODAY + timedelta(days=1):%Y%m%d}_082201.zip"
    assert drop_as(city, tomorrow, a_drop(12).with_new_ids().zip()).verdict == "unchanged"


def test_a_city_may_name_its_files_otherwise(city: Nights) -> None:
    city.put_rules(RULES + '[source]\nexport_date = "^(20..)年(..)月(..)日"\n')
    names = f"{YESTERDAY:%Y年%m月%d日}.zip", f"{TODAY:%Y年%m月%d日}.zip"
    verdicts = [drop_as(city, name, a_drop(12).zip()).verdict for name in names]
    assert verdicts == ["refused", "unchanged"]


def test_a_plan_that_waited_is_stale_once_a_newer_export_found_nothing_to_do(
    city: Nights,
) -> None:
    city.tomorrow()
    waiting = drop_as(city, f"RO_{city.clock:%Y%m%d}_082201.zip", a_drop(6).zip())
    assert waiting.verdict == "awaiting-approval"
    city.tomorrow()
    drop_as(city, f"RO_{city.clock:%Y%m%d}_082201.zip", a_drop(12).with_new_ids().zip())
    late = city.approve(waiting.summary)
    assert (late.verdict, safety(late)) == ("refused", {"S032": 1})


# -- the same file again ---------------------------------------------------------------------------


def test_yesterdays_file_under_another_name_is_noted(city: Nights) -> None:
    first = city.state.settled_run()
    city.tomorrow()
    night = drop_as(city, f"RO_{city.clock:%Y%m%d}_082201.zip", a_drop(12).zip())
    assert (night.verdict, safety(night)) == ("unchanged", {"S071": 1})
    assert first in night.folder.need("report.html").decode()
    assert safety(city.rerun()) == {}, "a rerun is meant to be the same file"


# -- rehearsals ------------------------------------------------------------------------------------


def rehearsed(nights: Nights, body: bytes, as_of: date) -> Night:
    night = nights.run(body, mode="rehearse", as_of=as_of)
    assert night.verdict == "rehearsed"
    return night


def moved_of(night: Night) -> set[tuple[str, str, str, str]]:
    told = night.folder.get_json("comparison.json")
    return {
        (one["pupil"], one["moved"], one["rehearsed"], one["now"]) for one in told["differences"]
    }


def a_day(*renamed: int, pupils: int = 12, family: str = "高橋") -> bytes:
    drop = a_drop(pupils)
    for n in renamed:
        drop.rows["users.csv"][n - 1]["preferredFamilyName"] = family
    return drop.zip()


def test_the_day_that_was_rehearsed_tells_what_has_moved_since(city: Nights) -> None:
    day = TODAY + timedelta(days=2)
    city.put_passwords(passwords(13, 14))
    rehearsal = rehearsed(city, a_day(1, 2, pupils=13), day)
    city.go_to(day)
    drop = a_drop(14)
    for n, family in ((2, "森"), (3, "高橋")):
        drop.rows["users.csv"][n - 1]["preferredFamilyName"] = family
    night = city.run(drop.zip())
    assert moved_of(night) == {
        (a_pupil(1).id, "gone", "update", ""),
        (a_pupil(2).id, "different", "update", "update"),
        (a_pupil(3).id, "added", "", "update"),
        (a_pupil(14).id, "added", "", "create"),
    }
    told = night.folder.get_json("comparison.json")
    assert (told["run_id"], told["counts"]["NEW"]) == (rehearsal.run["run_id"], [1, 2])
    assert told["schools"] == {a_pupil(1).school: {"added": 2, "different": 1, "gone": 1}}
    assert safety(night) == {"S072": 1}
    page = night.folder.need("report.html").decode()
    assert "予行との違い" in page
    book = openpyxl.load_workbook(io.BytesIO(night.folder.need("report.xlsx")))
    rows = list(book["予行との違い"].iter_rows(values_only=True))
    assert {row[0] for row in rows[1:]} == {a_pupil(n).id for n in (1, 2, 3, 14)}


def test_a_day_that_goes_as_rehearsed_says_so_once(city: Nights) -> None:
    day = TODAY + timedelta(days=1)
    rehearsed(city, a_day(1), day)
    city.go_to(day)
    night = city.run(a_day(1))
    assert (night.verdict, safety(night)) == ("applied", {"S073": 1})
    city.tomorrow()
    again = city.run(a_day(1, 2))
    assert again.folder.get("comparison.json") is None, "that day is over"


def test_before_its_day_and_long_after_a_rehearsal_says_nothing(city: Nights) -> None:
    rehearsed(city, a_day(1), TODAY + timedelta(days=3))
    city.go_to(TODAY + timedelta(days=2))
    assert city.run(a_day(2)).folder.get("comparison.json") is None
    city.go_to(TODAY + timedelta(days=20))
    assert city.run(a_day(1)).folder.get("comparison.json") is None


def test_the_newest_rehearsal_counts(city: Nights) -> None:
    day = TODAY + timedelta(days=1)
    rehearsed(city, a_day(1), day)
    newer = rehearsed(city, a_day(2), day)
    city.go_to(day)
    assert city.run(a_day(2)).folder.get_json("comparison.json")["run_id"] == newer.run["run_id"]
