"""規則の履歴: each version of a city's rules, when it came, by whom, and what it changed.

Address: GET /operate/history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from kakehashi.report.times import minute
from kakehashi.staff.operate import difference

SHOWN = 12  # versions
DIGEST = 16  # characters of a text's SHA-256 that the record keeps
AT_ONCE = timedelta(minutes=1)  # between the record's line and the version that was put then


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """As the bucket keeps it: ``at`` is an ISO moment, ``text`` "" where it can not be read."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class RulesConfirmed:
    """A line of the record: ``at`` is aware, ``digest`` how the SHA-256 of the text begins."""

    at: datetime
    digest: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RulesStep:
    """``by`` is who confirmed it on this page, "" where no line of the record is known that says
    so; ``lines`` what it changed in the version before, () for the first of all."""

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


def history(versions: Sequence[RulesVersion], confirmed: Sequence[RulesConfirmed]) -> RulesHistory:
    """``versions`` newest first, one more than is shown; ``confirmed`` in any order."""
    older: list[RulesVersion | None] = [*versions, None][1:]
    steps = [
        RulesStep(
            minute(now.at),
            _by(now, confirmed),
            list(difference(before.text, now.text)) if before else [],
            first=before is None,
        )
        for now, before in zip(versions, older, strict=True)
    ]
    return RulesHistory(steps[:SHOWN], len(steps) > SHOWN)


def _by(version: RulesVersion, confirmed: Iterable[RulesConfirmed]) -> str:
    """By text and moment: the same text may be put back later, by somebody else."""
    digest = hashlib.sha256(version.text.encode()).hexdigest()[:DIGEST]
    put = datetime.fromisoformat(version.at)
    found = (one.name for one in confirmed if one.digest == digest and abs(put - one.at) < AT_ONCE)
    return next(found, "")
