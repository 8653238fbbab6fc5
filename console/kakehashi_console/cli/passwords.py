"""`kakehashi passwords make`: initial passwords for whoever waits for one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from botocore.exceptions import ClientError

from kakehashi import city as cities
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.initial import as_csv, make, read_list
from kakehashi.report.slips import SHORTEST_KEY, encrypted_workbook
from kakehashi_console.cli.options import (
    RunOutput,
    Where,
    conclude,
    follow,
    in_clear_words,
    results,
    terminal,
    where,
)
from kakehashi_console.operations import BadUse, Console


@click.group()
def passwords() -> None:
    """初期パスワード / initial passwords."""


@passwords.command("make")
@click.option("--city", default="demo", show_default=True, help="自治体の名前 / a city's name")
@click.option(
    "--list",
    "only",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="この CSV に載っている児童生徒だけ / only the pupils of this CSV",
)
@click.option(
    "--slips",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="配布票(パスワード付き Excel)を書く所 / the encrypted workbook to print from",
)
@click.option("--no-wait", is_flag=True, help="実行の終わりを待たない / do not follow the run")
@where
@results
@in_clear_words
def passwords_make(
    *, city: str, only: Path | None, slips: Path, no_wait: bool, at: Where, wanted: RunOutput
) -> None:
    """初期パスワードを作り、受信箱に送り、配布票を暗号化して書く。

    Make initial passwords for the pupils of the newest run who wait for one (M001), or for those
    of them in a list. They go to the passwords inbox, which starts a run that makes the accounts,
    and into a workbook that opens only with a password, which is asked for. Nothing is shown or
    written in the clear.
    """
    slips = slips if slips.suffix == ".xlsx" else slips.with_name(slips.name + ".xlsx")
    if slips.exists():
        raise BadUse(f"すでにあります: {slips} / it exists, and may be the only copy")
    console = at.console(city, start=False)
    rules = cities.parse(console.rules(city) or "")
    waiting = whom(console, city, only)
    key = ask_for_a_key()
    made = make(waiting, rules.passwords, secrets.SystemRandom())
    since = datetime.now(UTC)
    with written(slips, encrypted_workbook(made, key)):
        placed, version = console.put_passwords(city, as_csv(made))
    terminal.print(f"{len(made)} 人分を作りました made: {slips}", highlight=False, soft_wrap=True)
    if not no_wait:
        arn = console.started_by(placed, version, since)
        conclude(console, follow(console, arn, city), wanted)


def ask_for_a_key() -> str:
    """What will open the workbook; it is typed twice, and shown and kept nowhere."""
    key: str = click.prompt(
        f"配布票を開くパスワード({SHORTEST_KEY} 文字以上) / a password for the workbook",
        hide_input=True,
        confirmation_prompt=True,
    )
    if len(key) < SHORTEST_KEY:
        raise BadUse(f"パスワードは {SHORTEST_KEY} 文字以上にしてください。 / too short")
    return key


@contextmanager
def written(file: Path, body: bytes) -> Iterator[None]:
    """The workbook first, since nobody else knows the passwords. It goes only where the upload was
    refused for certain: after a timeout the passwords may be in use already."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(body)
    try:
        yield
    except ClientError:
        file.unlink()
        raise


def whom(console: Console, city: str, only: Path | None) -> list[Pupil]:
    """Those who wait, or those of them whom the list names. Raises BadUse where there is nobody."""
    waiting = console.waiting_for(city, NO_PASSWORD.code)
    if only is None:
        if not waiting:
            raise BadUse("初期パスワードを待っている児童生徒はいません。 / nobody waits for one")
        return list(waiting.values())
    try:
        listed = read_list(only.read_bytes(), waiting)
    except UnicodeDecodeError:
        raise BadUse(f"UTF-8 の CSV にしてください: {only} / the list must be UTF-8") from None
    if listed is None:
        raise BadUse(
            "一覧には「アカウント」か「ユーザー識別子」の列が要ります。"
            " / the list needs a column account or userMasterIdentifier"
        )
    if listed.strange or not listed.pupils:
        lines = ", ".join(map(str, listed.strange[:20])) or "–"
        raise BadUse(
            f"初期パスワードを待っていない行があります: {lines} 行目。何も作っていません。"
            " / these lines name nobody who waits for one; nothing was made"
        )
    return list(listed.pupils)
