"""`kakehashi headings`: the heading row of a maker's template, as a line for the city's rules."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import click

from kakehashi import deliver
from kakehashi.catalogue.index import english, japanese
from kakehashi.deliver.lists import FlatList
from kakehashi.diff.sheets import Row, UnreadableWorkbook, sheets
from kakehashi_console.cli.options import in_clear_words, terminal
from kakehashi_console.operations import BadUse
from kakehashi_console.tool_list import HEADING_WITHIN


@click.command()
@click.argument("template", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--dialect", default="flat_list", show_default=True, help="一覧の方言 / a list's dialect"
)
@click.option(
    "--row", type=int, help="見出しの行(初期値は選ぶ) / the heading row (default: chosen)"
)
@in_clear_words
def headings(*, template: Path, dialect: str, row: int | None) -> None:
    """TEMPLATE(ツールの管理画面のひな形。CSV か Excel)の見出しを、市のルールの行にして示す。

    The heading row of TEMPLATE, a maker's template, as a line for [tools.<name>] of the city's
    rules, and which headings nobody knows yet how to fill. Nothing is changed.
    """
    flat = _list_of(dialect)
    number, found = heading_row(template.read_bytes(), flat, row)
    told = flat.with_rules(found, {})
    terminal.print(f"# {number} 行目 / row {number}", highlight=False)
    line = f"headings = {json.dumps(found, ensure_ascii=False)}"
    terminal.print(line, highlight=False, markup=False, soft_wrap=True)
    for problem in told.problems(dialect):
        what = f"{problem.code} {problem.place.column}: {japanese(problem)} / {english(problem)}"
        terminal.print(what, highlight=False, markup=False, soft_wrap=True)


def _list_of(dialect: str) -> FlatList:
    try:
        lists = deliver.load(dialect).lists
    except deliver.UnknownDialect as exc:
        raise BadUse(str(exc)) from exc
    if not lists:
        raise BadUse(f"方言 {dialect} は一覧ではありません。 / that dialect is no list")
    return lists[0]


def heading_row(body: bytes, flat: FlatList, wanted: int | None) -> tuple[int, list[str]]:
    """The row that is asked for; else the first with most headings that the list knows, or with
    most cells. A merged title above fills one cell alone. Raises BadUse."""
    rows: list[Row] = []
    try:
        for first in sheets(body):
            rows = list(islice(first, HEADING_WITHIN if wanted is None else wanted))
            break
    except UnreadableWorkbook as exc:
        raise BadUse(
            "ひな形を読めません。CSV か Excel にしてください。 / neither CSV nor Excel"
        ) from exc
    cells = {number: [cell.strip() for cell in row] for number, row in rows}
    if wanted is not None:
        cells = {number: row for number, row in cells.items() if number == wanted}
    if not any(any(row) for row in cells.values()):
        raise BadUse("見出しの行がありません。--row で教えてください。 / no heading row: use --row")
    number = max(cells, key=lambda n: (_known(cells[n], flat), sum(map(bool, cells[n])), -n))
    found = cells[number]
    while found and not found[-1]:
        found.pop()
    return number, found


def _known(row: list[str], flat: FlatList) -> int:
    return sum(flat.knows(cell) for cell in row)
