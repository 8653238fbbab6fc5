"""`kakehashi check`: validate and preprocess a drop on a laptop, without any stack."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from kakehashi import catalogue, oneroster
from kakehashi import city as cities
from kakehashi.edges.runs import JAPAN
from kakehashi.findings import EFFECT_LABELS, Finding, refuses, soften
from kakehashi.preprocess import preprocess
from local.cli.nightly import must_be_a_drop
from local.cli.options import in_clear_words, terminal
from local.console import BadUse

RULES = Path(__file__).parents[2] / "cities"
MOST_PLACES = 12


@click.command()
@click.argument("drop", type=click.Path(path_type=Path))
@click.option("--city", default="demo", show_default=True, help="規則 / a city's name or TOML file")
@click.option("--json", "as_json", is_flag=True, help="JSON で / as JSON")
@in_clear_words
def check(*, drop: Path, city: str, as_json: bool) -> None:
    """DROP を手元で検査・整形し、指摘を示す。何も動かさない。

    Validate and preprocess DROP here; nothing is started or changed.
    """
    must_be_a_drop(drop)
    findings, counts = examine(drop, _rules(city))
    if as_json:
        found = [finding.to_json() for finding in findings]
        click.echo(json.dumps({"counts": counts, "findings": found}, ensure_ascii=False, indent=2))
    else:
        _tell(findings, counts)
    raise SystemExit(4 if refuses(findings) else 0)


def examine(drop: Path, rules: cities.City) -> tuple[list[Finding], Mapping[str, int]]:
    """All findings of validate and, unless they refuse the drop, of preprocess."""
    today = datetime.now(UTC).astimezone(JAPAN).date()
    if drop.is_file():
        with drop.open("rb") as file:
            package = oneroster.open_package(file)
    else:
        files = {f.name: f.read_bytes() for f in drop.iterdir() if f.is_file()}
        package = oneroster.open_package(files)
    findings = list(soften(oneroster.check(package, rules.source.versions), rules.effects))
    if refuses(findings):
        return findings, {}
    cleaned = preprocess(package, findings, rules, today, ())
    return findings + list(soften(cleaned.findings, rules.effects)), cleaned.counts


def _rules(city: str) -> cities.City:
    file = Path(city) if city.endswith(".toml") else RULES / f"{city}.toml"
    if not file.is_file():
        raise BadUse(f"規則がありません: {file} / no such rules")
    return cities.parse(file.read_text(encoding="utf-8"))


def _tell(findings: Sequence[Finding], counts: Mapping[str, int]) -> None:
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.code, finding.place.file].append(finding)
    for (code, file), found in groups.items():
        rule, first = catalogue.RULES[code], found[0]
        terminal.print(
            f"[bold]{code}[/] {EFFECT_LABELS[first.effect]} {file} {_lines(found)}",
            highlight=False,
            soft_wrap=True,
        )
        terminal.print(f"  {catalogue.japanese(first)}", highlight=False, markup=False)
        terminal.print(f"  → {rule.todo}", highlight=False, markup=False, style="dim")
    for name, count in counts.items():
        terminal.print(f"{name}: {count:,}", highlight=False)
    if not findings:
        terminal.print("指摘はありません。 / nothing to say", style="green")


def _lines(found: Sequence[Finding]) -> str:
    lines = sorted({f.place.line for f in found if f.place.line})
    shown = ", ".join(map(str, lines[:MOST_PLACES]))
    more = f" … ({len(lines)})" if len(lines) > MOST_PLACES else ""
    return f"{shown}{more} 行目" if lines else ""
