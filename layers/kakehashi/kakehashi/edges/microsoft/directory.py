"""Microsoft 365 as the house sees it: a list of accounts, and actions applied to them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from kakehashi.directories.microsoft365 import flows
from kakehashi.directories.microsoft365 import requests as graph
from kakehashi.directories.microsoft365.answers import (
    NOT_FOUND,
    TOO_MANY,
    Answer,
    GraphUser,
    as_account,
    shown,
)
from kakehashi.directories.microsoft365.exchange import (
    FIRST_WAIT,
    Exchange,
    Pending,
    wait_before_retry,
)
from kakehashi.directories.microsoft365.flows import Flow
from kakehashi.directories.microsoft365.mirror import FIELDS
from kakehashi.directories.microsoft365.requests import BATCH, GraphRequest, Request, Verb
from kakehashi.directories.pace import Clock, Pacer
from kakehashi.directories.port import Ended, Listed, Shown
from kakehashi.edges.microsoft.budget import TenantBudget
from kakehashi.edges.microsoft.graph import Wire
from kakehashi.edges.microsoft.refused import refused
from kakehashi.edges.settings import DirectorySettings
from kakehashi.people.record import domain_of

if TYPE_CHECKING:
    from kakehashi.city import City

IN_FLIGHT = 4  # $batch calls at a time: at two to five seconds each they fill 20 writes a second


LINK_REFUSED = frozenset({400, 404, 410})
"""Too old, or of a past that the directory does not keep."""


class WallClock:
    """Seconds of this machine that never go back."""

    def now(self) -> float:
        return time.monotonic()

    def wait_until(self, moment: float) -> None:
        time.sleep(max(0.0, moment - time.monotonic()))


class Directory:
    """One tenant. Not for use by two threads: its own threads are inside ``apply``."""

    def __init__(self, wire: Wire, pacer: Pacer, in_flight: int = IN_FLIGHT) -> None:
        self.wire, self.pacer, self.clock = wire, pacer, pacer.clock
        self.in_flight = in_flight
        self._chance = random.Random()  # noqa: S311 (spreads retries, hides nothing)

    @classmethod
    def of(cls, settings: DirectorySettings, clock: Clock | None = None) -> Self:
        """Raises BadConfiguration for settings that are wrong, TryLater if nobody answers."""
        rate, budget = settings.writes_per_second, TenantBudget.of(settings)
        return cls(Wire.of(settings), Pacer(rate, clock or WallClock(), budget))

    def close(self) -> None:
        self.wire.close()

    # -- reading ---------------------------------------------------------------------------

    def accounts(
        self,
        mark: str,
        upns: Collection[str],
        also: Callable[[Listed], bool] = lambda _account: False,
    ) -> Iterator[Listed]:
        """Accounts that carry a mark, whose name (in any case) is among ``upns``, or ``also``.

        ``mark`` is the extension attribute. Reads the whole tenant, 999 users a page: one filter
        query per pupil would be a thousand times more calls. Raises DirectoryError.
        """
        wanted = {upn.lower() for upn in upns}
        for account in self.listing(mark):
            if account.mark or account.sign_in.lower() in wanted or also(account):
                yield account

    def listing(self, mark: str) -> Iterator[Listed]:
        """Every account of the tenant. Raises DirectoryError."""
        return (as_account(user, mark) for user in self._users(graph.list_users(FIELDS)))

    def link(self) -> str:
        """From where to follow the changes that come after this moment. Raises DirectoryError."""
        return self.wire.relative(self._page(graph.latest_changes(FIELDS))["@odata.deltaLink"])

    def changes(self, link: str) -> tuple[list[dict[str, Any]], str] | None:
        """What has changed since the link was given, and the next link; None where the tenant does
        not take it any more. Raises DirectoryError."""
        entries: list[dict[str, Any]] = []
        while True:
            answer = self.read(GraphRequest(Verb.GET, link))
            if answer.status in LINK_REFUSED:
                return None
            if not answer.ok or not isinstance(answer.body, dict):
                raise refused(answer)
            entries += answer.body.get("value", [])
            if "@odata.deltaLink" in answer.body:
                return entries, self.wire.relative(answer.body["@odata.deltaLink"])
            link = self.wire.relative(answer.body["@odata.nextLink"])

    def account(self, object_id: str, mark: str) -> Listed | None:
        """One account as it stands; None where there is none."""
        answer = self.read(graph.get_user(object_id, (*graph.IDENTITY, graph.SYNCED)))
        if answer.status == NOT_FOUND:
            return None
        if not answer.ok:
            raise refused(answer)
        return as_account(answer.user(), mark)

    def look_up(
        self, object_ids: Iterable[str], mark: str, fields: tuple[str, ...] = graph.IDENTITY
    ) -> list[Listed]:
        """Those of these accounts that there are, asked for by themselves, twenty a call.

        Raises DirectoryError where one of them cannot be told, and TryLater.
        """
        heard: dict[str, Answer] = {}
        for _ in self.apply(enumerate(flows.look_up(one, heard, fields) for one in object_ids)):
            pass
        for answer in heard.values():
            if not answer.ok and answer.status != NOT_FOUND:
                raise refused(answer)
        return [as_account(answer.user(), mark) for answer in heard.values() if answer.ok]

    def deleted_accounts(self, mark: str, domain: str) -> dict[str, str]:
        """Deleted accounts of this domain that can still be restored: userMasterIdentifier →
        object id, that of the account deleted last. What another city of the tenant has deleted is
        its own, with all that is in it, also where the child is ours by now."""
        users = sorted(self._users(graph.list_deleted()), key=_deleted_at)
        ours = (user for user in users if domain_of(user.upn) == domain)
        return {umi: user.id for user in ours if (umi := user.mark(mark))}

    def role_holders(self) -> frozenset[str] | None:
        """Object ids of the users who hold a role in the directory, by themselves or by a group;
        None where the app may not read that. Raises DirectoryError where nobody answers."""
        answer = self.read(GraphRequest(Verb.GET, graph.list_roles()))
        if answer.lacks_permission:
            return None
        if not answer.ok:
            raise refused(answer)
        holders, groups = set[str](), set[str]()
        for role in self.rows(graph.list_roles()):
            for one in self.rows(graph.list_role_members(str(role["id"]))):
                is_group = str(one.get("@odata.type", "")).endswith(".group")
                (groups if is_group else holders).add(str(one["id"]))
        for group in groups:  # groups that can be given a role hold no other groups
            holders.update(str(one["id"]) for one in self.rows(graph.list_members(group)))
        return frozenset(holders)

    def everyone(self) -> Everyone:
        """Every account of the tenant with all that one of ours is made of. Raises
        DirectoryError."""
        return Everyone(list(self._users(graph.list_users(graph.WHOLE))))

    def rows(self, url: str) -> Iterator[dict[str, Any]]:
        """A list as Graph writes it, all pages of it. Raises DirectoryError."""
        while url:
            page = self._page(url)
            yield from page.get("value", [])
            url = self.wire.relative(page["@odata.nextLink"]) if "@odata.nextLink" in page else ""

    def _users(self, url: str) -> Iterator[GraphUser]:
        yield from map(GraphUser.model_validate, self.rows(url))

    def _page(self, url: str) -> dict[str, Any]:
        answer = self.read(GraphRequest(Verb.GET, url))
        if not answer.ok or not isinstance(answer.body, dict):
            raise refused(answer)
        return answer.body

    def read(self, request: GraphRequest) -> Answer:
        """One answer to a GET, asked again as long as that may help."""
        tries = 0
        while True:
            self.pacer.take(0)
            answer, tries = self.wire.send(request), tries + 1
            pause = wait_before_retry(request, answer, tries, 0, self._chance.random())
            if pause is None:
                return answer
            self._heed([answer])
            self.clock.wait_until(self.clock.now() + pause)

    # -- writing ---------------------------------------------------------------------------

    def apply(
        self,
        flows: Iterable[tuple[int, Flow]],
        until: float | None = None,
        batch_of: int = BATCH,
        *,
        urgent: bool = False,
    ) -> Iterator[Ended]:
        """Hold all flows, ``batch_of`` requests a call; yields each as it ends, in any order.

        ``until`` is a moment of the clock after which nothing new is sent: flows that have
        not ended by then are not yielded, and can be begun again by another call. Flows are
        begun lazily, just before their first request. ``urgent`` goes before what others write to
        the tenant. Raises DirectoryError, TryLater.
        """
        exchange, self.pacer.urgent = Exchange(flows), urgent
        flying: dict[Future[list[Answer]], list[Pending]] = {}
        with ThreadPoolExecutor(self.in_flight) as pool:
            while True:
                batch = (
                    self._next(exchange, until, batch_of) if len(flying) < self.in_flight else []
                )
                while exchange.ended:
                    yield exchange.ended.popleft()
                if batch:
                    flying[pool.submit(self.wire.batch, [t.request for t in batch])] = batch
                elif flying:
                    self._land(flying, exchange)
                elif not self._rest(exchange, until):
                    self.pacer.release()
                    return

    def _next(self, exchange: Exchange, until: float | None, batch_of: int) -> list[Pending]:
        """The next requests to send, once the pace allows; nothing when time is up."""
        now = self.clock.now()
        if until is not None and now >= until:
            return []
        batch = exchange.next_batch(now, batch_of)
        writes = sum(pending.request.writes for pending in batch)
        if batch and not self.pacer.take(writes, until):
            exchange.put_back(batch)
            return []
        return batch

    def _land(self, flying: dict[Future[list[Answer]], list[Pending]], exchange: Exchange) -> None:
        """Hear the answers of the calls that came back first."""
        landed, _ = wait(flying, return_when=FIRST_COMPLETED)
        for call in landed:
            batch, answers = flying.pop(call), call.result()
            _permitted(batch, answers)
            self._heed(answers)
            for pending, answer in zip(batch, answers, strict=True):
                exchange.hear(pending, answer, self.clock.now(), self._chance.random())

    def _rest(self, exchange: Exchange, until: float | None) -> bool:
        """Wait for the next second try; False when there is none or no time for it."""
        moment = exchange.next_moment()
        if moment is None or (until is not None and moment >= until):
            return False
        self.clock.wait_until(moment)
        return True

    def _heed(self, answers: Iterable[Answer]) -> None:
        """Graph's own word on our pace."""
        shares = []
        for answer in answers:
            if answer.status == TOO_MANY:
                self.pacer.stop_for(answer.retry_after or FIRST_WAIT)
            if answer.used is not None:
                shares.append(answer.used)
        self.pacer.heed(max(shares, default=0.0))


@dataclass(frozen=True, slots=True)
class Everyone:
    """Listed once for all cities of a tenant, each of which may keep its mark elsewhere."""

    users: Sequence[GraphUser] = ()

    def shown(self, city: City) -> Iterator[Shown]:
        """Each account as a comparison looks at it."""
        return (shown(user, city.m365.mark) for user in self.users)


def _deleted_at(user: GraphUser) -> str:
    return str((user.model_extra or {}).get("deletedDateTime") or "")


def _permitted(batch: Iterable[Pending], answers: Iterable[Answer]) -> None:
    """One account may be out of reach; when none of a batch may be written, our permission is
    missing, and thousands more calls would only hear the same."""
    written = [a for t, a in zip(batch, answers, strict=True) if _is_of_users(t.request)]
    if len(written) >= BATCH // 2 and all(a.lacks_permission for a in written):
        raise refused(written[0])


def _is_of_users(request: Request) -> bool:
    ours = bool(request.writes) and request.url.startswith("/users")
    return ours and not graph.only_sets_password(request)


@cache
def tenant(settings: DirectorySettings) -> Directory:
    """One for the life of a Lambda's process: it holds the token and the connections. The pace is
    shared by all that write to the tenant (``TenantBudget``)."""
    return Directory.of(settings)
