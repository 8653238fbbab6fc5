"""The launcher on this machine: where it is, and with which accounts to try it."""

from __future__ import annotations

import click

from local.cli.options import Where, in_clear_words, terminal, where
from local.console import BadUse
from local.stack import Stack


@click.command()
@where
@in_clear_words
def launcher(*, at: Where) -> None:
    """教材の起動画面の場所を示す / where pupils sign in and start tools."""
    if at.stack:
        url = at.console().outputs.get("LaunchUrl")
        if not url:
            raise BadUse("このスタックに起動画面はありません(docs/lti.md)。 / no launcher here")
        terminal.print(url, highlight=False)
        return
    at.site()
    tell(at.embedded())


def tell(embedded: Stack) -> None:
    """The address, and where accounts with passwords that work are found."""
    terminal.print(f"教材の起動画面 launcher: {embedded.launcher_url}/", highlight=False)
    files = sorted((embedded.home / "tour" / "city").glob("**/passwords.csv"))
    if files:
        terminal.print(
            f"アカウントと初期パスワード accounts: {files[0]}", highlight=False, soft_wrap=True
        )
    terminal.print("止めるには to stop: kakehashi down", highlight=False)
