"""What is missing before a deployment, and after it: looked at from a desk, nothing is changed.

Each look is one thing a person would otherwise find out in the first night. ``good`` None means
that the credentials do not let us look, which is told and stops nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from kakehashi.city import City, parse
from kakehashi_console.operations import BadUse, Console

STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}\Z")
"""Names of functions and of the state machine begin with it, and have 64 and 80 characters."""
LEAST_CONCURRENCY = 50
"""Lambdas at once in the region: a night takes two, the launcher one for each pupil who signs in;
a new account has 10."""
REGION = "ap-northeast-1"
UPDATABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}
REFUSALS = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation",
            "AuthorizationError"}  # fmt: skip

type Client = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One thing looked at: ``what`` and ``to_do`` in Japanese and English; ``found`` as it is."""

    what: str
    good: bool | None
    found: str = ""
    to_do: str = ""


def before(client: Client, stack: str) -> Iterator[Checkpoint]:
    """What a deployment of ``stack`` needs."""
    yield _seen(lambda: _credentials(client), "資格情報 / credentials")
    region = str(client("sts").meta.region_name)
    yield Checkpoint(
        "リージョン / region",
        region == REGION,
        region,
        f"AWS_DEFAULT_REGION={REGION} にしてください。 / data of pupils stays in Japan",
    )
    yield Checkpoint(
        "スタックの名前 / the stack's name",
        bool(STACK_NAME.match(stack)),
        stack,
        "英字で始まる英数字とハイフンで、40 字まで。 / a letter, then letters, digits, hyphens",
    )
    yield _seen(lambda: _standing(client, stack), "スタックの状態 / the stack's standing")
    yield _seen(lambda: _concurrency(client), "Lambda の同時実行数 / concurrent executions")


def after(console: Console) -> Iterator[Checkpoint]:
    """What a deployed stack still needs of a person."""
    client = console.site.client
    yield _seen(lambda: _cities(console), "自治体の規則 / a city's rules")
    yield _seen(lambda: _secret(console), "資格情報の秘密 / the credential")
    yield _seen(lambda: _permissions(console), "Entra のアクセス許可と同意 / permissions")
    staff, vendor = console.outputs["StaffTopicArn"], console.outputs["VendorTopicArn"]
    yield _seen(lambda: _mail(client, staff), "教育委員会へのメール / mails to staff")
    yield _seen(lambda: _mail(client, vendor), "業者へのメール / mails to the vendor")
    yield _seen(lambda: _alarms(client, console), "警報 / alarms")
    yield _seen(lambda: _letters(console), "失敗の待ち行列 / dead letters")


def _seen(look: Callable[[], tuple[bool, str, str]], what: str) -> Checkpoint:
    """A refusal to let us look is told as that; whatever else AWS says is a fault."""
    try:
        return Checkpoint(what, *look())
    except ClientError as exc:
        code = exc.response["Error"]["Code"]
        if code in REFUSALS:
            return Checkpoint(what, None, code, "見る権限がありません。 / you may not look at this")
        return Checkpoint(what, False, code)
    except BotoCoreError as exc:
        return Checkpoint(what, False, type(exc).__name__)
    except BadUse as exc:
        return Checkpoint(what, False, "", str(exc))


def _credentials(client: Client) -> tuple[bool, str, str]:
    found = client("sts").get_caller_identity()
    root = str(found["Arn"]).endswith(":root")
    return not root, found["Account"], "root ではなく役割で入ってください。 / not as root"


