"""A city whose pupils the next release has moved to ``PERSON#pupil#``, lived with by this one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from kakehashi.edges.errors import TryLater
from kakehashi.edges.state import State
from kakehashi.people.record import Record, Status
from tests.builders import TODAY, a_drop, a_known, a_pupil
from tests.integration.test_night import CITY, known, users_of
from tests.launches import Launchpad, tool_rules
from tests.nights import Nights

OLD, NEW = "PUPIL#", "PERSON#pupil#"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


@pytest.fixture
def state(account: dict[str, str]) -> State:
    return State.of(account["TABLE"], "demo")


def moved(table_name: str, *only: Record) -> None:
    """As the next release moves them: under the new key, and no longer under the old one."""
    table = boto3.resource("dynamodb").Table(table_name)
    wanted = {one.pupil.id for one in only}
    for item in table.scan()["Items"]:
        umi = str(item["sk"]).removeprefix(OLD)
        if str(item["sk"]).startswith(OLD) and (not only or umi in wanted):
            table.put_item(Item=item | {"sk": NEW + umi})
            table.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})


def stands_at(table_name: str) -> dict[str, list[str]]:
    """userMasterIdentifier → the keys at which somebody stands."""
    found: dict[str, list[str]] = {}
    for item in boto3.resource("dynamodb").Table(table_name).scan()["Items"]:
        for under in (OLD, NEW):
            if str(item["sk"]).startswith(under):
                found.setdefault(str(item["sk"]).removeprefix(under), []).append(under)
    return found


def test_every_reading_finds_who_was_moved_and_who_was_not(state: State) -> None:
    people = sorted((a_known(n) for n in (1, 2, 3, 4)), key=lambda one: one.pupil.id)
    for one in people:
        state.put_pupil(one, None)
    moved(state.table.name, people[0], people[2])
    assert [one.pupil.id for one in state.pupils()] == [one.pupil.id for one in people]
    assert [state.pupil(one.pupil.id) for one in people] == people
    ids = [one.pupil.id for one in people]
    assert state.pupils_of([*ids, "stranger"]) == dict(zip(ids, people, strict=True))


def test_whoever_stands_at_both_keys_is_read_once_as_we_write(state: State) -> None:
    state.put_pupil(a_known(1, object_id="theirs"), None)
    moved(state.table.name)
    state.put_pupil(a_known(1, object_id="ours"), None)
    (one,) = state.pupils()
    assert one.object_id == "ours"
    assert state.pupil(one.pupil.id) == one == state.pupils_of([one.pupil.id])[one.pupil.id]


def test_who_was_moved_is_written_under_the_old_key_alone(state: State) -> None:
    one = a_known(1)
    state.put_pupil(one, None)
    moved(state.table.name)
    read = state.pupil(one.pupil.id)
    after = replace(one, status=Status.SUSPENDED, suspended_on=TODAY)
    state.put_pupil(after, read)
    state.put_pupil(after, read)  # the same call again is harmless
    assert state.pupil(one.pupil.id) == after
    assert stands_at(state.table.name) == {one.pupil.id: [OLD]}


def test_who_moved_under_us_is_written_over_and_forgotten_under_neither_key(state: State) -> None:
    one = a_known(1)
    state.put_pupil(one, None)
    read = state.pupil(one.pupil.id)
    assert read is not None
    state.put_pupil(replace(one, object_id="p"), read)
    moved(state.table.name)
    with pytest.raises(TryLater):
        state.put_pupil(replace(one, object_id="q"), read)
    with pytest.raises(TryLater):
        state.drop_pupil(read)
    assert state.pupil(one.pupil.id) == replace(one, object_id="p")
    now = state.pupil(one.pupil.id)
    assert now is not None
    state.drop_pupil(now)
    assert stands_at(state.table.name) == {}


def test_a_night_goes_on_with_a_city_that_was_moved(nights: Nights) -> None:
    leaver = a_known(12, city=CITY, status=Status.SUSPENDED, absent_since=TODAY - timedelta(99),
                     suspended_on=TODAY - timedelta(99))  # fmt: skip
    nights.given([*known(11), leaver])
    moved(nights.names["TABLE"])
    drop = a_drop(11)
    drop.rows["users.csv"][2]["preferredFamilyName"] = "高橋"
    night = nights.run(drop.zip())
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    assert (night.summary["counts"]["CONFIRMED"], night.summary["done"]) == (10, 1)
    assert night.summary["proposed"]["EXPIRED"] == [leaver.pupil.id]
    assert users_of(nights)[a_pupil(3).id]["surname"] == "高橋"
    keys = stands_at(nights.names["TABLE"])
    assert keys == {one.pupil.id: [NEW] for one in (*known(11), leaver)} | {a_pupil(3).id: [OLD]}


def test_pupils_who_were_moved_sign_in_and_are_members_of_their_class(
    launchpad: Launchpad,
) -> None:
    moved(launchpad.nights.names["TABLE"], a_known(1), a_known(2))
    launchpad.register(tool_rules(memberships=True))
    tool = launchpad.signed_in(1)
    url = tool.read(tool.launched())[NRPS]["context_memberships_url"]
    members: list[dict[str, Any]] = tool.members(url).json()["members"]
    assert [one["user_id"] for one in members] == sorted(a_pupil(n).id for n in (1, 2, 3))
