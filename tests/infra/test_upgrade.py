"""A deployed stack of the last release becomes this one, and loses nothing that holds data."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from local.engine.deploy import read_template
from tests.change_sets import HOLDS_DATA, lost
from tests.infra.conftest import ROOT

RELEASES = sorted((ROOT / "tests" / "releases").glob("*/template.yaml"))
LOST_ON_PURPOSE = {  # what may go with the stack, and why
    "LaunchTable": "sessions of minutes or hours",
    "StaffTable": "sessions of hours; posts and record are in StateTable",
    "Log": "no line holds anything of a person, and a stack that is gone needs none",
}

type Resources = dict[str, dict[str, Any]]


@pytest.fixture(params=RELEASES, ids=lambda path: path.parent.name)
def released(request: pytest.FixtureRequest) -> dict[str, Any]:
    return read_template(request.param.read_text(encoding="utf-8"))


def test_nothing_that_holds_data_is_replaced_or_deleted(
    released: dict[str, Any], template: dict[str, Any]
) -> None:
    assert [one for one in lost(released, template) if one.holds_data] == []


def test_nothing_else_is_lost_without_a_word_here(
    released: dict[str, Any], template: dict[str, Any]
) -> None:
    """Whoever must replace something writes it down here, for the notes of the release."""
    assert {one.logical: one.why for one in lost(released, template)} == {
        "DropRuleRole": "deleted"  # UploadRulesRole starts runs now, for every rule of uploads
    }


def test_an_update_asks_nothing_new_of_whoever_makes_it(
    released: dict[str, Any], template: dict[str, Any]
) -> None:
    for name, parameter in template["Parameters"].items():
        before = released["Parameters"].get(name)
        assert before or "Default" in parameter, name
        if before and "Default" in before:
            allowed = parameter.get("AllowedPattern", ".*")
            assert re.search(allowed, str(before["Default"]), re.DOTALL), name
    assert released["Parameters"].keys() <= template["Parameters"].keys()
    assert released["Outputs"].keys() <= template["Outputs"].keys(), "other stacks are given them"


@pytest.mark.parametrize(
    ("logical", "path", "value"),
    [
        ("StateTable", ("Properties", "TableName"), "other"),
        ("StateTable", ("Properties", "KeySchema"), []),
        ("InboxBucket", ("Properties", "BucketName"), "other"),
        ("DeadLetters", ("Properties", "FifoQueue"), True),
        ("CredentialSecret", ("Properties", "Name"), "other"),
        ("DataKey", ("Type",), "AWS::KMS::Alias"),
        ("DataKey", ("Condition",), "HasLauncher"),
        ("ReceiveFunction", ("Properties", "FunctionName"), "other"),
        ("RosterSync", ("Properties", "Type"), "EXPRESS"),
    ],
)
def test_what_would_be_lost_is_seen(
    template: dict[str, Any], logical: str, path: tuple[str, ...], value: Any
) -> None:
    changed = copy.deepcopy(template)
    part = changed["Resources"][logical]
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    assert [one.logical for one in lost(template, changed)] == [logical]
    del changed["Resources"][logical]
    assert [one.why for one in lost(template, changed)] == ["deleted"]


def test_what_holds_data_says_what_becomes_of_it_and_is_kept(resources: Resources) -> None:
    holding = {name: r for name, r in resources.items() if r["Type"] in HOLDS_DATA}
    assert len(holding) > 20
    for name, resource in holding.items():
        policies = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
        may_go = any(name.endswith(end) for end in LOST_ON_PURPOSE)
        assert policies == (("Delete", "Delete") if may_go else ("Retain", "Retain")), name
