"""Commands that people are told to type, read by the command line itself and not carried out."""

from __future__ import annotations

import shlex

import click

from kakehashi_console.cli import main


def type_it(command: str, *, stack: str) -> None:
    """Up to the point where the command would begin. Raises click's errors for bad use.

    It must name ``stack``, and its city where it is one of a city's.
    """
    first, *words = shlex.split(command)
    assert first == "kakehashi"
    found: click.Command = main
    name = ""
    while isinstance(found, click.Group):
        name, *words = words
        inner = found.get_command(click.Context(found), name)
        assert inner is not None, command
        found = inner
    context = found.make_context(name, list(words))
    assert context.params["stack"] == stack, command
    asks = any(param.name == "city" and "--city" in param.opts for param in found.params)
    assert not asks or name in NEED_NO_CITY or "--city" in words, command


NEED_NO_CITY = frozenset({"list", "redrive", "launcher"})  # without one they are about all
