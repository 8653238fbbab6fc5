"""Every promise of the template is true in the template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local import dashboard
from tests.infra.conftest import FUNCTIONS, ROOT, STAGES, of_type
from tests.rule_complexity import MOST, score

type Resources = dict[str, dict[str, Any]]
BUCKETS = (
    "InboxBucket", "PasswordsBucket", "RunsBucket", "RulesBucket", "OutboxBucket",
    "BaselinesBucket",
)  # fmt: skip
ACCESS_LOG = "AccessLogBucket"
UPLOADS = ("DropRule", "LooseDropRule", "DecisionsRule", "PasswordsRule")


def test_nothing_vanishes_unnoticed(resources: Resources) -> None:
    kinds: dict[str, int] = {}
    for resource in resources.values():
        kinds[resource["Type"]] = kinds.get(resource["Type"], 0) + 1
    assert kinds == {
        "AWS::Serverless::LayerVersion": 1,
        "AWS::Serverless::Function": 12,
        "AWS::Serverless::StateMachine": 2,
        "AWS::Logs::LogGroup": 16,
        "AWS::S3::Bucket": 7,
        "AWS::S3::BucketPolicy": 7,
        "AWS::DynamoDB::Table": 3,
        "AWS::KMS::Key": 3,
        "AWS::SQS::Queue": 1,
        "AWS::SQS::QueuePolicy": 1,
        "AWS::SNS::Topic": 2,
        "AWS::SNS::Subscription": 2,
        "AWS::SecretsManager::Secret": 5,
        "AWS::Events::Rule": 5,
        "AWS::Scheduler::Schedule": 3,
        "AWS::IAM::Role": 6,
        "AWS::Transfer::Connector": 1,
        "AWS::CloudWatch::Alarm": 25,
        "AWS::ApiGatewayV2::Api": 2,
        "AWS::ApiGatewayV2::Integration": 3,
        "AWS::ApiGatewayV2::Route": 4,
        "AWS::ApiGatewayV2::Stage": 2,
        "AWS::Lambda::Permission": 3,
        "AWS::CloudWatch::Dashboard": 1,
    }


@pytest.mark.parametrize("name", [*BUCKETS, ACCESS_LOG])
def test_a_bucket_is_private_versioned_tidied_and_kept(resources: Resources, name: str) -> None:
    bucket = resources[name]
    properties = bucket["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert properties["LifecycleConfiguration"]["Rules"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_has_the_key_of_its_class_of_data_and_logs_who_used_it(
    resources: Resources, name: str
) -> None:
    properties = resources[name]["Properties"]
    encryption = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    key = "PasswordKey" if name == "PasswordsBucket" else "DataKey"
    assert encryption["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": {"Fn::GetAtt": [key, "Arn"]},
    }
    assert properties["LoggingConfiguration"] == {
        "DestinationBucketName": {"Ref": ACCESS_LOG},
        "LogFilePrefix": f"{name.removesuffix('Bucket').lower()}/",
    }


@pytest.mark.parametrize("name", [*BUCKETS, ACCESS_LOG])
def test_a_bucket_is_reached_over_tls_only(resources: Resources, name: str) -> None:
    policy = resources[f"{name}Policy"]["Properties"]
    statement = policy["PolicyDocument"]["Statement"][0]
    assert policy["Bucket"] == {"Ref": name}
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_passwords_expire_within_thirty_days(resources: Resources) -> None:
    bucket = resources["PasswordsBucket"]["Properties"]
    *short, rule = bucket["LifecycleConfiguration"]["Rules"]
    assert {r["Prefix"]: r["ExpirationInDays"] for r in short} == {"slips/": 1, "sent/": 1}
    assert rule["ExpirationInDays"] <= 30
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_nothing_but_passwords_can_be_deleted_and_by_groups_alone(resources: Resources) -> None:
    where = [
        statement["Resource"]
        for statement in statements_of(resources, "groups")
        if "s3:DeleteObjectVersion" in statement["Action"]
    ]
    assert where == [{"Fn::Sub": "${PasswordsBucket.Arn}/inbox/*/passwords/*"}]


def test_only_who_needs_passwords_can_decrypt_them(resources: Resources) -> None:
    readers = {
        stage
        for stage in STAGES
        for statement in statements_of(resources, stage)
        if statement["Resource"] == {"Fn::GetAtt": ["PasswordKey", "Arn"]}
    }
    assert readers == {"preprocess", "provision", "groups"}


def test_a_key_is_kept_and_turned_over_every_year(resources: Resources) -> None:
    keys = {name: r for name, r in resources.items() if r["Type"] == "AWS::KMS::Key"}
    assert set(keys) == {"DataKey", "PasswordKey", "LtiKey"}
    for name, key in keys.items():
        assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain"), name
    assert all(keys[name]["Properties"]["EnableKeyRotation"] for name in ("DataKey", "PasswordKey"))
    signing = keys["LtiKey"]["Properties"]  # KMS turns no such key over: `kakehashi lti rotate`
    assert (signing["KeyUsage"], signing["KeySpec"]) == ("SIGN_VERIFY", "RSA_2048")


def test_every_secret_and_table_has_a_key_of_ours_and_secrets_are_kept(
    resources: Resources,
) -> None:
    for secret in (r for r in resources.values() if r["Type"] == "AWS::SecretsManager::Secret"):
        assert secret["Properties"]["KmsKeyId"] == {"Ref": "DataKey"}
        assert (secret["DeletionPolicy"], secret["UpdateReplacePolicy"]) == ("Retain", "Retain")
    for table in of_type(resources, "AWS::DynamoDB::Table").values():
        assert table["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}


def test_the_state_table_can_be_recovered_and_is_never_dropped(resources: Resources) -> None:
    table = resources["StateTable"]
    properties = table["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert properties["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}


def test_the_template_protects_unless_told_otherwise(template: dict[str, Any]) -> None:
    assert template["Parameters"]["DeletionProtection"]["Default"] == "true"
    assert template["Parameters"]["Architecture"]["Default"] == "arm64"


def test_queues_and_topics_are_encrypted(resources: Resources) -> None:
    for queue in of_type(resources, "AWS::SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == 14 * 86400
    for topic in of_type(resources, "AWS::SNS::Topic").values():
        assert topic["KmsMasterKeyId"] == {"Ref": "DataKey"}


@pytest.mark.parametrize("stage", FUNCTIONS)
def test_a_function_has_a_log_of_its_own_that_ends(resources: Resources, stage: str) -> None:
    function = resources[f"{stage.capitalize()}Function"]["Properties"]
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{stage.capitalize()}Log"}}
    log = resources[f"{stage.capitalize()}Log"]["Properties"]
    assert log["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{stage}"}
    assert log["RetentionInDays"] == {"Ref": "LogDays"}


def test_every_function_and_every_state_machine_is_traced_and_measures_under_one_name(
    template: dict[str, Any], resources: Resources
) -> None:
    every = template["Globals"]["Function"]
    assert every["Tracing"] == "Active"
    assert "Tracing" not in str(of_type(resources, "AWS::Serverless::Function"))
    assert every["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == "kakehashi"
    for machine in of_type(resources, "AWS::Serverless::StateMachine").values():
        assert machine["Tracing"] == {"Enabled": True}


def test_every_role_that_a_service_takes_names_the_account(
    template: dict[str, Any], resources: Resources
) -> None:
    named = [r["AssumeRolePolicyDocument"] for r in of_type(resources, "AWS::IAM::Role").values()]
    for document in (*named, template["Globals"]["Function"]["AssumeRolePolicyDocument"]):
        (statement,) = document["Statement"]
        assert statement["Principal"].keys() == {"Service"}
        assert statement["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        }
    for machine in of_type(resources, "AWS::Serverless::StateMachine").values():
        assert machine["Role"]["Fn::GetAtt"][0] in resources, "SAM's own names no account"


def test_an_upload_that_could_not_start_a_run_is_not_lost(resources: Resources) -> None:
    for name in UPLOADS:
        rule = resources[name]["Properties"]
        (target,) = rule["Targets"]
        assert target["Arn"] == {"Ref": "RosterSync"}
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
        assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0


def test_every_rule_may_put_what_it_could_not_start_into_the_queue(resources: Resources) -> None:
    (allowed,) = resources["DeadLettersPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    sources = json.dumps(allowed["Condition"]["ArnEquals"]["aws:SourceArn"])
    named = {name for name in of_type(resources, "AWS::Events::Rule") if f'"{name}"' in sources}
    assert named == {*UPLOADS, "SftpPushRule"}


def test_the_wildcards_of_a_rule_are_not_too_complex_for_eventbridge(resources: Resources) -> None:
    for rule in of_type(resources, "AWS::Events::Rule").values():
        for wildcards in wildcards_of(rule["EventPattern"]):
            assert score(wildcards) <= MOST


def wildcards_of(pattern: Any) -> Iterator[list[str]]:
    """Of each field of an event pattern that has some."""
    if isinstance(pattern, dict):
        for part in pattern.values():
            yield from wildcards_of(part)
    elif found := [one["wildcard"] for one in pattern if "wildcard" in one]:
        yield found


@pytest.mark.parametrize(
    ("wildcards", "measured"),
    [  # by event-ruler itself, version of 2026-07-21
        (["inbox/*/approvals/*"], 4),
        (["inbox/*/roster/*.zip", "inbox/*/roster/*.ZIP"], 8),
        (["inbox/*.zip", "inbox/*.ZIP", "inbox/*manifest.csv"], 6),
        (["inbox/*/approvals/*", "inbox/*/passwords/*.csv", "inbox/*/passwords/*.CSV"], 11),
        (["inbox/*/roster/*.zip", "inbox/*/roster/*.ZIP", "inbox/*/roster/*manifest.csv"], 12),
    ],
)
def test_the_score_is_the_one_that_the_published_ruler_gives(
    wildcards: list[str], measured: int
) -> None:
    assert score(wildcards) == measured


def test_whatever_fails_without_anybody_waiting_for_it_comes_to_the_one_queue(
    resources: Resources,
) -> None:
    queue = {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    for schedule in of_type(resources, "AWS::Scheduler::Schedule").values():
        assert schedule["Target"]["DeadLetterConfig"] == {"Arn": queue}
    for rule in of_type(resources, "AWS::Events::Rule").values():
        assert [target["DeadLetterConfig"]["Arn"] for target in rule["Targets"]] == [queue]
    called = {target["Target"]["Arn"]["Fn::GetAtt"][0]
              for target in of_type(resources, "AWS::Scheduler::Schedule").values()}  # fmt: skip
    for name in called:
        letters = resources[name]["Properties"]["DeadLetterQueue"]
        assert letters == {"Type": "SQS", "TargetArn": queue}


@pytest.mark.parametrize(
    "file",
    ["template.yaml", "infra/tool_reader.yaml", "infra/city_access.yaml", "infra/deployer.yaml"],
)
def test_no_wildcard_without_a_reason_beside_it(file: str) -> None:
    template_text = (ROOT / file).read_text(encoding="utf-8")
    wild = re.compile(r"""^\s+(-\s+)?(Action|Resource|Principal|s3:prefix)?:?.*(\*"|\*$|\*\s)""")
    keys = ("Action", "Resource", "Principal", "s3:prefix", "- !Sub")
    bare = [
        f"{number}: {line.strip()}"
        for number, line in enumerate(template_text.splitlines(), 1)
        if any(key in line for key in keys) and wild.match(line) and " # " not in line
    ]
    above = [line for line in bare if "execution:" not in line]  # its reason stands above it
    assert above == []


