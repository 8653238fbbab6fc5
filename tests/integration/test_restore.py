"""What a restore takes, as docs/deploy.md says it: a table to a point in time, older versions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest

from kakehashi_console import restore
from kakehashi_console.operations import BadUse, Console
from kakehashi_console.partition import CityPartition, Items
from tests.builders import a_drop, a_pupil
from tests.integration.test_doctor import Office
from tests.integration.test_moved_people import NEW, OLD, moved, stands_at
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


def cut_off_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    write, left = CityPartition.write, iter(range(steps))

    def as_long_as_it_lives(self: CityPartition, **what: Any) -> None:
        if next(left, None) is not None:
            write(self, **what)

    monkeypatch.setattr(CityPartition, "write", as_long_as_it_lives)


@pytest.mark.parametrize("then", ["here then, moved now", "moved then, here now"])
@pytest.mark.parametrize("written", [3, 1], ids=["whole", "cut short"])
def test_pupils_who_stood_at_another_key_stand_there_again_and_nobody_is_lost(
    nights: Nights, monkeypatch: pytest.MonkeyPatch, then: str, written: int
) -> None:
    """The next release moves pupils (docs/upgrading.md), and whoever goes back writes them here."""
    people, console = known(4), Console(Office(nights))
    nights.given(people)
    begun_here = then.startswith("here")
    if not begun_here:
        moved(nights.names["TABLE"])
    restored = restored_to_last_night(nights)
    if begun_here:
        moved(nights.names["TABLE"])
    else:
        for one in people:
            nights.state.put_pupil(replace(one, run_id="later"), nights.state.pupil(one.pupil.id))
    cut_off_after(written, monkeypatch)
    restore.put_back(console, "demo", restore.look(console, restored, "demo"))
    assert [one.pupil.id for one in nights.state.pupils()] == sorted(one.pupil.id for one in people)
    if written == 3:
        keys = {one.pupil.id: [OLD if begun_here else NEW] for one in people}
        assert stands_at(nights.names["TABLE"]) == keys
        assert {one.run_id for one in nights.state.pupils()} == {people[0].run_id}


def test_the_serial_is_put_last(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str]] = []

    class Partition:
        def write(self, *, put: Any = (), delete: Any = ()) -> None:
            told.append([*(item["sk"] for item in put), *delete])

    monkeypatch.setattr(CityPartition, "of", lambda *_: Partition())
    found = restore.Restoration(({"sk": "STATE"}, {"sk": "PUPIL#1"}), ("PERSON#pupil#1",), 0)
    restore.put_back(None, "demo", found)  # type: ignore[arg-type]
    assert told == [["PUPIL#1"], ["PERSON#pupil#1"], ["STATE"]]


def test_the_lease_of_then_is_nobodys() -> None:
    then: Items = {
        "STATE": {"sk": "STATE", "serial": 3, "lease_owner": "a", "lease_until": "b"},
        "PUPIL#1": {"sk": "PUPIL#1", "etag": "x"},
        "PUPIL#2": {"sk": "PUPIL#2", "etag": "x"},
    }
    now: Items = {"PUPIL#2": then["PUPIL#2"], "PUPIL#3": {"sk": "PUPIL#3"}}
    assert restore.compared(now, then) == restore.Restoration(
        ({"sk": "STATE", "serial": 3}, then["PUPIL#1"]), ("PUPIL#3",), 1
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
