"""`kakehashi doctor` and `kakehashi preflight`: what a person learns in the first hour."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from kakehashi.city import parse
from kakehashi_console import doctor, doctor_live, preflight
from kakehashi_console.operations import BadUse, Console
from kakehashi_console.preflight import Checkpoint
from tests.builders import DOMAIN
from tests.infra.test_sftp_push import checked
from tests.nights import RULES, Night, Nights


class Stage:
    """Step Functions and Lambda of a stack whose nights are walked in this process."""

    def __init__(self, nights: Nights) -> None:
        self.nights = nights
        self.walked: dict[str, Night] = {}
        self.under_way = 0

    def list_executions(self, **_: str) -> dict[str, Any]:
        return {"executions": [{}] * self.under_way}

    def start_execution(self, **asked: str) -> dict[str, str]:
        night = self.nights.start(json.loads(asked["input"]))
        arn = night.execution.context["Execution"]["Id"]
        self.walked[arn] = night
        return {"executionArn": arn}

    def describe_execution(self, executionArn: str) -> dict[str, Any]:  # noqa: N803
        night = self.walked[executionArn]
        began = datetime.fromisoformat(night.execution.context["Execution"]["StartTime"])
        return {"executionArn": executionArn, "status": night.status, "startDate": began}

    def get_paginator(self, _: str) -> Any:
        def pages(executionArn: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
            names = self.walked[executionArn].history
            yield {"events": [{"stateEnteredEventDetails": {"name": name}} for name in names]}

        return SimpleNamespace(paginate=pages)

    def invoke(self, Payload: bytes, **_: Any) -> dict[str, Any]:  # noqa: N803
        app = importlib.import_module("functions.drift.app")
        context: Any = SimpleNamespace(
            function_name="drift", memory_limit_in_mb=512, aws_request_id="r",
            invoked_function_arn="arn:aws:lambda:ap-northeast-1:1:function:drift",
        )  # fmt: skip
        try:
            told, error = app.lambda_handler(json.loads(Payload), context), {}
        except Exception as exc:  # noqa: BLE001 - as Lambda tells whatever it is
            told, error = {"errorType": type(exc).__name__}, {"FunctionError": "Unhandled"}
        return {"Payload": io.BytesIO(json.dumps(told).encode())} | error


class Office:
    """The stack of a test, reached as a deployed one is."""

    options = "--stack trial"

    def __init__(self, nights: Nights) -> None:
        self.names, self.stage = nights.names, Stage(nights)

    def outputs(self) -> Mapping[str, str]:
        named = {"RunsBucket": "RUNS_BUCKET", "InboxBucket": "INBOX_BUCKET", "Table": "TABLE",
                 "RulesBucket": "RULES_BUCKET", "DeadLettersUrl": "DEAD_LETTERS_URL",
                 "PasswordsBucket": "PASSWORDS_BUCKET", "OutboxBucket": "OUTBOX_BUCKET",
                 "BaselinesBucket": "BASELINES_BUCKET",
                 "StaffTopicArn": "TOPIC_ARN", "VendorTopicArn": "TOPIC_ARN"}  # fmt: skip
        found = {name: self.names[key] for name, key in named.items()}
        return found | {
            "StateMachineArn": "arn:aws:states:ap-northeast-1:1:stateMachine:trial-RosterSync",
            "CredentialSecret": "kakehashi/credential",
            "DriftFunction": "trial-drift",
        }

    def client(self, service: str) -> Any:
        if service in {"stepfunctions", "lambda"}:
            return self.stage
        return boto3.client(service)  # type: ignore[call-overload]

    def resource(self, service: str) -> Any:
        return boto3.resource(service)  # type: ignore[call-overload]


@pytest.fixture
def console(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> Console:
    for name, value in {"DOCS_URL": "docs/", "COMMAND_OPTIONS": "--stack trial"}.items():
        monkeypatch.setenv(name, value)
    return Console(Office(nights))


def bad(found: list[Checkpoint]) -> dict[str, str]:
    return {look.what.split(" / ")[-1]: look.found for look in found if look.good is not True}


# -- doctor ----------------------------------------------------------------------------------------


def test_a_healthy_stack_rehearses_the_small_city_and_nothing_of_it_is_left(
    nights: Nights, console: Console
) -> None:
    before = nights.everything()
    found = list(doctor.examine(console, DOMAIN))
    assert bad(found) == {}
    assert len(found) == 7
    assert nights.everything() == before
    assert nights.tenant.count("writes") == 0


def test_what_differs_is_told_and_cleaned_up_all_the_same(nights: Nights, console: Console) -> None:
    before = nights.everything()
    nights.lambdas.trouble("diff", "before", RuntimeError())
    found = bad(list(doctor.examine(console, DOMAIN)))
    assert found["how the run ended"] == "FAILED"
    assert {"stages", "verdict", "pupils planned"} <= found.keys()
    nights.letters()
    assert nights.everything() == before


def test_a_city_that_is_lived_through_makes_accounts_and_leaves_none(
    nights: Nights, console: Console
) -> None:
    boto3.client("s3").delete_object(Bucket=nights.names["RULES_BUCKET"], Key="cities/demo.toml")
    doctor_live.alone(console)
    before = nights.everything()
    found = list(doctor.examine(console, DOMAIN, after=doctor_live.live))
    assert bad(found) == {}
    assert len(found) == 13
    assert (nights.tenant.count("deletes"), nights.tenant.users()) == (3, [])
    after = nights.everything()
    assert {k: v for k, v in after.items() if k != "tenant"} == {
        k: v for k, v in before.items() if k != "tenant"
    }


def test_where_accounts_cannot_be_made_that_is_told_and_nothing_is_left(
    nights: Nights, console: Console
) -> None:
    nights.tenant.fault(status=403, method="POST", shape="/users", times=None)
    found = bad(list(doctor.examine(console, DOMAIN, after=doctor_live.live)))
    assert found["accounts made"] == "0 / 3"
    assert nights.tenant.users() == []
    nights.letters()
    assert not [key for key in nights.everything() if "doctor" in key]


def test_a_stack_that_serves_a_city_is_no_place_to_try(console: Console) -> None:
    with pytest.raises(BadUse, match="use one for trying"):
        doctor_live.alone(console)


def test_two_examinations_do_not_disturb_each_other(console: Console) -> None:
    console.put_rules(doctor.CITY, RULES)
    with pytest.raises(BadUse, match="under way"):
        list(doctor.examine(console, DOMAIN))
    assert console.rules(doctor.CITY) == RULES


# -- preflight -------------------------------------------------------------------------------------


def lambda_account(concurrent: int = 1000, used: int = 0) -> dict[str, Any]:
    return {
        "AccountLimit": {"ConcurrentExecutions": concurrent, "TotalCodeSize": 80_530_636_800},
        "AccountUsage": {"TotalCodeSize": used},
    }


def stacks(**standing: str) -> Callable[[Any], Any]:
    """DescribeStacks of an account in which there are these, by name with _ for -."""

    def answer(asked: Mapping[str, str]) -> Any:
        status = standing.get(asked["StackName"].replace("-", "_"))
        found = {"StackName": asked["StackName"], "CreationTime": datetime.now(UTC)}
        return {"Stacks": [found | {"StackStatus": status}]} if status else "ValidationError"

    return answer


class Account:
    """An AWS account before anything is in it: answers by service and operation, each held against
    AWS's own model; an answer may be the code of a refusal."""

    def __init__(self, **changed: Any) -> None:
        self.answers: dict[str, Any] = {
            "GetCallerIdentity": {"Account": "123456789012", "Arn": "arn:aws:iam::1:role/deploy",
                                  "UserId": "u"},
            "DescribeStacks": "ValidationError",
            "GetAccountSettings": lambda_account(),
            "DescribeLogGroups": {"logGroups": [
                {"logGroupName": "/aws/lambda/kakehashi-trial-receive"}]},
        } | changed  # fmt: skip
        self.region = "ap-northeast-1"

    def client(self, service: str) -> Any:
        def call(operation: str, **asked: Any) -> Any:
            answer = self.answers[operation]
            answer = answer(asked) if callable(answer) else answer
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer, "Message": ""}}, operation)
            return checked(operation, asked, answer, service)

        return SimpleNamespace(
            meta=SimpleNamespace(region_name=self.region),
            get_caller_identity=lambda **a: call("GetCallerIdentity", **a),
            describe_stacks=lambda **a: call("DescribeStacks", **a),
            get_account_settings=lambda **a: call("GetAccountSettings", **a),
            describe_log_groups=lambda **a: call("DescribeLogGroups", **a),
        )


