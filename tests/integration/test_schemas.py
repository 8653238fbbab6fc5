"""What nights write fits the schemas that are published of it, and tells no key they do not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import boto3
import pytest
from jsonschema import Draft202012Validator

from kakehashi.edges.deliver.announcements import details_of
from kakehashi.edges.runs import Folder
from local import schemas
from tests.builders import a_drop, a_password_file, a_pupil
from tests.integration.test_night import known
from tests.nights import Night, Nights

PASSWORDS = a_password_file({a_pupil(n).account: f"Pass-{n:04}" for n in range(13, 15)})
LINES = {"desired": "desired.jsonl", "held": "held.jsonl", "current": "current.jsonl"}
FOLDERS = {"finding": "findings/", "action": "actions/", "result": "results/"}


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema, whose objects hold no key that it does not name."""
    schema = deepcopy(schema)
    for part in [schema, *schema.get("$defs", {}).values()]:
        if "properties" in part:
            part["additionalProperties"] = False
    return schema


def faults(name: str, data: Any, *, exactly: bool = False) -> list[str]:
    """Where ``data`` departs from the schema, without its values."""
    schema = schemas.written(name)
    judge = Draft202012Validator(closed(schema) if exactly else schema)
    return [f"{name} {error.json_path} {error.validator}" for error in judge.iter_errors(data)]


def in_the_folder(night: Night) -> Iterator[tuple[str, Any]]:
    """Everything that has a schema: its name, and the data."""
    folder = night.folder
    for name in ("drop", "plan"):
        if data := folder.get_json(f"{name}.json"):
            yield f"run-{name}", data
    for name, file in LINES.items():
        yield from ((f"run-{name}", line) for line in folder.lines(file))
    for name, under in FOLDERS.items():
        for file in folder.names(under):
            yield from ((f"run-{name}", line) for line in folder.lines(file))


@pytest.fixture
def told(nights: Nights) -> list[Night]:
    """A night that changes accounts and asks something, and one that is refused."""
    nights.given(known(12))
    drop = a_drop(14)
    drop.rows["users.csv"].pop(3)
    drop.rows["users.csv"][5]["userMasterIdentifier"] = "x"
    first = nights.run(drop.zip(), passwords=PASSWORDS, name="RO_20261124.zip")
    nights.tomorrow()
    return [first, nights.run(a_drop(12).zip()[:-40], name="RO_20261125.zip")]


def test_all_that_two_nights_write_fits_its_schema(told: list[Night]) -> None:
    seen = dict[str, int]()
    for night in told:
        for name, data in in_the_folder(night):
            seen[name] = seen.get(name, 0) + 1
            assert faults(name, data) == []
    assert seen.keys() == {f"run-{name}" for name in schemas.RUN_FOLDER}


def test_what_others_read_holds_no_key_beside_those_promised(
    nights: Nights, told: list[Night]
) -> None:
    assert [night.verdict for night in told] == ["applied", "refused"]
    inbox = Folder(boto3.client("s3"), nights.names["INBOX_BUCKET"], "inbox/demo/roster/")
    outbox = Folder(boto3.client("s3"), nights.names["OUTBOX_BUCKET"], "outbox/demo/")
    for night in told:
        assert faults("summary", night.summary, exactly=True) == []
    for day in (24, 25):
        receipt = inbox.get_json(f"RO_202611{day}.zip.receipt.json")
        assert faults("upload-receipt", receipt, exactly=True) == []
    latest = json.loads(outbox.need("lgate/latest.json"))
    assert faults("latest", latest, exactly=True) == []
    events = list(details_of(latest))
    assert [faults("roster-delivered", event, exactly=True) for event in events] == [[]]
