"""A city's accounts in Microsoft 365: actions become flows, and flows are held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kakehashi.actions import Kind
from kakehashi.directories.microsoft365.flows import Terms, flow
from kakehashi.directories.port import Ended, Ordered
from kakehashi.edges.microsoft.directory import Directory

FIRST = frozenset({Kind.RESTORE, Kind.UNDELETE, Kind.CREATE})
"""Who waits for an account comes before all others, of every city of the tenant."""


@dataclass(frozen=True, slots=True)
class CityAccounts:
    """``terms`` are the city's; see ``port.Accounts``."""

    directory: Directory
    terms: Terms

    def now(self) -> float:
        return self.directory.clock.now()

    def apply(
        self, kind: Kind, orders: Iterable[Ordered], until: float | None = None
    ) -> Iterator[Ended]:
        """Raises DirectoryError, TryLater. Before accounts are made, the deleted ones are listed:
        a child who comes back gets its own."""
        terms = self.terms
        if kind is Kind.CREATE:
            terms = replace(terms, restorable=self.directory.deleted_accounts(terms.mark))
        flows = ((key, flow(action, terms, password)) for key, action, password in orders)
        return self.directory.apply(flows, until, urgent=kind in FIRST)
