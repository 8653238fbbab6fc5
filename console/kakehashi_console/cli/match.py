"""`kakehashi match`: a tool's present users against the roster, before the first delivery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kakehashi import deliver, oneroster
from kakehashi.city import City, Tool
from kakehashi.diff.sheets import UnreadableWorkbook
from kakehashi.edges.archive import Archive
from kakehashi.edges.runs import Folder, prefix_of
from kakehashi.findings import refuses, soften
from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.cleaning import preprocess
from kakehashi.report.workbook import book
from kakehashi.roster import Held
from kakehashi.run_folder import known, roster
from kakehashi_console.cli.check import open_drop, rules_of
from kakehashi_console.cli.nightly import must_be_a_drop
from kakehashi_console.cli.options import Where, in_clear_words, terminal, today, where
from kakehashi_console.cli.options import as_of as dated
from kakehashi_console.operations import BadUse
from kakehashi_console.tool_list import (
    ACCOUNTS,
    IDS,
    NAMES,
    Columns,
    Compared,
    compare,
    read_users,
)

if TYPE_CHECKING:
    from kakehashi.report.workbook import Sheet

RUNS_LOOKED_AT = 60
WORDS = {
    "same": "一致 agree",
    "renamed": "同じ人で氏名がちがう same user, other name",
    "not_in_tool": "名簿にいてツールにいない in the roster only",
    "not_in_roster": "ツールにいて名簿にいない in the tool only",
    "twice": "ツールに二重にいる twice in the tool",
    "held": "名簿で保留中 held in the roster",
}

type Roster = tuple[list[Pupil], frozenset[str], dict[str, str]]


@click.command()
@click.argument("tool")
@click.argument("users", metavar="LIST", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--city", default="demo", show_default=True, help="自治体の名前 / a city's name")
@click.option(
    "--drop",
    type=click.Path(path_type=Path),
    help="この投入と比べる(スタックは要りません。--city は規則) / compare with a drop, no stack",
)
@dated
@click.option("--id-column", multiple=True, help="識別子の見出し / heading of the ids")
@click.option("--account-column", multiple=True, help="アカウントの見出し / heading of accounts")
@click.option("--name-column", multiple=True, help="氏名の見出し / heading of the names")
@click.option(
    "--xlsx",
    "workbook",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="表を書く所(初期値は LIST の隣) / where the workbook goes (default: beside LIST)",
)
@click.option("--names", is_flag=True, help="画面にも 1 人ずつ示す / tell one by one here too")
@where
@in_clear_words
def match(
    *,
    tool: str,
    users: Path,
    city: str,
    drop: Path | None,
    as_of: date,
    id_column: tuple[str, ...],
    account_column: tuple[str, ...],
    name_column: tuple[str, ...],
    workbook: Path | None,
    names: bool,
    at: Where,
) -> None:
    """TOOL の今の利用者の一覧 LIST(CSV か Excel)を名簿と比べる。何も動かさない。

    Compare LIST, the present users of TOOL, with the roster (of the newest run, or of --drop as it
    is on --as-of), by id and account, never by name. Counts here, the rows in a workbook; nothing
    is changed.
    """  # fmt: skip
    columns = Columns(id_column or IDS, account_column or ACCOUNTS, name_column or NAMES)
    if not users.is_file():
        raise BadUse(f"ファイルがありません: {users} / no such file")
    rules, (pupils, held, known_as) = _of_drop(drop, city, as_of) if drop else _of_stack(at, city)
    receiver = _tool(rules, tool)
    for flat in deliver.dialect_of(receiver).lists[:1]:
        columns = columns.with_list(flat)
    try:
        told = read_users(users.read_bytes(), columns)
    except UnreadableWorkbook as exc:
        raise BadUse(
            "一覧を読めないか、識別子もアカウントも見出しにありません。--id-column か"
            " --account-column で見出しを教えてください。 / no heading tells who is who"
        ) from exc
    heard = "、".join(told.told_by)
    terminal.print(f"見出し headings: {told.heading} 行目 row {told.heading} ({heard})",
                   highlight=False, markup=False)  # fmt: skip
    compared = compare((p for p in pupils if _gets(receiver, p)), told.users, held, known_as)
    place = workbook or users.with_name(f"{users.stem}-match.xlsx")
    place.write_bytes(book(today(), _sheets(compared)))
    for name, count in compared.counts().items():
        terminal.print(f"{WORDS[name]}: {count:,}", highlight=False)
    for line in _lines(compared) if names else ():
        terminal.print(line, highlight=False, markup=False, soft_wrap=True)
    terminal.print(f"表 workbook: {place}", highlight=False, soft_wrap=True)


def _tool(rules: City, tool: str) -> Tool:
    if tool not in rules.tools:
        known = "、".join(sorted(rules.tools)) or "なし"
        raise BadUse(f"ツール {tool} は規則にありません(規則にあるもの: {known})。 / unknown tool")
    return rules.tools[tool]


def _gets(tool: Tool, pupil: Pupil) -> bool:
    in_grade = not tool.grades or pupil.grade in tool.grades
    return in_grade and (not tool.schools or pupil.school in tool.schools)


def _of_drop(drop: Path, city: str, as_of: date) -> tuple[City, Roster]:
    must_be_a_drop(drop)
    rules = rules_of(city)
    package = open_drop(drop)
    findings = list(soften(oneroster.check(package, rules.source.versions), rules.effects))
    if refuses(findings):
        raise BadUse("この投入は受け付けられません。kakehashi check で確かめてください。"
                     " / the drop would be refused: see kakehashi check")  # fmt: skip
    cleaned = preprocess(package, findings, rules, as_of, ())
    return rules, ([row.pupil for row in cleaned.desired], _words(cleaned.held), {})


def _of_stack(at: Where, city: str) -> tuple[City, Roster]:
    """The roster of the newest run that read one; a held pupil as we last knew them."""
    console = at.console(city, start=False)
    outputs = console.outputs
    archive = Archive(console.s3, outputs["RunsBucket"], outputs["OutboxBucket"], city)
    for run_id in reversed(archive.run_ids(RUNS_LOOKED_AT)):
        folder = Folder(console.s3, outputs["RunsBucket"], prefix_of(run_id))
        if folder.get(roster.DESIRED) is not None:
            return folder.rules(), _roster(folder)
    raise BadUse("まだ名簿を読んだ実行がありません。--drop で投入を指定してください。"
                 " / no run has read a roster yet: use --drop")  # fmt: skip


def _roster(folder: Folder) -> Roster:
    pupils = {one.id: one for one in roster.pupils(folder)}
    held = _words(roster.held(folder))
    known_as: dict[str, str] = {}
    for one in known.current(folder):
        if one.pupil.id in held:
            pupils.setdefault(one.pupil.id, one.pupil)
        if one.tool_id:
            known_as[one.pupil.id] = one.tool_id
    return list(pupils.values()), held, known_as


def _words(held: Iterator[Held] | Sequence[Held]) -> frozenset[str]:
    return frozenset(word.lower() for row in held for word in (row.pupil, row.account) if word)


_PUPIL = (("userMasterIdentifier", 38), ("学校", 28), ("学年", 6), ("学級", 16), ("氏名", 20),
          ("アカウント", 34))  # fmt: skip
_USER = (("一覧の行", 10), ("一覧のアカウント", 34), ("一覧の氏名", 20))


def _sheets(found: Compared) -> Iterator[Sheet]:
    both = (*_PUPIL, *_USER)
    yield "氏名がちがう", both, [(*_pupil(p), u.line, u.label, u.name) for p, u in found.renamed]
    yield "名簿だけ", _PUPIL, [_pupil(pupil) for pupil in found.not_in_tool]
    yield "ツールだけ", _USER, [(u.line, u.label, u.name) for u in found.not_in_roster]
    yield "二重", both, [(*_pupil(p), u.line, u.label, u.name) for p, u in found.twice]


def _pupil(pupil: Pupil) -> tuple[str, str, str, str, str, str]:
    name = f"{pupil.family} {pupil.given}".strip()
    return pupil.id, pupil.school_name, pupil.grade, pupil.class_title, name, pupil.account


def _lines(found: Compared) -> Iterator[str]:
    for pupil, user in found.renamed:
        yield f"氏名がちがう {pupil.id} {pupil.family} {pupil.given} / {user.name}"
    for pupil in found.not_in_tool:
        yield f"名簿だけ {pupil.id} {pupil.family} {pupil.given} {pupil.account}"
    for user in found.not_in_roster:
        yield f"ツールだけ {user.line} 行目 {user.label} {user.name}"
    for pupil, user in found.twice:
        yield f"二重 {pupil.id} {user.line} 行目 {user.label}"
