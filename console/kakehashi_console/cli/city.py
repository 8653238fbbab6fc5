"""A city's rules: put them, list them."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from kakehashi import city as cities
from kakehashi import deliver
from kakehashi.catalogue import index
from kakehashi.deliver.dialect import names as dialects
from kakehashi_console.cli.options import Where, aside, in_clear_words, terminal, where
from kakehashi_console.operations import BadUse

SCHEMAS = Path(__file__).parents[1] / "schemas"


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
    for domain, several in console.shared_domains().items():
        aside.print(
            f"{'、'.join(several)} のドメインが同じ {domain} です。同じアカウントを取り合います。"
            " / one domain: they would take each other's accounts",
            highlight=False, soft_wrap=True, style="red",
        )  # fmt: skip
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
    """Raises BadCity for a dialect nobody ships, a list that could not be written (no heading row,
    a heading nobody knows, a password), or an effect of a finding that does not exist."""
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
    problems += [
        f"tools.{name}: {one.code} {one.place.column or ''} {index.japanese(one)}"
        f" / {index.english(one)}"
        for name, tool in rules.tools.items()
        if tool.dialect in known
        for flat in deliver.dialect_of(tool).lists
        for one in flat.problems(name)
    ]
    problems += [
        f"tools.{name}.staff_only: 一覧ひとつの方言だけです / for a dialect of one flat list"
        for name, tool in rules.tools.items()
        if tool.staff_only and tool.dialect in known and len(deliver.load(tool.dialect).lists) != 1
    ]
    if problems:
        raise cities.BadCity(problems)


@city.command("new")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--from",
    "export",
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help="最初の出力(zip かフォルダー) / a first export, zip or folder",
)
@click.option(
    "--codes",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="学校コード一覧の CSV / a CSV of school codes",
)
@click.option("--name", help="自治体の名前 / the city's name")
@click.option("--board-code", help="教育委員会コード(6 桁) / the board's six digits")
@click.option("--domain", help="アカウントのドメイン / the domain of the accounts")
@in_clear_words
def city_new(*, file: Path, export: Path, codes: Path | None, **said: str | None) -> None:
    """最初の出力から規則の下書きを FILE に書く。分からないことは尋ねる。何も登録しない。

    Write a draft of a city's rules to FILE from a first export. What the export does not tell is
    asked, or given as an option. Nothing is put.
    """
    from kakehashi_console.cli import new_city  # noqa: PLC0415 - what `city put` need not load

    if not cities.CITY_NAME.match(file.stem) or file.suffix != ".toml":
        raise BadUse(f"ファイル名は英小文字・数字と .toml にしてください: {file} / a-z, 0-9, .toml")
    if file.exists():
        raise BadUse(f"すでにあります: {file} / is there already")
    text = new_city.drafted(export, codes, said)
    file.write_text(text, encoding="utf-8")
    (file.parent / new_city.SCHEMA).write_text(schema_text(), encoding="utf-8")
    terminal.print(f"下書きを書きました written: {file}", highlight=False)
    terminal.print(f"  kakehashi check {export} --city {file}", highlight=False, soft_wrap=True)
    terminal.print(f"  kakehashi city put {file}", highlight=False, soft_wrap=True)


@city.command("schema")
def city_schema() -> None:
    """規則の JSON Schema / the JSON Schema of a city's rules."""
    click.echo(schema_text(), nl=False)


def schema_text() -> str:
    """As docs/schemas has it: the wheel brings it, a clone links it."""
    return (SCHEMAS / "city.schema.json").read_text(encoding="utf-8")


@city.command("list")
@where
@in_clear_words
def city_list(*, at: Where) -> None:
    """登録済みの自治体 / the cities that are known."""
    for name in at.console().cities():
        click.echo(name)
