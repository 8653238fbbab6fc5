"""How files reach the tools: who may read what, what is pushed, and what never expires."""

from __future__ import annotations

import fnmatch
import json
from typing import Any

import pytest
import yaml
from cfnlint.api import lint  # type: ignore[import-untyped]

from kakehashi.edges.deliver.announcements import ROSTER_DELIVERED, SOURCE
from local.engine.deploy import read_template
from tests.infra.conftest import ROOT

type Resources = dict[str, dict[str, Any]]
READER = ROOT / "infra" / "tool_reader.yaml"
PUSH = ("SftpConnector", "SftpConnectorRole", "SftpSecret", "SftpPush", "SftpPushLog",
        "SftpPushRule", "SftpPushRuleRole")  # fmt: skip
SETTINGS = {
    "off": {},
    "on": {
        "SftpUrl": "sftp://roster.example.com",
        "SftpTool": "interactive_study",
        "SftpHostKeys": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3Wkjq1oNAe6vQ3oBvPfLtXWl0nP8eHnqEd",
    },
}


# -- baselines -------------------------------------------------------------------------------------


def test_a_baseline_that_is_in_use_outlives_every_lifecycle_rule(resources: Resources) -> None:
    rules = resources["BaselinesBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert all("Expiration" not in key for rule in rules for key in rule.keys() - {
        "NoncurrentVersionExpiration"
    })  # fmt: skip
    assert all(rule["NoncurrentVersionExpiration"]["NoncurrentDays"] >= 30 for rule in rules)


def test_what_announces_a_file_may_say_nothing_else(resources: Resources) -> None:
    (policy,) = resources["DeliverFunction"]["Properties"]["Policies"]
    (allowed,) = [s for s in policy["Statement"] if s["Action"] == "events:PutEvents"]
    assert allowed["Condition"]["ForAllValues:StringEquals"] == {
        "events:source": SOURCE,
        "events:detail-type": ROSTER_DELIVERED,
    }
    assert str(allowed["Resource"]).endswith("event-bus/default'}")


# -- a role for each tool --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader() -> dict[str, Any]:
    return read_template(READER.read_text(encoding="utf-8"))


def statements(reader: dict[str, Any], **names: str) -> dict[str, dict[str, Any]]:
    """Sid → statement, with these parameters put in."""
    always, answering = reader["Resources"]["ToolReader"]["Properties"]["Policies"]
    policies = [always, answering["Fn::If"][1]]
    text = json.dumps([s for policy in policies for s in policy["PolicyDocument"]["Statement"]])
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    return {s["Sid"]: s for s in json.loads(text.replace("${AWS::Partition}", "aws"))}


@pytest.mark.parametrize(
    ("key", "may"),
    [
        ("outbox/tsukuba/lgate/2026-11-24/RO_20261124_082201.zip", True),
        ("outbox/tsukuba/lgate/latest.json", True),
        ("outbox/tsukuba/lgate_v6/latest.json", False),
        ("outbox/tsukuba/interactive_study/latest.json", False),
        ("outbox/tsuchiura/lgate/latest.json", False),
        ("tsukuba/lgate.csv.gz", False),
    ],
)
def test_a_tool_reads_its_own_prefix_and_no_other(
    reader: dict[str, Any], key: str, may: bool
) -> None:
    found = statements(reader, OutboxBucket="outbox", City="tsukuba", Tool="lgate")
    assert found["Files"]["Action"] == "s3:GetObject"
    resource = found["Files"]["Resource"]["Fn::Sub"]
    assert fnmatch.fnmatchcase(f"arn:aws:s3:::outbox/{key}", resource) is may
    prefix = found["Names"]["Condition"]["StringLike"]["s3:prefix"]["Fn::Sub"]
    assert fnmatch.fnmatchcase(key, prefix) is may


def test_the_role_can_open_the_outbox_only_and_is_no_other_customers(
    reader: dict[str, Any],
) -> None:
    found = statements(reader, OutboxBucket="outbox", InboxBucket="inbox")
    context = "kms:EncryptionContext:aws:s3:arn"
    assert found["OpenThem"]["Condition"]["StringEquals"][context]["Fn::Sub"] == (
        "arn:aws:s3:::outbox"
    )
    trust = reader["Resources"]["ToolReader"]["Properties"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Condition"] == {
        "StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}
    }
    assert reader["Parameters"]["ExternalId"]["NoEcho"] in {True, "true"}


