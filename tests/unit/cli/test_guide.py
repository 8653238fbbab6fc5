"""The guide completes a command as the command line takes it: every command there is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import click
import pytest

from kakehashi.guide import Guide
from kakehashi_console.cli import main
from local.stack import ROOT

OURS = Guide("--stack kakehashi-trial")


def commands(
    found: click.Command = main, path: str = "kakehashi"
) -> Iterator[tuple[str, set[str]]]:
    """Every command as it is typed, and the options that it takes."""
    if isinstance(found, click.Group):
        context = click.Context(found)
        for name in found.list_commands(context):
            inner = found.get_command(context, name)
            assert inner is not None
            yield from commands(inner, f"{path} {name}")
    else:
        yield path, {option for param in found.params for option in param.opts}


ALL = dict(commands())


@pytest.mark.parametrize("command", ALL)
def test_a_command_is_completed_with_what_it_takes_and_with_nothing_else(command: str) -> None:
    completed = OURS.completed(command, "demo")
    given = {word for word in completed.split() if word.startswith("--")}
    assert given <= ALL[command]
    assert ("--stack" in given) is ("--stack" in ALL[command])


def sentences() -> Iterator[str]:
    """Whatever the command line itself may say, but for its own descriptions."""
    for folder in ("console/kakehashi_console", "local"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            described = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and node.body and isinstance(node.body[0], ast.Expr)
            }  # fmt: skip
            yield from (
                node.value for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
                and id(node) not in described
            )  # fmt: skip


NO_COMMAND = {"kakehashi fake tenant"}  # the name in the fake tenant's certificate


def test_every_command_that_the_command_line_names_is_there() -> None:
    named = {
        re.sub(r"(?<= )(city|demo|dlq|lti|passwords|tenant|upload) ([a-z]+).*", r"\1 \2", found)
        for text in sentences()
        for found in re.findall(r"kakehashi [a-z]+(?: [a-z]+)?", text)
    }
    groups = {path.rpartition(" ")[0] for path in ALL}
    known = {one if one in ALL else one.rpartition(" ")[0] for one in named - NO_COMMAND}
    assert known - ALL.keys() - groups - {"kakehashi"} == set()
    assert len(named) > len(NO_COMMAND) + 8
