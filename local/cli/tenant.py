"""The fake Microsoft 365 tenant: its users out and in."""

from __future__ import annotations

from pathlib import Path

import click
import requests

from kakehashi_console.cli.options import Where, in_clear_words, terminal, where
from kakehashi_console.operations import BadUse
from local.cli.embedded import embedded


@click.group()
def tenant() -> None:
    """手元の Microsoft 365 もどき / the fake Microsoft 365 tenant."""


@tenant.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@where
@in_clear_words
def tenant_export(*, file: Path, at: Where) -> None:
    """テナントの利用者を Graph の書き方の JSON で書き出す / users as Graph writes them."""
    answer = requests.get(f"{_tenant(at)}/_tenant/export", timeout=60)
    answer.raise_for_status()
    file.write_bytes(answer.content)
    terminal.print(f"書き出しました exported: {file}", highlight=False)


@tenant.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@where
@in_clear_words
def tenant_import(*, file: Path, at: Where) -> None:
    """書き出した JSON をテナントに読み込む / read such a JSON back."""
    headers = {"Content-Type": "application/json"}
    url = f"{_tenant(at)}/_tenant/import"
    answer = requests.post(url, data=file.read_bytes(), headers=headers, timeout=60)
    if not answer.ok:
        raise BadUse(f"テナントの JSON として読めません: {file} / not an export of a tenant")
    terminal.print(f"読み込みました imported: {file}", highlight=False)


def _tenant(at: Where) -> str:
    here = embedded(at)
    at.site()
    return here.tenant_url
