"""A city's accounts in Microsoft 365: actions become flows, and flows are held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kakehashi.actions import Kind
from kakehashi.directories.microsoft365.deletion import delete
from kakehashi.directories.microsoft365.flows import Terms, flow
from kakehashi.directories.port import Doomed, Ended, Listed, Ordered
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.listing import Following

FIRST = frozenset({Kind.RESTORE, Kind.UNDELETE, Kind.CREATE})
"""Who waits for an account comes before all others, of every city of the tenant."""


@dataclass(frozen=True, slots=True)
class CityAccounts:
    """``terms`` and ``domain`` are the city's; see ``port.Accounts``. ``following`` where the
    tenant is not listed whole every night."""

    directory: Directory
    terms: Terms
    domain: str
    following: Following | None = None

    def now(self) -> float:
        return self.directory.clock.now()

    def listed(
        self,
        sign_ins: Collection[str],
        also: Callable[[Listed], bool] = lambda _account: False,
    ) -> Iterator[Listed]:
        if self.following:
            found = self.following.accounts(self.directory, self.terms.mark, sign_ins, also)
            return iter(found)
        return self.directory.accounts(self.terms.mark, sign_ins, also)

    def account(self, object_id: str) -> Listed | None:
        return self.directory.account(object_id, self.terms.mark)

    def look_up(self, object_ids: Iterable[str]) -> list[Listed]:
        return self.directory.look_up(object_ids, self.terms.mark)

    def restorable(self) -> Mapping[str, str]:
        return self.directory.deleted_accounts(self.terms.mark, self.domain)

    def privileged(self) -> frozenset[str] | None:
        return self.directory.role_holders()

    def apply(
        self, kind: Kind, orders: Iterable[Ordered], until: float | None = None
    ) -> Iterator[Ended]:
        """Raises DirectoryError, TryLater. Before accounts are made, the deleted ones are listed:
        a child who comes back gets its own."""
        terms = self.terms
        if kind is Kind.CREATE:
            terms = replace(terms, restorable=self.restorable())
        flows = ((key, flow(action, terms, password)) for key, action, password in orders)
        return self.directory.apply(flows, until, urgent=kind in FIRST)

    def delete(self, doomed: Iterable[Doomed], until: float | None = None) -> Iterator[Ended]:
        """Raises DirectoryError, TryLater. Each is begun when it is drawn."""
        flows = ((key, delete(one, self.terms.mark, objection)) for key, one, objection in doomed)
        return self.directory.apply(flows, until)
