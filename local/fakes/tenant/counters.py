"""What was asked of the tenant, counted and listed without anybody's data in it."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from local.fakes.tenant.answers import ERROR_FROM, TOO_MANY
from local.fakes.tenant.calls import Call

LOG_LENGTH = 50_000


@dataclass(slots=True)
class Counters:
    """``shapes`` counts "METHOD /users/{id}"; the log adds status and moment.

    ``committed`` are writes that took effect, whatever the caller then heard of it.
    """

    totals: Counter[str] = field(default_factory=Counter)
    shapes: Counter[str] = field(default_factory=Counter)
    log: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))

    def note(self, call: Call, shape: str, status: int, now: float, *, batched: bool) -> None:
        throttled = status == TOO_MANY
        failed = status >= ERROR_FROM
        named = f"{call.method} {shape}"
        self.totals["writes" if call.is_write else "reads"] += 1
        self.totals["throttled"] += throttled
        self.totals["failed"] += failed
        self.totals["committed"] += call.is_write and not failed
        self.totals["deletes"] += named == "DELETE /users/{id}" and not failed
        self.shapes[named] += 1
        self.log.append({"call": named, "status": status, "at": now, "batched": batched})

    def to_json(self) -> dict[str, Any]:
        names = ("reads", "writes", "committed", "deletes", "failed", "throttled", "tokens",
                 "batches", "faults")  # fmt: skip
        return {name: self.totals[name] for name in names} | {
            "shapes": dict(sorted(self.shapes.items()))
        }
