"""The receipt that the operator of the robot finds beside each upload: whole nights."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import boto3

from kakehashi.edges.runs import Folder
from tests.builders import a_drop
from tests.integration.test_night import known
from tests.nights import Nights

NAME = "RO_20261110_082201.zip"
BESIDE = f"inbox/demo/roster/{NAME}"


def inbox(nights: Nights) -> Folder:
    return Folder(boto3.client("s3"), nights.names["INBOX_BUCKET"], "")


def receipt(nights: Nights, name: str = BESIDE) -> dict[str, Any]:
    return inbox(nights).get_json(f"{name}.receipt.json")


def text(nights: Nights) -> str:
    return inbox(nights).need(f"{BESIDE}.receipt.txt").decode()


def test_an_upload_that_is_fine_is_received_and_accepted(nights: Nights) -> None:
    drop = a_drop(12).zip()
    nights.given(known(12))
    nights.run(drop, name=NAME)
    told = receipt(nights)
    assert told["standing"] == "accepted"
    assert (told["bytes"], told["sha256"]) == (len(drop), hashlib.sha256(drop).hexdigest())
    assert told["lines"]["users.csv"] == 12
    assert (told["same_as"], told["refusal"]) == ("", None)
    assert text(nights).startswith("受け付けました。")


def test_an_upload_that_is_refused_says_why_first(nights: Nights) -> None:
    nights.run(a_drop(12).zip()[:-40], name=NAME)
    told = receipt(nights)
    assert (told["standing"], told["refusal"]["code"]) == ("refused", "F001")
    assert told["lines"] == {}
    assert text(nights).splitlines()[0] == "受け付けられません。何も変更していません。"
    assert "F001" in text(nights)


def test_an_upload_that_nobody_has_checked_yet_is_received(nights: Nights) -> None:
    nights.lambdas.trouble("validate", "before", MemoryError())
    nights.run(a_drop(12).zip(), name=NAME)
    assert receipt(nights)["standing"] == "received"
    assert "検査はこれから" in text(nights)


def test_the_same_bytes_under_another_name_are_recognised(nights: Nights) -> None:
    nights.given(known(12))
    first = nights.run(a_drop(12).zip(), name="first.zip")
    nights.run(a_drop(12).zip(), name=NAME)
    assert receipt(nights)["same_as"] == first.run["run_id"]


def test_the_same_file_again_is_told_as_done(nights: Nights) -> None:
    nights.given(known(12))
    nights.run(a_drop(12).zip(), name=NAME)
    nights.run(a_drop(12).zip(), name=NAME)
    assert receipt(nights)["standing"] == "already-done"


def test_receipts_beside_loose_files_are_no_part_of_the_drop(nights: Nights) -> None:
    nights.given(known(12))
    for _ in range(2):
        for name, body in a_drop(12).files().items():
            nights.put("INBOX_BUCKET", f"inbox/demo/roster/{name}", body)
        manifest = "inbox/demo/roster/manifest.csv"
        night = nights.start({"action": "sync", "city": "demo", "drop": manifest})
        assert not {finding.code for finding in night.findings()} & {"F008", "F009", "F010"}
    assert night.verdict == "already-done"
    assert receipt(nights, manifest)["standing"] == "already-done"


def test_a_rehearsal_leaves_no_receipt(nights: Nights) -> None:
    nights.run(a_drop(12).zip(), mode="rehearse")
    assert not [name for name in inbox(nights).names() if ".receipt." in name]


def test_a_receipt_holds_no_cell_of_the_roster(nights: Nights) -> None:
    nights.run(a_drop(12).zip(), name=NAME)
    said = text(nights) + json.dumps(receipt(nights), ensure_ascii=False)
    for pupil in known(12):
        for value in (pupil.pupil.id, pupil.pupil.account, pupil.pupil.family):
            assert value not in said


def test_an_upload_whose_name_leaves_no_room_for_a_receipts_is_taken_without_one(
    nights: Nights,
) -> None:
    nights.given(known(12))
    full = "名" * ((1024 - len("inbox/demo/roster/.zip")) // 3) + ".zip"
    night = nights.run(a_drop(12).zip(), name=full)
    assert (night.status, night.verdict) == ("SUCCEEDED", "unchanged")
    beside = boto3.client("s3").list_objects_v2(Bucket=nights.names["INBOX_BUCKET"])["Contents"]
    assert [one["Key"] for one in beside] == [f"inbox/demo/roster/{full}"]
