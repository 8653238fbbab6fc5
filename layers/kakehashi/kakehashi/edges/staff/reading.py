"""What the pages are made from: read from the state and the run folders at each request.

Nothing is kept between two requests, and a plan's actions are read only as far as a page shows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any, Self

from kakehashi.catalogue import staff as rules
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.approval import MOST_DAYS, needs_second, outdated
from kakehashi.diff.exports import Export, Planned
from kakehashi.diff.header import NO_PLAN, PlanHeader
from kakehashi.diff.plan import plan_of
from kakehashi.diff.staff_plan import NO_STAFF_PLAN, StaffPlanHeader
from kakehashi.diff.sums import LONGEST
from kakehashi.edges import staff_files
from kakehashi.edges.plans import header as header_of
from kakehashi.edges.runs import Folder, city_of, made_on
from kakehashi.edges.staff.approving import kept_of
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.letters import letters
from kakehashi.edges.staff.orders import StaffOrder, note
from kakehashi.findings import Finding
from kakehashi.refusal import Refusal
from kakehashi.report.words import VERDICTS
from kakehashi.roster import JAPAN
from kakehashi.run_folder import actions, known, roster
from kakehashi.run_folder.drop import drop
from kakehashi.run_folder.progress import progress
from kakehashi.staff import approve as approving
from kakehashi.staff import today as mornings
from kakehashi.staff import waiting_plans
from kakehashi.staff.changes import Filter, Shards
from kakehashi.staff.roster_arrival import LastRoster, arrived_last
from kakehashi.state_records import NO_RECORD, RunRecord
from kakehashi.verdict import Verdict

RUNS = 120  # records looked through for nights
MOST_WAITING = 20  # plans that are read, the newest
ROSTERS = 20  # runs that took a roster, among which the one that came last is looked for


def today(asked: Asked) -> mornings.Today:
    state, city = asked.deps.state(asked.city), asked.city
    records = state.runs(RUNS)
    plan_run, plan = _waiting_plan(asked, records)
    proposals = state.proposals()
    header = header_of(asked.deps.folder(proposals)) if proposals else NO_PLAN
    facts = mornings.TodayFacts(
        now=asked.caller.now,
        city=city,
        records=records,
        plan=plan,
        plan_run=plan_run,
        asked=sum(len(ids) for ids in header.proposals.values()),
        passwords=len(header.held.get(NO_PASSWORD.code, ())),
        letters=len(letters(asked).found),
        roster=_last_roster(asked, records),
        staff=staff_header(asked),
        refused=_refused(asked, records),
        running=_running(asked, records),
    )
    return mornings.today(facts, asked.caller.viewer)


def staff_header(asked: Asked) -> StaffPlanHeader:
    """Of the staff's plan of the newest run that was not refused; false for a city without."""
    run_id = asked.deps.state(asked.city).proposals()
    return staff_files.plan_header(asked.deps.folder(run_id)) if run_id else NO_STAFF_PLAN


def _last_roster(asked: Asked, records: Sequence[RunRecord]) -> LastRoster:
    """Of the runs that took one: while a run is under way, its folder alone tells when it came.
    Only an upload has its own; an undo and a delivery have none."""

    def came(record: RunRecord) -> str:
        return record.received or drop(asked.deps.folder(record.run_id)).received

    took = [record for record in records if record.drop or record.received][:ROSTERS]
    received, newest = arrived_last((came(record), record) for record in took)
    again = bool(newest.drop and asked.deps.state(asked.city).drop(newest.drop).same_as)
    return LastRoster(received, newest.verdict, again)


def _refused(asked: Asked, records: Sequence[RunRecord]) -> list[mornings.ApprovalNotTaken]:
    """Approvals that were given and not taken, of plans that still wait."""
    oldest = asked.caller.now.astimezone(JAPAN).date() - timedelta(days=MOST_DAYS)
    return [
        mornings.ApprovalNotTaken(record.run_id, record.last_approval.ended)
        for record in records
        if record.waits and record.last_approval and made_on(record.run_id) >= oldest
    ]


