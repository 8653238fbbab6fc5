"""What a night took, as it is kept and shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

NOT_FUNCTIONS = frozenset({"engine", "tenant"})


@dataclass(frozen=True)
class Lived:
    """``wall`` and ``cpu`` in seconds, the latter by function, "engine" and "tenant".
    ``executions`` are verdicts in their order, ``stops`` why those that stopped did. ``bytes`` is
    the size of the ``deliveries``, of which a file that is read twice counts twice."""

    day: date
    wall: float
    cpu: Mapping[str, float]
    executions: tuple[str, ...]
    stops: tuple[str, ...]
    pupils: int
    staff: int
    deliveries: int
    bytes: int

    @property
    def functions(self) -> float:
        return sum(spent for what, spent in self.cpu.items() if what not in NOT_FUNCTIONS)


def write(nights: Iterable[Lived], file: Path) -> None:
    lines = [json.dumps(asdict(one), default=str, ensure_ascii=False) for one in nights]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(file: Path) -> list[Lived]:
    """[] where nothing has been lived yet."""
    if not file.exists():
        return []
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [
        Lived(**row | {"day": date.fromisoformat(row["day"]),
                       "executions": tuple(row["executions"]), "stops": tuple(row["stops"])})
        for row in rows
    ]  # fmt: skip