def test_no_statement_allows_everything(resources: Resources) -> None:
    for stage in FUNCTIONS:
        for statement in statements_of(resources, stage):
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                assert "*" not in action, (stage, action)
            assert statement["Resource"] != "*", stage


def test_only_provision_writes_pupils_forgets_them_and_writes_dead_letters(
    resources: Resources,
) -> None:
    def may(action: str) -> set[str]:
        return {
            stage
            for stage in FUNCTIONS
            for statement in statements_of(resources, stage)
            if action in statement["Action"]
        }

    pages = {"launch", "staff", "passwords"}  # tables and partitions of their own, below
    assert may("dynamodb:PutItem") == {"provision"} | pages
    assert may("dynamodb:DeleteItem") == {"provision"} | pages
    assert may("s3:DeleteObject") == set()
    assert may("s3:DeleteObjectVersion") == {"groups", "passwords"}
    assert may("sqs:SendMessage") == {"provision", "groups"}
    assert may("sns:Publish") == {"report", "drift"}
    assert may("secretsmanager:GetSecretValue") == {
        "preprocess", "diff", "provision", "groups", "drift", "launch", "staff"
    }  # fmt: skip


def test_the_tenant_is_compared_once_a_week_by_a_function_that_can_change_nothing(
    resources: Resources,
) -> None:
    schedule = resources["DriftSchedule"]["Properties"]
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["DriftFunction", "Arn"]}
    assert "SAT" in schedule["ScheduleExpression"]
    assert schedule["ScheduleExpressionTimezone"] == "Asia/Tokyo"
    (written,) = [s for s in statements_of(resources, "drift") if "Put" in str(s["Action"])]
    assert written["Resource"] == {"Fn::Sub": "${RunsBucket.Arn}/*/drift/*"}
    assert "dynamodb:UpdateItem" not in str(statements_of(resources, "drift"))


