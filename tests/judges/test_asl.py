"""Both state machines, read by others: AWS's language service, cfn-lint, JSONata's own author.

What our walker and the embedded engine evaluate with ``jsonata-python``, the reference
implementation evaluates too, on everything that was evaluated in nights of many kinds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from cfnlint.api import lint  # type: ignore[import-untyped]

from tests.infra import test_sftp_push as sftp
from tests.infra.conftest import STAGES
from tests.infra.test_state_machine import expressions
from tests.judges.recording import Recording, recording
from tests.judges.second import ROLE, second_interpreter
from tests.judges.spent import MACHINES, Told, a_city, spend, told
from tests.walker import Machine, StateError

BROKEN = {
    "nowhere": MACHINES["sftp_push"].replace("Next: Look\n", "Next: Nowhere\n"),
    "two lines": MACHINES["sftp_push"].replace(
        "{% $states.input.looks", r"{%\n$states.input.looks"
    ),
}
LAMBDA = "arn:aws:lambda:ap-northeast-1:123456789012:function:kakehashi"
NEWS = {"detail": sftp.NOTE | {"key": sftp.KEY}}


@dataclass(frozen=True)
class Judged:
    came: list[Told]
    recorded: Recording
    texts: list[str]
    refused: dict[str, list[str]]
    parsed: list[dict[str, Any]]
    values: list[dict[str, Any]]


@pytest.fixture(scope="module")
def judged(node: Callable[[str, str], str]) -> Judged:
    """All that is asked of the others, in one go."""
    texts = sorted({t for m in MACHINES.values() for t in expressions(yaml.safe_load(m))})
    with pytest.MonkeyPatch.context() as patch, recording(patch) as recorded:
        with a_city(patch) as nights:
            spent = spend(nights)
            nights.redrive(spent[-1])
            came = [told(night) for night in spent]
        what_no_night_reaches()
        push_files()
    asked = {
        "machines": {name: deployed(text) for name, text in (MACHINES | BROKEN).items()},
        "expressions": texts,
        "evaluations": recorded.asked,
    }
    return Judged(came, recorded, texts, **json.loads(node("asl.mjs", json.dumps(asked))))


def deployed(text: str) -> str:
    """A definition with its substitutions, as CloudFormation hands it on."""
    return re.sub(r"\$\{(\w+)\}", lambda m: LAMBDA if "Arn" in m[1] else f"x-{m[1]}", text)


def what_no_night_reaches() -> None:
    """The ways on which even the queue, or a Map of its own, fails."""

    def call(resource: str, arguments: Any) -> Any:
        match arguments.get("FunctionName"):
            case "receive":
                run = {"run_id": "demo-1", "city": "demo", "verdict": "deliver", "seconds": {}}
                return {"Payload": run | {"tools": ["lgate"]}}
            case "deliver":
                return {"Payload": {"tool": "lgate", "seconds": "not a number"}}
            case "report":
                raise StateError("Runtime.ExitError", "exit")
        raise StateError("SQS.AmazonSQSException")

    functions = {f"{s.title()}FunctionArn": s for s in STAGES}
    values = functions | {"DeadLettersUrl": "u"}
    machine = Machine(MACHINES["roster_sync"], values, call)
    walk = machine.run({"action": "sync"}, "n", "arn", "2026-11-24T02:00:00Z")
    assert walk.history[-4:] == ["Again", "DeadLetter", "ReportFailure", "Failed"]


def push_files() -> None:
    for statuses, trouble in (
        (["QUEUED", "COMPLETED"], {}),
        (["FAILED"], {}),
        (["IN_PROGRESS"], {}),
        ([], {"StartFileTransfer": ["Transfer.AccessDenied"] * 9}),
        ([], {"ListFileTransferResults": ["Transfer.Gone"] * 9}),
    ):
        family = sftp.Family(statuses, trouble)
        walk = sftp.push(NEWS, family)
        if walk.status == "FAILED":
            sftp.machine(sftp.Family(["COMPLETED"])).redrive(walk, "2026-11-24T03:00:00Z")
    values = sftp.VALUES
    Machine(MACHINES["sftp_push"], values, refuse).run(NEWS, "n", "arn", "2026-11-24T02:00:00Z")


def refuse(resource: str, _arguments: Any) -> Any:
    raise StateError("SQS.AmazonSQSException" if "sqs" in resource else "Transfer.AccessDenied")


@pytest.mark.parametrize("name", MACHINES)
def test_other_readers_of_the_language_accept_the_machine(judged: Judged, name: str) -> None:
    assert judged.refused[name] == []


@pytest.mark.parametrize("name", BROKEN)
def test_the_readers_would_refuse_what_is_wrong(judged: Judged, name: str) -> None:
    assert judged.refused[name] != []


@pytest.mark.parametrize("name", MACHINES)
def test_cfn_lint_accepts_the_definition_within_a_template(name: str) -> None:
    definition = yaml.safe_load(deployed(MACHINES[name]))
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "DefinitionString": json.dumps(definition)},
    }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}
    assert [str(match) for match in lint(json.dumps(template))] == []


def test_the_reference_parses_every_expression_and_finds_no_name_without_a_root(
    judged: Judged,
) -> None:
    assert len(judged.texts) > 40
    for text, parsed in zip(judged.texts, judged.parsed, strict=True):
        assert parsed.get("error") is None, text
        assert parsed["bare"] == [], text
        assert not {"eval", "now", "millis", "random", "parse"} & set(parsed["calls"]), text


def test_no_expression_holds_a_number_that_implementations_write_differently(
    judged: Judged,
) -> None:
    for text in judged.texts:
        assert all(float(n) < 2**53 for n in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", text)), text
        assert "\n" not in text


def test_every_expression_was_evaluated_on_something_real(judged: Judged) -> None:
    assert {text for text in judged.texts if text not in judged.recorded.texts} == set()


def test_a_condition_is_true_or_false_or_ends_the_execution(judged: Judged) -> None:
    conditions = {
        choice["Condition"].removeprefix("{%").removesuffix("%}")
        for text in MACHINES.values()
        for state in yaml.safe_load(text)["States"].values()
        for choice in state.get("Choices", [])
    }
    came = [
        ours
        for asked, ours in zip(judged.recorded.asked, judged.recorded.came, strict=True)
        if asked["text"] in conditions
    ]
    assert len(came) > 50
    kinds = [one for one in came if one not in ({"value": True}, {"value": False})]
    assert all(one == {"code": "D3137"} for one in kinds), "by $error, as the last state does"


def test_the_reference_comes_to_the_same_results(judged: Judged) -> None:
    pairs = zip(judged.recorded.asked, judged.recorded.came, judged.values, strict=True)
    different = [(asked["text"], ours, theirs) for asked, ours, theirs in pairs if ours != theirs]
    assert different == []
    assert len(judged.values) > 300


def test_the_same_nights_go_the_same_way_on_a_second_interpreter(judged: Judged) -> None:
    with (
        pytest.MonkeyPatch.context() as patch,
        second_interpreter(patch) as machine,
        a_city(patch, machine) as nights,
    ):
        theirs = [told(night) for night in spend(nights)]
    assert len(judged.came) > len(STAGES)
    for ours, other in zip(judged.came, theirs, strict=True):
        assert other == ours
