"""Deliver: bring one learning tool up to the settled roster, in exactly what it can take in.

The source is the state after provisioning, never the plan. Called again for the same run, it
writes the same bytes and leaves the same pointer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi import deliver
from kakehashi.city import City, Tool
from kakehashi.deliver.shapes import DeliveredFile
from kakehashi.edges import settings
from kakehashi.edges.deliver.making import made
from kakehashi.edges.deliver.outbox import Outbox
from kakehashi.edges.deliver.receipts import Receipts
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.settled import SettledRoster
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, stage_handler
from kakehashi.people.record import Record
from kakehashi.preprocess.lexicon import Lexicon


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    began = time.monotonic()
    run, tool = Run.model_validate(event), str(event["tool"])
    env = settings.load(settings.ToolSettings)
    folder, state = Folder.of(run, env.runs_bucket), State.of(env.table, run.city)
    state.renew_lease(run.execution, datetime.now(UTC))
    city = folder.rules()
    outbox = Outbox(state, run, tool, env)
    receipts = Receipts(folder, state, run, tool, env)

    order = _order(run, city, tool, anew=outbox.slot.anew)
    answer = receipts.gather(order.dialect.receipt)
    roster, moved = SettledRoster(folder, state), dict[str, str]()
    of = made(folder, roster)
    delivery, again = outbox.unmoved(order, of, answer), True
    if delivery is None:
        told = _noted(_told_of(roster, city.tools[tool], order.dialect), moved)
        board = deliver.Board.of(city.board_code, city.name)
        settled = deliver.records_of(told, order.dialect, board)
        before = outbox.before(order.dialect.header, answer)
        last = outbox.last_files(of) if deliver.same_again(order, settled, before) else ()
        delivery, again = _made_now(order, settled, before, last), bool(last)

    files = outbox.hand_over(delivery, of, again=again)
    receipts.settle(delivered=bool(files))
    _write_down(folder, delivery, files, answer, moved)
    rows, held = sum(delivery.rows.values()), len(delivery.pupils_at_fault())
    measure("deliver", run.city, {"RowsDelivered": rows, "PupilsHeld": held})
    extra = {"run_id": run.run_id, "tool": tool, "verdict": delivery.verdict}
    logger.info("delivery", extra=extra)
    seconds = round(time.monotonic() - began, 3)
    return {"tool": tool, "verdict": delivery.verdict, "seconds": seconds}


def _order(run: Run, city: City, tool: str, *, anew: bool) -> deliver.Order:
    """What to make tonight. Raises BadConfiguration for a tool or dialect nobody knows."""
    if tool not in city.tools:
        raise BadConfiguration(f"the city's rules name no tool {tool}")
    try:
        dialect = deliver.load(city.tools[tool].dialect).with_empty(city.names.empty)
    except deliver.UnknownDialect as exc:
        raise BadConfiguration(f"tool {tool}: {exc}") from exc
    return deliver.Order(
        tool=tool,
        dialect=dialect,
        board_code=city.board_code,
        as_of=run.as_of,
        changed_at=deliver.changed_at(run.as_of, run.run_id),
        split=city.tools[tool].split,
        anew=anew,
        tells=Lexicon(city.special_needs.words).tells,
        effects=city.effects,
    )


def _made_now(
    order: deliver.Order,
    settled: deliver.Records,
    before: deliver.Records | None,
    last: Sequence[deliver.Outgoing],
) -> deliver.Delivery:
    if last:
        return deliver.once_more(order, settled, last)
    return deliver.build(order, settled, before)


def _told_of(roster: SettledRoster, rules: Tool, dialect: deliver.Dialect) -> Iterator[Record]:
    for known in roster.pupils():
        if deliver.takes(dialect, rules.grades, rules.schools, known):
            yield known


def _noted(settled: Iterable[Record], moved: dict[str, str]) -> Iterator[Record]:
    """Of whom the tool knows by another id than the roster's, which is whose, in passing."""
    for known in settled:
        if known.tool_id:
            moved[known.tool_id] = known.pupil.id
        yield known


def _write_down(
    folder: Folder,
    delivery: deliver.Delivery,
    files: list[DeliveredFile],
    answer: deliver.Acknowledgement,
    moved: Mapping[str, str],
) -> None:
    """deliveries/<tool>.json: ``file`` is one key, or a list of them where there are several."""
    tool, keys = delivery.tool, [file["key"] for file in files]
    said = answer.findings(tool, deliver.schools_of_pupils(delivery.records))
    findings = deliver.named([*delivery.findings, *said], moved)
    folder.put_findings(f"deliver-{tool}", findings)
    folder.put_json(
        f"deliveries/{tool}.json",
        {
            "tool": tool,
            "verdict": delivery.verdict,
            "mode": delivery.mode,
            "file": keys[0] if len(keys) == 1 else keys or "",
            "files": files,
            "rows": delivery.rows,
            "sha256": files[0]["sha256"] if len(files) == 1 else "",
            "pupils": delivery.pupils,
            "held": len(delivery.pupils_at_fault()),
            "receipts": answer.counts(),
        },
    )
