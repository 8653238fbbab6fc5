"""What the picture of the state machine promises, checked on the state machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonata
import pytest
import yaml

from tests.infra.conftest import ROOT, STAGES

LAMBDA = "arn:aws:states:::lambda:invoke"


def all_states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state, those within a Map as well."""
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from all_states(state["ItemProcessor"])


def successors(state: dict[str, Any], *, caught: bool = True) -> set[str]:
    steps = {state.get("Next"), state.get("Default")}
    steps |= {choice["Next"] for choice in state.get("Choices", [])}
    if caught:
        steps |= {catcher["Next"] for catcher in state.get("Catch", [])}
    return {step for step in steps if step}


def reachable(machine: dict[str, Any], start: str) -> set[str]:
    seen: set[str] = set()
    ahead = {start}
    while ahead:
        name = ahead.pop()
        seen.add(name)
        ahead |= successors(machine["States"][name]) - seen
    return seen


def lambda_tasks(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {n: s for n, s in all_states(machine) if s.get("Resource") == LAMBDA}


def test_a_stage_is_a_state_a_folder_and_a_function(
    machine: dict[str, Any], resources: dict[str, dict[str, Any]]
) -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert folders - {"launch", "staff", "passwords", "drift"} == set(STAGES)
    assert {stage.capitalize() for stage in STAGES} <= set(machine["States"])
    for stage in STAGES:
        function = resources[f"{stage.capitalize()}Function"]["Properties"]
        assert function["CodeUri"] == f"functions/{stage}"


def test_the_stages_come_in_the_order_of_the_night(machine: dict[str, Any]) -> None:
    named = [name for name in machine["States"] if name.lower() in STAGES]
    assert [name.lower() for name in named] == list(STAGES)


# What Lambda itself fails with for a moment, as "Handle transient Lambda service exceptions" of the
# Step Functions developer guide names it, and a call too many.
PASSING = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.SdkClientException",
    "Lambda.AWSLambdaException",
    "Lambda.ClientExecutionTimeoutException",
)

# What we raise for a moment; Receive, which asks no directory, waits for a lease alone.
OURS = ("TryLater", "LostRace", "Throttled", "DirectoryDown", "SignInBusy")


def test_every_lambda_task_retries_named_errors_only_and_backs_off(
    machine: dict[str, Any],
) -> None:
    for name, state in lambda_tasks(machine).items():
        assert state["Retry"], name
        for retrier in state["Retry"]:
            assert not [e for e in retrier["ErrorEquals"] if e.startswith("States.")], name
            wanted = {"IntervalSeconds", "BackoffRate", "MaxDelaySeconds", "MaxAttempts"}
            assert wanted <= retrier.keys(), name
            assert retrier["JitterStrategy"] == "FULL", name
        retried = [error for retrier in state["Retry"] for error in retrier["ErrorEquals"]]
        ours = OURS[:1] if name == "Receive" else OURS
        assert retried == [*ours, *PASSING], name


def test_both_machines_try_a_dead_letter_again_on_the_same_errors(machine: dict[str, Any]) -> None:
    push = yaml.safe_load((ROOT / "infra" / "sftp_push.asl.yaml").read_text(encoding="utf-8"))
    for states in (machine["States"], push["States"]):
        (letter,) = [s for s in states.values() if "sqs:sendMessage" in s.get("Resource", "")]
        (retrier,) = letter["Retry"]
        assert retrier["ErrorEquals"] == ["SQS.SdkClientException", "SQS.AmazonSQSException"]


def test_every_task_has_a_catch_for_all_errors_of_its_own_or_of_its_map(
    machine: dict[str, Any],
) -> None:
    for name, state in machine["States"].items():
        if state["Type"] in {"Task", "Map"}:
            assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"], name


def test_after_a_catch_the_only_way_on_is_the_rule_that_waits_for_a_redrive(
    machine: dict[str, Any],
) -> None:
    red = {"Again", "DeadLetter", "ReportFailure", "Failed"}
    undisturbed = {
        name: state | {"Choices": []} if name == "Failed" else state
        for name, state in machine["States"].items()
    }
    for name, state in machine["States"].items():
        for catcher in state.get("Catch", []):
            assert reachable({"States": undisturbed}, catcher["Next"]) <= red, name
    failed = machine["States"]["Failed"]
    assert failed.keys() == {"Type", "Comment", "Choices"}, "no Default"
    assert [rule["Next"] for rule in failed["Choices"]] == ["Receive"]
    assert "Fail" not in {state["Type"] for _, state in all_states(machine)}


