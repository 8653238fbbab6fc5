"""What is missing before a deployment, and after it: looked at from a desk, nothing is changed.

Each look is one thing a person would otherwise find out in the first night. ``good`` None means
that the credentials do not let us look, which is told and stops nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from kakehashi.city import City, parse
from kakehashi.report import words
from kakehashi_console.operations import BadUse, Console

STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}\Z")
"""Names of functions and of the state machine begin with it, and have 64 and 80 characters."""
LEAST_CODE = 300 * 1024 * 1024
"""Bytes of code that the account must still have room for: ours twice, for an update."""
LEAST_CONCURRENCY = 50
"""Lambdas at once in the region: a night takes two, the launcher one for each pupil who signs in;
a new account has 10."""
REGION = "ap-northeast-1"
UPDATABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}
FUNCTIONS = (*words.STAGES, "drift", "launch", "staff", "passwords")
SAM = "aws-sam-cli-managed-default"
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
    yield _seen(lambda: _names(client, stack), "名前の空き / names that are free")
    yield _seen(lambda: _sam(client), "SAM のバケット / SAM's own bucket")
    yield _seen(lambda: _concurrency(client), "Lambda の同時実行数 / concurrent executions")
    yield _seen(lambda: _code(client), "Lambda のコードの空き / room for code")


def after(console: Console) -> Iterator[Checkpoint]:
    """What a deployed stack still needs of a person."""
    client = console.site.client
    yield _seen(lambda: _cities(console), "自治体の規則 / a city's rules")
    yield _seen(lambda: _secret(console), "資格情報の秘密 / the credential")
    told = cache(lambda: _asked(console))  # once, if it can be asked at all
    yield _seen(lambda: _permissions(console, told()), "Entra のアクセス許可と同意 / permissions")
    yield _seen(lambda: _domains(console, told()), "自治体のドメイン / the cities' domains")
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


def _status(client: Client, stack: str) -> str | None:
    """None where there is no such stack."""
    try:
        (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as exc:
        if exc.response["Error"]["Code"] != "ValidationError":
            raise
        return None
    return str(found["StackStatus"])


def _standing(client: Client, stack: str) -> tuple[bool, str, str]:
    status = _status(client, stack)
    return (
        status is None or status in UPDATABLE,
        status or "新しいスタック / a new one",
        "CloudFormation の画面で理由を確かめてください。ROLLBACK_COMPLETE なら一度消します。"
        " / see why; a stack in ROLLBACK_COMPLETE must be deleted first",
    )


def _names(client: Client, stack: str) -> tuple[bool, str, str]:
    """Buckets, tables and keys are named by CloudFormation and cannot be taken; logs are named by
    us, and one that a former stack left behind would stop a new one."""
    if _status(client, stack) is not None:
        return True, "", ""
    ours = {f"/aws/lambda/{stack}-{name}" for name in FUNCTIONS}
    asked = {"logGroupNamePrefix": f"/aws/lambda/{stack}-", "limit": 50}
    there = {
        one["logGroupName"] for one in client("logs").describe_log_groups(**asked)["logGroups"]
    }
    found = sorted(ours & there)
    to_do = "前のスタックが残したロググループを消してください。 / delete what a former stack left"
    return not found, ", ".join(found), to_do


def _sam(client: Client) -> tuple[bool, str, str]:
    """`make deploy` puts what is built into a bucket that SAM makes for the region, once."""
    status = _status(client, SAM)
    to_do = f"スタック {SAM} を直すか、消してください。 / mend or delete that stack"
    return status is None or status in UPDATABLE, status or "これから作られます / to be made", to_do


def _concurrency(client: Client) -> tuple[bool, str, str]:
    limits = client("lambda").get_account_settings()["AccountLimit"]
    found = int(limits["ConcurrentExecutions"])
    wanted = f"Service Quotas で {LEAST_CONCURRENCY} 以上を申請してください。 / ask for more"
    return found >= LEAST_CONCURRENCY, str(found), wanted


def _code(client: Client) -> tuple[bool, str, str]:
    found = client("lambda").get_account_settings()
    limit, used = (int(found[part]["TotalCodeSize"]) for part in ("AccountLimit", "AccountUsage"))
    free = (limit - used) // 1024**2
    to_do = "使われていない関数や層の版を消してください。 / delete versions that nobody uses"
    return limit - used >= LEAST_CODE, f"{free} MB", to_do


def _cities(console: Console) -> tuple[bool, str, str]:
    names = console.cities()
    return bool(names), "、".join(names), "kakehashi city put FILE.toml / put a city's rules"


def _secret(console: Console) -> tuple[bool, str, str]:
    secrets = console.site.client("secretsmanager")
    found = secrets.describe_secret(SecretId=console.outputs["CredentialSecret"])
    stages = [stage for those in found.get("VersionIdsToStages", {}).values() for stage in those]
    to_do = "秘密に資格情報を入れてください(docs/deploy.ja.md の 2)。 / put the credential"
    return "AWSCURRENT" in stages, "", to_do


def _asked(console: Console) -> dict[str, Any]:
    """The function asks Microsoft, so that nobody at a desk needs to read the credential. Raises
    BadUse with the name of its error."""
    answer = console.site.client("lambda").invoke(
        FunctionName=console.outputs["DriftFunction"],
        Payload=json.dumps({"only": "permissions"}).encode(),
    )
    told = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise BadUse(f"サインインできません: {told.get('errorType')} / no sign-in")
    return dict(told)


def _permissions(console: Console, told: Mapping[str, Any]) -> tuple[bool, str, str]:
    rules = [console.rules(city) or "" for city in console.cities()]
    wanted = sorted({one for text in rules for one in wanted_permissions(parse(text))})
    granted = set(told["permissions"])
    lacking = [one for one in wanted if not granted & {one, *INSTEAD.get(one, ())}]
    to_do = "Entra で許可を足し、管理者の同意を与えてください。 / grant it, with admin consent"
    return not lacking, ", ".join(lacking or sorted(granted)), to_do


def _domains(console: Console, told: Mapping[str, Any]) -> tuple[bool, str, str]:
    """A city whose domain is not the tenant's could get no account at all, and two of one domain
    would take each other's."""
    if shared := console.shared_domains():
        cities = ", ".join(f"{domain} ({'、'.join(of)})" for domain, of in sorted(shared.items()))
        return False, cities, "自治体ごとに別のドメインにしてください。 / a domain for each city"
    found = told.get("domains", {})
    foreign = sorted(domain for domain, ours in found.items() if not ours)
    to_do = (
        "Entra でドメインを確認済みにするか、規則を直してください。 / verify it, or mend the rules"
    )
    return not foreign, ", ".join(foreign or sorted(found)), to_do


INSTEAD = {  # a wider permission does as well
    "GroupMember.ReadWrite.All": ("Group.ReadWrite.All",),
    "Group.Create": ("Group.ReadWrite.All",),
}


TEAMS = (
    "EduRoster.ReadWrite.All",
    "Group.ReadWrite.All",
    "Member.Read.Hidden",
    "Team.Create",
    "TeamSettings.ReadWrite.All",
)


def wanted_permissions(city: City) -> Iterator[str]:
    """Application permissions of Microsoft Graph that a city's rules need."""
    yield "User.ReadWrite.All"
    licences = city.m365.licences
    if city.m365.groups or any(one.by == "group" for one in licences):
        yield "GroupMember.ReadWrite.All"
        yield "Group.Create"
    if licences:
        yield "LicenseAssignment.ReadWrite.All"
    if city.staff and city.staff.class_teams:
        yield from TEAMS


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
