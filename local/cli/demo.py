"""The demo city: make one, advance it, and a tour of five nights (`make run`)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from kakehashi.roster import JAPAN
from kakehashi_console.cli.options import Where, in_clear_words, terminal, where
from kakehashi_console.operations import BadUse
from local import demo as demo_city
from local.cli.embedded import embedded
from local.demo import people
from local.demo.clerk import Clerk
from local.demo.tour import CITY, Tour
from local.visitors import visitors

FOLDER = Path("demo-city")
in_folder = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default=FOLDER
)


@click.group()
def demo() -> None:
    """見本の市を作り、夜を進める / a city that does not exist, night by night."""


def _tell(exported: demo_city.Exported) -> None:
    first = [file for file in (exported.passwords, exported.staff_passwords) if file]
    files = [
        *((file, "初期パスワード passwords") for file in first),
        (exported.staff_list, "教職員名簿 list of staff"),
    ]
    extra = "".join(f" --passwords {file}" for file in first)
    run = f"→ kakehashi run {exported.drop}{extra} --staff-list {exported.staff_list}"
    lines = [f"{exported.day} {exported.drop}", *(f"{word} {file}" for file, word in files)]
    for line in lines:
        terminal.print(line, highlight=False, soft_wrap=True)
    dated = f"{run} --as-of {exported.day}"
    terminal.print(dated, highlight=False, soft_wrap=True, style="dim")


@demo.command()
@in_folder
@click.option("--pupils", default=400, show_default=True, type=click.IntRange(1))
@click.option("--schools", default=4, show_default=True, type=click.IntRange(2))
@click.option("--seed", default=1, show_default=True)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="最初の日 / the first day")
@in_clear_words
def new(*, folder: Path, pupils: int, schools: int, seed: int, day: datetime | None) -> None:
    """新しい市を作り、最初の夜(指定がなければ今日)のファイルを書き出す。

    A new city and its first export, which is today's unless another day is given.
    """
    first = (day or datetime.now(UTC).astimezone(JAPAN)).date()
    try:
        _tell(demo_city.new(folder, pupils, schools, seed, first))
    except FileExistsError:
        raise BadUse(f"もう市があります: {folder} / a city lives there already") from None


@demo.command("next")
@in_folder
@click.option("--quiet", is_flag=True, help="何も起きない夜 / a night on which nothing happens")
@click.option(
    "--fault", type=click.Choice(demo_city.FAULTS), help="壊れたファイルを出す / spoil the export"
)
@in_clear_words
def next_night(*, folder: Path, quiet: bool, fault: demo_city.Fault | None) -> None:
    """次の夜: 転入、転出、転校、氏名変更。4月1日は進級 / the next night; on April 1st all go up."""
    _must_have_a_city(folder)
    _tell(demo_city.next(folder, demo_city.QUIET if quiet else None, fault))


@demo.command()
@in_folder
@in_clear_words
def april(*, folder: Path) -> None:
    """次の4月1日: 進級、卒業、入学 / the next April 1st."""
    _must_have_a_city(folder)
    _tell(demo_city.april(folder))


@demo.command()
@click.option("--pupils", default=400, show_default=True, type=click.IntRange(100))
@click.option("--schools", default=4, show_default=True, type=click.IntRange(2))
@where
@in_clear_words
def tour(*, pupils: int, schools: int, at: Where) -> None:
    """五夜の見本: 初日、静かな夜、転出入、壊れたファイル、4月の予行演習 / five nights."""
    here = embedded(at)
    here.reset()
    console = at.console("demo")
    try:
        people.hire(here, CITY)
        clerk = Clerk(here.staff_url, people.APPROVER)
        Tour(console, at.home / "tour", terminal, clerk).all_nights(pupils, schools)
    except BaseException:
        here.down()
        raise
    for line in visitors(here):
        terminal.print(
            line, highlight=False, soft_wrap=True
        )  # the stack stays up, so that its launcher can be tried


def _must_have_a_city(folder: Path) -> None:
    if not (folder / demo_city.STATE).is_file():
        raise BadUse(f"市がありません: {folder}。kakehashi demo new で作ってください。 / no city")
