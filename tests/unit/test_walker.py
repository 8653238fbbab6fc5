from typing import Any

import pytest
import yaml

from tests.walker import PATIENCE, Machine, StateError, Stopped, Unknown

LAMBDA = "arn:aws:states:::lambda:invoke"


def machine(call: Any = None, **states: Any) -> Machine:
    body = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
    return Machine(yaml.safe_dump(body), {}, call or (lambda *_: {}))


def run(walked: Machine, given: Any) -> Any:
    return walked.run(given, "n", "arn", "2026-11-24T02:10:00+09:00")


def task(**more: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": LAMBDA,
        "Arguments": "{% $states.input %}",
        "End": True,
    } | more


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Wait", "Seconds": 5, "End": True},
        {"Type": "Parallel", "Branches": [], "End": True},
        task(HeartbeatSeconds=5),
        task(Assign={"x": 1}),
        {"Type": "Map", "ItemReader": {}, "End": True},
        {"Type": "Choice", "Choices": [{"Condition": True, "Next": "A", "Assign": {}}]},
    ],
)
def test_what_the_walker_does_not_know_it_refuses_before_anything_runs(state: Any) -> None:
    with pytest.raises(Unknown):
        machine(A=state)


def test_an_expression_that_finds_nothing_is_an_error_as_on_aws() -> None:
    ended = run(machine(A={"Type": "Pass", "Output": "{% $states.input.none %}", "End": True}), {})
    assert (ended.status, ended.error) == ("FAILED", "States.QueryEvaluationError")


def test_a_retry_is_for_named_errors_only_and_comes_to_an_end() -> None:
    calls: list[str] = []

    def busy(_: str, arguments: Any) -> Any:
        calls.append(arguments["error"])
        raise StateError(arguments["error"])

    walked = machine(busy, A=task(Retry=[{"ErrorEquals": ["TryLater"], "MaxAttempts": 99}]))
    assert run(walked, {"error": "TryLater"}).error == "TryLater"
    assert run(walked, {"error": "Broken"}).error == "Broken"
    assert calls == ["TryLater"] * (PATIENCE + 1) + ["Broken"]


def test_what_was_caught_goes_where_the_catcher_says() -> None:
    def broken(_: str, arguments: Any) -> Any:
        raise StateError("Broken")

    told = "{% $merge([$states.input, {'error': $states.errorOutput.Error}]) %}"
    catch = [{"ErrorEquals": ["States.ALL"], "Output": told, "Next": "B"}]
    ended = run(machine(broken, A=task(Catch=catch), B={"Type": "Pass", "End": True}), {"a": 1})
    assert (ended.history, ended.output) == (["A", "B"], {"a": 1, "error": "Broken"})


def test_a_map_walks_its_items_in_order_and_none_at_all() -> None:
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
    each = {
        "Type": "Map",
        "Items": "{% [1..$states.input.n] %}",
        "ItemSelector": "{% $states.context.Map.Item.Value %}",
        "ItemProcessor": inner,
        "End": True,
    }
    assert run(machine(A=each), {"n": 3}).output == [1, 2, 3]
    assert run(machine(A=each), {"n": 0}).output == []


# -- redriven, as AWS documents for each kind of state ---------------------------------------------

LATER = "2026-11-25T09:00:00+09:00"


def test_a_fail_state_fails_again_and_what_went_well_cannot_be_redriven() -> None:
    fail = machine(A={"Type": "Fail", "Error": "Broken", "Cause": "x"})
    again = fail.redrive(run(fail, {}), LATER)
    assert (again.status, again.error, again.history) == ("FAILED", "Broken", ["A", "A"])
    done = machine(A={"Type": "Succeed"})
    with pytest.raises(ValueError, match="redriven"):
        done.redrive(run(done, {}), LATER)


