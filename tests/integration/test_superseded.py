"""Drops whose notices come late, twice or in the wrong order; and plans that a newer one replaces.

S3 tells when it received a file in seconds, so a later file is put a second later.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import boto3
import pytest

from kakehashi.edges.runs import Folder
from tests.builders import TODAY, a_drop, an_id
from tests.integration.test_leaving import safety
from tests.integration.test_night import changed, known
from tests.nights import RULES, Night, Nights

PLACE = f"inbox/demo/roster/RO_{TODAY:%Y%m%d}_082201.zip"
UNDATED = RULES + '[source]\nexport_date = ""\n'
TOUCHED = ("PUPIL#", "TOOL#", "STATE", "NEWEST_DROP", "RUN#", "DROP#", "outbox", "tenant")


@pytest.fixture
def city(nights: Nights) -> Nights:
    nights.given(known(12))
    return nights


def put(nights: Nights, drop: bytes, key: str = PLACE) -> dict[str, Any]:
    """An upload, and the notice of it."""
    time.sleep(1.1)
    return nights.event_of(key, nights.put("INBOX_BUCKET", key, drop))


def renamed(*pupils: int, family: str = "高橋", of: int = 12) -> bytes:
    drop = a_drop(of)
    for n in pupils:
        drop.rows["users.csv"][n - 1]["preferredFamilyName"] = family
    return drop.zip()


def family_of(nights: Nights, n: int) -> str:
    return {one.pupil.id: one for one in nights.state.pupils()}[
        known(12)[n - 1].pupil.id
    ].pupil.family


def superseded_by(night: Night) -> str:
    (finding,) = night.findings()
    assert (night.status, night.verdict, finding.code) == ("SUCCEEDED", "superseded", "S154")
    return str(finding.facts["run"])


@pytest.mark.parametrize("rules", [RULES, UNDATED], ids=["dated", "undated"])
def test_a_late_notice_of_an_older_version_in_the_same_place_undoes_nothing(
    city: Nights, rules: str
) -> None:
    city.put_rules(rules)
    older, newer = put(city, renamed(1, family="誤")), put(city, renamed(1, family="高橋"))
    first = city.start(newer)
    assert first.verdict == "applied"
    before = city.everything()
    late = city.start(older)
    assert superseded_by(late) == first.run["run_id"]
    assert not [k for k in changed(before, city.everything()) if any(t in k for t in TOUCHED)]
    assert family_of(city, 1) == "高橋"
    assert city.rerun().verdict == "unchanged", "a rerun takes the newer one"
    assert "S154" in late.folder.need("report.html").decode()


def test_notices_that_come_twice_and_in_any_order_end_with_the_newest(city: Nights) -> None:
    one, two = put(city, renamed(1)), put(city, renamed(2))
    three = put(city, renamed(3))
    verdicts = [city.start(event).verdict for event in (one, three, two, one, three, two)]
    assert verdicts == ["applied", "applied", "superseded", "superseded", "already-done",
                        "superseded"]  # fmt: skip
    assert [family_of(city, n) == "高橋" for n in (1, 2, 3)] == [False, False, True]


def test_the_receipt_beside_the_place_goes_on_telling_of_the_newer_version(city: Nights) -> None:
    older, newer = put(city, renamed(1)), put(city, renamed(2))
    first = city.start(newer)
    city.start(older)
    inbox = Folder(boto3.client("s3"), city.names["INBOX_BUCKET"], "")
    told = inbox.get_json(f"{PLACE}.receipt.json")
    assert (told["standing"], told["run_id"]) == ("accepted", first.run["run_id"])


def test_the_receipt_of_a_superseded_file_in_a_place_of_its_own_says_so(city: Nights) -> None:
    elsewhere = PLACE.replace(".zip", "_b.zip")
    older, newer = put(city, renamed(1), elsewhere), put(city, renamed(2))
    city.start(newer)
    assert city.start(older).verdict == "superseded"
    inbox = Folder(boto3.client("s3"), city.names["INBOX_BUCKET"], "")
    assert inbox.get_json(f"{elsewhere}.receipt.json")["standing"] == "superseded"


def test_the_older_file_dropped_again_is_a_newer_drop(city: Nights) -> None:
    put(city, renamed(1))
    assert city.start(put(city, renamed(2))).verdict == "applied"
    assert city.start(put(city, renamed(1))).verdict == "applied"
    assert family_of(city, 1) == "高橋"


def test_a_refused_drop_supersedes_nothing(city: Nights) -> None:
    older, broken = put(city, renamed(1)), put(city, renamed(2)[:-40])
    assert city.start(broken).verdict == "refused"
    assert city.start(older).verdict == "applied"


def test_a_drop_that_the_plan_itself_refuses_supersedes_nothing(city: Nights) -> None:
    strange = a_drop(12)
    for row in strange.rows["users.csv"]:
        row["userMasterIdentifier"] = an_id(f"another {row['userMasterIdentifier']}")
    earlier = put(city, renamed(1, 2))
    night = city.start(put(city, strange.zip()))
    assert (night.verdict, "S031" in safety(night)) == ("refused", True)
    assert city.start(earlier).verdict == "applied"


def test_the_export_of_another_day_is_no_older_version(city: Nights) -> None:
    """Today's file, received before yesterday's was put there by hand, is still the newer one."""
    yesterday = f"inbox/demo/roster/RO_{TODAY - timedelta(days=1):%Y%m%d}_082201.zip"
    todays, older = put(city, renamed(1)), put(city, renamed(2), yesterday)
    assert city.start(older).verdict == "applied"
    assert city.start(todays).verdict == "applied"


def test_an_older_export_whose_notice_comes_late_finds_a_newer_one_waiting(city: Nights) -> None:
    yesterday = f"inbox/demo/roster/RO_{TODAY - timedelta(days=1):%Y%m%d}_082201.zip"
    older, todays = put(city, renamed(1), yesterday), put(city, a_drop(5).zip())
    waiting = city.start(todays)
    assert waiting.verdict == "awaiting-approval"
    assert superseded_by(city.start(older)) == waiting.run["run_id"]
    assert city.approve(waiting.summary).verdict in {"applied", "unchanged"}


def test_a_name_from_the_future_puts_nothing_behind_it_that_came_later(city: Nights) -> None:
    slip = put(city, renamed(1), "inbox/demo/roster/RO_20991231_082201.zip")
    assert city.start(slip).verdict == "applied"
    assert city.start(put(city, renamed(2))).verdict == "applied"


# -- plans that wait -----------------------------------------------------------------------------


def test_an_older_waiting_plan_is_refused_once_a_newer_drop_has_a_plan_and_names_it(
    city: Nights,
) -> None:
    first = city.start(put(city, a_drop(5).zip()))
    second = city.start(put(city, a_drop(6).zip()))
    assert (first.verdict, second.verdict) == ("awaiting-approval", "awaiting-approval")
    refused = city.approve(first.summary)
    assert (refused.verdict, safety(refused)) == ("refused", {"S155": 1})
    assert second.run["run_id"] in refused.folder.need("report.html").decode()
    assert city.approve(second.summary).verdict in {"applied", "unchanged"}


def test_a_plan_that_waits_can_be_approved_after_a_drop_that_was_refused(city: Nights) -> None:
    first = city.start(put(city, a_drop(5).zip()))
    assert city.start(put(city, a_drop(6).zip()[:-40])).verdict == "refused"
    assert city.approve(first.summary).verdict in {"applied", "unchanged"}


def test_a_plan_that_waits_can_be_approved_after_a_rehearsal_and_a_second_notice(
    city: Nights,
) -> None:
    upload = put(city, a_drop(5).zip())
    first, again = city.start(upload), city.start(upload)
    assert again.verdict == "awaiting-approval"
    time.sleep(1.1)
    assert city.run(renamed(1), mode="rehearse").verdict == "rehearsed"
    assert city.approve(first.summary).verdict in {"applied", "unchanged"}


def test_a_state_that_knows_no_newest_plan_stops_nobody(city: Nights) -> None:
    """As the last release left it."""
    waiting = city.start(put(city, a_drop(5).zip()))
    city.state.table.update_item(
        Key={"pk": "CITY#demo", "sk": "STATE"}, UpdateExpression="REMOVE planned"
    )
    assert json.dumps(city.state.newest_plan().to_json()) == '{"run_id": "", "on": null, "year": 0}'
    assert city.approve(waiting.summary).verdict in {"applied", "unchanged"}
