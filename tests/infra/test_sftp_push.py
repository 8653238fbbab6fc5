"""The push over SFTP, walked: what AWS Transfer Family is asked, and how a failure is told.

The service is a stand-in, but each call and answer is held against the model of the real client.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.stub import Stubber

from kakehashi.edges.deliver import announcements
from local.engine.deploy import read_template
from tests.infra.conftest import ROOT
from tests.walker import Execution, Machine, StateError

CONNECTOR = "c-0123456789abcdef0"
VALUES = {"ConnectorId": CONNECTOR, "RemoteDirectory": "/in", "DeadLettersUrl": "https://queue",
          "Options": "--stack kakehashi"}  # fmt: skip
MACHINE = "arn:aws:states:ap-northeast-1:123456789012:execution:kakehashi-SftpPush:one"
SDK = "arn:aws:states:::aws-sdk:transfer:"
KEY = "outbox/tsukuba/interactive_study/2026-11-24/RO_20261124_082201.zip"
NOTE = {
    "city": "tsukuba", "tool": "interactive_study", "run_id": "tsukuba-20261124T020000-0",
    "as_of": "2026-11-24", "mode": "delta", "follows": "", "bucket": "outbox", "pupils": 2,
    "files": [{"key": KEY, "sha256": "0" * 64, "rows": {"users.csv": 2}}],
}  # fmt: skip


@dataclass
class Family:
    """AWS Transfer Family, which answers a look with the next of ``statuses``, the last for ever.

    ``trouble`` are the errors of the first calls, by operation.
    """

    statuses: list[str]
    trouble: dict[str, list[str]] = field(default_factory=dict)
    started: list[dict[str, Any]] = field(default_factory=list)
    looks: int = 0
    letters: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, resource: str, arguments: dict[str, Any]) -> Any:
        if resource == "arn:aws:states:::sqs:sendMessage":
            self.letters.append(json.loads(json.dumps(arguments["MessageBody"])))
            return {"MessageId": "m"}
        name = resource.removeprefix(SDK)
        operation = name[0].upper() + name[1:]
        if left := self.trouble.get(operation):
            raise StateError(left.pop(0))
        return checked(operation, arguments, getattr(self, f"_{xform_name(operation)}")(arguments))

    def _start_file_transfer(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self.started.append(arguments)
        return {"TransferId": "t-1"}

    def _list_file_transfer_results(self, _arguments: dict[str, Any]) -> dict[str, Any]:
        status = self.statuses[min(self.looks, len(self.statuses) - 1)]
        self.looks += 1
        results = [{"FilePath": f"/outbox/{KEY}", "StatusCode": status}] if status else []
        return {"FileTransferResults": results}


def checked(
    operation: str, arguments: Mapping[str, Any], answer: dict[str, Any], service: str = "transfer"
) -> Any:
    """``answer``, where the real client takes both. Raises what botocore raises."""
    client = boto3.client(  # type: ignore[call-overload]
        service,
        region_name="ap-northeast-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    with Stubber(client) as stubber:
        stubber.add_response(xform_name(operation), answer, dict(arguments))
        return getattr(client, xform_name(operation))(**arguments)


@pytest.fixture
def event(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """RosterDelivered, as Deliver announces it and the bus hands it on."""
    put: list[dict[str, Any]] = []

    class Bus:
        def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, int]:  # noqa: N803
            put.extend(Entries)
            return {"FailedEntryCount": 0}

    monkeypatch.setattr("boto3.client", lambda _service: Bus())
    announcements.announce(NOTE)
    monkeypatch.undo()
    (entry,) = put
    detail = json.loads(entry["Detail"])
    return {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": detail}


def machine(family: Family) -> Machine:
    return Machine((ROOT / "infra" / "sftp_push.asl.yaml").read_text("utf-8"), VALUES, family)


def push(event: dict[str, Any], family: Family) -> Execution:
    return machine(family).run(event, "one", MACHINE, "2026-11-24T02:00:00Z")


def test_a_file_is_sent_once_and_the_push_ends_when_the_transfer_does(
    event: dict[str, Any],
) -> None:
    family = Family(["", "QUEUED", "IN_PROGRESS", "COMPLETED"])
    walk = push(event, family)
    assert (walk.status, walk.history[-1], family.looks) == ("SUCCEEDED", "Done", 4)
    assert family.started == [
        {
            "ConnectorId": CONNECTOR,
            "SendFilePaths": [f"/outbox/{KEY}"],
            "RemoteDirectoryPath": "/in",
        }
    ]
    assert family.letters == []


def test_a_hiccup_of_the_service_is_tried_again(event: dict[str, Any]) -> None:
    trouble = {
        "StartFileTransfer": ["Transfer.ThrottlingException"],
        "ListFileTransferResults": ["Transfer.InternalServiceErrorException"],
    }
    family = Family(["COMPLETED"], trouble)
    assert (push(event, family).status, family.letters) == ("SUCCEEDED", [])


@pytest.mark.parametrize(
    ("family", "error"),
    [
        (Family(["FAILED"]), "TransferFailed"),
        (Family(["IN_PROGRESS"]), "TransferEndless"),
        (Family([""]), "TransferEndless"),
        (Family([], {"StartFileTransfer": ["Transfer.AccessDenied"] * 9}), "Transfer.AccessDenied"),
        (Family([], {"ListFileTransferResults": ["Transfer.Gone"] * 9}), "Transfer.Gone"),
    ],
    ids=["failed", "endless", "unknown", "not started", "not seen"],
)
def test_a_push_that_fails_ends_red_and_lies_in_the_dead_letters_to_be_pushed_again(
    event: dict[str, Any], family: Family, error: str
) -> None:
    walk = push(event, family)
    assert (walk.status, walk.history[-1]) == ("FAILED", "Failed")
    (letter,) = family.letters
    assert (letter["stage"], letter["error"], letter["tools"]) == (
        "sftp-push", error, ["interactive_study"],
    )  # fmt: skip
    assert (letter["city"], letter["run_id"]) == (NOTE["city"], NOTE["run_id"])
    well = Family(["COMPLETED"])
    assert push(letter["again"], well).status == "SUCCEEDED"
    assert well.started[0]["SendFilePaths"] == [f"/outbox/{KEY}"]


def test_a_push_that_failed_can_be_redriven_and_is_red_again_while_nothing_is_mended(
    event: dict[str, Any],
) -> None:
    broken, mended = Family(["FAILED"]), Family(["COMPLETED"])
    once = push(event, broken)
    twice = machine(broken).redrive(once, "2026-11-24T03:00:00Z")
    assert (twice.status, len(broken.letters)) == ("FAILED", 2)
    assert machine(mended).redrive(twice, "2026-11-24T04:00:00Z").status == "SUCCEEDED"
    assert mended.started[0]["SendFilePaths"] == [f"/outbox/{KEY}"]


def test_a_transfer_is_given_up_before_the_execution_is_timed_out(event: dict[str, Any]) -> None:
    family = Family(["IN_PROGRESS"])
    walk, definition = push(event, family), machine(family).definition
    waited = walk.history.count("Wait") * definition["States"]["Wait"]["Seconds"]
    assert 1800 <= waited <= definition["TimeoutSeconds"] / 2


# -- who may do it ---------------------------------------------------------------------------------


def allowed(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Action → the resource it is allowed on."""
    (policy,) = resource["Properties"]["Policies"]
    found: dict[str, Any] = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            found[action.casefold()] = statement["Resource"]
    return found


def test_the_machine_may_do_what_it_does_and_write_its_log_alone() -> None:
    template = read_template((ROOT / "template.yaml").read_text(encoding="utf-8"))
    done = {
        resource.removeprefix("arn:aws:states:::").removeprefix("aws-sdk:").casefold()
        for state in machine(Family([])).definition["States"].values()
        if (resource := state.get("Resource", ""))
    }
    may = allowed(template["Resources"]["SftpPushRole"])
    to_write_its_log = {action for action in may if action.startswith("logs:")}
    assert template["Resources"]["SftpPush"]["Properties"]["Logging"]["Destinations"]
    assert may.keys() - to_write_its_log == done
    may = {action: to for action, to in may.items() if action in done}
    assert may["sqs:sendmessage"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    del may["sqs:sendmessage"]
    assert all(to == {"Fn::GetAtt": ["SftpConnector", "Arn"]} for to in may.values())
