"""The nightly job by hand: run, rerun, approve, upload, status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from kakehashi import city as cities
from kakehashi import receive
from kakehashi.edges.runs import city_of
from kakehashi.stored import written
from kakehashi_console import words
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
from kakehashi_console.operations import BadUse, Console, csv_files, order_for_drop
from kakehashi_console.progress import progress_line
from kakehashi_console.standing import RunStanding

a_city = click.option(
    "--city", default="demo", show_default=True, help="自治体の名前 / a known city's name"
)
a_day = click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="基準日 / the date to run as of"
)


@click.command()
@click.argument("drop", type=click.Path(path_type=Path))
@a_city
@click.option(
    "--passwords",
    multiple=True,
    type=click.Path(path_type=Path),
    help="初期パスワードの CSV(何度でも) / initial passwords, a file or several",
)
@click.option(
    "--staff-list",
    type=click.Path(path_type=Path),
    help="教職員名簿 / the board's list of staff",
)
@a_day
@click.option("--rehearse", is_flag=True, help="予行演習: 計画と報告だけ / plan and report only")
@where
@results
@in_clear_words
def run(
    *,
    drop: Path,
    city: str,
    passwords: tuple[Path, ...],
    staff_list: Path | None,
    as_of: datetime | None,
    rehearse: bool,
    at: Where,
    wanted: RunOutput,
) -> None:
    """DROP(zip または CSV のフォルダー)を投入し、実行を最後まで見届ける。

    Upload DROP as the RPA robot would and follow the run to its end.
    """
    must_be_a_drop(drop)
    beside = [*passwords, *([staff_list] if staff_list else [])]
    for file in beside:
        if not file.is_file():
            raise BadUse(f"ファイルがありません: {file} / no such file")
    console = at.console(city)
    for file in passwords:
        console.upload_passwords(city, file, starts=False)
    if staff_list:
        console.upload_staff_list(city, staff_list)
    whole = drop.is_file() or (drop / "manifest.csv").is_file()
    as_the_robot = whole and not rehearse and not as_of
    since = datetime.now(UTC)
    key, version = console.upload_drop(city, drop, starts=as_the_robot, without=beside)
    if as_the_robot:
        arn = console.started_by(key, version, since)
    else:
        day = as_of.date() if as_of else None
        action = "rehearse" if rehearse else "sync"
        arn = console.start(order_for_drop(action, city, key, version, day))
    conclude(console, follow(console, arn, city), wanted)


def must_be_a_drop(path: Path) -> None:
    if not path.exists():
        raise BadUse(f"ファイルがありません: {path} / no such file")
    if path.is_dir():
        if not csv_files(path):
            raise BadUse(f"フォルダーに CSV がありません: {path} / no CSV in this folder")
        return
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            raise BadUse(f"zip ファイルではありません: {path} / not a zip")


@click.command()
@a_city
@a_day
@where
@results
@in_clear_words
def rerun(*, city: str, as_of: datetime | None, at: Where, wanted: RunOutput) -> None:
    """最後に届いたファイルで、もう一度実行する。いつ実行しても安全。

    Run the newest drop again. Always safe.
    """
    console = at.console(city)
    console.need_drop(city)
    order: dict[str, Any] = {"action": "rerun", "city": city}
    if as_of:
        order["as_of"] = as_of.date().isoformat()
    conclude(console, follow(console, console.start(order), city), wanted)


@click.command()
@click.argument("run_id")
@click.option("--checksum", required=True, help="報告書にある計画の番号 / the plan's checksum")
@click.option("--accept", multiple=True, metavar="CODE", help="受け入れる指摘 / accepted codes")
@click.option("--by", required=True, help="承認する人 / who approves")
@click.option("--second", default="", help="二人目の承認者(規則が求めるとき) / the second person")
@where
@results
@in_clear_words
def approve(
    *,
    run_id: str,
    checksum: str,
    accept: tuple[str, ...],
    second: str,
    by: str,
    at: Where,
    wanted: RunOutput,
) -> None:
    """確認待ちの計画を承認して実行する。

    Approve a waiting plan and apply it.
    """
    order: dict[str, Any] = {
        "action": "apply",
        "run_id": run_id.strip(),
        "checksum": checksum.strip().lower(),
        "accept": [code.strip().upper() for codes in accept for code in codes.split(",")],
        "by": by.strip(),
        **({"second": second.strip()} if second.strip() else {}),
    }
    must_be_an_approval(order)
    run_id, city = order["run_id"], city_of(order["run_id"])
    console = at.console(city)
    console.need_run(run_id)
    conclude(console, follow(console, console.start(order), city, run_id), wanted)


def must_be_an_approval(order: Mapping[str, Any]) -> None:
    """A slip of the pen is told at once, instead of failing a run."""
    try:
        receive.read_order(order)
    except receive.NotAnOrder as exc:
        raise BadUse(
            "承認として読めません。実行番号、--checksum、--accept、--by を、報告書にあるとおりに"
            f"入力してください。 / {exc}"
        ) from exc


@click.command()
@click.argument("what", type=click.Choice(["passwords", "approvals", "receipts"]))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@a_city
@click.option("--tool", help="取込結果を返したツール / whose receipt it is")
@click.option("--no-wait", is_flag=True, help="実行の終わりを待たない / do not follow the run")
@where
@results
@in_clear_words
def upload(
    *,
    what: str,
    file: Path,
    city: str,
    tool: str | None,
    no_wait: bool,
    at: Where,
    wanted: RunOutput,
) -> None:
    """初期パスワードや、決定を書いた一覧を受信箱に置き、それで始まる実行を見届ける。

    Put passwords, or a list with decisions (停止・削除・連携・作成・改名・正しい・誤り・保留), into
    the inbox and follow the run that this starts. A tool's receipt (取込結果, with --tool) starts
    nothing: the next delivery to that tool reads it. The list of staff (教職員名簿) is sent by
    `kakehashi staff upload`.
    """
    console = at.console(city)
    if what == "receipts":
        key = console.upload_receipt(city, must_be_a_tool(console, city, tool or ""), file)
        terminal.print(f"置きました。次の配信で読みます uploaded: {key}", highlight=False)
        return
    put = console.upload_passwords if what == "passwords" else console.upload_approvals
    since = datetime.now(UTC)
    key, version = put(city, file)
    if no_wait:
        terminal.print(f"置きました uploaded: {key}", highlight=False)
        return
    conclude(console, follow(console, console.started_by(key, version, since), city), wanted)


def must_be_a_tool(console: Console, city: str, tool: str) -> str:
    """Raises BadUse where the city's rules name no such tool."""
    tools = cities.parse(console.rules(city) or "").tools
    if tool not in tools:
        known = "、".join(sorted(tools)) or "なし"
        raise BadUse(
            f"ツール {tool or '(--tool なし)'} は規則にありません(規則にあるもの: {known})。"
            " / unknown tool"
        )
    return tool


