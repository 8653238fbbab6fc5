"""How a run ends."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """How a run ended: the one word that everybody is told."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    REHEARSED = "rehearsed"
    AWAITING = "awaiting-approval"
    REFUSED = "refused"
    FAILED = "failed"
    ALREADY_DONE = "already-done"
    SUPERSEDED = "superseded"


RUNNING = "running"  # stored of a run that has not ended
WENT_WELL = frozenset({Verdict.APPLIED, Verdict.UNCHANGED})
