"""The small stacks of one city: who may reach what of it, and the alarms that look at it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from cfnlint.api import lint  # type: ignore[import-untyped]

from local.city_alarms import OF_A_CITY, alarms
from local.engine.deploy import read_template
from tests.infra.conftest import ROOT
from tests.policies import PSEUDO, Call, Resolver, allows

DATA, PASSWORD = "arn:aws:kms:x:1:key/data", "arn:aws:kms:x:1:key/password"
MACHINE = "arn:aws:states:x:1:stateMachine:kakehashi-RosterSync"
GIVEN = PSEUDO | {
    "InboxBucket": "inbox",
    "PasswordsBucket": "passwords",
    "RunsBucket": "runs",
    "DataKeyArn": DATA,
    "PasswordKeyArn": PASSWORD,
    "City": "tsukuba",
    "StateMachineArn": MACHINE,
}
MAY = {
    "Robot": {
        ("s3:PutObject", "inbox/inbox/tsukuba/roster/2026-11-24.zip"),
        ("s3:PutObject", "inbox/inbox/tsukuba/roster/2026-11-24.zip.receipt.json"),
        ("s3:GetObject", "inbox/inbox/tsukuba/roster/2026-11-24.zip.receipt.json"),
    },
    "Staff": {
        ("s3:PutObject", "inbox/inbox/tsukuba/approvals/list.xlsx"),
        ("s3:PutObject", "inbox/inbox/tsukuba/staff/list.xlsx"),
        ("s3:PutObject", "inbox/inbox/tsukuba/staff/decisions/list.xlsx"),
        ("s3:GetObject", "runs/tsukuba/run/report.html"),
    },
    "PasswordOffice": {("s3:PutObject", "passwords/inbox/tsukuba/passwords/april.csv")},
}
TRIED = {
    (action, path.replace("tsukuba", city))
    for action in ("s3:PutObject", "s3:GetObject", "s3:DeleteObject")
    for city in ("tsukuba", "tsukuba-minami", "tsuchiura")
    for path in (
        "inbox/inbox/tsukuba/roster/2026-11-24.zip",
        "inbox/inbox/tsukuba/roster/2026-11-24.zip.receipt.json",
        "inbox/inbox/tsukuba/approvals/list.xlsx",
        "inbox/inbox/tsukuba/staff/list.xlsx",
        "inbox/inbox/tsukuba/staff/decisions/list.xlsx",
        "inbox/inbox/tsukuba/signed-in/decisions/list.csv",  # the staff page alone
        "inbox/receipts/tsukuba/lgate/a.csv",
        "passwords/inbox/tsukuba/passwords/april.csv",
        "runs/tsukuba/run/report.html",
        "runs/tsukuba/run/desired.jsonl",
        "outbox/outbox/tsukuba/lgate/latest.json",
        "rules/cities/tsukuba.toml",
    )
}


def policy(name: str) -> list[dict[str, Any]]:
    """The statements of one managed policy of city_access.yaml, for Tsukuba."""
    made = read_template((ROOT / "infra" / "city_access.yaml").read_text(encoding="utf-8"))
    document = made["Resources"][name]["Properties"]["PolicyDocument"]
    return list(Resolver(GIVEN, made["Resources"]).resolve(document["Statement"]))


@pytest.mark.parametrize("name", MAY)
def test_whoever_works_for_a_city_reaches_that_part_of_it_and_no_other_city(name: str) -> None:
    held = policy(name)
    may = {(a, path) for a, path in TRIED if allows(held, Call(a, f"arn:aws:s3:::{path}"))}
    assert may == MAY[name]


def test_whoever_approves_starts_runs_and_reads_nothing() -> None:
    held = policy("Approver")
    assert allows(held, Call("states:StartExecution", MACHINE))
    assert not allows(held, Call("states:UpdateStateMachine", MACHINE))
    assert not [
        path for _, path in TRIED if allows(held, Call("s3:GetObject", f"arn:aws:s3:::{path}"))
    ]
    others = ("Robot", "Staff", "PasswordOffice")
    assert not [n for n in others if allows(policy(n), Call("states:StartExecution", MACHINE))]


def test_names_of_runs_are_listed_for_one_city_only() -> None:
    def lists(prefix: str) -> bool:
        return allows(
            policy("Staff"), Call("s3:ListBucket", "arn:aws:s3:::runs", (("s3:prefix", prefix),))
        )

    assert lists("tsukuba/")
    assert not lists("tsuchiura/")
    assert not lists("tsukuba-minami/")
    assert not lists("")


PUTS = {
    "Robot": (DATA, "inbox"),
    "Staff": (DATA, "inbox"),
    "PasswordOffice": (PASSWORD, "passwords"),
}
THROUGH_S3 = ("kms:viaservice", f"s3.{PSEUDO['AWS::Region']}.amazonaws.com")


def of_bucket(name: str) -> tuple[str, str]:
    return ("kms:encryptioncontext:aws:s3:arn", f"arn:aws:s3:::{name}")


@pytest.mark.parametrize("name", PUTS)
def test_whoever_puts_a_file_may_put_a_large_one(name: str) -> None:
    """From 8 MiB on AWS's clients send parts, and each asks the key for both."""
    key, bucket = PUTS[name]
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        assert allows(policy(name), Call(action, key, (of_bucket(bucket), THROUGH_S3)))


