"""What a restore takes, as docs/deploy.md says it: a table to a point in time, older versions."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.builders import a_drop, a_pupil
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


def test_a_state_table_restored_beside_is_copied_back_and_the_night_goes_on(city: Nights) -> None:
    """AWS restores to a point in time into another table; only its items are brought back."""
    table = boto3.resource("dynamodb").Table(city.names["TABLE"])
    restored = table.scan()["Items"]
    keys = [{"pk": item["pk"], "sk": item["sk"]} for item in restored]
    with table.batch_writer() as batch:
        for key in keys:
            batch.delete_item(Key=key)
    lost = city.run(renamed())
    assert lost.verdict != "applied", "nobody is known: a person is asked before anything is done"
    city.letters()
    _copied_back(table, restored)
    city.tomorrow()
    night = city.run(renamed())
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    assert night.summary["counts"]["CONFIRMED"] == 11
    assert users_of(city)[a_pupil(3).id]["surname"] == "高橋"


def _copied_back(table: Any, items: list[dict[str, Any]]) -> None:
    now = table.scan()["Items"]
    with table.batch_writer() as batch:
        for item in now:
            batch.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
        for item in items:
            batch.put_item(Item=item)


@pytest.mark.parametrize("damage", ["deleted", "overwritten"])
def test_rules_that_were_damaged_are_an_older_version_in_their_bucket(
    city: Nights, damage: str
) -> None:
    s3: Any = boto3.client("s3")
    place: dict[str, Any] = {"Bucket": city.names["RULES_BUCKET"], "Key": "cities/demo.toml"}
    (good,) = s3.list_object_versions(Bucket=place["Bucket"], Prefix=place["Key"])["Versions"]
    if damage == "deleted":
        s3.delete_object(**place)
    else:
        s3.put_object(**place, Body=b"not rules")
    assert city.run(renamed()).status == "FAILED"
    source = place | {"VersionId": good["VersionId"]}
    s3.copy_object(**place, CopySource=source)
    (letter,) = city.letters()
    assert city.start(letter["again"]).verdict == "applied"