def test_each_day_somebody_looks_how_long_the_credential_is_good(
    resources: dict[str, dict[str, Any]],
) -> None:
    target = resources["CredentialSchedule"]["Properties"]["Target"]
    assert target["Arn"] == {"Fn::GetAtt": ["DriftFunction", "Arn"]}
    assert json.loads(target["Input"]) == {"only": "credential"}


def test_each_hour_somebody_looks_how_long_plans_have_waited(
    resources: dict[str, dict[str, Any]],
) -> None:
    schedule = resources["WaitingSchedule"]["Properties"]
    assert re.fullmatch(r"cron\(\d+ \* \* \* \? \*\)", schedule["ScheduleExpression"])
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": ["DriftFunction", "Arn"]}
    assert json.loads(schedule["Target"]["Input"]) == {"only": "waiting"}


def test_what_the_internet_can_call_writes_nothing_that_a_night_reads(resources: Resources) -> None:
    statements = {s["Sid"]: s for s in statements_of(resources, "launch")}
    wrote = [
        s["Resource"]
        for s in statements.values()
        if re.search("Put|Delete|Update|Publish|Send", str(s["Action"]))
    ]
    assert wrote == [{"Fn::GetAtt": ["LaunchTable", "Arn"]}]
    assert statements["SignIn"]["Resource"] == {"Fn::GetAtt": ["SignInSecret", "Id"]}
    assert statements["Sign"]["Condition"] == {
        "StringEquals": {"aws:ResourceTag/kakehashi:lti": {"Ref": "AWS::StackName"}}
    }


