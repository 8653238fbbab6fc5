"""The launcher: where it is, and on this machine with which accounts to try it."""

from __future__ import annotations

import click

from kakehashi_console.cli.options import Where, in_clear_words, terminal, where
from kakehashi_console.operations import BadUse


@click.command()
@where
@in_clear_words
def launcher(*, at: Where) -> None:
    """教材の起動画面の場所を示す / where pupils sign in and start tools."""
    console = at.console()
    url = console.outputs.get("LaunchUrl")
    if not url:
        page = console.guide.completed("docs/lti.md", "")
        raise BadUse(f"このスタックに起動画面はありません( {page} )。 / no launcher here")
    for line in [url] if at.stack else at.visitors():
        terminal.print(line, highlight=False, soft_wrap=True)
