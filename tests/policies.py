"""The template's policies, asked at every AWS call of a function: moto allows everything.

What a statement allows is decided by the evaluator of the embedded engine, so both suites agree.
Here stand only the names: which ARN a call is about, and which ARN the template means.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from local.engine.deploy import read_template
from tests.key_calls import ACCOUNT, REGION, asked

ROOT = Path(__file__).parents[1]
PSEUDO = {
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "kakehashi",
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
}
NAMED_OTHERWISE = {
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
}
IN_PARTS = {"CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"}
ENCRYPTED = {
    "AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SNS::Topic", "AWS::SecretsManager::Secret",
}  # fmt: skip
OF_A_VERSION = {"GetObject", "DeleteObject"}

type Statement = Mapping[str, Any]
type Names = Mapping[str, str]
"""Names of a template's resources and parameters, e.g. "RunsBucket" → "runs"."""


@dataclass(frozen=True, slots=True)
class Call:
    """What IAM is asked: e.g. s3:ListBucket, arn:aws:s3:::inbox, (("s3:prefix", "inbox/"),)."""

    action: str
    resource: str
    keys: tuple[tuple[str, str], ...] = ()
    in_parts: bool = False  # of an upload: it goes up in parts, as from 8 MiB on with AWS's clients


def allows(statements: Sequence[Statement], call: Call) -> bool:
    """Whether a policy of these statements, their names resolved, allows ``call``."""
    return _allows(parse_policy_document({"Statement": list(statements)}), call)


def _allows(policy: Any, call: Call) -> bool:
    request = EvalContext(
        principal_arn=f"arn:aws:iam::{ACCOUNT}:role/tested",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=call.action,
        resource_arn=call.resource,
        region=REGION,
        secure_transport=True,
        service_context=dict(call.keys),
    )
    return bool(evaluate(request, [policy]).decision == "Allow")


# -- what a call is about --------------------------------------------------------------------------


def calls(service: str, operation: str, params: Mapping[str, Any]) -> list[Call]:
    """What IAM is asked before an operation of boto3, e.g. ("s3", "GetObject", {"Bucket": …}).

    Of a transaction it is asked about each step by itself.
    """
    if operation == "TransactWriteItems":
        steps = [step for one in params["TransactItems"] for step in one.items()]
        return [call for name, step in steps for call in calls(service, f"{name}Item", step)]
    action = f"{service}:{_action(service, operation, params)}"
    if service == "events":
        bus = arn("events", "event-bus/default")
        return [Call(action, bus, _event_keys(entry)) for entry in params["Entries"]]
    keys = (("s3:prefix", params["Prefix"]),) if "Prefix" in params else _leading_keys(params)
    parts = operation in IN_PARTS
    return [Call(action, resource, keys, parts) for resource in _resources(service, params)]


def _action(service: str, operation: str, params: Mapping[str, Any]) -> str:
    if service != "s3":
        return operation
    name = NAMED_OTHERWISE.get(operation, operation)
    return f"{name}Version" if name in OF_A_VERSION and params.get("VersionId") else name