def test_the_staff_page_writes_no_item_that_a_night_reads(resources: Resources) -> None:
    """Its partitions of the state table begin with STAFF#; what it decides goes the way that a
    person's upload or order goes."""
    statements = {s["Sid"]: s for s in statements_of(resources, "staff")}
    writes = {
        sid: s for sid, s in statements.items()
        if re.search("dynamodb:(Put|Delete|Update)", str(s["Action"]))
    }  # fmt: skip
    assert writes.keys() == {"Record", "Sessions"}
    own = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["STAFF#*"]}}
    assert writes["Record"]["Condition"] == own
    assert writes["Sessions"]["Resource"] == {"Fn::GetAtt": ["StaffTable", "Arn"]}
    assert statements["SignIn"]["Resource"] == {"Fn::GetAtt": ["StaffSignInSecret", "Id"]}
    assert "PasswordsBucket" not in str(statements)


def test_whoever_reads_passwords_starts_nothing_and_the_other_way_round(
    resources: Resources,
) -> None:
    made = {s["Sid"]: s for s in statements_of(resources, "passwords")}
    assert "states:" not in str(made)
    assert "secretsmanager:" not in str(made)
    record = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["STAFF#RECORD#*"]}}
    assert made["Record"]["Condition"] == record  # no post, no approval
    written = {sid for sid, s in made.items() if "s3:PutObject" in str(s["Action"])}
    assert written == {"Made", "Sent", "Slips"}
    assert made["Made"]["Resource"] == [
        {"Fn::Sub": f"${{PasswordsBucket.Arn}}/inbox/*/passwords/{name}-*.csv"}
        for name in ("made", "staff-made", "sent")
    ]
    assert made["Sent"]["Resource"] == {"Fn::Sub": "${PasswordsBucket.Arn}/sent/*"}
    decides = str(statements_of(resources, "staff"))
    assert "PasswordsBucket" not in decides
    assert "PasswordKey" not in decides


