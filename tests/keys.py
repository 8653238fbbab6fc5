"""What services ask of a key for themselves, where nobody calls them: the key must let them.

A log group, an alarm or a rule acts in nobody's name, so no role can help: the policy of the key
itself names the service. Sources: "Encrypt log data in CloudWatch Logs using AWS KMS", "Key
management" of SNS and of SQS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.key_calls import ACCOUNT, CONTEXT, REGION
from tests.policies import PSEUDO, Call, Resolver, allows, arn

LOGS = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo",
        "kms:GenerateDataKey", "kms:DescribeKey")  # fmt: skip
QUEUE = ("kms:GenerateDataKey", "kms:Decrypt")

type Template = Mapping[str, Any]


def lacking(template: Template) -> list[str]:
    """What a key's policy would have to allow and does not, e.g. "DataKey: logs… kms:Encrypt"."""
    made = template["Resources"]
    return [
        f"{key}: {principal} {action} for {logical}"
        for logical, key, principal, actions, context in _uses(made)
        for action in actions
        if not _lets(made, key, principal, Call(action, arn("kms", f"key/{key}"), context))
    ]


type _Use = tuple[str, str, str, tuple[str, ...], tuple[tuple[str, str], ...]]


def _uses(made: Mapping[str, Any]) -> Iterator[_Use]:
    """(what is under the key, key, who needs it, for what, with which context)."""
    for logical, resource in made.items():
        properties = resource["Properties"]
        key = _named(properties.get("KmsKeyId") or properties.get("KmsMasterKeyId"))
        if key not in made:
            continue
        about = (("aws:sourceaccount", ACCOUNT),)
        match resource["Type"]:
            case "AWS::Logs::LogGroup":
                name = Resolver(PSEUDO, made).resolve(properties.get("LogGroupName", logical))
                of_logs = (f"{CONTEXT}aws:logs:arn", arn("logs", f"log-group:{name}"))
                yield logical, key, f"logs.{REGION}.amazonaws.com", LOGS, (of_logs, *about)
            case "AWS::SNS::Topic" | "AWS::SQS::Queue":
                for principal in sorted(_senders(made, logical)):
                    yield logical, key, principal, QUEUE, about


def _named(reference: Any) -> str:
    match reference:
        case {"Ref": str(logical)} | {"Fn::GetAtt": [str(logical), *_]}:
            return logical
    return ""


def _senders(made: Mapping[str, Any], logical: str) -> set[str]:
    """Services that send to a topic or a queue by themselves."""
    senders = {
        "AWS::CloudWatch::Alarm": "cloudwatch.amazonaws.com",
        "AWS::Events::Rule": "events.amazonaws.com",
        "AWS::SNS::Subscription": "sns.amazonaws.com",
    }
    reference = re.compile(rf"'(?:Ref|Fn::GetAtt)': \[?'{logical}'")
    return {
        senders[one["Type"]]
        for one in made.values()
        if one["Type"] in senders and reference.search(str(_to(one)))
    }


def _to(resource: Mapping[str, Any]) -> Any:
    """Where a resource sends to: a subscription names the topic that it comes from as well."""
    properties = resource["Properties"]
    return properties["Endpoint"] if resource["Type"].endswith("Subscription") else properties


def _lets(made: Mapping[str, Any], key: str, principal: str, call: Call) -> bool:
    """Whether a statement of the key's own policy is for this service and allows the call."""
    policy = made[key]["Properties"]["KeyPolicy"]["Statement"]
    mine = [s for s in policy if _is_for(Resolver(PSEUDO, made).resolve(s["Principal"]), principal)]
    return allows(Resolver(PSEUDO, made).resolve(mine), call)


def _is_for(principals: Any, principal: str) -> bool:
    services = principals.get("Service", []) if isinstance(principals, dict) else []
    return principal in ([services] if isinstance(services, str) else services)
