"""One city's bridge without AWS and without HTTP: the house's own code from the drop to the tools.

    drop → checks → preprocess → consent → plan → shards → groups → one delivery a tool

Only what stands around it is of the tests: the table is a dict, the wire ends in the fake tenant in
this process, and the tools are the outsiders of ``tests/unit/deliver/receiver``. Everything that is
kept between two stages goes through JSON, as it does in the run folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cache
from typing import Any, cast

from kakehashi import deliver, groups, oneroster
from kakehashi.actions import Action, Kind
from kakehashi.city import City
from kakehashi.diff.consent import Book, weigh
from kakehashi.diff.counting import LastNight
from kakehashi.diff.decisions import DecisionFile, read
from kakehashi.diff.exports import Export, Offered, Planned, export_of
from kakehashi.diff.plan import Plan, read_plan
from kakehashi.diff.planning import make_plan
from kakehashi.diff.sources import Missing, binned_perhaps, unseen
from kakehashi.diff.sums import LONGEST, NightCount, PastNights, night_count
from kakehashi.directories.microsoft365.answers import Answer
from kakehashi.directories.microsoft365.exchange import Exchange
from kakehashi.directories.microsoft365.flows import Flow, Terms
from kakehashi.directories.microsoft365.requests import BATCH, Request
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.pace import Pacer
from kakehashi.directories.port import Ended, Listed
from kakehashi.edges.microsoft.accounts import CityAccounts
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.graph import Wire
from kakehashi.edges.microsoft.groups import CityGroups
from kakehashi.edges.provision.deletion import Deletions
from kakehashi.edges.provision.shard import Shard
from kakehashi.edges.state import PupilItems
from kakehashi.findings import Finding, refuses, soften
from kakehashi.people.record import Record
from kakehashi.preprocess import password_file
from kakehashi.preprocess.cleaning import Cleaned, preprocess
from kakehashi.preprocess.password_file import PasswordFile
from kakehashi.provision.deletable import Conditions
from kakehashi.roster import JAPAN, Desired
from kakehashi.run_folder.results import CARRIED_OUT
from local.fakes.tenant import graph
from local.fakes.tenant.calls import Call, read_path
from local.fakes.tenant.tenant import Tenant
from tests.builders import a_city
from tests.decisions import a_csv
from tests.unit.deliver.receiver import Receiver

BASE = "https://graph.example/v1.0"
URGENT = frozenset({"create", "restore"})
GIVES = URGENT | {"link", "undelete"}


# -- the tenant in this process -------------------------------------------------------------------


@cache
def _tenant() -> Tenant:
    """One for all: it is emptied before each use."""
    return Tenant()


class InProcess:
    """The wire, without a wire."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def send(self, request: Request) -> Answer:
        path, query = read_path(request.url)
        body = json.loads(json.dumps(request.body)) if request.body is not None else None
        call = Call(request.method, path, query, {}, body, BASE, "", "")
        said = graph.answer(self.tenant, call).answer
        headers = {name.lower(): text for name, text in said.headers.items()}
        return Answer(said.status, headers, json.loads(json.dumps(said.body)))

    def batch(self, requests: Sequence[Request]) -> list[Answer]:
        return [self.send(request) for request in requests]

    def relative(self, link: str) -> str:
        return link.removeprefix(BASE)


