"""The `kakehashi` command. Its exit status is the verdict's; bad use is always 2."""

from __future__ import annotations

import click

from local.cli.check import check
from local.cli.city import city
from local.cli.deliver import deliver
from local.cli.demo import demo
from local.cli.dlq import dlq
from local.cli.drift import drift
from local.cli.launcher import launcher
from local.cli.lti import lti
from local.cli.match import match
from local.cli.nightly import approve, rerun, run, status, upload
from local.cli.passwords import passwords
from local.cli.stack import down, reset, up
from local.cli.tenant import tenant
from local.cli.undo import undo
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
    undo,
    upload,
    deliver,
    status,
    dlq,
    why,
    check,
    match,
    city,
    drift,
    passwords,
    demo,
    tenant,
    launcher,
    lti,
    up,
    down,
    reset,
):
    main.add_command(command)
