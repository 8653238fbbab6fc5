"""Each statement of each function's policy is needed: without it the run fails.

Every test on the fast path runs with the template's policies (``tests.policies``), so nothing a
function does there is denied. Here it is the other way round. A stage is called without one
statement, fails, and is then called with all of them, as Step Functions retries it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import boto3
import pytest
import requests

from kakehashi.edges.launch.launcher import LaunchDependencies
from kakehashi.edges.microsoft import directory
from kakehashi.edges.web.sign_in import SignIn
from tests.builders import a_drop, a_password_file, a_pupil
from tests.lambdas import Lambdas
from tests.launches import Launchpad, Tool, tool_rules
from tests.nights import EXECUTION, ROOT, RULES, STAGES, Nights
from tests.policies import Resolver, allows, names_here, resources, statements
from tests.walker import StateError

NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
FUNCTIONS = (*STAGES, "drift", "launch")
ALL = {(function, statement["Sid"]) for function in FUNCTIONS for statement in statements(function)}

# When each statement is left out: the step of the story → stage → statements, in an order in which
# what an attempt leaves behind does not help the next one.
NIGHT: dict[str, dict[str, str]] = {
    "passwords before anything was planned": {"receive": "RunFolderNames"},
    "a first night": {
        "receive": "UploadReceipts Inbox InboxNames Rules RunFolder State DataKey",
        "validate": "UploadReceipts RunFolder RunFolderNames State DataKey",
        "preprocess": "Passwords PasswordNames ClassNumbers RunFolder RunFolderNames State DataKey "
        "PasswordKey",
        "diff": "DecisionNames Credential RunFolder RunFolderNames State DataKey",
        "report": "ForgetHealed TellStaff RunFolder RunFolderNames State DataKey",
    },
    "its approval": {
        "provision": "RunFolderNames Passwords PasswordKey Credential RunFolder State DataKey",
        "groups": "Passwords PasswordKey PasswordVersions UsedPasswords RunFolderNames Credential "
        "RunFolder State DataKey",
        "deliver": "FilesThatAreNotThere Receipts ReceiptNames RunFolderNames Outbox Baselines "
        "Announce RunFolder State DataKey",
        "report": "WhatToolsWereTold",
    },
    "a night with decisions": {"diff": "Decisions"},
    "a tool's file that is gone": {"report": "RunFolderNames"},
    "a tool's baseline that is gone": {"deliver": "FilesThatAreNotThere"},
    "a password file that is gone": {"provision": "IsAPasswordGone"},
    "a password file that goes under way": {"groups": "IsAPasswordGone"},
    "a tenant that refuses": {"provision": "DeadLetters", "groups": "DeadLetters"},
    "a city without rules": {"receive": "RulesNames"},
    "a lease whose execution is dead": {"receive": "HasTheLeaseHolderEnded"},
    "a comparison": {
        "drift": "Rules RulesNames Credential State Findings TellStaff DataKey ForgetHealed"
    },
}
HELD = "after a night in which somebody was held"
LAUNCH = {
    HELD: {"launch": "Pupils PupilsByAccountAndClass ShortLived Rules Holds SignIn Sign DataKey"},
    "after a night whose plan is gone": {"launch": "Names"},
}
DECISIONS = "userMasterIdentifier,決定\n".encode()
UNUSED_HERE = {  # allowed, and not used in this story, because
    ("provision", "dynamodb:DeleteItem"): "only a marked pupil's item is deleted: test_leaving",
    ("receive", "s3:GetObject"): "only an order can name a drop without its version: test_receive",
    ("report", "sqs:DeleteMessage"): "only a letter that was healed is deleted: test_dead_letters",
    ("drift", "sqs:DeleteMessage"): "the same: test_dead_letters",
    ("deliver", "dynamodb:Query"): "only where no snapshot is of today: test_redelivery",
    ("launch", "kms:GenerateDataKey"): "DynamoDB asks for it in some cases only",
}


def pairs(step: dict[str, str]) -> set[tuple[str, str]]:
    return {(stage, sid) for stage, sids in step.items() for sid in sids.split()}


def test_no_statement_is_forgotten_here() -> None:
    assert {pair for step in (*NIGHT.values(), *LAUNCH.values()) for pair in pairs(step)} == ALL


# -- nights ----------------------------------------------------------------------------------------


class Story:
    """Tries each stage of a step without its statements. ``silent``: nobody noticed."""

    def __init__(self, nights: Nights) -> None:
        self.nights = nights
        self.tried: set[tuple[str, str]] = set()
        self.silent: list[tuple[str, str]] = []

    def step(self, name: str, first: Callable[[], Any] = lambda: None) -> None:
        """What happens in the next night; ``first`` does, when the stage is reached."""
        for stage, sids in NIGHT[name].items():
            self.nights.lambdas.trouble(stage, "before", self._without(stage, sids, first))

    def _without(self, stage: str, sids: str, first: Callable[[], Any]) -> Callable[[Any], None]:
        def call(event: Any) -> None:
            first()
            for sid in sids.split():
                self.tried.add((stage, sid))
                if not fails(self.nights.lambdas, stage, sid, event):
                    self.silent.append((stage, sid))

        return call


def fails(lambdas: Lambdas, stage: str, sid: str, event: Any) -> bool:
    """Whether the stage fails without this statement, because it was denied something."""
    directory.tenant.cache_clear()  # as in a Lambda that has just started
    with lambdas.roles.without(stage, sid):
        try:
            lambdas.invoke(stage, event)
        except StateError:
            return bool(lambdas.roles.denied)
    return False


def passwords(*numbers: int) -> bytes:
    return a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in numbers})


@pytest.fixture
def story(nights: Nights) -> Story:
    nights.put_rules(RULES + '[m365]\ngroups = ["class"]\n')
    return Story(nights)


def lived(story: Story) -> None:
    """Every step of NIGHT, in its order."""
    nights = story.nights
    assert nights.run(b"not a zip").verdict == "refused"
    story.step("passwords before anything was planned")
    nights.start(json.loads((ROOT / "events" / "passwords.json").read_text()))
    story.step("a first night")
    first = nights.run(a_drop(12).zip(), passwords=passwords(*range(1, 13)))
    assert first.verdict == "awaiting-approval"
    nights.put("INBOX_BUCKET", "receipts/demo/lgate/a.csv", b"file,line,result\nusers,2,NG\n")
    story.step("its approval")
    assert nights.approve(first.summary).verdict == "applied"
    nights.tomorrow()
    story.step("a night with decisions")
    nights.put("INBOX_BUCKET", "inbox/demo/approvals/list.csv", DECISIONS)
    nights.put("INBOX_BUCKET", "inbox/demo/decisions/page.csv", DECISIONS)
    assert nights.run(a_drop(13).zip(), passwords=passwords(13)).verdict == "applied"
    failing(story)
    beside(story)


def failing(story: Story) -> None:
    nights, tenant = story.nights, story.nights.tenant
    nights.tomorrow()
    story.step("a password file that goes under way", first=lambda: lose_when_read(nights))
    nights.run(a_drop(14).zip(), passwords=passwords(14))
    nights.tomorrow()
    story.step("a password file that is gone", first=lambda: lose(nights, "PASSWORDS_BUCKET"))
    nights.run(a_drop(15).zip(), passwords=passwords(15))
    nights.tomorrow()
    tenant.fault(status=400, method="GET", shape="/groups", times=None)
    tenant.settings(quota=len(tenant.users()))
    story.step("a tenant that refuses")
    nights.run(a_drop(16).zip(), passwords=passwords(16))
    tenant.heal()
    nights.tomorrow()
    story.step("a tool's file that is gone", first=lambda: lose(nights, "OUTBOX_BUCKET"))
    assert nights.run(a_drop(17).zip(), passwords=passwords(17)).verdict == "applied"
    nights.tomorrow()
    story.step("a tool's baseline that is gone", first=lambda: lose(nights, "BASELINES_BUCKET"))
    assert nights.rerun().status == "FAILED"


def lose(nights: Nights, variable: str) -> None:
    """Every version of every file of a bucket."""
    s3, bucket = boto3.client("s3"), nights.names[variable]
    for found in s3.list_object_versions(Bucket=bucket).get("Versions", []):
        s3.delete_object(Bucket=bucket, Key=found["Key"], VersionId=found["VersionId"])


def lose_when_read(nights: Nights) -> None:
    """The file is there when it is listed, and gone when it is read."""

    def once(params: dict[str, Any], **_: Any) -> None:
        if "/passwords/" in params["url_path"]:
            events.unregister("before-call.s3.GetObject", once)
            lose(nights, "PASSWORDS_BUCKET")

    events = boto3.client("s3").meta.events
    events.register("before-call.s3.GetObject", once)


def beside(story: Story) -> None:
    nights = story.nights
    story.step("a city without rules")
    nights.start({"action": "rerun", "city": "nowhere"})
    story.step("a lease whose execution is dead")
    nights.state.take_lease(EXECUTION + "gone", nights.clock)
    nights.rerun()
    nights.tenant.give(nights.tenant.user(a_pupil(1).account) | {"department": "9年9組"})
    story.step("a comparison")
    nights.lambdas.invoke("drift", {})


def test_without_any_one_statement_the_run_fails(story: Story) -> None:
    lived(story)
    assert story.silent == []
    assert {pair for step in NIGHT.values() for pair in pairs(step)} - story.tried == set()
    assert spare(story.nights.lambdas, [*STAGES, "drift"]) == []


# -- launches --------------------------------------------------------------------------------------


def test_without_any_one_statement_a_launch_fails(launchpad: Launchpad) -> None:
    launchpad.register(tool_rules(memberships=True))
    for step, functions in LAUNCH.items():
        launchpad.hold(a_pupil(3).id) if step == HELD else lose(launchpad.nights, "RUNS_BUCKET")
        sids = sorted(sid for _, sid in pairs(functions))
        assert [sid for sid in sids if launched(launchpad, without=sid)] == []
        assert launched(launchpad)
    Tool(launchpad.browser(), client_id="nowhere.drill").token()
    assert spare(launchpad.nights.lambdas, ["launch"]) == []


def launched(pad: Launchpad, without: str = "") -> bool:
    """A pupil signs in and starts a tool, which asks who is in the class: is all that answered?"""
    LaunchDependencies.of.cache_clear()
    SignIn.of.cache_clear()
    with pad.nights.lambdas.roles.without("launch", without):
        try:
            tool = pad.signed_in(1)
            url = tool.read(tool.launched())[NRPS]["context_memberships_url"]
            return tool.members(url).status == HTTPStatus.OK
        except (AssertionError, KeyError, StateError, requests.RequestException):
            assert pad.nights.lambdas.roles.denied, "it fails for want of a permission"
            return False


# -- what nothing needs ----------------------------------------------------------------------------


def spare(lambdas: Lambdas, functions: Iterable[str]) -> list[tuple[str, str, str]]:
    """What these functions may and never did: function, statement, action and resource."""
    template, found = Resolver(names_here(), resources()), []
    for function in functions:
        for statement in template.resolve(statements(function)):
            for action in as_list(statement["Action"]):
                for resource in as_list(statement["Resource"]):
                    one = statement | {"Action": action, "Resource": resource}
                    used = any(
                        allows([one], c) for who, c in lambdas.roles.asked if who == function
                    )
                    if not used and (function, action) not in UNUSED_HERE:
                        found.append((function, statement["Sid"], f"{action} {resource}"))
    return found


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
