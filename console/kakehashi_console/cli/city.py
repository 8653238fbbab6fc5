"""A city's rules: put them, list them."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from kakehashi import city as cities
from kakehashi.edges import rules_files
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
    rules_files.loaded(text)
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
