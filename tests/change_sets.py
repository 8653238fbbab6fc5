"""What an update of a deployed stack would replace or delete, from both templates.

Which property cannot be changed in place stands in CloudFormation's own schema of the resource
type (``createOnlyProperties``), which cfn-lint brings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

SAM = {  # what SAM makes of a resource that it knows, and how it calls that one's properties
    "AWS::Serverless::Function": ("AWS::Lambda::Function", {}),
    "AWS::Serverless::StateMachine": (
        "AWS::StepFunctions::StateMachine",
        {"Name": "StateMachineName", "Type": "StateMachineType"},
    ),
    "AWS::Serverless::LayerVersion": ("AWS::Lambda::LayerVersion", {}),
}
HOLDS_DATA = {
    "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::DynamoDB::Table", "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup", "AWS::Cognito::UserPool",
}  # fmt: skip

type Template = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lost:
    """A resource of the deployed stack that the update would take away, and by what."""

    logical: str
    kind: str
    why: str

    @property
    def holds_data(self) -> bool:
        return self.kind in HOLDS_DATA


def lost(old: Template, new: Template) -> list[Lost]:
    """What of ``old`` an update to ``new`` replaces or deletes, in the order of ``old``."""
    return [
        Lost(logical, resource["Type"], why)
        for logical, resource in old["Resources"].items()
        if (why := _why(resource, new["Resources"].get(logical)))
    ]


def _why(old: Mapping[str, Any], new: Mapping[str, Any] | None) -> str:
    if new is None:
        return "deleted"
    if old["Type"] != new["Type"]:
        return f"becomes {new['Type']}"
    if new.get("Condition", old.get("Condition")) != old.get("Condition"):
        return f"exists only if {new['Condition']}"
    return next(_replacing(old, new), "")


def _replacing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    kind, named = SAM.get(old["Type"], (old["Type"], {}))
    before, after = (
        {named.get(name, name): value for name, value in one.get("Properties", {}).items()}
        for one in (old, new)
    )
    for path in _create_only(kind):
        if _at(before, path) != _at(after, path):
            yield f"{'/'.join(path)} cannot be changed"


@cache
def _create_only(kind: str) -> tuple[tuple[str, ...], ...]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("ap-northeast-1", kind).schema
    pointers = [
        *schema.get("createOnlyProperties", []),
        *schema.get("conditionalCreateOnlyProperties", []),
    ]
    return tuple(tuple(one.split("/")[2:]) for one in pointers)


def _at(part: Any, path: tuple[str, ...]) -> str:
    """What stands there, as text to compare; of a list, in all of its items."""
    if not path or part is None:
        return json.dumps(part, sort_keys=True)
    if path[0] == "*" and isinstance(part, list):
        return json.dumps([_at(one, path[1:]) for one in part])
    if not isinstance(part, dict) or any(key.startswith("Fn::") for key in part):
        return json.dumps(part, sort_keys=True)
    return _at(part.get(path[0]), path[1:])