class TenantsClock:
    """Waiting moves the tenant's clock."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def now(self) -> float:
        return self.tenant.clock.now()

    def wait_until(self, moment: float) -> None:
        self.tenant.clock.advance(max(0.0, moment - self.now()))


class OneThread(Directory):
    """The directory, one request after the other: the same drawn year is always the same year."""

    def apply(
        self,
        flows: Iterable[tuple[int, Flow]],
        until: float | None = None,
        batch_of: int = BATCH,
        *,
        urgent: bool = False,
    ) -> Iterator[Ended]:
        exchange, self.pacer.urgent = Exchange(flows), urgent
        while True:
            for talk in (batch := exchange.next_batch(self.clock.now(), batch_of)):
                exchange.hear(talk, self.wire.send(talk.request), self.clock.now(), 0.5)
            while exchange.ended:
                yield exchange.ended.popleft()
            if not batch:
                moment = exchange.next_moment()
                if moment is None:
                    return
                self.clock.wait_until(moment)


def a_directory(tenant: Tenant) -> Directory:
    clock = TenantsClock(tenant)
    return OneThread(cast(Wire, InProcess(tenant)), Pacer(0, clock))


# -- the table in this process --------------------------------------------------------------------


class Items(PupilItems):
    """Pupils' items as the table keeps them, each written only over what was read."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}  # userMasterIdentifier → the item's text

    def pupils(self) -> Iterator[Record]:
        return iter([Record.from_json(json.loads(self.rows[umi])) for umi in sorted(self.rows)])

    def pupil(self, umi: str) -> Record | None:
        return self._read(umi) if umi in self.rows else None

    def pupils_of(self, umis: Iterable[str]) -> dict[str, Record]:
        return {umi: self._read(umi) for umi in umis if umi in self.rows}

    def put_pupil(self, known: Record, previous: Record | None) -> None:
        umi, text = known.pupil.id, json.dumps(known.to_json())
        there = self.rows.get(umi)
        assert there in {text, previous.etag if previous else None}
        self.rows[umi] = text

    def drop_pupil(self, known: Record) -> None:
        assert self.rows.get(known.pupil.id) in {None, known.etag}
        self.rows.pop(known.pupil.id, None)

    def _read(self, umi: str) -> Record:
        """The text itself does for an etag: it is opaque to everybody else."""
        text = self.rows[umi]
        return replace(Record.from_json(json.loads(text)), etag=text)


# -- the tools ------------------------------------------------------------------------------------


@dataclass
class ToolSide:
    """A tool, and our memory of what it holds."""

    name: str
    dialect: str
    receiver: Receiver = field(default_factory=Receiver)
    before: deliver.Records | None = None

    def bring(
        self, settled: Sequence[Record], city: City, run_id: str, as_of: date
    ) -> list[Finding]:
        dialect = deliver.load(self.dialect)
        order = deliver.Order(
            tool=self.name,
            dialect=dialect,
            board_code=city.board_code,
            as_of=as_of,
            changed_at=deliver.changed_at(as_of, run_id),
        )
        told = [known for known in settled if deliver.takes(dialect, (), (), known)]
        moved = {known.tool_id: known.pupil.id for known in told if known.tool_id}
        records = deliver.records_of(told, dialect, deliver.Board.of(city.board_code, city.name))
        delivery = deliver.build(order, records, self.before)
        for file in delivery.files:
            self.receiver.take(file.body)
        if delivery.files:
            self.before = delivery.records
        return list(deliver.named(delivery.findings, moved))


# -- the night ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Night:
    """How one run ended. ``findings`` are all that it said."""

    verdict: str
    plan: Plan | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def applied(self) -> bool:
        return self.verdict == "applied"

    def told_of(self) -> set[str]:
        """Every userMasterIdentifier that the run speaks of to somebody."""
        said = {finding.pupil for finding in self.findings if finding.pupil}
        if self.plan:
            lists = (*self.plan.held.values(), *self.plan.proposals.values())
            said.update(umi for ids in lists for umi in ids)
        return said


