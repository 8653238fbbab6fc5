"""`kakehashi check`: validate and preprocess a drop on a laptop, without any stack."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kakehashi import city as cities
from kakehashi import oneroster
from kakehashi.catalogue import index
from kakehashi.findings import Finding, refuses, soften
from kakehashi.oneroster.sarif import sarif
from kakehashi.preprocess.cleaning import preprocess
from kakehashi.preprocess.password_file import PasswordFile
from kakehashi.report.checked import Checked, checked_html
from kakehashi.report.groups import groups
from kakehashi.report.workbook import findings_xlsx
from kakehashi_console.cli.city import read_rules
from kakehashi_console.cli.nightly import must_be_a_drop
from kakehashi_console.cli.options import as_of as dated
from kakehashi_console.cli.options import in_clear_words, terminal
from kakehashi_console.operations import BadUse, csv_files

if TYPE_CHECKING:
    from kakehashi.report.groups import FindingGroup

RULES = Path(__file__).parents[1] / "cities"  # the wheel brings them; a clone links them
REFUSED = 4

COUNTED = {  # what preprocess counts, as a person calls it
    "rows_users": "users.csv の行",
    "staff": "教職員(除外)",
    "pupils": "児童生徒",
    "desired": "連携する児童生徒",
    "held": "保留",
    "schools": "学校",
    "classes": "学級",
    "special_classes": "特別支援学級",
    "renamed_classes": "学級名を変えた学級",
}
DEMO = "demo"


@click.command()
@click.argument("drop", type=click.Path(path_type=Path))
@click.option("--city", default=DEMO, show_default=True, help="規則 / a city's name or TOML file")
@dated
@click.option(
    "--passwords",
    "password_files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="初期パスワードの CSV も調べる / check this file of initial passwords too",
)
@click.option("--json", "as_json", is_flag=True, help="JSON で / as JSON: {counts, findings}")
@click.option(
    "--sarif",
    "sarif_file",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="指摘を SARIF 2.1.0 でも書く / the findings as SARIF too",
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="指摘を渡せる一枚の頁にも書く / the findings as a page to hand on",
)
@click.option(
    "--xlsx",
    "workbook",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="指摘を Excel の表にも書く / the findings as a workbook too",
)
@in_clear_words
def check(
    *,
    drop: Path,
    city: str,
    as_of: date,
    password_files: Sequence[Path],
    as_json: bool,
    workbook: Path | None,
    sarif_file: Path | None,
    page: Path | None,
) -> None:
    """DROP(zip または CSV のフォルダー)を手元で検査・整形し、指摘を示す。何も動かさない。

    Validate and preprocess DROP here; nothing is started or changed. Exit status: 0, or 4 where
    the drop would be refused.
    """
    must_be_a_drop(drop)
    passwords = [PasswordFile(file.name, "", file.read_bytes()) for file in password_files]
    rules = rules_of(city)
    board_code = rules.board_code if city != DEMO else ""  # whoever names no city may have any
    findings, counts = examine(drop, rules, as_of, passwords, board_code)
    if workbook:
        workbook.write_bytes(findings_xlsx(findings, as_of))
    if sarif_file:
        log = sarif(findings, index.RULES, version("kakehashi"))
        text = json.dumps(log, ensure_ascii=False, indent=2) + "\n"
        sarif_file.write_text(text, encoding="utf-8")
    if page:
        numbers = {COUNTED[name]: count for name, count in counts.items()}
        told = Checked(drop.name, as_of, findings, numbers, rules.language)
        page.write_text(checked_html(told), encoding="utf-8")
    if as_json:
        found = [finding.to_json() for finding in findings]
        click.echo(json.dumps({"counts": counts, "findings": found}, ensure_ascii=False, indent=2))
    else:
        _tell(groups(findings), counts, refused=refuses(findings))
    raise SystemExit(REFUSED if refuses(findings) else 0)


def examine(
    drop: Path,
    rules: cities.City,
    as_of: date,
    passwords: Sequence[PasswordFile] = (),
    board_code: str = "",
) -> tuple[list[Finding], Mapping[str, int]]:
    """All findings of validate and, unless they refuse the drop, of preprocess.

    ``board_code``: refuse another board's roster; "" takes any.
    """
    package = open_drop(drop)
    checked = oneroster.check(package, rules.source.versions, board_code)
    findings = list(soften(checked, rules.effects))
    if refuses(findings):
        return findings, {}
    cleaned = preprocess(package, findings, rules, as_of, passwords)
    return [*findings, *cleaned.findings], cleaned.counts


def open_drop(drop: Path) -> oneroster.Package:
    """A zip, or a folder of CSV files."""
    if drop.is_file():
        with drop.open("rb") as file:
            return oneroster.open_package(file)
    return oneroster.open_package({f.name: f.read_bytes() for f in csv_files(drop)})


def rules_of(city: str) -> cities.City:
    """The rules in a TOML file, or those shipped under a name. Raises BadUse, BadCity."""
    file = Path(city) if city.endswith(".toml") else RULES / f"{city}.toml"
    if not file.is_file():
        raise BadUse(f"規則がありません: {file} / no such rules")
    return cities.parse(read_rules(file))


def _tell(groups: Sequence[FindingGroup], counts: Mapping[str, int], *, refused: bool) -> None:
    for group in groups:
        _tell_group(group)
    for name, count in counts.items():
        terminal.print(f"{COUNTED[name]} / {name}: {count:,}", highlight=False)
    if refused:
        terminal.print("この投入は受け付けられません。 / this drop would be refused", style="red")
    if not groups:
        terminal.print("指摘はありません。 / nothing to say", style="green")


def _tell_group(group: FindingGroup) -> None:
    def say(text: str, style: str = "") -> None:
        terminal.print(text, highlight=False, markup=False, soft_wrap=True, style=style)

    follow = f"、ここから生じたもの {group.children:,} 件" if group.children else ""
    say(f"{group.code} {group.label.ja} {group.count:,} 件{follow}", "bold")
    say(f"  {group.message.ja}")
    for at in group.places:
        say(f"  {' '.join(filter(None, (at.file, at.column, at.lines and f'{at.lines} 行目')))}")
    if group.more_places:
        say(f"  ほか {group.more_places} か所")
    say(f"  → {group.todo.ja}", "dim")
