"""What AWS counts, counted: with the longest stack and city name, in bytes where it counts bytes.

The limits are AWS's own, each from the page on quotas of its service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import pytest
import yaml

from kakehashi.diff.plan import SHARD
from kakehashi.edges.runs import Run, prefix_of, run_id_of
from kakehashi.provision.results import Ledger
from kakehashi.roster import JAPAN
from local.engine.deploy import read_template
from tests.history import MOST_EVENTS, most_events
from tests.infra.conftest import FUNCTIONS, ROOT, STAGES, of_type
from tests.walker import MOST_BYTES

type Resources = dict[str, dict[str, Any]]

STACK = "k" * 40  # as docs/deploy.md asks for
CITY = "c" * 32
TOOL = "t" * 64
MADE_UP = "b" * 63  # a bucket's name; other names that CloudFormation makes are not longer
ARN = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:" + "s" * 64
NAMES = {  # (type, property) → most characters; a name that is not here would be missed loudly
    ("AWS::Serverless::Function", "FunctionName"): 64,
    ("AWS::Serverless::LayerVersion", "LayerName"): 140,
    ("AWS::Serverless::StateMachine", "Name"): 80,
    ("AWS::Logs::LogGroup", "LogGroupName"): 512,
    ("AWS::CloudWatch::Dashboard", "DashboardName"): 255,
    ("AWS::ApiGatewayV2::Api", "Name"): 128,
    ("AWS::IAM::Role", "RoleName"): 64,
    ("AWS::SecretsManager::Secret", "Name"): 512,
    ("AWS::Cognito::UserPool", "UserPoolName"): 128,
}
TEMPLATES = ["template.yaml", "infra/tool_reader.yaml", "infra/city_access.yaml",
             "infra/city_alarms.yaml", "infra/deployer.yaml"]  # fmt: skip


def filled(part: Any) -> Any:
    """A part of a template with names as long as they may be, and both sides of an ``Fn::If``."""
    match part:
        case {"Ref": name} | {"Fn::GetAtt": [name, *_]}:
            return _longest(name)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([\w:.]+)\}", lambda m: _longest(m[1]), text)
        case {"Fn::Sub": [str(text), {**given}]}:
            filled_in = {name: str(filled(value)) for name, value in given.items()}
            return re.sub(r"\$\{([\w:.]+)\}", lambda m: filled_in.get(m[1]) or _longest(m[1]), text)
        case {"Fn::If": [_, *both]}:
            return max(map(filled, both), key=lambda one: len(json.dumps(one)))
        case dict():
            return {key: filled(inner) for key, inner in part.items()}
    return [filled(inner) for inner in part] if isinstance(part, list) else part


def _longest(name: str) -> str:
    known = {"AWS::StackName": STACK, "City": CITY, "Tool": TOOL, "AWS::Region": "ap-northeast-1",
             "AWS::Partition": "aws", "AWS::AccountId": "123456789012"}  # fmt: skip
    arn = name.endswith((".Arn", ".Id", "Arn")) or "." not in name
    return known.get(name, ARN if arn and "Bucket" not in name else f"arn:aws:s3:::{MADE_UP}")


def policies(part: Any) -> Iterator[str]:
    """Each policy document, as IAM counts it: without white space."""
    if isinstance(part, dict):
        if "Statement" in part:
            yield json.dumps(filled(part), separators=(",", ":"))
        else:
            part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from policies(inner)


def all_resources() -> list[tuple[str, str, Mapping[str, Any]]]:
    """(file's logical id, type, properties) of every template."""
    return [
        (f"{file} {logical}", resource["Type"], resource.get("Properties", {}))
        for file in TEMPLATES
        for logical, resource in read_template((ROOT / file).read_text("utf-8"))[
            "Resources"
        ].items()
    ]


def test_no_name_is_too_long_in_a_stack_with_the_longest_name() -> None:
    for where, kind, properties in all_resources():
        for name, value in properties.items():
            if name.endswith("Name") and "AWS::StackName" in json.dumps(value):
                assert len(filled(value)) <= NAMES[kind, name], where


def test_no_policy_is_too_large() -> None:
    for where, kind, properties in all_resources():
        trust = properties.get("AssumeRolePolicyDocument", {})
        assert sum(map(len, policies(trust))) <= 2048, where
        own = {k: v for k, v in properties.items() if k != "AssumeRolePolicyDocument"}
        size = sum(map(len, policies(own)))
        match kind:
            case "AWS::IAM::ManagedPolicy":
                assert size <= 6144, where
            case "AWS::S3::BucketPolicy":
                assert size <= 20_480, where
            case "AWS::KMS::Key":
                assert size <= 32_768, where
            case _:  # the inline policies of a role, together; SAM adds what tracing needs
                assert size <= 10_240 - 1024, where


def test_a_template_is_small_enough(template: dict[str, Any]) -> None:
    for file in TEMPLATES:
        body = (ROOT / file).read_bytes()
        found = read_template(body.decode())
        assert len(body) <= 1_000_000
        assert len(found.get("Parameters", {})) <= 200
        assert len(found.get("Outputs", {})) <= 200
        assert len(found["Description"].encode()) <= 1024
        for parameter in found.get("Parameters", {}).values():
            assert len(str(parameter.get("Default", "")).encode()) <= 4096
        # SAM makes a role for each function, and the permissions of its events
        made = found["Resources"].values()
        assert len(made) + sum("Serverless" in r["Type"] for r in made) <= 500


def test_a_direct_deployment_of_the_small_stacks_fits(template: dict[str, Any]) -> None:
    for file in TEMPLATES[1:]:  # `aws cloudformation deploy` without a bucket, as docs/deploy.md
        assert (ROOT / file).stat().st_size <= 51_200


def test_a_state_machine_fits(resources: Resources) -> None:
    for machine in of_type(resources, "AWS::Serverless::StateMachine").values():
        text = (ROOT / machine["DefinitionUri"]).read_text(encoding="utf-8")
        values = {k: filled(v) for k, v in machine["DefinitionSubstitutions"].items()}
        for name, value in values.items():
            text = text.replace(f"${{{name}}}", value)
        definition = yaml.safe_load(text)
        assert len(json.dumps(definition).encode()) <= 1_048_576
        for name in definition["States"]:
            assert len(name) <= 80


@pytest.mark.parametrize("stage", FUNCTIONS)
def test_an_environment_fits(template: dict[str, Any], resources: Resources, stage: str) -> None:
    every = template["Globals"]["Function"]["Environment"]["Variables"]
    own = resources[f"{stage.capitalize()}Function"]["Properties"]["Environment"]["Variables"]
    values = {name: str(filled(value)) for name, value in (every | own).items()}
    assert len(json.dumps(values).encode()) <= 4096


def test_rules_targets_and_alarms_fit(template: dict[str, Any], resources: Resources) -> None:
    for rule in of_type(resources, "AWS::Events::Rule").values():
        assert len(rule["Targets"]) <= 5
        assert len(json.dumps(filled(rule["EventPattern"])).encode()) <= 2048
    for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values():
        assert len(filled(alarm["AlarmDescription"]).encode()) <= 1024
        assert len(alarm.get("AlarmActions", [])) <= 5
        assert len(alarm.get("Dimensions", [])) <= 30
        periods = alarm["EvaluationPeriods"]
        if isinstance(periods, dict):
            periods = template["Parameters"][periods["Ref"]]["MaxValue"]
        measured = [m["MetricStat"] for m in alarm.get("Metrics", []) if "MetricStat" in m]
        period = max(one["Period"] for one in measured or [alarm])
        assert periods * period <= (7 if period >= 3600 else 1) * 86_400


def test_the_dashboard_fits(resources: Resources) -> None:
    (dashboard,) = of_type(resources, "AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(filled(dashboard["DashboardBody"]))["widgets"]
    assert len(widgets) <= 500
    for widget in widgets:
        assert len(widget["properties"].get("metrics", [])) <= 500
        assert len(widget["properties"].get("alarms", [])) <= 100


def test_the_largest_run_is_far_from_the_limit_of_a_payload() -> None:
    run_id = run_id_of(CITY, "e" * 80, datetime(2026, 11, 24, 2, 10, tzinfo=JAPAN))
    run = Run(
        run_id=run_id,
        city=CITY,
        prefix=prefix_of(run_id),
        mode="rehearse",
        as_of=date(2026, 11, 24),
        execution=f"arn:aws:states:us-gov-west-1:123456789012:execution:{STACK}-Sync:{'e' * 80}",
        verdict="awaiting-approval",
        tools=tuple(f"{TOOL}{n}" for n in range(20)),
        counts={f"{'n' * 30}{n}": 10**6 for n in range(20)},
        seconds=dict.fromkeys(STAGES, 43_200.123),
    )
    payload = json.dumps({"run": run.model_dump(mode="json"), "tool": TOOL}, ensure_ascii=False)
    assert len(payload.encode()) <= 8 * 1024  # of 256 KiB


# -- execution history -----------------------------------------------------------------------------

MOST_PUPILS = 500_000  # as the design has it: every one of them new, in one night
MOST_TOOLS = 20
PROGRESS = {"shard": 999, "seconds": 900.123, "seconds_left": 99_999} | Ledger().counts()


def test_a_night_of_half_a_million_new_pupils_fits_into_a_history(machine: Any) -> None:
    """However often each of its calls is tried again."""
    shards = -(-MOST_PUPILS // SHARD) + 1
    times = {"Provision": shards, "Deliver": MOST_TOOLS}
    assert most_events(machine, times) < MOST_EVENTS
    assert most_events(machine, times | {"Provision": 2 * shards}) > MOST_EVENTS, "no idle test"


def test_what_a_map_gathers_is_no_larger_than_a_payload_may_be() -> None:
    """Its result holds what each of its items came to."""
    shards = -(-MOST_PUPILS // SHARD) + 1
    widest = {name: 10**6 if name != "shard" else number for name, number in PROGRESS.items()}
    assert len(json.dumps([widest] * shards).encode()) < MOST_BYTES


def test_a_push_of_a_file_fits_into_a_history() -> None:
    push = yaml.safe_load((ROOT / "infra" / "sftp_push.asl.yaml").read_text(encoding="utf-8"))
    loop = dict.fromkeys(["Wait", "Look", "Looked"], 121)
    assert most_events(push, loop) < MOST_EVENTS
