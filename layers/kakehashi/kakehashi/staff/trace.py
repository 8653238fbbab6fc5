"""What a run's folder holds of one pupil, as plain values: what a child's story is told from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kakehashi.findings import Finding

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolDelivery:
    """What one tool was told of the pupil.

    ``status`` is "active", "tobedeleted" or "suspended" in a row, "absent" where a full file has
    none, "nothing" where no file or no row was needed, "listed" where the file is a list that
    knows no sourcedId, "replaced" where the file is no longer the
    one of that night.
    """

    tool: str
    mode: str
    status: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What one run folder holds of one pupil; {} where it holds nothing.

    ``line`` is the pupil's in users.csv, None where none is told. ``desired`` is the roster's
    word, ``current`` the state's before that night, ``match`` its row of the first matching.
    ``refusals`` are findings that stopped the
    whole drop.
    """

    run_id: str
    line: int | None
    summary: Row
    plan: Row
    desired: Row
    held: tuple[Row, ...]
    current: Row
    decision: Row
    match: Row
    action: Row
    result: Row
    findings: tuple[Finding, ...]
    refusals: tuple[Finding, ...]
    delivered: tuple[ToolDelivery, ...]

    def __bool__(self) -> bool:
        """Whether the pupil is in it at all."""
        known = (self.line, self.desired, self.held, self.current, self.decision, self.findings)
        return any(known)
