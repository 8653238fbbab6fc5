"""Why somebody is turned away, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from kakehashi.findings import Rule


@dataclass(frozen=True, slots=True)
class Refusal:
    """``rule`` is one of ``catalogue.launch`` or ``catalogue.staff``; ``detail`` is a word for the
    log, never a person's."""

    rule: Rule
    detail: str = ""

    @property
    def code(self) -> str:
        return self.rule.code
