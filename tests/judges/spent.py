"""Nights of every kind, for those who judge the state machine by what it does in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.builders import a_drop
from tests.conftest import account_in
from tests.infra.conftest import ROOT, STAGES
from tests.integration.test_night import passwords
from tests.nights import OPTIONS, Night, Nights, nights_in

type Told = tuple[str, list[str], Any]
"""What an execution came to: status, states in order, and what the last of them was given."""

SAME = {"run_id", "city", "verdict", "counts", "failed", "stage", "error", "tools", "again",
        "redrives", "action", "drop", "as_of", "by"}  # fmt: skip
MACHINES = {
    name: (ROOT / "infra" / f"{name}.asl.yaml")
    .read_text(encoding="utf-8")
    .replace("${Options}", OPTIONS)
    for name in ("roster_sync", "sftp_push")
}


def spend(nights: Nights) -> list[Night]:
    """Waiting, applied, refused, a tool's files again, and a night that fails in each stage."""
    first = nights.run(a_drop(5).zip(), passwords=passwords(*range(1, 16)))
    spent = [first, nights.approve(first.summary), nights.run(b"no zip")]
    order = {"action": "deliver", "city": "demo", "tool": "lgate", "by": "係"}
    spent += [nights.start(order), nights.start({"action": "nonsense"})]
    for count, stage in enumerate(STAGES, 1):
        nights.tomorrow()
        twice = stage in {"deliver", "report"}  # for both tools; on the way that ends red, too
        nights.lambdas.trouble(stage, "before", *[RuntimeError()] * (1 + twice))
        night = nights.run(a_drop(5 + count).zip())
        if night.status == "SUCCEEDED" and night.verdict == "awaiting-approval":
            spent.append(night)
            night = nights.approve(night.summary)
        assert night.status == "FAILED", stage
        spent.append(night)
    return spent


def told(night: Night) -> Told:
    """Without what differs between two executions of anything: ids and measured seconds."""
    kept = json.dumps(night.execution.payloads[-1], default=str)
    last = json.loads(kept, object_hook=lambda d: {k: v for k, v in d.items() if k in SAME})
    return night.status, night.history, last


@contextmanager
def a_city(
    patch: pytest.MonkeyPatch, machine: Callable[..., Any] | None = None
) -> Iterator[Nights]:
    """A city whose nights our walker runs, or what ``machine`` makes of the definition."""
    with account_in(patch) as account, nights_in(account, patch) as nights:
        if machine:
            text = MACHINES["roster_sync"]
            text = text.replace("MaxConcurrency: 2", "MaxConcurrency: 1")  # one order of events
            nights.machine = machine(text, nights.values, nights.machine.call)
        yield nights