def _leading_keys(params: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """DynamoDB's name for the partition that a call is about, where it names one."""
    found = (params.get("Key") or params.get("Item") or {}) if "TableName" in params else {}
    pk = found.get("pk")
    value = pk.get("S") if isinstance(pk, dict) else pk
    return (("dynamodb:leadingkeys", str(value)),) if value else ()


def _event_keys(entry: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return (("events:source", entry["Source"]), ("events:detail-type", entry["DetailType"]))


def _resources(service: str, params: Mapping[str, Any]) -> list[str]:
    """The ARNs. A service that is not here cannot be asked about, and raises KeyError."""
    match service:
        case "s3":
            return [
                f"arn:aws:s3:::{params['Bucket']}{'/' * ('Key' in params)}{params.get('Key', '')}"
            ]
        case "dynamodb":
            tables = params.get("RequestItems") or [params["TableName"]]
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            return [arn("dynamodb", f"table/{name}{index}") for name in tables]
        case "sqs":
            return [arn("sqs", params["QueueUrl"].rpartition("/")[2])]
        case "secretsmanager":
            return [arn("secretsmanager", f"secret:{params['SecretId']}")]
        case "states":
            return [params.get("executionArn") or params["stateMachineArn"]]
    return [params[{"sns": "TopicArn", "kms": "KeyId"}[service]]]


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


# -- what the template means -----------------------------------------------------------------------


@cache
def resources(file: str = "template.yaml") -> Mapping[str, Mapping[str, Any]]:
    """Logical id → resource, of a template of ours."""
    return dict(read_template((ROOT / file).read_text(encoding="utf-8"))["Resources"])


def statements(function: str) -> list[Statement]:
    """As the template has them, of a function by its stage: names are not resolved."""
    (policy,) = resources()[f"{function.capitalize()}Function"]["Properties"]["Policies"]
    return list(policy["Statement"])


@cache
def _variables() -> Mapping[str, str]:
    """Logical id → the environment variable by which functions get its name."""
    template = read_template((ROOT / "template.yaml").read_text(encoding="utf-8"))
    blocks = [template["Globals"]["Function"], *(r["Properties"] for r in resources().values())]
    given = [block.get("Environment", {}).get("Variables", {}) for block in blocks]
    found: dict[str, str] = {}
    for name, value in (item for variables in given for item in variables.items()):
        if isinstance(value, dict) and "Fn::If" not in value:
            found[value.get("Ref") or value["Fn::GetAtt"][0]] = name
    return found


def names_here() -> Names:
    """The template's names in this process: those that the functions read in the environment."""
    given = {logical: os.environ.get(name, "unset") for logical, name in _variables().items()}
    return PSEUDO | given


@dataclass(frozen=True, slots=True)
class Resolver:
    """Replaces a template's references; ``made`` are its resources by logical id."""

    names: Names
    made: Mapping[str, Mapping[str, Any]]

    def resolve(self, part: Any) -> Any:
        match part:
            case {"Ref": logical}:
                return self.name(logical)
            case {"Fn::GetAtt": [logical, _]}:
                return self.arn(logical)
            case {"Fn::Sub": text}:
                inner = re.sub(r"\$\{(\w+)\.\w+\}", lambda m: self.arn(m[1]), text)
                return re.sub(r"\$\{([\w:]+)\}", lambda m: self.name(m[1]), inner)
            case dict():
                return {key: self.resolve(inner) for key, inner in part.items()}
            case list():
                return [self.resolve(inner) for inner in part]
        return part

    def name(self, logical: str) -> str:
        """What Ref gives: a name, but of a topic its ARN."""
        is_topic = self.made.get(logical, {}).get("Type") == "AWS::SNS::Topic"
        return self.arn(logical) if is_topic else self.names.get(logical, logical)

    def arn(self, logical: str) -> str:
        return _arn_of(self.made[logical]["Type"], self.names.get(logical, logical))

    def keys(self) -> dict[str, str]:
        """ARN of what is encrypted with a key of the template → ARN of the key."""
        found = {}
        for logical, resource in self.made.items():
            key = re.search(r'"(DataKey|PasswordKey)"', json.dumps(resource["Properties"]))
            if key and resource["Type"] in ENCRYPTED:
                found[self.arn(logical)] = self.arn(key[1])
        return found


def _arn_of(kind: str, name: str) -> str:
    if name.startswith("arn:"):
        return name
    match kind:
        case "AWS::S3::Bucket":
            return f"arn:aws:s3:::{name}"
        case "AWS::DynamoDB::Table":
            return arn("dynamodb", f"table/{name}")
        case "AWS::SQS::Queue":
            return arn("sqs", name.rpartition("/")[2])
        case "AWS::SecretsManager::Secret":
            return arn("secretsmanager", f"secret:{name}")
    return arn("kms", f"key/{name}")


# -- the functions' roles --------------------------------------------------------------------------


@dataclass
class Roles:
    """What each function may: ``asked`` so far, and ``denied`` of it, by function and call."""

    asked: set[tuple[str, Call]] = field(default_factory=set)
    denied: list[tuple[str, Call]] = field(default_factory=list)
    _taken: set[tuple[str, str]] = field(default_factory=set)
    _answers: dict[tuple[str, Call], bool] = field(default_factory=dict)
    _policies: dict[str, Any] = field(default_factory=dict)  # by function, read

    @cached_property
    def template(self) -> Resolver:
        return Resolver(names_here(), resources())

    @cached_property
    def keys(self) -> dict[str, str]:
        return self.template.keys()

    def ask(self, function: str, call: Call) -> bool:
        """Whether ``function`` may do this, with the key that it takes; a no is remembered."""
        needed = [call, *self._key_call(call)]
        self.asked.update((function, one) for one in needed)
        self.denied += [(function, one) for one in needed if not self.may(function, one)]
        return all(self.may(function, one) for one in needed)

    def may(self, function: str, call: Call) -> bool:
        if (function, call) not in self._answers:
            self._answers[function, call] = _allows(self._policy(function), call)
        return self._answers[function, call]

    def _policy(self, function: str) -> Any:
        if function not in self._policies:
            left = [s for s in statements(function) if (function, s["Sid"]) not in self._taken]
            read = parse_policy_document({"Statement": self.template.resolve(left)})
            self._policies[function] = read
        return self._policies[function]

    def _key_call(self, call: Call) -> list[Call]:
        """What AWS asks KMS in the caller's name: S3, SNS, DynamoDB and Secrets Manager do."""
        held = call.resource.split("/index/")[0]
        held = held.partition("/")[0] if held.startswith("arn:aws:s3:") else held
        if held not in self.keys:
            return []
        actions, keys = asked(call.action, call.resource, in_parts=call.in_parts)
        return [Call(action, self.keys[held], keys) for action in actions]

    @contextmanager
    def without(self, function: str, sid: str) -> Iterator[None]:
        """One statement of one function's policy is not there; ``denied`` begins anew."""
        self._taken.add((function, sid))
        self._forget()
        self.denied.clear()
        try:
            yield
        finally:
            self._taken.discard((function, sid))
            self._forget()

    def _forget(self) -> None:
        """A statement was taken, or is there again."""
        self._answers.clear()
        self._policies.clear()