def test_there_is_no_staff_page_unless_an_app_to_sign_in_to_is_named(
    template: dict[str, Any], resources: Resources
) -> None:
    assert template["Parameters"]["StaffClientId"]["Default"] == ""
    parts = {
        name: r for name, r in resources.items()
        if name.startswith("Staff") and not name.startswith(("StaffTopic", "StaffMail", "StaffSub"))
    }  # fmt: skip
    assert parts
    assert {r.get("Condition") for r in parts.values()} == {"HasStaffPage"}


def test_the_access_log_of_the_staff_page_tells_neither_path_nor_query(
    resources: Resources,
) -> None:
    """An address may name a run or a school; a search is never in one."""
    told = set(
        re.findall(
            r"\$context\.([\w.]+)",
            resources["StaffStage"]["Properties"]["AccessLogSettings"]["Format"],
        )
    )
    assert told == {"requestId", "httpMethod", "status", "responseLatency", "error.message"}


def test_there_is_no_launcher_unless_an_app_to_sign_in_to_is_named(
    template: dict[str, Any], resources: Resources
) -> None:
    assert template["Parameters"]["SignInClientId"]["Default"] == ""
    parts = {name: r for name, r in resources.items() if name.startswith(("Launch", "Lti", "Sign"))}
    assert len(parts) == 13
    assert {r.get("Condition") for r in parts.values()} == {"HasLauncher"}


def test_the_launcher_is_throttled_and_its_access_log_names_nobody(resources: Resources) -> None:
    stage = resources["LaunchStage"]["Properties"]
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 500
    told = set(re.findall(r"\$context\.([\w.]+)", stage["AccessLogSettings"]["Format"]))
    assert told == {"requestId", "httpMethod", "path", "status", "responseLatency",
                    "error.message"}  # fmt: skip


def test_the_dashboard_is_json_and_tells_in_japanese(resources: Resources) -> None:
    body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    file = dashboard.body()
    assert json.loads(body) == file
    titles = [w["properties"]["title"] for w in file["widgets"] if w["type"] == "metric"]
    assert all(re.search(r"[ぁ-んァ-ヶ一-龠]", title) for title in titles)


def statements_of(resources: Resources, stage: str) -> list[dict[str, Any]]:
    (policy,) = resources[f"{stage.capitalize()}Function"]["Properties"]["Policies"]
    return list(policy["Statement"])
