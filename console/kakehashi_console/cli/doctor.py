"""`kakehashi doctor`: a small city from end to end, rehearsed and taken away again."""

from __future__ import annotations

import click

from kakehashi_console import doctor as clinic
from kakehashi_console.cli.options import Where, aside, in_clear_words, where
from kakehashi_console.cli.preflight import show

DIFFERS = 1


@click.command()
@click.option("--domain", required=True, help="テナントの確認済みドメイン / a verified domain")
@click.option("--json", "as_json", is_flag=True, help="JSON で / as JSON")
@where
@in_clear_words
def doctor(*, domain: str, as_json: bool, at: Where) -> None:
    """小さな市を端から端まで予行し、手元のスタックとの違いを示す。アカウントには触れない。

    Rehearse a city of three children who do not exist, tell what differs from the embedded stack,
    and take everything away again. No account is touched. Ends with status 1 where something
    differs.
    """
    console = at.console(start=False)
    with aside.status("予行しています… / rehearsing"):
        found = list(clinic.examine(console, domain))
    show(found, as_json=as_json)
    raise SystemExit(0 if all(look.good for look in found) else DIFFERS)
