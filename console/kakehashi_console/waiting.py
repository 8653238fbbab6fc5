"""Plans that wait for an approval, and why one of them can no longer be given."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from kakehashi.catalogue.index import english, japanese
from kakehashi.diff import outdated, read_plan
from kakehashi.edges.runs import made_on
from kakehashi.edges.state import Applied


def outdated_by(
    run_id: str, header: Mapping[str, Any], state: Applied, rules: str, today: date
) -> list[dict[str, str]]:
    """Code and words of each reason; [] for a plan that can still be approved.

    ``header`` is its plan.json, ``rules`` the text of the city's rules, ``today`` a Japan
    date.
    """
    findings = outdated(
        read_plan(header),
        serial=state.serial(),
        today=today,
        made_on=made_on(run_id),
        rules_now=hashlib.sha256(rules.encode()).hexdigest(),
        newest=state.newest_export(),
        planned=state.newest_plan(),
    )
    return [{"code": f.code, "ja": japanese(f), "en": english(f)} for f in findings]
