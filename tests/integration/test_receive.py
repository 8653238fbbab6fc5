import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from functions.receive import app
from kakehashi.edges.errors import BadConfiguration, TryLater
from kakehashi.edges.runs import Folder, Run, run_id_of
from kakehashi.edges.state import State
from tests.lambdas import a_context

RULES = (
    b'name = "x"\nboard_code = "082201"\ndomain = "ed.example.jp"\n[tools.lgate]\ndialect="lgate"\n'
)
STARTED = datetime(2026, 11, 22, 16, 12, tzinfo=UTC)
KEY = "inbox/demo/roster/RO_20261123_082201.zip"
CONTEXT = a_context("receive")


@pytest.fixture
def names(account: dict[str, str]) -> dict[str, str]:
    put("rules", "cities/demo.toml", RULES)
    return account


def put(bucket: str, key: str, body: bytes) -> str:
    return boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body)["VersionId"]


def receive(order: dict[str, Any], execution: str = "one") -> Run:
    answer = app.lambda_handler(
        {
            "input": order,
            "execution": {
                "id": f"arn:aws:states:ap-northeast-1:123456789012:execution:m:{execution}",
                "name": execution,
                "started": STARTED.isoformat(),
            },
        },
        CONTEXT,
    )
    assert len(json.dumps(answer)) < 2048
    return Run.model_validate(answer)


def upload(body: bytes = b"PK-one", key: str = KEY) -> dict[str, Any]:
    return {"detail": {"object": {"key": key, "version-id": put("inbox", key, body)}}}


def test_a_drop_becomes_a_run_folder_with_the_rules_of_the_night(names: dict[str, str]) -> None:
    run = receive(upload())
    assert (run.verdict, run.city, run.mode, run.tools) == ("go", "demo", "sync", ("lgate",))
    assert run.as_of.isoformat() == "2026-11-23", "the date is Japan's"
    assert run.run_id == run_id_of("demo", "one", STARTED)
    folder = Folder.of(run, "runs")
    assert folder.names() == ["city.toml", "drop.json", "roster/drop.zip"]
    assert folder.get_json("drop.json")["bytes"] == 6
    assert State.of("state", "demo").run(run.run_id).verdict == "running"


def test_the_version_that_was_uploaded_is_read_even_when_a_newer_one_came(
    names: dict[str, str],
) -> None:
    order = upload(b"PK-one")
    upload(b"PK-two")
    assert Folder.of(receive(order), "runs").need("roster/drop.zip") == b"PK-one"


def test_loose_files_are_taken_together_when_the_manifest_has_come(names: dict[str, str]) -> None:
    put("inbox", "inbox/demo/roster/night/users.csv", b"u")
    run = receive(upload(b"m", "inbox/demo/roster/night/manifest.csv"))
    folder = Folder.of(run, "runs")
    assert folder.names("roster/") == ["roster/manifest.csv", "roster/users.csv"]


