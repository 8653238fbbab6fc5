"""An AWS on this machine, where one is installed beside the console: it announces itself.

The console knows nobody by name. Whoever brings an embedded stack names a module under the
entry point group ``kakehashi.embedded_stack``; it has what ``Neighbour`` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, cast

from kakehashi_console.site import Site

GROUP = "kakehashi.embedded_stack"


class Embedded(Site, Protocol):
    """A stack that can be started, and brought up to the present template and code."""

    def is_up(self) -> bool: ...

    def is_current(self) -> bool: ...

    def up(self) -> None: ...


class Neighbour(Protocol):
    COMMANDS: Mapping[str, str]  # a command's name → module:attribute

    def stack(self, home: Path, port: int | None) -> Embedded:
        """The stack that keeps its state in ``home``."""

    def visitors(self, stack: Embedded) -> Iterable[str]:
        """Where its launcher is and who can sign in there, a line each."""


@cache
def neighbour() -> Neighbour | None:
    for found in entry_points(group=GROUP):
        return cast("Neighbour", found.load())
    return None


def commands() -> Mapping[str, str]:
    beside = neighbour()
    return beside.COMMANDS if beside else {}