def test_a_maker_answers_in_its_own_place_and_only_where_that_is_wanted(
    reader: dict[str, Any],
) -> None:
    _, answering = reader["Resources"]["ToolReader"]["Properties"]["Policies"]
    wanted, policy, otherwise = answering["Fn::If"]
    assert (wanted, policy["PolicyName"]) == ("Answers", "PutReceipts")
    assert otherwise == {"Ref": "AWS::NoValue"}
    assert reader["Parameters"]["MayAnswer"]["Default"] == "false"
    found = statements(reader, InboxBucket="inbox", City="tsukuba", Tool="lgate")
    assert found["Receipts"]["Action"] == "s3:PutObject"
    assert found["Receipts"]["Resource"]["Fn::Sub"] == (
        "arn:aws:s3:::inbox/receipts/tsukuba/lgate/*"
    )


def test_the_small_template_is_clean(reader: dict[str, Any]) -> None:
    assert [str(match) for match in lint(READER.read_text(encoding="utf-8"))] == []


# -- the push --------------------------------------------------------------------------------------


def resources_of(template: dict[str, Any], given: dict[str, str]) -> set[str]:
    """What is made with these parameters: our conditions are all "this parameter is not blank"."""
    values = {n: given.get(n, p.get("Default", "x")) for n, p in template["Parameters"].items()}
    holds = {}
    for name, condition in template["Conditions"].items():
        left, right = condition["Fn::Not"][0]["Fn::Equals"]
        holds[name] = values[left["Ref"]] != right
    return {n for n, r in template["Resources"].items() if holds.get(r.get("Condition"), True)}


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_push_is_there_where_it_is_wanted_and_whole(
    template: dict[str, Any], setting: str
) -> None:
    made = resources_of(template, SETTINGS[setting])
    assert set(PUSH) & made == (set(PUSH) if setting == "on" else set())
    used = {name for name in template["Resources"] if name in refs(template, made)}
    assert used <= made, "nothing that is made points at something that is not"


def refs(template: dict[str, Any], made: set[str]) -> set[str]:
    text = json.dumps([template["Resources"][name] for name in made if name in PUSH])
    always = [r for n, r in template["Resources"].items() if n in made - set(PUSH)
              and "Condition" not in r]  # fmt: skip
    text += json.dumps(unguarded(always))
    return {name for name in PUSH if f'"{name}"' in text or f'["{name}"' in text}


def unguarded(part: Any) -> Any:
    """A template without its ``Fn::If``: what stands in one is there only under its condition."""
    if isinstance(part, dict):
        return {key: unguarded(inner) for key, inner in part.items() if key != "Fn::If"}
    return [unguarded(inner) for inner in part] if isinstance(part, list) else part


def test_the_push_listens_to_one_tools_files_and_fails_red(resources: Resources) -> None:
    rule = resources["SftpPushRule"]["Properties"]
    assert rule["EventPattern"]["source"] == [SOURCE]
    assert rule["EventPattern"]["detail-type"] == [ROSTER_DELIVERED]
    assert rule["EventPattern"]["detail"]["tool"] == [{"Ref": "SftpTool"}]
    (target,) = rule["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
    machine = yaml.safe_load((ROOT / "infra" / "sftp_push.asl.yaml").read_text(encoding="utf-8"))
    assert machine["QueryLanguage"] == "JSONata"
    caught = [s for s in machine["States"].values() if s["Type"] == "Task"]
    assert all(state["Catch"][0]["ErrorEquals"] == ["States.ALL"] for state in caught)
    assert "Default" not in machine["States"]["Failed"], "red, until somebody redrives it"


def test_the_connector_reads_one_tools_outbox(resources: Resources) -> None:
    policies = resources["SftpConnectorRole"]["Properties"]["Policies"]
    found = {s["Sid"]: s for s in policies[0]["PolicyDocument"]["Statement"]}
    assert found["Files"]["Resource"] == {"Fn::Sub": "${OutboxBucket.Arn}/outbox/*/${SftpTool}/*"}
    assert all("Put" not in str(s["Action"]) for s in found.values())
