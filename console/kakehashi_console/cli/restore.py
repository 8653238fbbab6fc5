"""`kakehashi restore`: a city's state out of a table that AWS restored to a point in time."""

from __future__ import annotations

import click

from kakehashi_console import restore as restoring
from kakehashi_console.cli.options import Where, in_clear_words, terminal, where


@click.command()
@click.argument("table")
@click.option("--city", required=True, help="自治体 / its rules file's stem")
@click.option("--write", is_flag=True, help="実際に書き戻す / put it back, not only look")
@where
@in_clear_words
def restore(*, table: str, city: str, write: bool, at: Where) -> None:
    """復元した表 TABLE から、自治体の状態を書き戻す。--write がなければ件数を示すだけ。

    Put a city's state back from TABLE, to which AWS restored the state table; without --write only
    tell what that would change. Stop the rules of uploads first (docs/deploy.md).
    """
    console = at.console(city, start=False)
    found = restoring.look(console, table, city)
    if write:
        restoring.put_back(console, city, found)
    done = "書き戻しました / put back" if write else "書き戻す前 / not put back yet"
    terminal.print(
        f"{done}: {len(found.put)}、消す / to delete {len(found.delete)}、同じ / the same "
        f"{found.same}", highlight=False, soft_wrap=True,
    )  # fmt: skip
