"""Deliver to one tool now, by a person's word."""

from __future__ import annotations

import click

from kakehashi_console.cli.nightly import a_city, must_be_a_tool
from kakehashi_console.cli.options import (
    RunOutput,
    Where,
    conclude,
    follow,
    in_clear_words,
    results,
    where,
)
from kakehashi_console.operations import BadUse


@click.command()
@click.argument("tool")
@a_city
@click.option("--full", is_flag=True, help="初めからすべて渡し直す / tell it everything again")
@click.option("--by", required=True, help="依頼した人 / who asks for it")
@where
@results
@in_clear_words
def deliver(*, tool: str, city: str, full: bool, by: str, at: Where, wanted: RunOutput) -> None:
    """名簿の投入を待たず、TOOL 宛てのファイルを今作る。いつ実行しても安全。

    Deliver to TOOL now, without a drop: what it has not heard of yet, or with --full everything,
    for a tool that was emptied or restored. Always safe.
    """
    console = at.console(city)
    must_be_a_tool(console, city, tool)
    if not by.strip():
        raise BadUse("--by に依頼した人を入力してください。 / --by must name who asks")
    order = {"action": "deliver", "city": city, "tool": tool, "full": full, "by": by.strip()}
    conclude(console, follow(console, console.start(order), city), wanted)
