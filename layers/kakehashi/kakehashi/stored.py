"""What is stored says in which form it stands, so that the next release can read it.

A fact that is only added needs no new form: it is read with its default. A form gets the next
number where an older reader would misread it, or where a newer one cannot read it as it stands;
then a step leads from every form to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

type Stored = Mapping[str, Any]

VERSION = "v"
FIRST = 1  # the form of what was stored before there were numbers


class TooNew(ValueError):
    """A later release has written it: to go on could undo what that release knows."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of thing is stored. ``steps[0]`` leads from the first form to the second."""

    name: str
    steps: tuple[Callable[[Stored], Stored], ...] = ()

    @property
    def v(self) -> int:
        """The number of today's form."""
        return FIRST + len(self.steps)

    def upgrade(self, stored: Stored) -> Stored:
        """``stored`` in today's form; itself where it stands in it. Raises TooNew."""
        found = stored.get(VERSION, FIRST)
        if found > self.v:
            raise TooNew(f"{self.name}: form {found}, known up to {self.v}")
        for step in self.steps[found - FIRST :]:
            stored = step(stored)
        return stored
