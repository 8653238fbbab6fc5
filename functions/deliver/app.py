"""Deliver: bring one learning tool up to the settled roster, in exactly what it can take in.

The source is the state after provisioning, never the plan. Called again for the same run, it
writes the same bytes and leaves the same pointer.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi import deliver
from kakehashi.city import City, Tool
from kakehashi.deliver.shapes import DeliveredFile
from kakehashi.deliver.staff_rows import with_staff
from kakehashi.edges import settings
from kakehashi.edges.deliver.making import MadeFrom, made, with_people
from kakehashi.edges.deliver.outbox import Outbox
from kakehashi.edges.deliver.receipts import Receipts
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.settled import SettledRoster
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, stage_handler
from kakehashi.findings import Finding
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember
from kakehashi.preprocess.lexicon import Lexicon
from kakehashi.run_folder.deliveries import DeliveryNote, FileNote, put_delivery


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
    answer = receipts.gather(order.dialect)
    roster = SettledRoster(folder, state)
    told = _Told(city.tools[tool], order.dialect)
    of, staff = made(folder, roster), list[Record[StaffMember]]()
    if (city.staff and told.rules.staff != "none") or order.dialect.switches:
        staff = list(state.staff())
        of = with_people(of, staff, run.as_of)
    delivery, again = outbox.unmoved(order, of, answer), True
    if delivery is None:
        before = outbox.before(order.dialect.header, answer)
        order = replace(order, dialect=deliver.as_held(order.dialect, before))
        board = deliver.Board.of(city.board_code, city.name)
        settled = deliver.records_of(told.of(roster.pupils()), order.dialect, board, before)
        order = replace(order, serves=told.serves | _in_use(staff))
        if staff:
            with_them = with_staff(settled, staff, told.rules, order.dialect, run.as_of, tool=tool)
            settled, told.of_staff = with_them.records, with_them.findings
        if told.of_staff:  # which would be told no more on a night that makes no records
            of = MadeFrom(of.by)
        last = outbox.last_files(of) if deliver.same_again(order, settled, before) else ()
        delivery, again = _made_now(order, settled, before, last), bool(last)
    elif order.dialect.disabling == "ignored":
        told.count(roster.pupils())

    files = outbox.hand_over(delivery, of, again=again)
    receipts.settle(delivered=bool(files))
    _write_down(folder, delivery, files, answer, told, follows=outbox.slot.follows)
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
        dialect = deliver.dialect_of(city.tools[tool]).with_empty(city.names.empty)
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


def _in_use(staff: Iterable[Record[StaffMember]]) -> dict[str, bool]:
    """Of each member of staff, by the id that tools know, whether the account is in use."""
    active = ((one.pupil, one.status is Status.ACTIVE) for one in staff)
    return {member.master: is_active and not member.away for member, is_active in active}


def _made_now(
    order: deliver.Order,
    settled: deliver.Records,
    before: deliver.Records | None,
    last: Sequence[deliver.Outgoing],
) -> deliver.Delivery:
    if last:
        return deliver.once_more(order, settled, last)
    return deliver.build(order, settled, before)


@dataclass(slots=True)
class _Told:
    """Of whom a tool is told; in passing is noted whom it knows by another id than the roster's
    (``moved``: which is whose), how many it lets in although their account is off, and for a list
    of such accounts whose is in use (``serves``)."""

    rules: Tool
    dialect: deliver.Dialect
    moved: dict[str, str] = field(default_factory=dict)
    serves: dict[str, bool] = field(default_factory=dict)
    still_signed_in: int = 0
    of_staff: tuple[Finding, ...] = ()

    def of(self, settled: Iterable[Record]) -> Iterator[Record]:
        wanted = (self.rules.grades, self.rules.schools)
        for known in settled:
            if self.dialect.switches:
                self.serves[known.sourced_id] = known.status is Status.ACTIVE
            self.still_signed_in += deliver.stays_signed_in(self.dialect, *wanted, known)
            if deliver.takes(self.dialect, *wanted, known):
                if known.tool_id:
                    self.moved[known.tool_id] = known.pupil.id
                yield known

    def count(self, settled: Iterable[Record]) -> None:
        """Go through them where no records are made."""
        deque(self.of(settled), maxlen=0)


def _write_down(
    folder: Folder,
    delivery: deliver.Delivery,
    files: list[DeliveredFile],
    answer: deliver.Acknowledgement,
    told: _Told,
    *,
    follows: str,
) -> None:
    tool = delivery.tool
    said = answer.findings(tool, deliver.schools_of_pupils(delivery.records))
    findings = deliver.named([*delivery.findings, *said, *told.of_staff], told.moved)
    folder.put_findings(f"deliver-{tool}", findings)
    note = DeliveryNote(
        tool=tool,
        verdict=delivery.verdict,
        mode=delivery.mode,
        files=tuple(FileNote(**file) for file in files),
        rows=delivery.rows,
        pupils=delivery.pupils,
        staff=delivery.staff or None,
        held=len(delivery.pupils_at_fault()),
        still_signed_in=told.still_signed_in,
        unconfirmed=told.dialect.unconfirmed,
        receipts=answer.counts(),
        follows=follows if delivery.verdict == "nothing" else "",
    )
    put_delivery(folder, note)
