"""The `kakehashi` command. Its exit status is the verdict's; bad use is always 2.

A command's module is loaded when it is typed, so that none pays for what the others need.
"""

from __future__ import annotations

from importlib import import_module

import click

from kakehashi_console import embedded

HERE = "kakehashi_console.cli"
COMMANDS = {  # in the order in which they are listed
    "run": f"{HERE}.nightly:run",
    "rerun": f"{HERE}.nightly:rerun",
    "approve": f"{HERE}.nightly:approve",
    "undo": f"{HERE}.undo:undo",
    "upload": f"{HERE}.nightly:upload",
    "drop": f"{HERE}.drop:drop",
    "deliver": f"{HERE}.deliver:deliver",
    "status": f"{HERE}.nightly:status",
    "dlq": f"{HERE}.dlq:dlq",
    "why": f"{HERE}.why:why",
    "check": f"{HERE}.check:check",
    "match": f"{HERE}.match:match",
    "headings": f"{HERE}.headings:headings",
    "city": f"{HERE}.city:city",
    "drift": f"{HERE}.drift:drift",
    "passwords": f"{HERE}.passwords:passwords",
    "lti": f"{HERE}.lti:lti",
    "launcher": f"{HERE}.launcher:launcher",
    "staff": f"{HERE}.staff:staff",
    "preflight": f"{HERE}.preflight:preflight",
    "doctor": f"{HERE}.doctor:doctor",
    "restore": f"{HERE}.restore:restore",
}


class Lazy(click.Group):
    """A group of the commands above and, where the embedded stack is installed, of its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *embedded.commands()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name) or embedded.commands().get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found = getattr(import_module(module), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kakehashi")
def main() -> None:
    """架け橋: 学校の名簿から、児童生徒のアカウントまで。

    From a school roster to every pupil's accounts.
    """