@click.command()
@a_city
@click.option("--json", "as_json", is_flag=True, help="JSON で / as JSON")
@where
@in_clear_words
def status(*, city: str, as_json: bool, at: Where) -> None:
    """最近の実行と予行、待っている計画 / recent runs, rehearsals, waiting plans."""
    report = at.console(city, start=False).status(city)
    if as_json:
        told = json.dumps(written(report), ensure_ascii=False, indent=2, sort_keys=True)
        click.echo(told)
        return
    for one in report.runs:
        _print_run(one)
    for rehearsal in report.rehearsals:
        terminal.print(words.rehearsal_line(rehearsal), highlight=False, soft_wrap=True)
    terminal.print(f"失敗の待ち行列 dead letters: {report.dead_letters}", highlight=False)


def _print_run(one: RunStanding) -> None:
    record = one.record
    verdict = "outdated" if one.outdated else record.verdict or "?"
    ending = words.verdict_line(verdict, record.done, record.exceptions)
    terminal.print(f"{record.run_id}  {ending}", highlight=False)
    if line := words.roster_line(record):
        terminal.print(f"  {line}", highlight=False, soft_wrap=True)
    if one.until and not one.outdated:
        terminal.print(f"  承認の期限 approve until {one.until}", highlight=False)
    for why in one.outdated:
        terminal.print(f"  {why.code} {why.ja} {why.en}", highlight=False)
    if line := progress_line(one.progress):
        terminal.print(f"  {line}", highlight=False)