def _running(asked: Asked, records: Sequence[RunRecord]) -> mornings.Running | None:
    record = next((r for r in records[:3] if r.under_way), None)
    if record is None:
        return None
    told = progress(asked.deps.folder(record.run_id))
    begun = told if told and not told.ended else None
    stage = "provision" if begun or record.approved else "diff"
    return mornings.Running(record.run_id, stage, begun)


def _waiting_plan(asked: Asked, records: Sequence[RunRecord]) -> tuple[str, PlanHeader]:
    """The newest plan that can still be approved, and that nobody has declined, and its run."""
    waiting, now = list(_waiting(asked, records)), Moment.of(asked)
    for run_id, header in waiting:
        if header and not now.against(run_id, header) and not _declined(asked, run_id):
            return run_id, header
    return "", NO_PLAN


def may_be_done(asked: Asked, run_id: str) -> bool:
    """Whether the plan of a run that has not ended well may yet be carried out: it is under way, or
    waits, can still be approved, and nobody has declined it."""
    record = asked.deps.state(asked.city).run(run_id)
    if not record.waits or _declined(asked, run_id):
        return record.under_way
    return not Moment.of(asked).against(run_id, header_of(asked.deps.folder(run_id)))


def _waiting(asked: Asked, records: Sequence[RunRecord]) -> Iterator[tuple[str, PlanHeader]]:
    """Not those whose time is over: nobody can approve them, and there is one for each such
    night."""
    oldest = asked.caller.now.astimezone(JAPAN).date() - timedelta(days=MOST_DAYS)
    waiting = (record.run_id for record in records if record.waits)
    for run_id in islice(waiting, MOST_WAITING):
        if made_on(run_id) < oldest:
            return
        yield run_id, header_of(asked.deps.folder(run_id))


@dataclass(frozen=True, slots=True)
class Moment:
    """What every plan of a city is held against, read once for a page."""

    serial: int
    today: date
    rules: str
    newest: Export
    planned: Planned

    @classmethod
    def of(cls, asked: Asked) -> Self:
        state, found = asked.deps.state(asked.city), asked.deps.rules(asked.city)
        return cls(
            serial=state.serial(),
            today=asked.caller.now.astimezone(JAPAN).date(),
            rules=hashlib.sha256(found.text.encode()).hexdigest() if found else "none",
            newest=state.newest_export(),
            planned=state.newest_plan(),
        )

    def against(self, run_id: str, header: PlanHeader) -> list[Finding]:
        """Why a plan can no longer be approved, whoever says so."""
        found = outdated(
            plan_of(header),
            serial=self.serial,
            today=self.today,
            made_on=made_on(run_id),
            rules_now=self.rules,
            newest=self.newest,
            planned=self.planned,
        )
        return list(found)


def plans(asked: Asked) -> waiting_plans.Plans:
    """The plans that wait."""
    records, now = asked.deps.state(asked.city).runs(RUNS), Moment.of(asked)
    found = [
        waiting_plans.waiting(run_id, header, now.against(run_id, header), _declined(asked, run_id))
        for run_id, header in _waiting(asked, records)
        if header
    ]
    return waiting_plans.Plans(found, len(staff_header(asked).breaches))


def _declined(asked: Asked, run_id: str) -> waiting_plans.First | None:
    return _said_by(kept_of(asked.deps, run_id, asked.city).get("declined"))


def plan(asked: Asked, run_id: str) -> approving.Approve | Refusal:
    """Filtered by what an address may carry, which is everything but a text."""
    return _plan(asked, run_id, Filter.of(asked.query.to_dict() | {"text": ""}))


def found_in_plan(asked: Asked, run_id: str) -> approving.Approve | Refusal:
    return _plan(asked, run_id, Filter.of(asked.form.to_dict()))