def test_a_good_account_lacks_nothing() -> None:
    assert bad(list(preflight.before(Account().client, "kakehashi"))) == {}


@pytest.mark.parametrize(
    ("account", "stack", "what"),
    [
        (Account(GetCallerIdentity="ExpiredToken"), "k", "credentials"),
        (
            Account(GetCallerIdentity={"Account": "1", "Arn": "arn:aws:iam::1:root"}),
            "k",
            "credentials",
        ),
        (Account(), "k" * 41, "the stack's name"),
        (Account(), "架け橋", "the stack's name"),
        (Account(GetAccountSettings=lambda_account(10)), "k", "concurrent executions"),
        (Account(GetAccountSettings=lambda_account(used=80_400_000_000)), "k", "room for code"),
        (Account(DescribeStacks=stacks(k="ROLLBACK_COMPLETE")), "k", "the stack's standing"),
        (Account(), "kakehashi-trial", "names that are free"),
        (
            Account(DescribeStacks=stacks(aws_sam_cli_managed_default="UPDATE_FAILED")),
            "k",
            "SAM's own bucket",
        ),
    ],
)
def test_what_is_missing_is_told(account: Account, stack: str, what: str) -> None:
    assert list(bad(list(preflight.before(account.client, stack)))) == [what]


def test_another_region_is_told() -> None:
    account = Account()
    account.region = "us-east-1"
    assert bad(list(preflight.before(account.client, "k"))) == {"region": "us-east-1"}


