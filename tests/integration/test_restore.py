"""What a restore takes, as docs/deploy.md says it: a table to a point in time, older versions."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from kakehashi_console import restore
from kakehashi_console.operations import BadUse, Console
from kakehashi_console.partition import Items
from tests.builders import a_drop, a_pupil
from tests.integration.test_doctor import Office
from tests.integration.test_night import known, users_of
from tests.nights import Nights


@pytest.fixture
def city(nights: Nights) -> Nights:
    """Two nights of a city, so that everything has a state and the tools a baseline."""
    nights.given(known(12))
    assert nights.run(a_drop(12).zip()).verdict == "unchanged"
    nights.tomorrow()
    return nights


def renamed() -> bytes:
    drop = a_drop(12)
    drop.rows["users.csv"][2]["preferredFamilyName"] = "高橋"
    return drop.zip()


def restored_to_last_night(city: Nights) -> str:
    """As AWS does it: into another table."""
    dynamodb = boto3.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=city.names["TABLE"], TargetTableName="restored",
        UseLatestRestorableTime=True,
    )  # fmt: skip
    return "restored"


def test_a_state_table_restored_beside_is_copied_back_and_the_night_goes_on(city: Nights) -> None:
    console = Console(Office(city))
    restored = restored_to_last_night(city)
    table = boto3.resource("dynamodb").Table(city.names["TABLE"])
    table.put_item(Item={"pk": "RECORD#demo", "sk": "1", "who": "係"})
    damage(table)
    lost = city.run(renamed())
    assert lost.verdict != "applied", "nobody is known: a person is asked before anything is done"
    city.letters()
    found = restore.look(console, restored, "demo")
    restore.put_back(console, "demo", found)
    assert restore.look(console, restored, "demo") == restore.Restoration(
        (), (), len(found.put) + found.same
    )
    city.tomorrow()
    night = city.run(renamed())
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    assert night.summary["counts"]["CONFIRMED"] == 11
    assert users_of(city)[a_pupil(3).id]["surname"] == "高橋"
    assert "Item" in table.get_item(Key={"pk": "RECORD#demo", "sk": "1"}), "no record goes back"


def damage(table: Any) -> None:
    with table.batch_writer() as batch:
        for item in table.scan()["Items"]:
            if item["pk"].startswith("CITY#"):
                batch.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})


def test_a_table_that_knows_nothing_of_the_city_is_refused(city: Nights) -> None:
    console, restored = Console(Office(city)), restored_to_last_night(city)
    with pytest.raises(BadUse, match="nothing of this city"):
        restore.look(console, restored, "tsukuba")


def test_nothing_is_put_back_under_a_run(city: Nights) -> None:
    office = Office(city)
    office.stage.under_way = 1
    with pytest.raises(BadUse, match="under way"):
        restore.look(Console(office), "restored", "demo")


def test_the_lease_of_then_is_nobodys_and_the_serial_comes_last() -> None:
    then: Items = {
        "STATE": {"sk": "STATE", "serial": 3, "lease_owner": "a", "lease_until": "b"},
        "PUPIL#1": {"sk": "PUPIL#1", "etag": "x"},
        "PUPIL#2": {"sk": "PUPIL#2", "etag": "x"},
    }
    now: Items = {"PUPIL#2": then["PUPIL#2"], "PUPIL#3": {"sk": "PUPIL#3"}}
    assert restore.compared(now, then) == restore.Restoration(
        (then["PUPIL#1"], {"sk": "STATE", "serial": 3}), ("PUPIL#3",), 1
    )


@pytest.mark.parametrize("how", ["deleted", "overwritten"])
def test_rules_that_were_damaged_are_an_older_version_in_their_bucket(
    city: Nights, how: str
) -> None:
    s3: Any = boto3.client("s3")
    place: dict[str, Any] = {"Bucket": city.names["RULES_BUCKET"], "Key": "cities/demo.toml"}
    (good,) = s3.list_object_versions(Bucket=place["Bucket"], Prefix=place["Key"])["Versions"]
    if how == "deleted":
        s3.delete_object(**place)
    else:
        s3.put_object(**place, Body=b"not rules")
    assert city.run(renamed()).status == "FAILED"
    source = place | {"VersionId": good["VersionId"]}
    s3.copy_object(**place, CopySource=source)
    (letter,) = city.letters()
    assert city.start(letter["again"]).verdict == "applied"