@pytest.mark.parametrize("execution", [{}, {"RedriveCount": 0}, {"RedriveCount": 1}])
@pytest.mark.parametrize("noted", [1, None])
def test_the_last_state_fails_and_tells_stage_and_error_unless_redriven_since(
    machine: dict[str, Any], execution: dict[str, int], noted: int | None
) -> None:
    (rule,) = machine["States"]["Failed"]["Choices"]
    failed = {"stage": "provision", "error": "DirectoryError", "redrives": noted}
    given = {"failed": {name: value for name, value in failed.items() if value is not None}}
    with pytest.raises(jsonata.JException, match=r"^stage provision: DirectoryError$"):
        evaluate(rule["Condition"], input=given, context={"Execution": execution})


def test_once_redriven_the_last_state_hands_on_what_the_dead_letter_says(
    machine: dict[str, Any],
) -> None:
    run = {"run_id": "demo-1", "city": "demo", "failed": {"stage": "diff", "error": "E"}}
    context = {"Execution": {"Id": "x", "RedriveCount": 1}}
    noted = evaluate(machine["States"]["Again"]["Output"], input=run, context=context)
    letter = letter_of(machine, run, context)
    (rule,) = machine["States"]["Failed"]["Choices"]
    redriven = {"Execution": {"Id": "x", "RedriveCount": 2}}
    assert evaluate(rule["Condition"], input=noted, context=redriven) is True
    assert evaluate(rule["Output"], input=noted) == letter["again"]


@pytest.mark.parametrize("given", ["text", ["a"], [{"action": "deliver"}], 5, {"run_id": 5}, {}])
def test_no_input_whatever_stops_the_night_before_anybody_was_told(
    machine: dict[str, Any], given: Any
) -> None:
    failed = {"input": given, "failed": {"stage": "receive", "error": "BadConfiguration"}}
    letter = letter_of(machine, failed, {"Execution": {"Id": "x", "Input": given}})
    assert (letter["stage"], letter["again"]["action"]) == ("receive", "rerun")


def test_every_catch_of_a_stage_goes_through_dead_letter_and_report(
    machine: dict[str, Any],
) -> None:
    for name, state in machine["States"].items():
        catchers = {catcher["Next"] for catcher in state.get("Catch", [])}
        if name not in {"DeadLetter", "ReportFailure"}:
            assert catchers <= {"Again"}, name
    assert successors(machine["States"]["Again"]) == {"DeadLetter"}
    assert successors(machine["States"]["DeadLetter"]) == {"ReportFailure"}
    assert successors(machine["States"]["ReportFailure"]) == {"Failed"}


def test_a_tool_that_failed_within_the_map_turns_the_night_red(machine: dict[str, Any]) -> None:
    deliver = machine["States"]["Deliver"]
    results = [
        {"tool": "l-gate", "verdict": "delivered", "seconds": 1.5},
        {"tool": "tsubasa", "verdict": "failed", "error": "BadConfiguration"},
    ]
    after = evaluate(deliver["Output"], input={"run_id": "r", "seconds": {}}, result=results)
    assert after["failed"] == {
        "stage": "deliver", "error": "BadConfiguration", "tools": ["tsubasa"]
    }  # fmt: skip
    assert next_of(machine["States"]["Delivered"], after) == "Again"
    assert next_of(machine["States"]["Delivered"], {"run_id": "r"}) == "Report"


@pytest.mark.parametrize(
    ("choice", "verdict", "expected"),
    [
        ("Received", "go", "Validate"),
        ("Received", "apply", "Provision"),
        ("Received", "undo", "Diff"),
        ("Received", "deliver", "Deliver"),
        ("Received", "already-done", "Report"),
        ("Received", "superseded", "Report"),
        ("Received", "refused", "Report"),
        ("Validated", "go", "Preprocess"),
        ("Validated", "refused", "Report"),
        ("Preprocessed", "go", "Diff"),
        ("Preprocessed", "refused", "Report"),
        ("Planned", "apply", "Provision"),
        ("Planned", "awaiting-approval", "Report"),
        ("Planned", "rehearsed", "Report"),
        ("Planned", "refused", "Report"),
    ],
)
def test_a_verdict_decides_where_the_night_goes(
    machine: dict[str, Any], choice: str, verdict: str, expected: str
) -> None:
    assert next_of(machine["States"][choice], {"verdict": verdict}) == expected


@pytest.mark.parametrize(
    ("given", "city", "run_id", "again"),
    [
        ({"run_id": "demo-1", "city": "demo"}, "demo", "demo-1", "rerun"),
        ({"input": {"action": "rerun", "city": "demo"}}, "demo", None, "rerun"),
        # Receive did not take this drop in: a rerun could take the one before it.
        (
            {"input": {"detail": {"object": {"key": "inbox/demo/roster/a.zip"}}}},
            "demo",
            None,
            "sync",
        ),
        (
            {"input": {"action": "apply", "run_id": "a-b-20261122T021000-0000abcd"}},
            "a-b",
            None,
            "rerun",
        ),
        ({"input": {"action": "nonsense"}}, None, None, "rerun"),
    ],
)
def test_a_dead_letter_says_what_failed_and_how_to_run_again(
    machine: dict[str, Any],
    given: dict[str, Any],
    city: str | None,
    run_id: str | None,
    again: str,
) -> None:
    failed = {"stage": "diff", "error": "DirectoryError"}
    letter = letter_of(machine, given | {"failed": failed}, {"Execution": {"Id": "x"}})
    assert (letter.get("city"), letter.get("run_id")) == (city, run_id)
    assert (letter["stage"], letter["error"]) == ("diff", "DirectoryError")
    assert letter["execution"] == "x"
    assert letter["again"]["action"] == again