def test_what_one_may_not_look_at_stops_nobody() -> None:
    account = Account(GetAccountSettings="AccessDeniedException")
    looks = [one for one in preflight.before(account.client, "k") if one.good is not True]
    assert [look.good for look in looks] == [None, None]


def test_a_deployed_stack_tells_what_a_person_still_has_to_do(
    nights: Nights, console: Console
) -> None:
    boto3.client("sns").subscribe(
        TopicArn=nights.names["TOPIC_ARN"], Protocol="email", Endpoint="staff@example.jp"
    )
    assert bad(list(preflight.after(console))) == {}
    console.put_rules(
        nights.city, RULES + '[m365]\ngroups = ["class"]\n[[m365.licences]]\nsku = "A"\n'
    )
    boto3.client("sqs").send_message(
        QueueUrl=nights.names["DEAD_LETTERS_URL"], MessageBody=json.dumps({"stage": "diff"})
    )
    assert bad(list(preflight.after(console))) == {
        "permissions": "LicenseAssignment.ReadWrite.All",
        "dead letters": "1",
    }


def test_a_domain_of_another_tenant_is_told(nights: Nights, console: Console) -> None:
    console.put_rules("elsewhere", RULES.replace(DOMAIN, "school.onmicrosoft.com"))
    assert bad(list(preflight.after(console)))["the cities' domains"] == "school.onmicrosoft.com"
    nights.tenant.settings(verified_domains=["school.example.jp"])
    told = bad(list(preflight.after(console)))["the cities' domains"]
    assert told == f"{DOMAIN}, school.onmicrosoft.com"


def test_two_cities_of_one_domain_are_told(nights: Nights, console: Console) -> None:
    console.put_rules("copy", RULES)
    found = bad(list(preflight.after(console)))
    assert found["the cities' domains"] == f"{DOMAIN} (copy、{nights.city})"


def test_where_nobody_can_sign_in_that_is_told_of_both(nights: Nights, console: Console) -> None:
    nights.tenant.settings(secret_expired=True)
    found = bad(list(preflight.after(console)))
    assert {"permissions", "the cities' domains"} <= found.keys()


def test_permissions_are_those_that_the_rules_need() -> None:
    plain = parse(RULES)
    assert list(preflight.wanted_permissions(plain)) == ["User.ReadWrite.All"]
    teams = set(preflight.wanted_permissions(parse(RULES + "[staff.class_teams]\n")))
    assert {"EduRoster.ReadWrite.All", "Member.Read.Hidden", "Team.Create"} < teams
    grouped = parse(RULES + '[m365]\ngroups = ["school"]\n')
    assert set(preflight.wanted_permissions(grouped)) == {
        "User.ReadWrite.All", "GroupMember.ReadWrite.All", "Group.Create",
    }  # fmt: skip
