"""The plans that wait, as a list, and what people have said of each: address GET /approve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from kakehashi.diff.approval import MOST_DAYS
from kakehashi.diff.header import PlanHeader
from kakehashi.findings import Finding
from kakehashi.report.groups import message
from kakehashi.report.healed import begun
from kakehashi.report.times import minute
from kakehashi.report.words import Word


@dataclass(frozen=True, slots=True)
class First:
    """Who has said yes already, where the city asks for two (the second must be another), or has
    said no: ``reason`` is why. ``at`` is an ISO moment."""

    oid: str
    name: str
    at: str
    reason: str = ""


def told_by(one: First) -> Word:
    at = minute(one.at)
    why = f": {one.reason}" if one.reason else ""
    return Word(f"{one.name}({at}){why}", f"{one.name} ({at}){why}")


@dataclass(frozen=True, slots=True)
class WaitingPlan:
    """A plan in the list: ``against`` "" for one that can be approved."""

    run_id: str
    as_of: str
    until: str
    limits: int
    changes: int
    undoes: str = ""
    against: Word | None = None
    declined: Word | None = None


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans that wait, newest first; ``staff`` counts limits that stop the staff's plan."""

    template: ClassVar[str] = "plans.html.j2"

    plans: Sequence[WaitingPlan]
    staff: int = 0


def waiting(
    run_id: str,
    header: PlanHeader,
    against: Sequence[Finding] = (),
    declined: First | None = None,
) -> WaitingPlan:
    made = begun(run_id)
    return WaitingPlan(
        run_id,
        header.as_of,
        f"{made + timedelta(days=MOST_DAYS):%Y-%m-%d}" if made else "",
        len(header.breaches),
        sum(header.actions.values()),
        header.undoes,
        message(against[0]) if against else None,
        told_by(declined) if declined else None,
    )
