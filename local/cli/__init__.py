"""The `kakehashi` command. Its exit status is the verdict's; bad use is always 2."""

from __future__ import annotations

import click

from local.cli.check import check
from local.cli.city import city
from local.cli.demo import demo
from local.cli.nightly import approve, rerun, run, status, upload
from local.cli.stack import down, reset, up
from local.cli.tenant import tenant
from local.cli.why import why


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kakehashi")
def main() -> None:
    """架け橋: 学校の名簿から、児童生徒のアカウントまで。

    From a school roster to every pupil's accounts.
    """


for command in (
    run,
    rerun,
    approve,
    upload,
    status,
    why,
    check,
    city,
    demo,
    tenant,
    up,
    down,
    reset,
):
    main.add_command(command)
