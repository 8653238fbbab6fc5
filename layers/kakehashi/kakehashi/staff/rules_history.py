"""規則の履歴: each version of a city's rules, when it came, by whom, and what it changed.

Address: GET /operate/history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from kakehashi.report.times import minute
from kakehashi.staff.operate import difference

SHOWN = 12  # versions


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """As the bucket keeps it: ``at`` is an ISO moment, ``text`` "" where it can not be read."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class RulesStep:
    """``by`` is who confirmed it on this page, "" for whoever put it otherwise; ``lines`` what it
    changed in the version before, () for the first of all."""

    at: str
    by: str
    lines: Sequence[tuple[str, str]]
    first: bool


@dataclass(frozen=True, slots=True)
class RulesHistory:
    """The newest first; ``more``: there are older ones."""

    template: ClassVar[str] = "rules_history.html.j2"

    steps: Sequence[RulesStep]
    more: bool


def history(versions: Sequence[RulesVersion], by: Mapping[str, str]) -> RulesHistory:
    """``versions`` newest first, one more than is shown; ``by`` maps texts to who confirmed
    them."""
    older: list[RulesVersion | None] = [*versions, None][1:]
    steps = [
        RulesStep(
            minute(now.at),
            by.get(now.text, ""),
            list(difference(before.text, now.text)) if before else [],
            first=before is None,
        )
        for now, before in zip(versions, older, strict=True)
    ]
    return RulesHistory(steps[:SHOWN], len(steps) > SHOWN)
