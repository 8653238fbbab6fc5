"""What people are told to type and to read: complete for the stack that tells it.

A command without its stack reaches another one, or none; a path into a repository is nothing to
somebody with a phone. So the stack is told how it is called and where its pages are published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

RUNBOOK = "runbook.ja.md"
_GROUPS = "city|demo|dlq|lti|passwords|staff|tenant|upload"  # commands that have commands
_COMMAND = re.compile(rf"kakehashi (?:(?:{_GROUPS}) [a-z]+|[a-z]+)\b")
_PAGE = re.compile(r"\bdocs/(?=[a-z.-]+\.md)")
_OF_NO_STACK = frozenset(
    {
        *("check", "city new", "city schema", "demo april", "demo new", "demo next"),
        *("headings", "staff template"),
    }
)
_OF_A_CITY = frozenset({"make", "rerun", "status", "why"})


type Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Guide:
    """``options`` names the stack on a command line (``--stack kakehashi``), "" where it is the one
    that the command finds by itself; ``docs`` is the address of the pages, with a trailing slash,
    ``staff`` that of the staff page, without one, "" where there is none or nobody knows it.
    """

    options: str = ""
    docs: str = "docs/"
    staff: str = ""

    def typed(self, command: str, last: str = "") -> str:
        """A command to copy; ``last`` stands at its end."""
        return " ".join(filter(None, [command, self.options, last]))

    def completed(self, text: str, city: str) -> str:
        """A sentence in which commands and pages are named: each command with its stack and city,
        each page with its address."""

        def complete(found: re.Match[str]) -> str:
            if found[0].partition(" ")[2] in _OF_NO_STACK:
                return found[0]
            command = found[0].rpartition(" ")[2]
            of_city = f" --city {city}" if command in _OF_A_CITY else ""
            return self.typed(found[0] + of_city)

        return _PAGE.sub(lambda _: self.docs, _COMMAND.sub(complete, text))

    def row(self, cells: Iterable[Cell], city: str) -> list[Cell]:
        """A row of a sheet, its texts ``completed``."""
        return [self.completed(c, city) if isinstance(c, str) else c for c in cells]

    def section(self, anchor: str) -> str:
        """Where a section of the runbook stands."""
        return f"{self.docs}{RUNBOOK}#{anchor}"

    def page(self, path: str, city: str = "") -> str:
        """A page of the staff page, "" where there is none. ``city`` is said of one whose path does
        not lead back to it: its reader may be looking at another of theirs."""
        said = f"?city={city}" if city else ""
        return f"{self.staff}{path}{said}" if self.staff else ""

    @property
    def published(self) -> bool:
        """Whether the pages have an address that anybody can open."""
        return self.docs.startswith("https://")
