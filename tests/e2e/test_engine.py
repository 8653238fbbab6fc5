"""The engine behaves like AWS where our stack relies on it, and like a good guest otherwise."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.config import Config

from local.engine import process
from local.engine.engine import CONFIG, session
from tests.e2e.conftest import Deployed, tiny_engine, until


def test_a_function_sees_its_layer_and_boto3_and_nothing_else(tiny: Deployed) -> None:
    seen = tiny.run("see", act="see")["output"]
    assert seen["found"] == ["boto3", "inlayer"]
    assert seen["function"] == "tiny-act"


def test_no_credential_of_the_developer_reaches_a_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN_OF_A_PERSON", "real")
    monkeypatch.setenv("AWS_PROFILE", "production")
    deployed = tiny_engine(tmp_path / "home", process.free_port())
    try:
        environment = deployed.run("see", act="see")["output"]["environment"]
    finally:
        deployed.engine.stop()
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN_OF_A_PERSON"} & set(environment)
    assert "AWS_ENDPOINT_URL" in environment


def test_a_function_may_do_what_its_role_says_and_nothing_else(tiny: Deployed) -> None:
    assert tiny.run("keep", act="keep")["status"] == "SUCCEEDED"  # in a bucket for TLS only
    assert why(tiny.run("trespass", act="trespass")) == "ClientError"  # AccessDenied


def test_an_alarm_over_several_metrics_does_not_refuse_the_stack(tiny: Deployed) -> None:
    cloudwatch = tiny.engine.client("cloudwatch")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[tiny.outputs["Either"]])["MetricAlarms"]
    assert (alarm["MetricName"], alarm["Threshold"]) == ("NumberOfMessagesSent", 1)


def test_an_error_is_retried_by_its_name(tiny: Deployed) -> None:
    ended = tiny.run("later", act="later", until=2)
    assert (ended["status"], ended["output"]["retries"]) == ("SUCCEEDED", 2)


def test_a_function_stays_warm_after_an_error(tiny: Deployed) -> None:
    before = tiny.run("warm-before", act="see")["output"]["pid"]
    tiny.run("warm-break", act="break")
    assert tiny.run("warm-after", act="see")["output"]["pid"] == before


def test_a_caught_error_reaches_the_dead_letters(tiny: Deployed) -> None:
    tiny.engine.client("sqs").purge_queue(QueueUrl=tiny.outputs["DeadLettersUrl"])
    ended = tiny.run("broken", act="break")
    assert (ended["status"], why(ended)) == ("FAILED", "Broken")
    queued = tiny.engine.client("sqs").receive_message(QueueUrl=tiny.outputs["DeadLettersUrl"])
    letters = [json.loads(message["Body"]) for message in queued["Messages"]]
    assert letters == [{"error": "Broken", "execution": "broken"}]


def test_a_process_that_dies_is_an_error_and_the_next_call_gets_a_new_one(tiny: Deployed) -> None:
    assert why(tiny.run("die", act="die")) == "Runtime.ExitError"
    assert tiny.run("alive-again", act="see")["status"] == "SUCCEEDED"


def test_a_redriven_execution_goes_on_where_it_failed_and_knows_how_often(tiny: Deployed) -> None:
    sfn = tiny.engine.client("stepfunctions")
    arn = tiny.run("redriven", act="break")["executionArn"]
    sfn.redrive_execution(executionArn=arn)
    ended = tiny.ended(arn)
    assert (ended["status"], ended["redriveCount"]) == ("SUCCEEDED", 1)
    assert ended["output"]["mapped"] == [1], "one item for each redrive that the last state saw"
    events = sfn.get_execution_history(executionArn=arn)["events"]
    entered = [
        event.get("stateEnteredEventDetails", {"name": "(redriven)"})["name"]
        for event in events
        if event["type"].endswith("StateEntered") or event["type"] == "ExecutionRedriven"
    ]
    assert entered == ["Act", "DeadLetter", "Failed", "(redriven)", "Failed", "Act", "Each"]


def test_what_has_not_failed_cannot_be_redriven(tiny: Deployed) -> None:
    sfn = tiny.engine.client("stepfunctions")
    refused = sfn.exceptions.ExecutionNotRedrivable
    done = tiny.run("went-well", act="see")["executionArn"]
    with pytest.raises(refused):
        sfn.redrive_execution(executionArn=done)
    with pytest.raises(sfn.exceptions.ExecutionDoesNotExist):
        sfn.redrive_execution(executionArn=f"{done}-not")
    asleep = sfn.start_execution(
        stateMachineArn=tiny.outputs["StateMachineArn"],
        name="asleep",
        input=json.dumps({"act": "sleep", "seconds": 2}),
    )["executionArn"]
    with pytest.raises(refused):
        sfn.redrive_execution(executionArn=asleep)
    sfn.stop_execution(executionArn=asleep)

    def once_its_state_has_ended() -> bool | None:
        try:
            sfn.redrive_execution(executionArn=asleep)
        except refused:
            return None
        return True

    assert until(once_its_state_has_ended)
    assert tiny.ended(asleep)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("items", [0, 1, 3])
def test_a_map_over_a_computed_range_has_one_turn_for_each_number(
    tiny: Deployed, items: int
) -> None:
    ended = tiny.run(f"map-{items}", act="see", items=items)
    assert ended["output"]["mapped"] == list(range(1, items + 1))


def test_the_event_names_the_version_that_was_uploaded(tiny: Deployed) -> None:
    s3 = tiny.engine.client("s3")
    versions = {}
    for body in (b"first", b"second"):
        answer = s3.put_object(
            Bucket=tiny.outputs["Inbox"], Key="inbox/demo/roster/a.zip", Body=body
        )
        versions[answer["VersionId"]] = body

    def both() -> dict[str, bytes] | None:
        listed = s3.list_objects_v2(Bucket=tiny.outputs["Kept"]).get("Contents", [])
        keys = {item["Key"] for item in listed} & versions.keys()
        if len(keys) < len(versions):
            return None
        got = ((k, s3.get_object(Bucket=tiny.outputs["Kept"], Key=k)) for k in keys)
        return {key: answer["Body"].read() for key, answer in got}

    assert until(both) == versions


def test_an_upload_elsewhere_starts_nothing(tiny: Deployed) -> None:
    s3 = tiny.engine.client("s3")
    s3.put_object(Bucket=tiny.outputs["Inbox"], Key="staging/demo/b.zip", Body=b"b")
    s3.put_object(Bucket=tiny.outputs["Inbox"], Key="inbox/demo/roster/users.csv", Body=b"b")
    started = len(tiny.executions())
    tiny.run("after-elsewhere", act="see")
    assert len(tiny.executions()) == started + 1


def test_a_burst_of_uploads_runs_to_its_end(tiny: Deployed) -> None:
    s3, burst = tiny.engine.client("s3"), 30
    before = {execution["executionArn"] for execution in tiny.executions()}
    for number in range(burst):
        s3.put_object(Bucket=tiny.outputs["Inbox"], Key=f"inbox/c{number}/roster/a.zip", Body=b"x")

    def all_started() -> list[str] | None:
        new = {e["executionArn"] for e in tiny.executions()} - before
        return sorted(new) if len(new) == burst else None

    ends = [tiny.ended(arn)["status"] for arn in until(all_started)]
    assert ends == ["SUCCEEDED"] * burst
    assert len(_workers(tiny.engine.pid())) <= 2 * (os.cpu_count() or 1) + 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.org"},
        {"Host": "rebound.example.org"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    ],
)
def test_no_web_page_can_drive_the_engine(tiny: Deployed, headers: dict[str, str]) -> None:
    request = urllib.request.Request(f"{tiny.engine.url}/", headers=headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert answer.code == 403


def test_a_page_of_this_machine_follows_what_s3_has_signed_for_it(tiny: Deployed) -> None:
    signing, bucket = CONFIG.merge(Config(signature_version="s3v4")), tiny.outputs["Inbox"]
    s3 = session().client("s3", endpoint_url=tiny.engine.url, config=signing)
    s3.put_object(Bucket=bucket, Key="told.txt", Body=b"told")
    of_a_page = {"Sec-Fetch-Site": "same-site"}
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "told.txt"})
    assert requests.get(link, headers=of_a_page, timeout=10).text == "told"
    assert requests.get(link.partition("?")[0], headers=of_a_page, timeout=10).status_code == 403

    form = s3.generate_presigned_post(bucket, "sent.txt")
    sent = {"data": form["fields"], "files": {"file": b"sent"}, "timeout": 10}
    for origin in ({"Origin": "http://127.0.0.1:1"}, {"Origin": "null"}):
        assert requests.post(form["url"], headers=of_a_page | origin, **sent).ok
    assert s3.get_object(Bucket=bucket, Key="sent.txt")["Body"].read() == b"sent"
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://example.org"}
    assert requests.post(form["url"], headers=foreign, **sent).status_code == 403
    assert requests.post(form["url"], headers=of_a_page, data=b"x", timeout=10).status_code == 403


def test_the_engine_listens_on_loopback_only(tiny: Deployed) -> None:
    assert {host for host, _ in _listening(tiny.engine.pid())} == {"127.0.0.1"}


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Deployed]:
    """An engine of its own, for tests that stop it."""
    it = tiny_engine(tmp_path / "home", process.free_port())
    yield it
    it.engine.stop()


def test_a_clean_stop_keeps_everything_and_leaves_nothing_running(deployed: Deployed) -> None:
    engine = deployed.engine
    _put(deployed, "before")
    deployed.run("before", act="see")
    pid, workers = engine.pid(), _workers(engine.pid())
    engine.stop()
    assert [p for p in (pid, *workers) if process.alive(p)] == []
    assert not (engine.home / "tmp").exists()
    engine.start()
    assert _names(deployed) == ["before"]
    assert [e["name"] for e in deployed.executions()] == ["before"]
    assert deployed.run("after", act="see")["status"] == "SUCCEEDED"


def test_a_kill_loses_seconds_at_most(deployed: Deployed) -> None:
    engine = deployed.engine
    _put(deployed, "before")
    written = engine.home / "state" / "dynamodb.json"
    until(lambda: True if "before" in written.read_text() else None)
    deployed.run("warm", act="see")
    workers = _workers(engine.pid())
    os.kill(engine.pid(), signal.SIGKILL)
    until(lambda: True if not any(map(process.alive, workers)) else None)
    engine.start()
    assert _names(deployed) == ["before"]
    assert deployed.run("after-the-kill", act="see")["status"] == "SUCCEEDED"


def test_only_the_owner_can_read_what_the_engine_keeps(deployed: Deployed) -> None:
    deployed.run("see", act="see")
    deployed.engine.save()
    home = deployed.engine.home
    kept = [home, *(home / "state").iterdir(), *(home / "s3").rglob("*"), deployed.engine.log]
    assert [path for path in kept if path.stat().st_mode & 0o077] == []


def why(ended: dict[str, Any]) -> str:
    """The error that was caught, as the last state tells it."""
    return str(ended["cause"]).rpartition(": ")[2]


def _put(deployed: Deployed, name: str) -> None:
    table = deployed.engine.resource("dynamodb").Table(deployed.outputs["Table"])
    table.put_item(Item={"pk": name})


def _names(deployed: Deployed) -> list[str]:
    table = deployed.engine.resource("dynamodb").Table(deployed.outputs["Table"])
    return [item["pk"] for item in table.scan()["Items"]]


def _workers(pid: int) -> list[int]:
    """The child processes of ``pid``, as Linux tells them."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(word) for word in (task / "children").read_text().split()]
    return found


def _listening(pid: int) -> set[tuple[str, int]]:
    """Addresses and ports on which ``pid`` listens, as Linux tells them."""
    sockets = {str(f.readlink()) for f in Path(f"/proc/{pid}/fd").iterdir() if f.is_symlink()}
    found = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
            address, port = fields[1].split(":")
            host = ".".join(str(b) for b in reversed(bytes.fromhex(address)))
            found.add((host, int(port, 16)))
    return found
