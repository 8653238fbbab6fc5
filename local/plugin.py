"""The embedded stack, as the console finds it beside itself (``kakehashi_console.embedded``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.stack import Stack

COMMANDS = {
    "demo": "local.cli.demo:demo",
    "tenant": "local.cli.tenant:tenant",
    "up": "local.cli.stack:up",
    "down": "local.cli.stack:down",
    "reset": "local.cli.stack:reset",
}


def stack(home: Path, port: int | None) -> Stack:
    from local.stack import Stack  # noqa: PLC0415 (a command on AWS loads none of it)

    return Stack(home, port)


def visitors(stack: Stack) -> Iterator[str]:
    from local.visitors import visitors as told  # noqa: PLC0415

    return told(stack)
