"""Takes the library out of the layer: its modules under the name kakehashi_oneroster.

Imports are rewritten as they stand in the source, and one that leads elsewhere ends the build: the
library stands alone, or there is no wheel. A source distribution holds the modules as the wheel
does, and a wheel made from it takes those.
"""

from __future__ import annotations

import ast
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "kakehashi_oneroster"
LAYER = Path(__file__).parents[2] / "layers" / "kakehashi" / "kakehashi"
UNPACKED = Path(__file__).parent / NAME  # in a source distribution
BESIDE = ("findings.py", "py.typed", *(f"catalogue/{name}.py" for name in (
    "__init__", "file_rules", "header_rules", "japan", "reference_rules", "row_rules", "sources",
    "todo")))  # fmt: skip
RENAMES = (
    (r"\bfrom kakehashi import oneroster\b", f"import {NAME} as oneroster"),
    (r"\bkakehashi\.oneroster\b", NAME),
    (r"\bkakehashi\.(findings|catalogue)\b", rf"{NAME}.\1"),
    (r"``kakehashi\.", f"``{NAME}."),
)


class Library(BuildHookInterface[Any]):
    """Hatchling calls it before it puts the wheel together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        if UNPACKED.is_dir():  # which is found without being told
            return
        for name, text in modules():
            file = Path(self.folder.name) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        build_data["force_include"][self.folder.name] = NAME

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self.folder.cleanup()


def modules() -> Iterator[tuple[str, str]]:
    """Each file of the library: its place below the package, and its text."""
    own = {file.name: file for file in sorted((LAYER / "oneroster").glob("*.py"))}
    for name, file in (own | {name: LAYER / name for name in BESIDE}).items():
        text = file.read_text(encoding="utf-8")
        for pattern, new in RENAMES:
            text = re.sub(pattern, new, text)
        if name.endswith(".py"):
            stands_alone(name, text)
        yield name, text


def stands_alone(name: str, text: str) -> None:
    """Raises ValueError for an import of anything that the wheel does not hold."""
    for node in ast.walk(ast.parse(text)):
        for imported in _imported(node):
            top = imported.partition(".")[0]
            if top != NAME and top not in sys.stdlib_module_names:
                raise ValueError(f"{name} imports {imported}, which the library does not hold")


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []
