"""The template and the state machine, read once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kakehashi.report import words
from local.engine.deploy import read_template

ROOT = Path(__file__).parents[2]
STAGES = tuple(words.STAGES)
FUNCTIONS = (*STAGES, "drift", "launch", "staff", "passwords")


@pytest.fixture(scope="session")
def template_text() -> str:
    return (ROOT / "template.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def template(template_text: str) -> dict[str, Any]:
    return read_template(template_text)


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(template["Resources"])


@pytest.fixture(scope="session")
def machine_text() -> str:
    return (ROOT / "infra" / "roster_sync.asl.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def machine(machine_text: str) -> dict[str, Any]:
    return dict(yaml.safe_load(machine_text))


def of_type(resources: dict[str, dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    """Logical id → properties of the resources of one type."""
    return {k: r["Properties"] for k, r in resources.items() if r["Type"] == kind}
