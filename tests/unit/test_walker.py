from typing import Any

import pytest
import yaml

from tests.walker import PATIENCE, Machine, StateError, Unknown

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
        {"Type": "Choice", "Choices": [{"Condition": True, "Next": "A", "Output": {}}]},
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
