"""A city's rules: put them, list them."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from kakehashi import city as cities
from local.cli.options import Where, in_clear_words, terminal, where
from local.console import BadUse


@click.group()
def city() -> None:
    """自治体の規則 / a city's rules."""


@city.command("put")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@where
@in_clear_words
def city_put(*, file: Path, at: Where) -> None:
    """規則を検査し、今の規則との違いを示して登録する。

    Check the rules, show the difference to the present ones, and make the city known.
    """
    name, text = file.stem, file.read_text(encoding="utf-8")
    if not cities.CITY_NAME.match(name):
        raise BadUse(f"ファイル名は英小文字・数字にしてください: {file.name} / lower case a-z, 0-9")
    cities.parse(text)
    console = at.console()
    before = console.rules(name) or ""
    if before == text:
        terminal.print(f"{name}: 変更なし unchanged")
        return
    for line in difflib.unified_diff(
        before.splitlines(), text.splitlines(), "now", "new", lineterm=""
    ):
        click.echo(line)
    console.put_rules(name, text)
    terminal.print(f"登録しました known now: {name}", highlight=False)


@city.command("list")
@where
@in_clear_words
def city_list(*, at: Where) -> None:
    """登録済みの自治体 / the cities that are known."""
    for name in at.console().cities():
        click.echo(name)