def _standing(client: Client, stack: str) -> tuple[bool, str, str]:
    try:
        (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as exc:
        if exc.response["Error"]["Code"] != "ValidationError":
            raise
        return True, "新しいスタック / a new one", ""
    status = str(found["StackStatus"])
    return (
        status in UPDATABLE,
        status,
        "CloudFormation の画面で理由を確かめてください。ROLLBACK_COMPLETE なら一度消します。"
        " / see why; a stack in ROLLBACK_COMPLETE must be deleted first",
    )


def _concurrency(client: Client) -> tuple[bool, str, str]:
    limits = client("lambda").get_account_settings()["AccountLimit"]
    found = int(limits["ConcurrentExecutions"])
    wanted = f"Service Quotas で {LEAST_CONCURRENCY} 以上を申請してください。 / ask for more"
    return found >= LEAST_CONCURRENCY, str(found), wanted


def _cities(console: Console) -> tuple[bool, str, str]:
    names = console.cities()
    return bool(names), "、".join(names), "kakehashi city put FILE.toml / put a city's rules"


def _secret(console: Console) -> tuple[bool, str, str]:
    secrets = console.site.client("secretsmanager")
    found = secrets.describe_secret(SecretId=console.outputs["CredentialSecret"])
    stages = [stage for those in found.get("VersionIdsToStages", {}).values() for stage in those]
    to_do = "秘密に資格情報を入れてください(docs/deploy.md の 2)。 / put the credential"
    return "AWSCURRENT" in stages, "", to_do


def _permissions(console: Console) -> tuple[bool, str, str]:
    """The function asks, so that nobody at a desk needs to read the credential."""
    answer = console.site.client("lambda").invoke(
        FunctionName=console.outputs["DriftFunction"],
        Payload=json.dumps({"only": "permissions"}).encode(),
    )
    told = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        return False, str(told.get("errorType")), "サインインできません。 / no sign-in"
    rules = [console.rules(city) or "" for city in console.cities()]
    wanted = sorted({one for text in rules for one in wanted_permissions(parse(text))})
    granted = set(told["permissions"])
    lacking = [one for one in wanted if not granted & {one, *INSTEAD.get(one, ())}]
    to_do = "Entra で許可を足し、管理者の同意を与えてください。 / grant it, with admin consent"
    return not lacking, ", ".join(lacking or sorted(granted)), to_do


INSTEAD = {  # a wider permission does as well
    "GroupMember.ReadWrite.All": ("Group.ReadWrite.All",),
    "Group.Create": ("Group.ReadWrite.All",),
}


def wanted_permissions(city: City) -> Iterator[str]:
    """Application permissions of Microsoft Graph that a city's rules need."""
    yield "User.ReadWrite.All"
    licences = city.m365.licences
    if city.m365.groups or any(one.by == "group" for one in licences):
        yield "GroupMember.ReadWrite.All"
        yield "Group.Create"
    if licences:
        yield "LicenseAssignment.ReadWrite.All"


def _mail(client: Client, topic: str) -> tuple[bool, str, str]:
    pages = client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    found = [one["SubscriptionArn"] for page in pages for one in page["Subscriptions"]]
    waiting = [arn for arn in found if not arn.startswith("arn:")]
    told = f"{len(found) - len(waiting)} / {len(found)}"
    to_do = "届いたメールで購読を確認してください。 / confirm the subscription in the mail"
    return bool(found) and not waiting, told, to_do


def _alarms(client: Client, console: Console) -> tuple[bool, str, str]:
    stack = console.outputs["StateMachineArn"].rpartition(":")[2].removesuffix("-RosterSync")
    pages = (
        client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=f"{stack}-", StateValue="ALARM")
    )
    ringing = [one["AlarmName"] for page in pages for one in page["MetricAlarms"]]
    return not ringing, ", ".join(ringing), "docs/runbook.ja.md"


def _letters(console: Console) -> tuple[bool, str, str]:
    asked = {"QueueUrl": console.outputs["DeadLettersUrl"],
             "AttributeNames": ["ApproximateNumberOfMessages"]}  # fmt: skip
    found = console.site.client("sqs").get_queue_attributes(**asked)["Attributes"]
    count = str(found["ApproximateNumberOfMessages"])
    return count == "0", count, "kakehashi dlq"
