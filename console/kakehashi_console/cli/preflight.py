"""`kakehashi preflight`: what is missing before a deployment, and after it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

import click

from kakehashi_console import preflight as looks
from kakehashi_console.cli.options import in_clear_words, terminal
from kakehashi_console.operations import Console
from kakehashi_console.site import Deployed

MISSING = 1
SIGNS = {True: ("○", "green"), False: ("×", "red"), None: ("?", "yellow")}


@click.command()
@click.option("--stack", default="kakehashi", show_default=True, help="スタックの名前 / its name")
@click.option("--deployed", is_flag=True, help="配備した後の点検も / what it needs once deployed")
@click.option("--json", "as_json", is_flag=True, help="JSON で / as JSON")
@in_clear_words
def preflight(*, stack: str, deployed: bool, as_json: bool) -> None:
    """配備の前に、足りないものを一頁で示す。何も変更しない。

    What a deployment lacks, on one page. Nothing is changed. Ends with status 1 where something
    is missing.
    """
    site = Deployed(stack)
    found = list(looks.before(site.client, stack))
    if deployed:
        found += looks.after(Console(site))
    show(found, as_json=as_json)
    raise SystemExit(MISSING if any(look.good is False for look in found) else 0)


def show(found: Iterable[looks.Checkpoint], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([asdict(look) for look in found], ensure_ascii=False, indent=2))
        return
    for look in found:
        sign, style = SIGNS[look.good]
        line = " ".join(filter(None, (sign, look.what, look.found)))
        terminal.print(line, style=style, highlight=False, soft_wrap=True, markup=False)
        if not look.good and look.to_do:
            terminal.print(f"  → {look.to_do}", highlight=False, soft_wrap=True, markup=False)
