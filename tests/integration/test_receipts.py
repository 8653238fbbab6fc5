"""Receipts in the inbox: read by the next delivery, told in the report, and starting nothing."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import boto3
import pytest

from kakehashi.edges.deliver import receipts
from tests.builders import a_pupil
from tests.integration.test_redelivery import SAMPLE, TOOL, pupils, settled, told
from tests.nights import Nights

__all__ = ["settled"]
ORDER = SAMPLE | {"full": False}
REFUSED = a_pupil(2).id


def put(nights: Nights, text: str, name: str = "a.csv", tool: str = TOOL) -> None:
    nights.put("INBOX_BUCKET", f"receipts/demo/{tool}/{name}", text.encode())


@pytest.fixture
def answered(settled: Nights) -> Nights:
    """The tool took everybody but one."""
    put(settled, f"file,sourcedId,result,reason\nusers.csv,{REFUSED},NG,E012\nusers.csv,x,OK,\n")
    return settled


def test_whom_the_tool_refused_is_in_the_next_delta_again_and_then_no_more(
    answered: Nights,
) -> None:
    night = answered.start(ORDER)
    assert pupils(answered, told(night)["file"]) == {REFUSED}
    assert told(night)["receipts"] == {
        "files": 1, "accepted": 1, "rejected": 1, "reasons": {"E012": 1},
    }  # fmt: skip
    after = told(answered.start(ORDER))
    assert (after["verdict"], after["receipts"]["files"]) == ("nothing", 0), "read once"


@pytest.mark.parametrize("stays", [True, False])
def test_what_the_tool_refused_of_a_full_restart_is_told_again_also_a_deletion(
    settled: Nights, stays: bool
) -> None:
    if not stays:
        gone = settled.state.pupil(REFUSED)
        assert gone
        settled.state.drop_pupil(gone)
    full = told(settled.start(SAMPLE))
    assert REFUSED in pupils(settled, full["file"])
    put(settled, f"file,sourcedId,result,reason\nusers.csv,{REFUSED},NG,E012\n")
    again = told(settled.start(ORDER))
    with zipfile.ZipFile(io.BytesIO(settled.outbox()[again["file"]])) as archive:
        users = list(csv.DictReader(io.StringIO(archive.read("users.csv").decode())))
    assert [(user["sourcedId"], user["status"]) for user in users] == [
        (REFUSED, "active" if stays else "tobedeleted")
    ]
    assert told(settled.start(ORDER))["verdict"] == "nothing"


def test_the_report_tells_the_codes_and_only_the_run_folder_who(answered: Nights) -> None:
    night = answered.start(ORDER)
    assert night.summary["findings"] == {"T020": 1, "T021": 1}
    page = (night.folder.get("report.html") or b"").decode()
    assert "T021" in page
    assert "E012" in page
    found = [f for f in night.folder.findings() if f.code == "T021"]
    assert [f.pupil for f in found] == [REFUSED]
    spoken = answered.lambdas.said.getvalue() + json.dumps(night.execution.payloads)
    assert REFUSED not in spoken


def test_a_run_called_again_reads_what_it_read(answered: Nights) -> None:
    answered.lambdas.trouble("deliver", "after", TimeoutError())
    night = answered.start(ORDER)
    again = answered.lambdas.invoke("deliver", night.run | {"tool": TOOL, "execution": ""})
    assert again["verdict"] == "delivered"
    assert told(night)["receipts"]["rejected"] == 1


@pytest.mark.parametrize(
    ("operation", "number"),
    [("s3.PutObject", 4), ("s3.PutObject", 5), ("dynamodb.UpdateItem", 5), ("s3.GetObject", 5)],
)
def test_a_run_that_dies_loses_no_refusal(answered: Nights, operation: str, number: int) -> None:
    before = set(answered.outbox())
    with answered.lambdas.dying_at(operation, number):
        answered.start(ORDER)
    answered.start(ORDER)
    files = [key for key in set(answered.outbox()) - before if key.endswith(".zip")]
    assert any(pupils(answered, key) == {REFUSED} for key in files)


def test_the_receipt_of_one_tool_is_nothing_to_another(answered: Nights) -> None:
    assert told(answered.start(ORDER | {"tool": "lgate"}), "lgate")["receipts"]["files"] == 0


@pytest.mark.parametrize("text", ["name,age\n架橋,9\n", 'line,result\n2,"NG'])
def test_a_receipt_that_is_none_is_told_and_stops_nothing(settled: Nights, text: str) -> None:
    put(settled, text)
    night = settled.start(ORDER)
    assert night.status == "SUCCEEDED"
    assert night.summary["findings"] == {"T022": 1}
    assert told(settled.start(ORDER))["receipts"]["files"] == 0


def test_of_a_flood_of_receipts_only_the_newest_are_read(
    settled: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "MOST_FILES", 2)
    for n in range(4):
        put(settled, "line,result\n2,OK\n", f"{n:03}.csv")
    assert told(settled.start(ORDER))["receipts"]["files"] == 2


def test_only_csv_files_are_receipts(settled: Nights) -> None:
    for name in ("a.zip", "roster/b.zip", "approvals/c.txt"):
        put(settled, "line,result\n2,OK\n", name)
    assert told(settled.start(ORDER))["receipts"]["files"] == 0
    listed = boto3.client("s3").list_objects_v2(Bucket="inbox", Prefix="receipts/")
    assert listed["KeyCount"] == 3
