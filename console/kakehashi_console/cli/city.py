"""A city's rules: put them, list them."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from kakehashi import city as cities
from kakehashi.catalogue import index
from kakehashi.deliver.dialect import names as dialects
from kakehashi_console.cli.options import Where, in_clear_words, terminal, where
from kakehashi_console.operations import BadUse


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
    name, text = file.stem, read_rules(file)
    if not cities.CITY_NAME.match(name):
        raise BadUse(f"ファイル名は英小文字・数字にしてください: {file.name} / lower case a-z, 0-9")
    must_name_what_exists(cities.parse(text))
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


def read_rules(file: Path) -> str:
    """The text of a rules file, without the mark that Windows editors put before it."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadUse(
            f"規則ファイルは UTF-8 で保存してください: {file} / the rules must be UTF-8"
        ) from None


def must_name_what_exists(rules: cities.City) -> None:
    """Raises BadCity for a dialect nobody ships, or an effect of a finding that does not exist."""
    known = dialects()
    problems = [
        f"tools.{name}.dialect: {tool.dialect} はありません / known: {', '.join(known)}"
        for name, tool in rules.tools.items()
        if tool.dialect not in known
    ]
    problems += [
        f"effects.{code}: この番号の指摘はありません / no such finding (docs/findings.md)"
        for code in rules.effects
        if code not in index.RULES
    ]
    if problems:
        raise cities.BadCity(problems)


@city.command("list")
@where
@in_clear_words
def city_list(*, at: Where) -> None:
    """登録済みの自治体 / the cities that are known."""
    for name in at.console().cities():
        click.echo(name)