def _plan(asked: Asked, run_id: str, wanted: Filter) -> approving.Approve | Refusal:
    state = asked.deps.state(asked.city)
    record = state.run(run_id) if city_of(run_id) == asked.city else NO_RECORD
    folder = asked.deps.folder(run_id)
    header = header_of(folder) if record else NO_PLAN
    if not header:
        return Refusal(rules.UNKNOWN_RUN)
    said = kept_of(asked.deps, run_id, asked.city)
    found = asked.deps.rules(asked.city)
    above = found.city.approval.second_person_above if found else None
    facts = approving.ApproveFacts(
        run_id=run_id,
        city=asked.city,
        header=header,
        shards=shards_of(asked, run_id),
        schools=schools_of(asked, run_id, header.schools),
        nights=state.counts_since(f"{asked.city}-{_weeks_before(run_id)}", but=run_id),
        findings=[f for f in folder.findings("diff") if f.code.startswith("S")],
        against=Moment.of(asked).against(run_id, header) if record.waits else (),
        done="" if record.waits else _settled(record.verdict),
        two=any(needs_second(header.breaches, sum(header.actions.values()), above)),
        staff=_staff_with(folder, header),
        first=_said_by(said.get("first")),
        last=_last_approval(folder, record) if record.waits else None,
        declined=_said_by(said.get("declined")),
    )
    shown = approving.approve(facts, wanted, asked.caller.viewer)
    if wanted.text:  # how many were shown, never what was typed
        count = str(len(shown.listing.rows))
        note(asked.deps, asked.caller, StaffOrder("search", run_id, after=count))
    return shown


def _staff_with(folder: Folder, header: PlanHeader) -> int:
    """How many changes of staff are carried out with this plan; an undo has them in its own."""
    staff = staff_files.plan_header(folder)
    return 0 if header.undoes or staff.stopped else sum(staff.actions.values())


def _last_approval(folder: Folder, record: RunRecord) -> approving.Last | None:
    """What became of an approval that was given and not taken: Receive has noted its codes, and
    the findings in a folder of its own."""
    told = record.last_approval
    if not told:
        return None
    codes = list(told.codes)
    for name in folder.names("approvals/"):
        at, _, file = name.rpartition("findings/")
        found = list(folder.within(at).findings("receive")) if file == "receive.jsonl" else []
        if found and sorted({one.code for one in found}) == codes:
            return approving.Last(told.ended, codes, found)
    return approving.Last(told.ended, codes)


def _said_by(told: Mapping[str, Any] | None) -> waiting_plans.First | None:
    if not told:
        return None
    return waiting_plans.First(told["oid"], told["name"], told["at"], str(told.get("reason", "")))


def _settled(verdict: str) -> str:
    known = verdict in set(Verdict)
    return VERDICTS[Verdict(verdict)].ja if known else verdict


def shards_of(asked: Asked, run_id: str) -> Shards:
    """The lines of one file of a plan's actions, as they are stored."""
    folder = asked.deps.folder(run_id)
    return lambda number: actions.raw_in(folder, number)


def schools_of(asked: Asked, run_id: str, codes: Collection[str]) -> dict[str, str]:
    """Names by MEXT code, read from the night's rows as far as it takes to find them all."""
    folder, wanted, found = asked.deps.folder(run_id), set(codes), {}
    for one in chain(roster.schools(folder), known.schools(folder)):
        if one.school in wanted:
            found[one.school] = one.school_name
            wanted.discard(one.school)
        if not wanted:
            break
    return found


def all_schools(asked: Asked) -> dict[str, str]:
    """Names by MEXT code of every school in the newest plan's roster."""
    run_id = asked.deps.state(asked.city).proposals()
    told = roster.schools(asked.deps.folder(run_id)) if run_id else ()
    return {one.school: one.school_name for one in told}


def _weeks_before(run_id: str) -> str:
    return f"{made_on(run_id) - timedelta(days=LONGEST + 7):%Y%m%d}"