def test_a_choice_is_evaluated_anew_and_sees_that_it_was_redriven() -> None:
    rule = {
        "Condition": "{% $states.context.Execution.RedriveCount = 2 ? true : $error('not yet') %}",
        "Output": "{% $states.context.Execution.RedriveTime %}",
        "Next": "B",
    }
    walked = machine(A={"Type": "Choice", "Choices": [rule]}, B={"Type": "Succeed"})
    first = run(walked, {"a": 1})
    assert (first.error, first.causes) == ("States.QueryEvaluationError", ["not yet"])
    second = walked.redrive(first, "earlier")
    assert second.status == "FAILED"
    third = walked.redrive(second, LATER)
    assert (third.output, third.history) == (LATER, ["A", "A", "A", "B"])


def test_a_choice_that_nothing_matches_has_an_error_of_its_own() -> None:
    rule = {"Condition": "{% $states.input.a = 2 %}", "Next": "A"}
    ended = run(machine(A={"Type": "Choice", "Choices": [rule]}), {"a": 1})
    assert ended.error == "States.NoChoiceMatched"


def test_a_task_is_scheduled_anew_and_of_a_map_only_the_items_that_are_missing() -> None:
    seen: list[int] = []

    def stopped_once(_: str, arguments: Any) -> Any:
        seen.append(arguments)
        if seen == [1, 2]:
            raise Stopped
        return arguments * 10

    each = {
        "Type": "Map",
        "Items": "{% [1..3] %}",
        "ItemSelector": "{% $states.context.Map.Item.Value %}",
        "ItemProcessor": {"StartAt": "B", "States": {"B": task()}},
        "End": True,
    }
    walked = machine(stopped_once, A=each)
    ended = run(walked, {})
    assert (ended.status, ended.history) == ("ABORTED", ["A", "B", "B"])
    assert walked.redrive(ended, LATER).output == [10, 20, 30]
    assert seen == [1, 2, 2, 3]


# -- where the engine is kinder than AWS -----------------------------------------------------------


def test_a_state_that_nothing_leads_to_is_refused() -> None:
    with pytest.raises(Unknown, match="Lonely"):
        machine(A={"Type": "Succeed"}, Lonely={"Type": "Succeed"})


@pytest.mark.parametrize("where", ["input", "arguments", "result", "output"])
def test_a_payload_over_256_kib_ends_the_execution_and_nothing_catches_that(where: str) -> None:
    """Bytes in UTF-8 count: 90,000 letters of Japanese are 270,000 bytes."""
    large = "架" * 90_000
    state = task(Catch=[{"ErrorEquals": ["States.ALL"], "Output": {}, "Next": "Caught"}])
    if where == "arguments":
        state["Arguments"] = {"x": "{% $states.input.small & $states.input.small %}"}
    elif where == "output":
        state["Output"] = "{% $states.result.small & $states.result.small %}"
    walked = machine(
        lambda *_: {"x": large} if where == "result" else {"small": large[:60_000]},
        A=state, Caught={"Type": "Succeed"},
    )  # fmt: skip
    ended = run(walked, {"x": large} if where == "input" else {"small": large[:60_000]})
    assert (ended.status, ended.error) == ("FAILED", "States.DataLimitExceeded")
    assert "Caught" not in ended.history


def test_an_error_of_the_engine_itself_is_caught_by_no_states_all() -> None:
    def broken(*_: Any) -> Any:
        raise StateError("States.Runtime")

    catch = [{"ErrorEquals": ["States.ALL"], "Output": {}, "Next": "Caught"}]
    ended = run(machine(broken, A=task(Catch=catch), Caught={"Type": "Succeed"}), {})
    assert (ended.status, ended.history) == ("FAILED", ["A"])


@pytest.mark.parametrize("verdict", ["yes", 1, [True], {"a": 1}])
def test_what_is_no_boolean_decides_nothing_in_a_choice(verdict: Any) -> None:
    choice = {"Type": "Choice", "Default": "B",
              "Choices": [{"Condition": "{% $states.input.x %}", "Next": "B"}]}  # fmt: skip
    ended = run(machine(A=choice, B={"Type": "Succeed"}), {"x": verdict})
    assert (ended.status, ended.error) == ("FAILED", "States.QueryEvaluationError")


def test_a_redrive_is_not_counted_before_there_was_one() -> None:
    asks = {"Type": "Pass", "End": True,
            "Output": "{% $exists($states.context.Execution.RedriveCount) %}"}  # fmt: skip
    assert run(machine(A=asks), {}).output is False
