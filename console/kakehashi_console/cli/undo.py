"""`kakehashi undo`: plan the way back of a run that was applied. Approving it is another step."""

from __future__ import annotations

from typing import Any

import click

from kakehashi import receive
from kakehashi.edges.runs import city_of
from kakehashi_console.cli.options import (
    RunOutput,
    Where,
    conclude,
    follow,
    in_clear_words,
    results,
    where,
)
from kakehashi_console.operations import BadUse


@click.command()
@click.argument("run_id")
@click.option("--by", required=True, help="取り消すと言う人 / who asks for it")
@where
@results
@in_clear_words
def undo(*, run_id: str, by: str, at: Where, wanted: RunOutput) -> None:
    """実行 RUN_ID が変えたことを元に戻す計画を作る。承認するまで何も変わらない。

    Plan the way back of a run that was applied. The plan waits for `kakehashi approve`; the next
    nightly roster brings the same changes again unless it is corrected first.
    """
    order: dict[str, Any] = {"action": "undo", "run_id": run_id.strip(), "by": by.strip()}
    try:
        receive.read_order(order)
    except receive.NotAnOrder as exc:
        raise BadUse(
            "取り消しとして読めません。実行番号と --by を確かめてください。実行番号は報告書か"
            f" kakehashi status にあります。 / {exc}"
        ) from exc
    city = city_of(order["run_id"])
    console = at.console(city)
    conclude(console, follow(console, console.start(order), city), wanted)
