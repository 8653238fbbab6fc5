"""`kakehashi doctor`: a small city from end to end, rehearsed and taken away again."""

from __future__ import annotations

import click

from kakehashi_console import doctor as clinic
from kakehashi_console import doctor_live
from kakehashi_console.cli.options import Where, aside, in_clear_words, where
from kakehashi_console.cli.preflight import show

DIFFERS = 1


@click.command()
@click.option("--domain", required=True, help="テナントの確認済みドメイン / a verified domain")
@click.option(
    "--apply",
    "lives",
    is_flag=True,
    help="三人のアカウントを作り、また消す / make three accounts, and delete them",
)
@click.option("--beside-others", is_flag=True, help="ほかの市があっても / where others are, too")
@click.option("--json", "as_json", is_flag=True, help="JSON で / as JSON")
@where
@in_clear_words
def doctor(*, domain: str, lives: bool, beside_others: bool, as_json: bool, at: Where) -> None:
    """小さな市を端から端まで予行し、手元のスタックとの違いを示す。アカウントには触れない。

    Rehearse a city of three children who do not exist, tell what differs from the embedded stack,
    and take everything away again. No account is touched, unless --apply asks for it: then the
    three are created, suspended and deleted, in a stack and a domain that are there for trying.
    Ends with status 1 where something differs.
    """
    console = at.console(start=False)
    if lives and not beside_others:
        doctor_live.alone(console)
    after = doctor_live.live if lives else None
    with aside.status("小さな市を試しています… / trying the small city"):
        found = list(clinic.examine(console, domain, after=after))
    show(found, as_json=as_json)
    raise SystemExit(0 if all(look.good for look in found) else DIFFERS)