@pytest.mark.parametrize("name", ["Robot", "PasswordOffice"])
def test_whoever_puts_a_file_uses_the_key_for_that_bucket_through_s3_and_cannot_read_it(
    name: str,
) -> None:
    key, own = PUTS[name]
    others = {"inbox", "passwords", "runs"} - {own}
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        assert not any(allows(policy(name), Call(action, key, (of_bucket(o), THROUGH_S3)))
                       for o in others)  # fmt: skip
        assert not allows(policy(name), Call(action, key, (of_bucket(own),)))
    read = {path for action, path in MAY[name] if action == "s3:GetObject"}
    assert all(path.endswith((".receipt.txt", ".receipt.json")) for path in read)


def test_one_more_city_has_every_alarm_that_looks_at_a_city(template: dict[str, Any]) -> None:
    small = yaml.safe_load((ROOT / "infra" / "city_alarms.yaml").read_text(encoding="utf-8"))
    assert small["Resources"] == alarms(template)
    assert {"DropMissingAlarm", "DropRefusedAlarm", "PlanWaitsAlarm"} <= set(small["Resources"])
    assert "Default" not in small["Parameters"]["City"]
    assert all(OF_A_CITY in a["Properties"]["Dimensions"] for a in small["Resources"].values())


@pytest.mark.parametrize("name", ["city_access", "city_alarms"])
def test_a_citys_template_is_clean(name: str) -> None:
    text = (ROOT / "infra" / f"{name}.yaml").read_text(encoding="utf-8")
    assert [str(match) for match in lint(text)] == []


# -- checkov ---------------------------------------------------------------------------------------


def test_every_rule_of_checkov_that_is_skipped_has_its_reason(template: dict[str, Any]) -> None:
    lines = (ROOT / ".checkov.yaml").read_text(encoding="utf-8").splitlines()
    skipped = [line.partition(" # ") for line in lines if "- CKV" in line]
    assert skipped
    assert [rule for rule, _, reason in skipped if len(reason) < 20] == []
    single = [
        one
        for resource in template["Resources"].values()
        for one in resource.get("Metadata", {}).get("checkov", {}).get("skip", ())
    ]
    assert [one["id"] for one in single if len(one["comment"]) < 20] == []
    judged = yaml.safe_load("\n".join(lines))["file"]
    ours = {"template.yaml", *(f"infra/{p.name}" for p in (ROOT / "infra").glob("*.yaml"))}
    assert set(judged) == {name for name in ours if not name.endswith(".asl.yaml")}


# -- the threat model ------------------------------------------------------------------------------


def test_every_test_that_the_threat_model_names_is_there() -> None:
    page = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")]
    assert len(named) > 20
    assert named - set(re.findall(r"def (test_\w+)", "".join(sources))) == set()
