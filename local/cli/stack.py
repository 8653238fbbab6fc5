"""The embedded stack: up, down, reset."""

from __future__ import annotations

import click

from kakehashi_console.cli.options import STARTING, Where, aside, in_clear_words, terminal, where
from local.cli.embedded import embedded


@click.command()
@where
@in_clear_words
def up(*, at: Where) -> None:
    """手元のスタックを起動する / start the embedded stack."""
    here = embedded(at)
    with aside.status(STARTING):
        here.up()
    terminal.print(f"起動しています up: {here.url}", highlight=False)


@click.command()
@where
@in_clear_words
def down(*, at: Where) -> None:
    """手元のスタックを止める。状態は残る / stop it; its state stays."""
    embedded(at).down()
    terminal.print("止めました down")


@click.command()
@click.option("--yes", is_flag=True, help="確認せずに消す / do not ask")
@where
@in_clear_words
def reset(*, yes: bool, at: Where) -> None:
    """手元のスタックの状態をすべて消す / forget everything the embedded stack knows."""
    if not yes:
        click.confirm(f"{at.home} の状態をすべて消します。よろしいですか", abort=True)
    embedded(at).reset()
    terminal.print("消しました reset")
