"""What the commands for this machine share: which embedded stack, and that it is one."""

from __future__ import annotations

from kakehashi_console.cli.options import Where
from kakehashi_console.operations import BadUse
from local.stack import Stack


def embedded(at: Where) -> Stack:
    """The stack at home. Raises BadUse where a deployed one was named."""
    if at.stack:
        raise BadUse("手元のスタックだけの命令です。 / only for the embedded stack")
    return Stack(at.home, at.port)
