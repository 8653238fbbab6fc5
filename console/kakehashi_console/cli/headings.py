"""`kakehashi headings`: the heading row of a maker's template, as a line for the city's rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import click

from kakehashi import deliver
from kakehashi.catalogue.index import english, japanese
from kakehashi.deliver.lists import FlatList
from kakehashi.diff.sheets import UnreadableWorkbook, sheets
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
    chosen = heading_row(template.read_bytes(), flat, row)
    found = chosen.headings
    told = flat.with_rules(found, {})
    sheet = f"シート {chosen.sheet} の " if chosen.sheet > 1 else ""
    terminal.print(f"# {sheet}{chosen.row} 行目 / row {chosen.row}", highlight=False)
    if chosen.others:
        others = "、".join(map(str, chosen.others))
        terminal.print(f"# ほかにも見出しらしい行があります: {others} 行目。ちがうなら --row で"
                       " / others look like headings too: use --row", highlight=False)  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """Where the headings stand, counted from 1; ``others`` are rows of that sheet that look like
    headings as well."""

    sheet: int
    row: int
    headings: list[str]
    others: list[int]


def heading_row(body: bytes, flat: FlatList, wanted: int | None) -> HeadingRow:
    """The row that is asked for; else the one with most headings that the list knows, of any
    sheet, or of the first sheet the first with most cells. A merged title above fills one cell
    alone. Raises BadUse."""
    found = list(_rows(body, wanted))
    knowing = [one for one in found if _known(one[2], flat)] or [o for o in found if o[0] == 1]
    if not any(any(cells) for _, _, cells in knowing):
        raise BadUse("見出しの行がありません。--row で教えてください。 / no heading row: use --row")
    sheet, number, cells = max(
        knowing, key=lambda one: (_known(one[2], flat), _filled(one[2]), -one[0], -one[1])
    )
    others = [n for at, n, row in found if at == sheet and n != number
              and (_known(row, flat) or (n < number and _filled(row) > 1))]  # fmt: skip
    while cells and not cells[-1]:
        cells.pop()
    return HeadingRow(sheet, number, cells, others)


def _rows(body: bytes, wanted: int | None) -> Iterator[tuple[int, int, list[str]]]:
    """(sheet, row, cells) of the rows that may be the headings. Raises BadUse."""
    try:
        for at, sheet in enumerate(sheets(body), 1):
            for number, cells in islice(sheet, wanted or HEADING_WITHIN):
                if wanted in {None, number}:
                    yield at, number, [cell.strip() for cell in cells]
    except UnreadableWorkbook as exc:
        raise BadUse(
            "ひな形を読めません。CSV か Excel にしてください。 / neither CSV nor Excel"
        ) from exc


def _known(row: list[str], flat: FlatList) -> int:
    return sum(flat.knows(cell) for cell in row)


def _filled(row: list[str]) -> int:
    return sum(map(bool, row))
