"""The Report function over a run folder, whatever the stages before it left there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from functions.report.app import lambda_handler
from kakehashi.actions import Action, Kind, Situation
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.edges.runs import Folder
from kakehashi.edges.state import State
from kakehashi.findings import Place
from kakehashi.state_records import NO_RECORD, DropRecord
from tests.builders import a_pupil
from tests.lambdas import a_context
from tests.nights import RULES

CITY = "demo"
RUN_ID = "demo-20261110T020500-0a1b2c3d"
EXECUTION = "arn:aws:states:ap-northeast-1:123456789012:execution:RosterSync:night"
NOT_BEGUN = {"id": EXECUTION, "name": "one", "started": "2026-11-10T02:05:00Z"}
UMI = "00000000-0000-4000-8000-000000000001"
SCHOOL = "B108299900015"
NOW = datetime(2026, 11, 9, 17, 5, tzinfo=UTC)


def _call(event: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = lambda_handler(event, a_context("report"))
    return answer


def _event(verdict: str, **more: Any) -> dict[str, Any]:
    return {
        "run_id": RUN_ID,
        "city": CITY,
        "prefix": f"{CITY}/{RUN_ID}/",
        "mode": "sync",
        "as_of": "2026-11-10",
        "execution": EXECUTION,
        "verdict": verdict,
        "tools": ["lgate"],
        "counts": {},
        "seconds": {"receive": 0.5},
    } | more


@pytest.fixture
def mails(account: dict[str, str]) -> Any:
    """Everything that staff were sent."""
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="mails")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    boto3.client("sns").subscribe(
        TopicArn=account["TOPIC_ARN"], Protocol="sqs", Endpoint=arn["QueueArn"]
    )

    def read() -> list[str]:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        return [json.loads(m["Body"])["Message"] for m in answer.get("Messages", [])]

    return read


@pytest.fixture
def folder(account: dict[str, str]) -> Folder:
    return Folder(boto3.client("s3"), account["RUNS_BUCKET"], f"{CITY}/{RUN_ID}/")


@pytest.fixture
def state(account: dict[str, str]) -> State:
    state = State.of(account["TABLE"], CITY)
    state.take_lease(EXECUTION, NOW)
    return state


def _plan(folder: Folder, **more: Any) -> None:
    folder.put_json("drop.json", {"sha256": "ab", "bytes": 10, "received": NOW.isoformat()})
    folder.put_json("counts.json", {"pupils": 400})
    folder.put_json(
        "plan.json",
        {
            "checksum": "c0ffee",
            "counts": {"NEW": 2, "CONFIRMED": 398},
            "schools": {SCHOOL: {"NEW": 2}},
            "held": {"M001": [UMI]},
            "proposals": {"GONE": [], "UNLINKED": [], "EXPIRED": []},
            "breaches": [],
            "actions": {"create": 2},
        }
        | more,
    )
    finding = NO_PASSWORD.at(Place("users.csv", 12, "userIds"), pupil=UMI, school=SCHOOL)
    folder.put_findings("diff", [finding])


def _results(folder: Folder, *outcomes: str) -> None:
    rows = [
        {"line": n, "pupil": UMI, "kind": "create", "situation": "NEW", "outcome": o, "code": ""}
        for n, o in enumerate(outcomes, 1)
    ]
    folder.put_lines("results/0001.jsonl", rows)


def test_an_applied_night_is_written_remembered_told_and_gives_the_lease_back(
    folder: Folder, state: State, mails: Any
) -> None:
    _plan(folder)
    _results(folder, "done", "done")
    answer = _call(_event("apply"))
    summary = folder.get_json("summary.json")
    assert answer["verdict"] == summary["verdict"] == "applied"
    assert summary["held"] == {"M001": [UMI]}
    assert {"report.html", "report.xlsx", "summary.json"} <= set(folder.names())
    assert state.run(RUN_ID).verdict == "applied"
    assert (state.drop("ab").verdict, state.drop("ab").failed) == ("applied", 0)
    assert state.lease() is None
    [mail] = mails()
    assert "完了" in mail
    assert UMI not in mail


def test_a_failed_action_keeps_the_drop_open_for_another_try(folder: Folder, state: State) -> None:
    _plan(folder)
    _results(folder, "done", "failed")
    _call(_event("apply"))
    assert state.drop("ab").failed == 1


def test_a_night_without_account_actions_is_unchanged(folder: Folder, state: State) -> None:
    _plan(folder, actions={"record": 1})
    assert _call(_event("apply"))["verdict"] == "unchanged"


@pytest.mark.parametrize("verdict", ["refused", "awaiting-approval"])
def test_a_stopped_night_keeps_its_word(folder: Folder, state: State, verdict: str) -> None:
    _plan(folder)
    assert _call(_event(verdict))["verdict"] == verdict
    assert state.run(RUN_ID).verdict == verdict
    assert state.lease() is None


def test_a_stage_that_died_first_leaves_an_empty_folder_and_still_a_report(
    folder: Folder, state: State, mails: Any
) -> None:
    failed = {"stage": "validate", "error": "MemoryError"}
    assert _call(_event("go", failed=failed))["verdict"] == "failed"
    assert folder.get_json("summary.json")["findings"] == {"I001": 1}
    assert [f.row() for f in folder.findings("report")] == [("", None, None, "I001")]
    assert state.lease() is None
    assert "検査で停止" in mails()[0]


def test_a_tool_that_failed_is_named_and_the_night_has_failed(folder: Folder, state: State) -> None:
    _plan(folder)
    _results(folder, "done", "done")
    failed = {"stage": "deliver", "error": "KeyError", "tools": ["lgate"]}
    _call(_event("apply", failed=failed))
    assert folder.get_json("summary.json")["verdict"] == "failed"
    assert [f.code for f in folder.findings("report")] == ["I004"]


def test_the_name_of_an_error_that_could_say_too_much_is_not_repeated(
    folder: Folder, state: State
) -> None:
    failed = {"stage": "validate", "error": "佐藤 陽菜 not found"}
    _call(_event("go", failed=failed))
    assert "佐藤" not in (folder.need("report.html") + folder.need("summary.json")).decode()


def test_a_rehearsal_writes_nothing_outside_its_folder(folder: Folder, account: Any) -> None:
    _plan(folder)
    _call(_event("rehearsed", mode="rehearse", execution=""))
    state = State.of(account["TABLE"], CITY)
    assert folder.get_json("summary.json")["verdict"] == "rehearsed"
    assert (state.run(RUN_ID), state.drop("ab")) == (NO_RECORD, DropRecord())


def test_a_repeated_drop_leaves_the_first_ones_record_alone(
    folder: Folder, state: State, mails: Any
) -> None:
    folder.put_json("drop.json", {"sha256": "ab", "received": NOW.isoformat()})
    state.note_drop("ab", verdict="applied", run_id="the first")
    _call(_event("already-done"))
    assert folder.get_json("summary.json")["verdict"] == "already-done"
    assert state.drop("ab") == DropRecord(verdict="applied", run_id="the first")
    assert state.run(RUN_ID) == NO_RECORD
    assert state.lease() is None
    assert mails() == []


def test_a_refused_approval_leaves_the_plan_waiting(folder: Folder, state: State) -> None:
    state.note_run(RUN_ID, verdict="awaiting-approval")
    _call(_event("refused", mode="apply", prefix=f"{CITY}/{RUN_ID}/approvals/a/"))
    assert state.run(RUN_ID).verdict == "awaiting-approval"
    last = state.run(RUN_ID).last_approval
    assert last is not None
    assert last.verdict == "refused"
    assert "approvals/a/report.html" in folder.names()
    assert state.lease() is None


def test_reporting_twice_changes_nothing(folder: Folder, state: State) -> None:
    _plan(folder)
    _results(folder, "done", "done")
    _call(_event("apply"))
    first = folder.get_json("summary.json")
    _call(_event("apply"))
    assert folder.get_json("summary.json") == first


def test_pupils_are_compared_with_the_night_before(folder: Folder, state: State) -> None:
    before = "demo-20261109T020500-0a1b2c3d"
    state.note_run(before, verdict="applied", as_of="2026-11-09", pupils=398)
    _plan(folder)
    _call(_event("apply"))
    assert "(+2)" in folder.need("report.html").decode()


@pytest.mark.parametrize(
    "given",
    [
        {"action": "rerun", "city": CITY},
        {"action": "apply", "run_id": RUN_ID},
        {"detail": {"object": {"key": f"inbox/{CITY}/roster/RO_20261110_089991.zip"}}},
    ],
)
def test_when_receive_failed_the_lease_goes_back_and_staff_are_told(
    given: dict[str, Any], state: State, folder: Folder, mails: Any
) -> None:
    failed = {"stage": "receive", "error": "BadConfiguration"}
    state.note_run(RUN_ID, verdict="awaiting-approval")
    answer = _call({"failed": failed, "input": given, "execution": NOT_BEGUN})
    assert (answer["verdict"], answer["city"]) == ("failed", CITY)
    assert state.lease() is None
    assert state.run(RUN_ID).verdict == "awaiting-approval", "a failed approval changes nothing"
    left = Folder(folder.s3, folder.bucket, answer["prefix"]).names()
    assert {"report.html", "report.xlsx", "summary.json"} <= set(left)
    assert "受領で停止" in mails()[0]


def test_an_input_that_names_no_city_is_told_all_the_same(account: Any, mails: Any) -> None:
    failed = {"stage": "receive", "error": "BadConfiguration"}
    event = {"failed": failed, "input": {"city": "../x"}, "execution": NOT_BEGUN}
    assert _call(event) == {"verdict": "failed"}
    assert "市不明" in mails()[0]


def _transfer(folder: Folder) -> None:
    """One pupil came and got an account, on a night like any other."""
    _plan(folder, serial=3)
    folder.put("city.toml", RULES, "application/toml")
    after = replace(a_pupil(1), id=UMI, grade="P3", school=SCHOOL)
    action = Action(UMI, Kind.CREATE, Situation.NEW, None, after)
    folder.put_lines("actions/0001.jsonl", [action.to_json()])
    _results(folder, "done")


def test_a_transfer_is_added_to_what_the_school_year_has_saved(
    folder: Folder, state: State
) -> None:
    last_year, earlier = "demo-20260331T020500-0a1b2c3d", "demo-20260402T020500-0a1b2c3d"
    state.note_run(last_year, transfers=9, transfers_in_systems=99, rolled_over=())
    state.note_run(earlier, transfers=1, transfers_in_systems=3, rolled_over=(SCHOOL,))
    _transfer(folder)
    _call(_event("apply"))
    assert folder.get_json("summary.json")["saved"] == {
        "since": "2026-04-01",
        "person_days": 0.32,  # six in systems at 0.02, a school at 0.2
        "transfers": 2,
        "transfers_in_systems": 6,
        "schools": 1,
    }


def test_a_transfer_that_is_reported_twice_counts_once(folder: Folder, state: State) -> None:
    _transfer(folder)
    _call(_event("apply"))
    _call(_event("apply"))
    assert folder.get_json("summary.json")["saved"]["transfers"] == 1
    assert state.run(RUN_ID).transfers_in_systems == 3


def test_an_undo_takes_back_what_had_been_saved(folder: Folder, state: State) -> None:
    before = "demo-20261109T020500-0a1b2c3d"
    state.note_run(before, transfers=1, transfers_in_systems=3, rolled_over=())
    _transfer(folder)
    folder.put_json("plan.json", folder.get_json("plan.json") | {"undoes": before})
    _call(_event("apply", mode="undo"))
    assert folder.get_json("summary.json")["saved"]["person_days"] == 0


def test_each_school_with_something_to_say_gets_a_workbook_of_its_own(
    folder: Folder, state: State
) -> None:
    _plan(folder)
    _call(_event("apply"))
    assert folder.names("schools/") == [f"schools/{SCHOOL}.xlsx"]
    assert folder.get_json("summary.json")["schools"] == [f"schools/{SCHOOL}.xlsx"]


def test_the_report_of_a_city_that_reads_english_opens_in_english(
    folder: Folder, state: State, mails: Any
) -> None:
    _plan(folder)
    folder.put("city.toml", 'language = "en"\n' + RULES, "application/toml")
    _call(_event("awaiting-approval"))
    assert '<html lang="en">' in folder.need("report.html").decode()
    assert "Waiting for approval" in mails()[0]
