"""The launcher on this machine: where it is, and with which accounts to try it."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from kakehashi.edges.state import State
from kakehashi.roster import GRADE_LABELS, Status
from local.cli.options import Where, in_clear_words, terminal, where
from local.console import BadUse
from local.demo.tour import CITY
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
    """The address, and invented pupils who can sign in there."""
    terminal.print(f"教材の起動画面 launcher: {embedded.launcher_url}/", highlight=False)
    files = sorted((embedded.home / "tour" / "city").glob("**/passwords.csv"))
    for grade, account, password in _pupils(embedded, files):
        terminal.print(
            f"  {grade} アカウント account: {account}  パスワード password: {password}",
            highlight=False,
            soft_wrap=True,
        )
    if files:
        terminal.print(f"  ほかの児童生徒 more: {files[0]}", highlight=False, soft_wrap=True)
    terminal.print("止めるには to stop: kakehashi down", highlight=False)


def _pupils(embedded: Stack, files: list[Path]) -> list[tuple[str, str, str]]:
    """(grade, account, password) of one pupil of each kind of school, as the city now has them."""
    if not files:
        return []
    state = State(embedded.resource("dynamodb").Table(embedded.outputs()["Table"]), CITY)
    found: dict[str, tuple[str, str, str]] = {}
    for account, umi, password in _rows(files[0]):
        known = state.pupil(umi)
        if known is None or known.status is not Status.ACTIVE:
            continue
        grade = known.pupil.grade
        found.setdefault(grade[0], (GRADE_LABELS[grade], account, password))
    return [found[kind] for kind in sorted(found, reverse=True)]


def _rows(file: Path) -> list[list[str]]:
    return list(csv.reader(file.read_text(encoding="utf-8").splitlines()))[1:]
