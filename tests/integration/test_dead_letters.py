"""Dead letters: read by a person, started again at any time, in any order, any number of times."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kakehashi.edges.errors import TryLater
from kakehashi.edges.runs import Folder, made_on, prefix_of
from kakehashi_console.cli.dlq import lines
from kakehashi_console.dead_letters import DeadLetter, DeadLetterQueue
from tests.builders import a_drop, a_pupil
from tests.images import afterwards
from tests.integration.test_night import (
    assert_everybody_has_exactly,
    known,
    passwords,
    users_of,
)
from tests.lambdas import Killed
from tests.nights import EXECUTION, STAGES, Night, Nights
from tests.walker import Stopped

MACHINE = EXECUTION.replace(":execution:", ":stateMachine:").rstrip(":")
UPLOAD = "inbox/demo/roster/2026-11-24.zip"


@dataclass
class Office:
    """The stack as `kakehashi` sees it: AWS is moto, the state machine and Lambda are ours."""

    nights: Nights
    options: str = ""

    def outputs(self) -> Mapping[str, str]:
        url = self.nights.names["DEAD_LETTERS_URL"]
        return {"DeadLettersUrl": url, "StateMachineArn": MACHINE, "DriftFunction": "drift"}

    def client(self, service: str) -> Any:
        if service in {"stepfunctions", "lambda"}:
            return self
        return boto3.client(service)  # type: ignore[call-overload]

    def resource(self, service: str) -> Any:
        return boto3.resource(service)  # type: ignore[call-overload]

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> dict[str, str]:  # noqa: A002, N803
        if stateMachineArn != MACHINE:
            code = "StateMachineDoesNotExist"
            raise ClientError({"Error": {"Code": code, "Message": code}}, "StartExecution")
        night = self.nights.start(json.loads(input))
        return {"executionArn": night.execution.context["Execution"]["Id"]}

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        assert InvocationType == "Event"
        self.nights.lambdas.invoke(FunctionName.rpartition(":")[2], json.loads(Payload))
        return {}


@dataclass
class Desk:
    nights: Nights
    queue: DeadLetterQueue

    def read(self) -> list[DeadLetter]:
        letters = self.queue.read()
        self.queue.release(letters)
        return letters

    def redrive(self, left: int = 0) -> list[str]:
        """Everything there is; the inputs that were started. ``left`` letters stay."""
        letters = self.queue.read()
        started = [again.text() for again, _ in self.queue.redrive(letters)]
        self.queue.release(letters)
        assert len(self.read()) == left
        return started

    def put(self, body: Any, **attributes: str) -> None:
        """A message as AWS itself writes it."""
        told = {k: {"DataType": "String", "StringValue": v} for k, v in attributes.items()}
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        self.queue.sqs.send_message(
            QueueUrl=self.queue.url, MessageBody=text, MessageAttributes=told
        )

    def bodies(self) -> list[dict[str, Any]]:
        """Takes everything out."""
        return self.nights.letters()


@pytest.fixture
def desk(nights: Nights) -> Desk:
    afterwards(nights, three_are_known)
    return Desk(nights, DeadLetterQueue(Office(nights)))


def three_are_known(nights: Nights) -> None:
    nights.given(known(3))
    assert nights.run(a_drop(3).zip()).verdict == "unchanged"


def killed(nights: Nights, stage: str, pupils: int = 4) -> Night:
    nights.lambdas.trouble(stage, "before", Killed())
    night = nights.run(a_drop(pupils).zip(), passwords=passwords(pupils))
    assert night.status == "FAILED"
    return night


def upload_event(nights: Nights, pupils: int, key: str = UPLOAD) -> dict[str, Any]:
    """A roster that lies in the inbox, and the event that nobody received."""
    nights.put_passwords(passwords(pupils))
    version = nights.put("INBOX_BUCKET", key, a_drop(pupils).zip())
    return {"detail": {"object": {"key": key, "version-id": version}}}


def accepted(nights: Nights, run_id: str) -> list[str]:
    """The codes that a waiting plan asks a person to accept."""
    folder = Folder(boto3.client("s3"), nights.names["RUNS_BUCKET"], prefix_of(run_id))
    return sorted({breach["code"] for breach in folder.get_json("summary.json")["breaches"]})


def zips(nights: Nights) -> dict[str, bytes]:
    """What the tools were given; the notes beside it name the newest run."""
    return {key: body for key, body in nights.outbox().items() if key.endswith(".zip")}


# -- reading ---------------------------------------------------------------------------------------


def test_a_letter_tells_run_stage_error_what_was_done_and_how_to_run_again(desk: Desk) -> None:
    night = killed(desk.nights, "diff")
    (letter,) = desk.read()
    head, *rest = lines(letter)
    assert head.startswith(letter.id[:8])
    assert head.endswith("demo  差分 diff: Runtime.ExitError")
    assert rest == [
        f"  実行 run: {night.run['run_id']}",
        "  済んだこと done: 受領、検査、整形",
        '  やり直し again: {"action": "rerun", "city": "demo"}',
    ]


def test_an_event_that_started_nothing_tells_its_city_and_why(desk: Desk) -> None:
    event = upload_event(desk.nights, 4)
    desk.put(event, TARGET_ARN=MACHINE, ERROR_CODE="NO_PERMISSIONS", RULE_ARN="rule")
    (letter,) = desk.read()
    assert (letter.city, letter.stage, letter.error) == ("demo", "start", "NO_PERMISSIONS")
    assert "実行の開始 start" in next(lines(letter))


@pytest.mark.parametrize("body", ["not json", "[]", {"stage": "diff", "again": {"action": "?"}}])
def test_what_says_nothing_useful_is_shown_and_starts_nothing(desk: Desk, body: Any) -> None:
    desk.put(body)
    (letter,) = desk.read()
    assert list(lines(letter))[-1] == "  やり直し again: なし / nothing to start"
    assert list(desk.queue.redrive([letter])) == []
    assert [one.id for one in desk.read()] == [letter.id], "it waits for somebody to drop it"
    desk.queue.drop(desk.queue.read())
    assert desk.read() == []


# -- starting again --------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["receive", "deliver"])
def test_redriving_ends_as_the_night_would_have_ended_and_takes_the_letter_away(
    desk: Desk, stage: str
) -> None:
    killed(desk.nights, stage)
    assert len(desk.redrive()) == 1
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 5)])


def test_a_letter_redriven_twice_or_after_somebody_ran_it_again_changes_nothing(
    desk: Desk,
) -> None:
    killed(desk.nights, "provision")
    (body,) = desk.bodies()
    assert desk.nights.rerun().verdict == "applied", "somebody was quicker"
    writes = desk.nights.tenant.count("writes")
    files = zips(desk.nights)
    for _ in range(2):
        desk.put(body)
        desk.redrive()
    assert desk.nights.tenant.count("writes") == writes
    assert zips(desk.nights) == files


def test_letters_redriven_in_the_wrong_order_leave_the_newest_roster(desk: Desk) -> None:
    killed(desk.nights, "receive", 4)
    (older,) = desk.bodies()
    desk.nights.tomorrow()
    killed(desk.nights, "receive", 5)
    desk.redrive()
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 6)])
    desk.put(older)
    writes = desk.nights.tenant.count("writes")
    desk.redrive()
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 6)])
    assert desk.nights.tenant.count("writes") == writes, "an older export is not taken in"


def test_a_late_event_of_an_older_drop_does_not_stand_between_a_letter_and_its_drop(
    desk: Desk,
) -> None:
    desk.nights.tomorrow()
    desk.nights.put_passwords(passwords(4))
    killed(desk.nights, "diff", 5)
    late = "inbox/demo/roster/2026-11-01.zip"
    desk.nights.put("INBOX_BUCKET", late, a_drop(3).shuffled().zip())
    desk.nights.start(desk.nights.event_of(late))
    desk.redrive()
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 6)])


def test_letters_that_say_the_same_start_one_run(desk: Desk) -> None:
    desk.nights.tenant.settings(quota=len(desk.nights.tenant.users()))
    night = desk.nights.run(a_drop(5).zip(), passwords=passwords(4, 5))
    assert [letter.error for letter in desk.read()] == ["M008"] * 2
    assert {letter.run_id for letter in desk.read()} == {night.run["run_id"]}
    desk.nights.tenant.settings(quota=100)
    assert desk.redrive() == ['{"action": "rerun", "city": "demo"}']
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 6)])


def test_a_letter_stays_until_a_run_that_heals_it_has_ended_well(desk: Desk) -> None:
    killed(desk.nights, "diff")
    desk.nights.lambdas.trouble("preprocess", "before", Killed())
    desk.redrive(left=2)
    desk.redrive()
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 5)])


def test_a_letter_leaves_when_the_next_night_heals_it_and_nobody_redrove_it(desk: Desk) -> None:
    killed(desk.nights, "provision")
    assert len(desk.read()) == 1
    desk.nights.tomorrow()
    assert desk.nights.run(a_drop(4).shuffled().zip()).verdict == "applied"
    assert desk.read() == []


def test_letters_about_single_pupils_stay_while_pupils_still_fail(desk: Desk) -> None:
    desk.nights.tenant.settings(quota=len(desk.nights.tenant.users()))
    desk.nights.run(a_drop(5).zip(), passwords=passwords(4, 5))
    desk.redrive(left=4)
    desk.nights.tenant.settings(quota=100)
    desk.redrive()


def test_an_upload_that_started_nothing_is_taken_in(desk: Desk) -> None:
    desk.put(upload_event(desk.nights, 4), TARGET_ARN=MACHINE, ERROR_CODE="THROTTLED")
    desk.redrive()
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 5)])


def test_a_comparison_that_failed_is_made_again(desk: Desk) -> None:
    desk.put({}, RequestID="r", ErrorCode="200", ErrorMessage="Unauthorized (401)")
    desk.put({"only": "credential"}, TARGET_ARN="arn:aws:lambda:x:1:function:drift", ERROR_CODE="?")
    assert {letter.stage for letter in desk.read()} == {"drift"}
    assert set(desk.redrive()) == {"{}", '{"only": "credential"}'}
    written = desk.nights.everything()
    assert any("/drift/" in key for key in written), "the page is there"


def test_a_tool_that_asked_for_everything_anew_gets_everything(desk: Desk) -> None:
    before = desk.nights.outbox()
    desk.nights.tomorrow()
    desk.nights.lambdas.trouble("deliver", "before", Killed())
    order = {"action": "deliver", "city": "demo", "tool": "lgate", "full": True, "by": "教育 花子"}
    assert desk.nights.start(order).status == "FAILED"
    (letter,) = desk.read()
    assert letter.tools == ("lgate",)
    assert "花子" not in json.dumps(letter.to_json(), ensure_ascii=False)
    (again,) = desk.redrive()
    assert json.loads(again)["full"] is True
    new = desk.nights.outbox().keys() - before.keys()
    assert any("/lgate/" in key for key in new)


def test_the_rest_of_an_undo_is_undone_and_the_bad_roster_is_not_taken_in_again(
    desk: Desk,
) -> None:
    night = desk.nights.run(a_drop(5).zip(), passwords=passwords(4, 5))
    assert night.verdict == "applied"
    desk.nights.lambdas.trouble("diff", "before", Killed())
    assert desk.nights.undo(night.run["run_id"]).status == "FAILED"
    (again,) = desk.redrive(left=1)
    assert json.loads(again)["run_id"] == night.run["run_id"]
    assert len(users_of(desk.nights)) == 5, "the plan waits for somebody"
    newest = desk.nights.state.runs(1)[0]
    assert newest.verdict == "awaiting-approval"
    waiting = newest.run_id
    summary = desk.nights.state.run(waiting)
    desk.nights.start({"action": "apply", "run_id": waiting, "checksum": summary.checksum,
                       "accept": accepted(desk.nights, waiting), "by": "教育総務課"})  # fmt: skip
    assert desk.read() == [], "now it is undone"


def test_what_cannot_be_started_stays_in_the_queue(desk: Desk) -> None:
    body = {"execution": EXECUTION.replace("RosterSync", "Gone") + "x", "again": {"detail": {}}}
    desk.put(body | {"stage": "sftp-push", "error": "TransferFailed"})
    letters = desk.queue.read()
    with pytest.raises(ClientError):
        list(desk.queue.redrive(letters))
    desk.queue.release(letters)
    assert len(desk.read()) == 1


# -- what the console's button "Redrive" does ------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES)
def test_an_execution_redriven_before_its_cause_is_mended_is_red_again_and_later_ends_well(
    desk: Desk, stage: str
) -> None:
    night = killed(desk.nights, stage)
    assert len(desk.bodies()) == 1
    desk.nights.lambdas.trouble(stage, "before", Killed())
    again = desk.nights.redrive(night)
    assert (again.status, again.why) == ("FAILED", "Runtime.ExitError")
    entered = again.history[len(night.history) :]
    assert entered[:2] == ["Failed", "Receive"]
    assert entered[-4:] == ["Again", "DeadLetter", "ReportFailure", "Failed"]
    (letter,) = desk.bodies()
    assert letter["stage"] == stage
    assert desk.nights.state.lease() is None

    well = desk.nights.redrive(again)
    done = "applied" if STAGES.index(stage) <= STAGES.index("provision") else "unchanged"
    assert (well.status, well.verdict, well.history[-1]) == ("SUCCEEDED", done, "Done")
    assert well.run["run_id"] != night.run.get("run_id"), "a run of its own"
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 5)])
    assert desk.bodies() == []


@pytest.mark.parametrize("stage", ["receive", "provision"])
def test_redrive_starts_what_the_dead_letter_says(desk: Desk, stage: str) -> None:
    night = killed(desk.nights, stage)
    (letter,) = desk.bodies()
    again = desk.nights.redrive(night)
    taken = again.execution.payloads[again.history.index("Receive", len(night.history))]
    assert taken == letter["again"]


@pytest.mark.parametrize(
    "order",
    [
        {"action": "deliver", "city": "demo", "tool": "lgate", "full": True, "by": "教育 花子"},
        {"action": "rehearse", "city": "demo", "drop": UPLOAD},
        {"action": "rerun", "city": "demo"},
    ],
)
def test_what_a_person_asked_for_is_done_when_redriven(desk: Desk, order: dict[str, Any]) -> None:
    desk.nights.tomorrow()
    desk.nights.put("INBOX_BUCKET", UPLOAD, a_drop(3).zip())
    stage = "deliver" if order["action"] == "deliver" else "diff"
    desk.nights.lambdas.trouble(stage, "before", Killed())
    night = desk.nights.start(order)
    assert night.status == "FAILED"
    again = desk.nights.redrive(night)
    assert (again.status, again.run["mode"]) == ("SUCCEEDED", order["action"])
    assert "花子" not in json.dumps(again.run, ensure_ascii=False)


def test_days_later_a_redriven_execution_is_a_run_of_its_own_day(desk: Desk) -> None:
    night = killed(desk.nights, "diff")
    desk.nights.go_to(desk.nights.clock.date() + timedelta(days=9))
    desk.nights.lambdas.trouble("receive", "after", TryLater("busy"))  # its state tries again
    again = desk.nights.redrive(night)
    assert (again.status, again.verdict) == ("SUCCEEDED", "applied")
    newest, older, *_ = desk.nights.state.runs()
    assert older.run_id == night.run["run_id"], "two attempts of Receive are one run"
    assert newest.run_id == again.run["run_id"]
    begun, today = made_on(again.run["run_id"]), desk.nights.clock.date()
    assert (begun, again.run["as_of"]) == (today, today.isoformat())


def test_an_execution_whose_failure_could_not_even_be_told_is_redriven_all_the_same(
    desk: Desk,
) -> None:
    desk.nights.lambdas.trouble("report", "before", Killed())
    night = killed(desk.nights, "provision")
    assert night.history[-2:] == ["ReportFailure", "Failed"]
    lease = desk.nights.state.lease()
    assert lease is not None, "nobody gave it back"
    assert lease.owner == night.run["execution"]
    again = desk.nights.redrive(night)
    assert (again.status, again.verdict) == ("SUCCEEDED", "applied")
    assert desk.nights.state.lease() is None
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 5)])


def test_redriving_after_somebody_ran_it_again_changes_nothing(desk: Desk) -> None:
    night = killed(desk.nights, "provision")
    desk.redrive()
    before, writes = zips(desk.nights), desk.nights.tenant.count("writes")
    again = desk.nights.redrive(night)
    assert (again.status, again.verdict) == ("SUCCEEDED", "unchanged")
    assert (zips(desk.nights), desk.nights.tenant.count("writes")) == (before, writes)


@pytest.mark.parametrize("stage", STAGES)
def test_redriving_an_execution_that_was_stopped_goes_on_where_it_was(
    desk: Desk, stage: str
) -> None:
    """One that was stopped by hand, or by the clock, has not come to its last state."""
    desk.nights.lambdas.trouble(stage, "before", Stopped())
    night = desk.nights.run(a_drop(4).zip(), passwords=passwords(4))
    assert night.status == "ABORTED"
    again = desk.nights.redrive(night)
    assert (again.status, again.history[-1]) == ("SUCCEEDED", "Done")
    assert again.history.count("Receive") == (2 if stage == "receive" else 1)
    assert_everybody_has_exactly(desk.nights, [a_pupil(n) for n in range(1, 5)])


def test_a_stopped_execution_that_others_have_overtaken_is_refused_and_then_starts_anew(
    desk: Desk,
) -> None:
    desk.nights.lambdas.trouble("provision", "before", Stopped())
    night = desk.nights.run(a_drop(4).zip(), passwords=passwords(4))
    assert desk.nights.rerun().verdict == "applied", "it takes over the lease of the dead"
    writes = desk.nights.tenant.count("writes")
    late = desk.nights.redrive(night)
    assert (late.status, late.why) == ("FAILED", "Overtaken")
    assert len(desk.bodies()) == 1
    again = desk.nights.redrive(late)
    assert (again.status, again.verdict) == ("SUCCEEDED", "unchanged")
    assert desk.nights.tenant.count("writes") == writes
