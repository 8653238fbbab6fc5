"""`kakehashi drift`: the weekly comparison of the tenant with our records, now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from kakehashi_console.cli.options import Where, aside, in_clear_words, terminal, where
from kakehashi_console.operations import BadUse, Console

FOUND = 3  # as a plan that waits: nothing failed, and a person has something to look at


@click.command()
@click.option("--city", default="demo", show_default=True, help="自治体の名前 / a city's name")
@click.option("--json", "as_json", is_flag=True, help="JSON で / as JSON")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="頁と Excel ファイルの写しを置く所 / page and workbook go here",
)
@where
@in_clear_words
def drift(*, city: str, as_json: bool, out: Path | None, at: Where) -> None:
    """Microsoft 365 を記録と見比べる。何も変更しない。

    Compare Microsoft 365 with our records, as every Saturday. Nothing is changed. Ends with
    status 3 where something differs.
    """
    console = at.console(city, start=False)
    with aside.status("Microsoft 365 と見比べています… / comparing"):
        told = compare(console, city)
    paths = dict(told["paths"])
    if out:
        paths = {name: str(_fetch(console, place, out)) for name, place in paths.items()}
    if as_json:
        click.echo(json.dumps(told | {"paths": paths}, ensure_ascii=False, indent=2))
    else:
        for code, count in told["findings"].items():
            terminal.print(f"{code} {count} 件", highlight=False)
        verdict = "違いがあります drift found" if told["findings"] else "記録のとおりです no drift"
        terminal.print(verdict, highlight=False)
        for place in paths.values():
            terminal.print(place, highlight=False, soft_wrap=True)
    raise SystemExit(FOUND if told["findings"] else 0)


def compare(console: Console, city: str) -> dict[str, Any]:
    """What the function answers for this city. Raises BadUse where it fails."""
    answer = console.site.client("lambda").invoke(
        FunctionName=console.outputs["DriftFunction"],
        Payload=json.dumps({"city": city}).encode(),
    )
    told = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        kind = told.get("errorType", "Error")
        raise BadUse(
            f"照合に失敗しました({kind})。手引きの「週に一度の照合が失敗した」を読んでください。"
            f" / the comparison failed, see {console.guide.section('drift-failed')}"
        )
    return dict(told["cities"][city])


def _fetch(console: Console, place: str, out: Path) -> Path:
    bucket, key = place.removeprefix("s3://").split("/", 1)
    body = console.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    out.mkdir(parents=True, exist_ok=True)
    file = out / key.rpartition("/")[2]
    file.write_bytes(body)
    return file
