"""infra/city_alarms.yaml: the alarms of template.yaml that look at one city, for one more city."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from local.engine.deploy import read_template

ROOT = Path(__file__).parents[1]
OF_A_CITY = {"Name": "city", "Value": {"Ref": "City"}}
GIVEN = ("City", "HoursWithoutDrop", "DocsUrl", "StaffUrl")
STAFF_PAGE = "Output StaffUrl of the main stack; empty for a stack without staff page"
TOPICS = {"StaffTopic": "Output StaffTopicArn", "VendorTopic": "Output VendorTopicArn"}
HEAD = "# Written by `make docs` from template.yaml. Do not edit. See docs/deploy.md.\n\n"


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)


def alarms(template: dict[str, Any]) -> dict[str, Any]:
    """Logical id → alarm. Without launcher its metric is never there, and its alarm never rings."""
    found = {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
        and OF_A_CITY in resource["Properties"].get("Dimensions", ())
    }
    return {n: _alone({k: v for k, v in r.items() if k != "Condition"}) for n, r in found.items()}


def _alone(value: Any) -> Any:
    """Without the staff page's resources, which are in the main stack: here only its address."""
    if isinstance(value, dict):
        match value.get("Fn::If"):
            case ["HasStaffPage", {"Fn::If": ["HasStaffUrl", given, _]}, without]:
                return {"Fn::If": ["HasStaffUrl", given, without]}
        return {name: _alone(inner) for name, inner in value.items()}
    return [_alone(inner) for inner in value] if isinstance(value, list) else value


def page() -> str:
    """The small template, from the large one of today."""
    template = read_template((ROOT / "template.yaml").read_text(encoding="utf-8"))
    topics = {
        name: {"Type": "String", "Description": f"{about} of the main stack"}
        for name, about in TOPICS.items()
    }
    small: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Kakehashi 架け橋, the alarms of one more city",
        "Parameters": {name: dict(template["Parameters"][name]) for name in GIVEN} | topics,
        "Conditions": {"HasStaffUrl": template["Conditions"]["HasStaffUrl"]},
        "Resources": alarms(template),
    }
    small["Parameters"]["StaffUrl"]["Description"] = STAFF_PAGE
    del small["Parameters"]["City"]["Default"]  # to be named, never guessed
    return HEAD + yaml.dump(small, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
