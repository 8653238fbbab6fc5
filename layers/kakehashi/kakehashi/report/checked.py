"""The page of `kakehashi check`: what is wrong with a package, to be handed on to whoever mends it.

Codes, places, counts and sentences: no pupil, no cell. Each rule names the paragraph it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kakehashi.catalogue.sources import SOURCES, RuleSource
from kakehashi.findings import Finding, refuses
from kakehashi.report.drawing import template
from kakehashi.report.groups import groups


@dataclass(frozen=True, slots=True)
class Checked:
    """``file`` is the package's name, ``day`` the Japan date it was checked for; ``counts`` are
    numbers by what a person calls them."""

    file: str
    day: date
    findings: Sequence[Finding] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    language: str = "ja"

    @property
    def refused(self) -> bool:
        return refuses(self.findings)


def checked_html(checked: Checked) -> str:
    """The whole page; no network, no script."""
    found = groups(checked.findings)
    sources: Mapping[str, RuleSource] = {
        group.code: SOURCES[group.code] for group in found if group.code in SOURCES
    }
    return template("checked.html.j2").render(c=checked, groups=found, sources=sources)