@pytest.mark.parametrize(
    ("given", "again"),
    [
        ({"action": "rehearse", "city": "demo", "as_of": "2027-04-01"}, None),
        ({"action": "rerun", "city": "demo", "as_of": "2026-11-01"}, None),
        ({"action": "sync", "city": "demo", "drop": "x"}, {"action": "rerun", "city": "demo"}),
        ({"action": "apply", "run_id": "r", "by": "係長"}, {"action": "rerun", "city": "demo"}),
        (
            {"action": "deliver", "city": "demo", "tool": "lgate", "full": True, "by": "係長"},
            {"action": "deliver", "city": "demo", "tool": "lgate", "full": True,
             "by": "dead letter"},
        ),
        (
            {"action": "undo", "run_id": "r", "by": "係長"},
            {"action": "undo", "run_id": "r", "by": "dead letter"},
        ),
    ],
)  # fmt: skip
def test_what_a_person_asked_for_is_asked_for_again_under_no_persons_name(
    machine: dict[str, Any], given: dict[str, Any], again: dict[str, Any] | None
) -> None:
    run = {"run_id": "demo-1", "city": "demo", "seconds": {"receive": 1, "diff": 2}}
    failed = {"stage": "provision", "error": "DirectoryError"}
    context = {"Execution": {"Id": "x", "Input": given}}
    letter = letter_of(machine, run | {"failed": failed}, context)
    assert letter["again"] == (again or given)
    assert letter["done"] == ["receive", "diff"]


def test_no_text_of_an_exception_is_passed_on(machine_text: str) -> None:
    assert "errorOutput.Cause" not in machine_text
    assert set(re.findall(r"\$states\.errorOutput\b(?!\.Error\b)", machine_text)) == set()


def test_every_substitution_is_given_and_used(
    machine_text: str, resources: dict[str, dict[str, Any]]
) -> None:
    used = set(re.findall(r"\$\{(\w+)\}", machine_text))
    assert used == set(resources["RosterSync"]["Properties"]["DefinitionSubstitutions"])


def test_every_expression_can_be_parsed(machine: dict[str, Any]) -> None:
    found = list(expressions(machine))
    assert len(found) > 40
    for text in found:
        jsonata.Jsonata.jsonata(text)


def test_state_names_are_unique_within_the_maps_too(machine: dict[str, Any]) -> None:
    names = [name for name, _ in all_states(machine)]
    assert len(names) == len(set(names))


def test_the_queue_for_the_citys_lease_is_patient_for_hours(machine: dict[str, Any]) -> None:
    retrier = machine["States"]["Receive"]["Retry"][0]
    assert retrier["ErrorEquals"] == ["TryLater"]
    wait, total = float(retrier["IntervalSeconds"]), 0.0
    for _ in range(retrier["MaxAttempts"]):
        total += min(wait, retrier["MaxDelaySeconds"]) / 2  # full jitter waits half on average
        wait *= retrier["BackoffRate"]
    assert 3600 < total < machine["TimeoutSeconds"]


def evaluate(expression: str, **states: Any) -> Any:
    """A JSONata expression of the state machine, as Step Functions evaluates it."""
    text = expression.strip().removeprefix("{%").removesuffix("%}")
    return jsonata.Jsonata.jsonata(text).evaluate(None, {"states": states})


def letter_of(
    machine: dict[str, Any], given: dict[str, Any], context: dict[str, Any]
) -> dict[str, Any]:
    """What is queued of a failure that was caught with this output."""
    noted = evaluate(machine["States"]["Again"]["Output"], input=given, context=context)
    message = machine["States"]["DeadLetter"]["Arguments"]["MessageBody"]
    letter: dict[str, Any] = evaluate(message, input=noted, context=context)
    return letter


def next_of(choice: dict[str, Any], given: dict[str, Any]) -> str:
    for rule in choice["Choices"]:
        if evaluate(rule["Condition"], input=given) is True:
            return str(rule["Next"])
    return str(choice["Default"])


def expressions(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip().startswith("{%"):
        yield value.strip().removeprefix("{%").removesuffix("%}")
    elif isinstance(value, dict):
        for inner in value.values():
            yield from expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)


def test_the_picture_is_a_yaml_file_the_template_names(
    resources: dict[str, dict[str, Any]],
) -> None:
    named = resources["RosterSync"]["Properties"]["DefinitionUri"]
    assert (ROOT / Path(named)).is_file()
