"""Plans that wait for an approval, and why one of them can no longer be given."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from kakehashi.catalogue.index import english, japanese
from kakehashi.diff.approval import outdated
from kakehashi.diff.header import PlanHeader
from kakehashi.diff.plan import plan_of
from kakehashi.edges.runs import made_on
from kakehashi.edges.state import Applied


@dataclass(frozen=True, slots=True)
class Outdated:
    """A reason for which a plan can no longer be approved, in both languages."""

    code: str
    ja: str
    en: str


def outdated_by(
    run_id: str, header: PlanHeader, state: Applied, rules: str, today: date
) -> tuple[Outdated, ...]:
    """() for a plan that can still be approved.

    ``header`` is its plan.json, ``rules`` the text of the city's rules, ``today`` a Japan
    date.
    """
    findings = outdated(
        plan_of(header),
        serial=state.serial(),
        today=today,
        made_on=made_on(run_id),
        rules_now=hashlib.sha256(rules.encode()).hexdigest(),
        newest=state.newest_export(),
        planned=state.newest_plan(),
    )
    return tuple(Outdated(f.code, japanese(f), english(f)) for f in findings)
