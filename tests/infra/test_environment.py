"""What the template puts into a function's environment is what the function reads, both ways."""

from __future__ import annotations

import ast
import importlib
import inspect
from typing import Any

import pytest

from kakehashi.edges.settings import Settings
from tests.infra.conftest import FUNCTIONS

NOT_OURS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"}


def settings_of(stage: str) -> type[Settings]:
    """The class that the handler's module gives to ``load``."""
    module = importlib.import_module(f"functions.{stage}.app")
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"load", "settings.load"}:
            found: Any = vars(module)[ast.unparse(node.args[0]).split(".")[0]]
            for name in ast.unparse(node.args[0]).split(".")[1:]:
                found = getattr(found, name)
            assert isinstance(found, type)
            assert issubclass(found, Settings)
            return found
    raise AssertionError(f"{stage} loads no settings")


@pytest.mark.parametrize("stage", FUNCTIONS)
def test_the_environment_is_what_the_function_reads(
    template: dict[str, Any], resources: dict[str, dict[str, Any]], stage: str
) -> None:
    everybody = template["Globals"]["Function"]["Environment"]["Variables"]
    function = resources[f"{stage.capitalize()}Function"]["Properties"]
    own = function.get("Environment", {}).get("Variables", {})
    given = (everybody | own).keys() - NOT_OURS
    assert given == {name.upper() for name in settings_of(stage).model_fields}
