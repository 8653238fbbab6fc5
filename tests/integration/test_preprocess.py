import json
from datetime import UTC, datetime

import boto3
import pytest

from functions.preprocess import app
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.findings import Effect, Finding, Place
from kakehashi.preprocess import password_file
from kakehashi.roster import Desired, Held, PasswordAt
from tests import builders
from tests.lambdas import a_context

ARN = "arn:aws:states:ap-northeast-1:123456789012:execution:m:one"
CONTEXT = a_context("preprocess")
KEY = "inbox/demo/passwords/first.csv"


@pytest.fixture
def folder(account: dict[str, str]) -> Folder:
    State.of("state", "demo").take_lease(ARN, datetime.now(UTC))
    run = Folder(boto3.client("s3"), "runs", "demo/one/")
    run.put("city.toml", builders.RULES)
    return run


def preprocess(as_of: str = "2026-11-24") -> Run:
    event = {
        "run_id": "one",
        "city": "demo",
        "prefix": "demo/one/",
        "mode": "sync",
        "as_of": as_of,
        "execution": ARN,
    }
    answer = app.lambda_handler(event, CONTEXT)
    assert len(json.dumps(answer)) < 2048
    return Run.model_validate(answer)


def desired_in(folder: Folder) -> list[Desired]:
    return [Desired.from_json(row) for row in folder.lines("desired.jsonl")]


def test_a_drop_becomes_pupils_with_their_numbers(folder: Folder) -> None:
    folder.put("roster/drop.zip", builders.a_drop(3, schools=2).zip())
    run = preprocess()
    assert run.verdict == "go"
    assert run.counts == {"pupils": 3, "desired": 3, "held": 0, "staff": 0}
    assert len(desired_in(folder)) == 3
    assert folder.get_json("counts.json")["schools"] == 2
    assert list(folder.findings("preprocess")) == []


def test_a_row_the_checks_hold_is_held_here(folder: Folder) -> None:
    drop = builders.a_drop(2)
    for name, body in drop.files().items():
        folder.put(f"roster/{name}", body)
    finding = Finding("R005", Effect.HOLD_PUPIL, Place("users.csv", 2, "grades"))
    folder.put_findings("validate", [finding])
    preprocess()
    (held,) = map(Held.from_json, folder.lines("held.jsonl"))
    assert (held.code, held.pupil) == ("R005", builders.a_pupil(1).id)


def test_only_the_place_of_a_password_is_kept_and_it_leads_to_the_password(folder: Folder) -> None:
    folder.put("roster/drop.zip", builders.a_drop(2).zip())
    s3, child = boto3.client("s3"), builders.a_pupil(1)
    body = builders.a_password_file({child.account: "Sakura-2026"}, bom=True)
    version = s3.put_object(Bucket="passwords", Key=KEY, Body=body)["VersionId"]
    preprocess()
    found = {desired.pupil.id: desired for desired in desired_in(folder)}
    where = found[child.id].password
    assert where == PasswordAt(KEY, version, 2)
    assert found[builders.a_pupil(2).id].password is None
    stored = s3.get_object(Bucket="passwords", Key=KEY, VersionId=version)["Body"].read()
    assert password_file.read_one(stored, where.line, found[child.id].pupil) == "Sakura-2026"
    written = [folder.need(name) for name in folder.names()]
    assert not any(b"Sakura-2026" in body for body in written)


def test_the_password_files_of_another_city_are_not_read(folder: Folder) -> None:
    folder.put("roster/drop.zip", builders.a_drop(1).zip())
    body = builders.a_password_file({builders.a_pupil(1).account: "Sakura-2026"})
    other = "inbox/demo2/passwords/first.csv"
    boto3.client("s3").put_object(Bucket="passwords", Key=other, Body=body)
    preprocess()
    assert [desired.password for desired in desired_in(folder)] == [None]


def test_a_roster_of_last_year_is_refused(folder: Folder) -> None:
    folder.put("roster/drop.zip", builders.a_drop(2).zip())
    assert preprocess(as_of="2027-04-01").verdict == "refused"
    assert [finding.code for finding in folder.findings("preprocess")][:1] == ["P050"]