@dataclass
class Bridge:
    """A city, its tenant, its tools, and what outlives a run."""

    rules: Mapping[str, Any]
    dialects: Sequence[str] = ("lgate", "interactive_study")

    def __post_init__(self) -> None:
        self.city = a_city(**self.rules)
        self.tenant = _tenant()
        self.tenant.reset()
        self.tenant.clock._virtual = 0.0  # the year begins long before the day of the test
        self.directory = a_directory(self.tenant)
        self.state = Items()
        self.tools = [ToolSide(name, name) for name in self.dialects]
        self.book, self.uploads = Book(), list[DecisionFile]()
        self.slips: list[PasswordFile] = []
        self.handed_in = 0
        self.last_night, self.serial, self.runs = LastNight(), 0, 0
        self.planned = Planned()
        self.past: tuple[NightCount, ...] = ()
        self.gap: Callable[[Listed], bool] | None = None  # accounts that tonight's list lacks
        self.asks = True  # for each of them by itself
        self._unsure = frozenset[str]()

    def go_to(self, day: date) -> None:
        moment = datetime.combine(day, time(2, 10), JAPAN).timestamp()
        self.tenant.clock.advance(max(0.0, moment - self.tenant.clock.now()))

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.tenant.clock.now(), JAPAN)

    # -- what people bring ---------------------------------------------------------------------

    def put_passwords(self, body: bytes) -> None:
        self.handed_in += 1  # no name comes twice, though used files are deleted
        self.slips.append(PasswordFile(f"inbox/demo/passwords/{self.handed_in}.csv", "1", body))

    def put_decisions(self, words: Mapping[str, str]) -> None:
        key = f"inbox/demo/approvals/{len(self.uploads):03}.csv"
        body = a_csv(sorted(words.items()))
        self.uploads.append(DecisionFile(key, "1", f"2026-01-01T00:00:{len(self.uploads)}", body))

    # -- the stages ----------------------------------------------------------------------------

    def run(
        self,
        files: Mapping[str, bytes],
        as_of: date,
        approve: Callable[[Plan], bool],
        received: datetime | None = None,
    ) -> Night:
        """One night. ``approve`` is asked about a plan that waits for a person; ``received`` is
        when S3 received the drop, at this moment unless told."""
        self.runs += 1
        run_id = f"demo-{as_of:%Y%m%d}T0210{self.runs % 60:02}-{self.runs:08x}"
        package = oneroster.open_package(files)
        checked = list(soften(oneroster.check(package, self.city.source.versions), {}))
        if refuses(checked):
            return Night("refused", findings=tuple(checked))
        cleaned = preprocess(package, checked, self.city, as_of, self.slips)
        said = [*checked, *cleaned.findings]
        if refuses(cleaned.findings):
            return Night("refused", findings=tuple(said))
        years = (row.pupil.school_year for row in cleaned.desired)
        given = export_of("roster.zip", "", years, (received or self.now()).isoformat())
        if self.planned.supersedes(given, as_of):
            return Night("superseded", findings=tuple(said))
        plan, consented = self._plan(cleaned, as_of, run_id, given)
        said += [*consented, *plan.findings]
        verdict = plan.verdict(rehearse=False)
        if verdict == "refused":
            return Night("refused", plan, tuple(said))
        if verdict != "apply" and not approve(plan):
            return Night(verdict, plan, tuple(said))
        undone: list[Action] = []
        said += self._apply(plan, run_id, as_of, undone)
        codes = {breach.code for breach in plan.breaches}
        tonight = night_count(as_of, plan.counted, plan.breaches, codes, undone)
        self.past = (tonight, *self.past)[:LONGEST]
        self.last_night = LastNight.of(plan.header())
        self.serial += 1
        return Night("applied", plan, tuple(said))

    def _plan(
        self, cleaned: Cleaned, as_of: date, run_id: str, given: Export
    ) -> tuple[Plan, Sequence[Finding]]:
        known = list(self.state.pupils())
        consent = weigh([read(file) for file in self.uploads], self.book, as_of)
        accounts = self._accounts(cleaned.desired, known)
        plan = make_plan(
            cleaned.desired,
            cleaned.held,
            known,
            accounts,
            self.city,
            shape=account_of,
            city_code="demo",
            serial=self.serial,
            as_of=as_of,
            decisions=consent.decisions,
            asked=consent.asked,
            last_night=self.last_night,
            offered=Offered(given),
            missing=self._missing(cleaned.desired, known, accounts),
            past=PastNights(
                tuple(
                    NightCount.from_json(json.loads(json.dumps(one.to_json()))) for one in self.past
                )
            ),
        )
        if not plan.refused:
            asked = plan.proposals, self.uploads, as_of, plan.questions, plan.links
            self.book = self.book.after(*asked)
            self.planned = Planned(run_id, given.as_it_can_be(as_of))
        header = json.loads(json.dumps(plan.header().to_json()))
        again = read_plan(header, [json.loads(json.dumps(a.to_json())) for a in plan.actions])
        assert not again.altered()
        return plan, consent.findings

    def _accounts(self, desired: Sequence[Desired], known: Sequence[Record]) -> list[Listed]:
        mark, names = self.city.m365.mark, {row.pupil.account for row in desired}
        listed = list(self.directory.accounts(mark, names))
        if self.gap:
            listed = [account for account in listed if not self.gap(account)]
        asked = unseen(desired, known, listed)
        self._unsure = frozenset(() if self.asks else asked)
        self.gap, ask, self.asks = None, asked if self.asks else [], True
        for object_id in ask:
            if account := self.directory.account(object_id, mark):
                listed.append(account)
        return sorted(listed, key=lambda account: account.object_id)

    def _missing(
        self,
        desired: Sequence[Desired],
        known: Sequence[Record],
        accounts: Sequence[Listed],
    ) -> Missing:
        restorable: set[str] = set()
        if binned_perhaps(desired, accounts):
            ids = {row.pupil.id for row in desired} | {one.pupil.id for one in known}
            restorable = (
                self.directory.deleted_accounts(self.city.m365.mark, self.city.domain).keys() & ids
            )
        return Missing(self._unsure, frozenset(restorable))

    def _apply(self, plan: Plan, run_id: str, as_of: date, undone: list[Action]) -> list[Finding]:
        """What was said meanwhile; ``undone`` gets what was not carried out."""
        said: list[Finding] = []
        urgent, given = set[str](), set[str]()
        for actions in plan.shards():
            part = self._part(list(actions), plan, run_id, as_of)
            assert part.carry_out()
            said += part.findings
            done = [r for r in part.results.values() if r.outcome in CARRIED_OUT]
            undone += [
                a for n, a in enumerate(actions, 1) if part.results[n].outcome not in CARRIED_OUT
            ]
            given |= {r.pupil for r in done if r.kind in GIVES}
            urgent |= {r.pupil for r in part.results.values() if r.kind in URGENT}
        settled = list(self.state.pupils())
        there = [known for known in settled if known.pupil.id not in set(plan.lost) - given]
        self._forget_used(there)
        said += self._groups(there, urgent, as_of)
        for tool in self.tools:
            said += tool.bring(settled, self.city, run_id, as_of)
        return said

    def _part(
        self, actions: Sequence[Action], plan: Plan, run_id: str, as_of: date
    ) -> Shard | Deletions:
        city = self.city
        if all(action.kind is Kind.DELETE for action in actions):
            decided = frozenset(action.pupil for action in actions)
            return Deletions(
                actions=actions,
                conditions=Conditions(decided, as_of, city.leaving.grace_days),
                effects={},
                state=self.state,
                accounts=CityAccounts(self.directory, Terms(city.m365.mark), city.domain),
            )
        return Shard(
            actions=actions,
            run_id=run_id,
            as_of=as_of,
            effects={},
            state=self.state,
            accounts=CityAccounts(self.directory, Terms(city.m365.mark), city.domain),
            read_password=self._password,
        )

    def _password(self, action: Action) -> str | None:
        where, pupil = action.password, action.after
        for file in self.slips:
            if where and pupil and file.key == where.key:
                entries = {entry.line: entry for entry in password_file.parse(file.body).entries}
                return password_file.read_row(entries, where.line, pupil)
        return None

    def _forget_used(self, settled: Iterable[Record]) -> None:
        accounts = {known.pupil.account.lower(): known.pupil.id for known in settled}
        self.slips = [f for f in self.slips if not password_file.used_up(f.body, accounts)]

    def _groups(self, settled: Sequence[Record], urgent: set[str], as_of: date) -> list[Finding]:
        keeper = groups.Keeper(CityGroups(self.directory))
        observation = keeper.groups.tenancy(self.city, "demo")
        orders = groups.decide(settled, urgent, observation, self.city, "demo", as_of=as_of)
        assert keeper.carry_out(orders)
        return [*orders.findings, *groups.findings_of(keeper.left)]
