"""`kakehashi staff`: the first posts on the staff page, and the form for the list of staff."""

from __future__ import annotations

from pathlib import Path

import click

from kakehashi.edges.staff.posts import OID, SCHOOL, Posts
from kakehashi.edges.web.items import Items
from kakehashi.report.staff_form import staff_form
from kakehashi_console.cli.nightly import a_city
from kakehashi_console.cli.options import Where, in_clear_words, terminal, where
from kakehashi_console.operations import BadUse


@click.group()
def staff() -> None:
    """職員の頁と教職員名簿 / the staff page, and the list of staff."""


@staff.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@in_clear_words
def template(*, file: Path) -> None:
    """教職員名簿の様式を FILE(.xlsx)に書く / write the form of the list of staff."""
    if file.exists():
        raise BadUse(f"{file} がすでにあります。 / is there already")
    file.write_bytes(staff_form())
    terminal.print(f"{file}", highlight=False)


@staff.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@a_city
@where
@in_clear_words
def upload(*, file: Path, city: str, at: Where) -> None:
    """教職員名簿を受信箱に置く。次の夜に読む / send the list of staff, for the next night."""
    console = at.console(city)
    console.need_city(city)
    key = console.upload_staff_list(city, file)
    terminal.print(f"置きました。次の夜に読みます uploaded: {key}", highlight=False)


@staff.command()
@click.argument("oid")
@a_city
@click.option("--school", multiple=True, metavar="CODE", help="この学校だけ / at this school only")
@click.option("--none", "nowhere", is_flag=True, help="担当を外す / nowhere in the city any more")
@where
@in_clear_words
def post(*, oid: str, city: str, school: tuple[str, ...], nowhere: bool, at: Where) -> None:
    """OID(Entra のオブジェクト ID)の人の担当を決める。最初の二人のためのもの。

    Say where the person with this object id works: the whole city, or schools of it. Meant for the
    first two people of 運用; on the page any further change is confirmed by a second person.
    """
    console = at.console(city, start=False)
    console.need_city(city)
    who = oid.strip().lower()
    if not OID.match(who) or not all(SCHOOL.match(code) for code in school):
        raise BadUse("オブジェクト ID か学校コードが正しくありません。 / no object id, or no code")
    table = console.site.resource("dynamodb").Table(console.outputs["Table"])
    Posts(Items(table, "POSTS")).put(who, city, [] if nowhere else (school or [None]))
    places = "なし none" if nowhere else "、".join(school) or "市全体 whole city"
    terminal.print(f"{who}: {places}", highlight=False)