def test_a_second_execution_waits_while_the_first_is_running(
    names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    State.of("state", "demo").take_lease(running_execution(), datetime.now(UTC))
    with pytest.raises(TryLater):
        receive(upload(), "two")


def test_a_lease_left_by_an_execution_that_is_no_more_does_not_hold_up_the_city(
    names: dict[str, str],
) -> None:
    gone = "arn:aws:states:ap-northeast-1:123456789012:execution:m:gone"
    State.of("state", "demo").take_lease(gone, datetime.now(UTC))
    assert receive(upload(), "two").verdict == "go"


def test_the_same_drop_again_is_already_done_unless_something_moved(names: dict[str, str]) -> None:
    first = receive(upload())
    state = State.of("state", "demo")
    sha = Folder.of(first, "runs").get_json("drop.json")["sha256"]
    state.note_drop(sha, verdict="applied", failed=0, serial=0)
    state.free_lease(first.execution)

    again = receive(upload(), "two")
    assert again.verdict == "already-done"
    state.free_lease(again.execution)

    put("passwords", "inbox/demo/passwords/p.csv", b"x")
    assert receive(upload(), "three").verdict == "go", "a new password file is a reason to run"


def test_a_rerun_takes_the_newest_drop_even_if_it_is_done(names: dict[str, str]) -> None:
    first = receive(upload())
    State.of("state", "demo").free_lease(first.execution)
    rerun = receive({"action": "rerun", "city": "demo"}, "two")
    assert rerun.verdict == "go"
    assert Folder.of(rerun, "runs").need("roster/drop.zip") == b"PK-one"


def test_a_rerun_is_made_for_the_date_that_was_said_of_its_drop(names: dict[str, str]) -> None:
    put("inbox", "staging/demo/x.zip", b"PK")
    order = {"action": "sync", "city": "demo", "drop": "staging/demo/x.zip"}
    first = receive(order | {"as_of": "2027-04-01"})
    state = State.of("state", "demo")
    state.free_lease(first.execution)
    rerun = receive({"action": "rerun", "city": "demo"}, "two")
    assert rerun.as_of.isoformat() == "2027-04-01"
    state.free_lease(rerun.execution)
    said = receive({"action": "rerun", "city": "demo", "as_of": "2027-04-02"}, "three")
    assert said.as_of.isoformat() == "2027-04-02"
    state.free_lease(said.execution)
    put("inbox", "inbox/demo/approvals/a.csv", b"x")
    corrected = receive({"action": "rerun", "city": "demo", "upload": "approvals"}, "decided")
    assert corrected.as_of.isoformat() == "2027-04-02", "who corrects the day has corrected it"
    state.free_lease(corrected.execution)
    state.free_lease(receive(upload(), "four").execution)
    assert receive({"action": "rerun", "city": "demo"}, "five").as_of.isoformat() == "2026-11-23"


def test_decisions_start_a_rerun_and_make_a_known_drop_worth_running(names: dict[str, str]) -> None:
    state = State.of("state", "demo")
    early = receive(upload(b"x", "inbox/demo/approvals/early.csv"))
    assert early.verdict == "already-done", "there is no drop yet"
    state.free_lease(early.execution)
    first = receive(upload(), "two")
    state.note_drop(
        Folder.of(first, "runs").get_json("drop.json")["sha256"], verdict="applied", failed=0,
        serial=0)  # fmt: skip
    state.free_lease(first.execution)
    again = receive(upload(), "three")
    assert again.verdict == "already-done"
    state.free_lease(again.execution)

    order = upload(b"x", "inbox/demo/approvals/list.csv")
    rerun = receive(order, "four")
    assert (rerun.verdict, rerun.mode) == ("go", "rerun")
    state.free_lease(rerun.execution)
    state.note_drop(
        Folder.of(first, "runs").get_json("drop.json")["sha256"], verdict="applied", failed=0,
        serial=0, inputs="before the list came")  # fmt: skip
    assert receive(upload(), "five").verdict == "go"


def test_passwords_start_a_run_only_if_somebody_waits_for_one(names: dict[str, str]) -> None:
    state = State.of("state", "demo")
    first = receive(upload())
    state.free_lease(first.execution)
    order = {"detail": {"object": {"key": "inbox/demo/passwords/p.csv"}}}
    idle = receive(order, "two")
    assert idle.verdict == "already-done"
    state.free_lease(idle.execution)

    Folder.of(first, "runs").put_json("plan.json", {"held": {"M001": ["somebody"]}})
    state.note_proposals(first.run_id)
    assert receive(order, "three").verdict == "go"


def test_a_rehearsal_leaves_nothing_outside_its_folder(names: dict[str, str]) -> None:
    put("inbox", "staging/demo/x.zip", b"PK")
    order = {"action": "rehearse", "city": "demo", "drop": "staging/demo/x.zip"}
    run = receive(order | {"as_of": "2027-04-01"})
    assert (run.verdict, run.execution, run.as_of.isoformat()) == ("go", "", "2027-04-01")
    table = boto3.resource("dynamodb").Table("state")
    assert table.scan()["Items"] == []


@pytest.mark.parametrize(
    "order",
    [
        {"action": "sync", "city": "nowhere", "drop": KEY},
        {"action": "sync", "city": "demo", "drop": "inbox/demo/roster/missing.zip"},
        {"action": "rerun", "city": "demo"},
        {"action": "dance", "city": "demo"},
    ],
)
def test_an_order_that_names_what_is_not_there_fails_in_clear_words(
    names: dict[str, str], order: dict[str, Any]
) -> None:
    with pytest.raises(BadConfiguration):
        receive(order)


def test_an_approval_of_a_run_without_a_plan_is_refused_and_not_a_failure(
    names: dict[str, str],
) -> None:
    run = receive(upload(b"PK-cut"))
    State.of("state", "demo").free_lease(run.execution)
    order = {"action": "apply", "run_id": run.run_id, "checksum": "wrong", "by": "x"}
    refused = receive(order, "two")
    assert refused.verdict == "refused"
    assert [f.code for f in Folder.of(refused, "runs").findings("receive")] == ["S908"]


def running_execution() -> str:
    sfn = boto3.client("stepfunctions")
    definition = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 900, "End": True}}}
    machine = sfn.create_state_machine(
        name="m",
        definition=json.dumps(definition),
        roleArn="arn:aws:iam::123456789012:role/r",
    )
    answer = sfn.start_execution(stateMachineArn=machine["stateMachineArn"], name="busy")
    return str(answer["executionArn"])
