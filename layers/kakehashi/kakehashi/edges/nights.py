"""A run's folder read back as one ``Night``, and what is remembered of it in the state table.

A stage may have died at any point: every file may be missing, and none is needed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any

from pydantic import BaseModel, ConfigDict

from kakehashi import city as cities
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.city import CITY_NAME, City
from kakehashi.diff.header import PlanHeader
from kakehashi.diff.matching import counted
from kakehashi.diff.staff_plan import NO_STAFF_PLAN
from kakehashi.edges import staff_files
from kakehashi.edges.errors import UNREADABLE
from kakehashi.edges.runs import Folder, Run, city_of, made_on, prefix_of, run_id_of
from kakehashi.edges.state import State
from kakehashi.findings import Finding
from kakehashi.report.causes import faults_of
from kakehashi.report.decided import Decided, decided
from kakehashi.report.healed import EndedRun, begun
from kakehashi.report.night import Failure, Night, PastRun, final_verdict
from kakehashi.report.people import Person, last_seen
from kakehashi.report.savings import Saved, Work, saved, school_year, with_staff, work_of
from kakehashi.report.staff_section import StaffLine
from kakehashi.roster import JAPAN
from kakehashi.run_folder import known, roster
from kakehashi.run_folder.actions import actions
from kakehashi.run_folder.comparison import comparison
from kakehashi.run_folder.decided import decisions
from kakehashi.run_folder.deliveries import deliveries
from kakehashi.run_folder.drop import drop
from kakehashi.run_folder.matching import matches
from kakehashi.run_folder.orders import undo
from kakehashi.run_folder.plan import header
from kakehashi.run_folder.progress import progress
from kakehashi.run_folder.results import End, Result, results
from kakehashi.state_records import RefusedApproval, RunRecord
from kakehashi.verdict import WENT_WELL, Verdict

NIGHTS = 30  # of history, for the little line of pupils
_ERROR = re.compile(r"[A-Za-z0-9_.]{1,80}\Z")
_LEAVES_NO_TRACE = frozenset({Verdict.ALREADY_DONE, Verdict.SUPERSEDED})


class FailedStage(BaseModel):
    """What the state machine tells of a stage that failed: names, never texts."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    stage: str
    error: str
    tools: tuple[str, ...] = ()

    def failure(self) -> Failure:
        return Failure(self.stage, self.error if _ERROR.match(self.error) else "Error", self.tools)


def failure_of(event: Mapping[str, Any]) -> Failure | None:
    return FailedStage.model_validate(event["failed"]).failure() if event.get("failed") else None


def city_of_input(given: Mapping[str, Any]) -> str:
    """The city that an input was about, so that its lease can be freed; "" if nobody can tell."""
    key = str(((given.get("detail") or {}).get("object") or {}).get("key", ""))
    run_id = str(given.get("run_id", ""))
    words = [given.get("city"), *key.split("/")[1:2], city_of(run_id)]
    return next((w for w in words if isinstance(w, str) and CITY_NAME.match(w)), "")


def run_never_begun(event: Mapping[str, Any]) -> Run | None:
    """The run that Receive would have made, so that its failure has a report like any other.

    None where the input does not even name a city. A failed approval reports in a folder of its
    own below the run that goes on waiting.
    """
    given, execution = event.get("input") or {}, event["execution"]
    city = city_of_input(given)
    if not city:
        return None
    started = datetime.fromisoformat(execution["started"])
    mode, run_id = given.get("action", "sync"), given.get("run_id", "")
    folder = f"approvals/{execution['name']}/"
    if mode != "apply":
        redrives = execution.get("redrives", 0)
        run_id, folder = run_id_of(city, execution["name"], started, redrives), ""
    return Run(
        run_id=run_id,
        city=city,
        prefix=prefix_of(run_id) + folder,
        mode=mode,
        as_of=started.astimezone(JAPAN).date(),
        execution=execution["id"],
    )


def people_of(night: Night, folder: Folder, state: State) -> dict[str, Person]:
    """Whom the workbooks list, as last known: for the workbooks alone."""
    listed = {*night.school_of, *(one.pupil for one in night.findings if one.pupil)}
    return people_listed(listed, night.city, night.as_of, folder, state) if listed else {}


def people_listed(
    listed: Collection[str], city: str, as_of: date, folder: Folder, state: State
) -> dict[str, Person]:
    """Who these pupils are, as the run of ``folder`` knows them, or knew them last."""
    found: dict[str, Person] = {}
    seen = _LastSeen(city, as_of, state)
    for one in known.current(folder, only=listed):
        found[one.pupil.id] = Person.of(one.pupil, seen.before(one.absent_since))
    for pupil in roster.pupils(folder, only=listed):
        before, now = found.get(pupil.id), Person.of(pupil, as_of)
        other = before.name if before and before.name != now.name else ""
        found[pupil.id] = replace(now, on_record=other)
    present = {row.pupil for row in roster.held(folder) if row.pupil}
    return {umi: replace(person, last_seen=as_of) if umi in present else person
            for umi, person in found.items()}  # fmt: skip


def staff_of(night: Night, folder: Folder) -> list[StaffLine]:
    """The staff who wait for a person, by name: for the workbook alone."""
    waiting = {who: what for what, people in night.staff.asked.items() for who in people}
    if not waiting:
        return []
    found: dict[str, StaffLine] = {}
    for employment in staff_files.employments(folder):
        if employment.id in waiting:
            _, member = employment.on(night.as_of, gap=0, prepare=0)
            found[member.id] = StaffLine.of(member, waiting[member.id])
    for kept in staff_files.current(folder):
        if kept.pupil.id in waiting:
            found[kept.pupil.id] = StaffLine.of(kept.pupil, waiting[kept.pupil.id])
    return [found[who] for who in sorted(found)]


class _LastSeen:
    """The last roster that held a pupil, by the records of the nights that ended well."""

    def __init__(self, city: str, as_of: date, state: State) -> None:
        self.city, self.as_of, self.state = city, as_of, state
        self.found: dict[date, date | None] = {}

    def before(self, absent_since: date | None) -> date | None:
        missing = absent_since or self.as_of
        if missing not in self.found:
            begun = f"{self.city}-{missing + timedelta(days=1):%Y%m%d}"
            records = [*self.state.runs(NIGHTS), *self.state.runs_before(begun, NIGHTS)]
            settled = (one for one in records if one.went_well and one.as_of)
            days = (date.fromisoformat(one.as_of) for one in settled)
            self.found[missing] = last_seen(missing, days)
        return self.found[missing]


def gather(run: Run, folder: Folder, state: State, failed: Failure | None) -> Night:
    """Everything the report tells. ``failed`` is the stage that failed, None for a good end."""
    city, found = _city(folder), _read(folder)
    staff = staff_files.plan_header(folder) if city and city.staff else NO_STAFF_PLAN
    theirs = list(staff_files.all_results(folder)) if staff else []
    findings = (*folder.findings(), *faults_of(failed))
    schools, school_of = _schools(folder, found.listed(findings))
    verdict = final_verdict(run.verdict, failed, found.plan, staff)
    work = _work(folder, state, run.as_of, city, found, of_staff=theirs)
    return Night(
        run_id=run.run_id,
        city=run.city,
        city_name=city.name if city else run.city,
        mode=run.mode,
        as_of=run.as_of,
        made_on=made_on(run.run_id),
        verdict=verdict,
        place=f"s3://{folder.bucket}/{folder.prefix}",
        failed=failed,
        drop=drop(folder),
        plan=found.plan,
        undo=undo(folder),
        comparison=comparison(folder),
        findings=findings,
        held_rows=found.held,
        schools=schools,
        school_of=school_of,
        results=_ends(found.results),
        stopped=found.stopped,
        deliveries=tuple(deliveries(folder)),
        counts={**roster.counts(folder), **run.counts},
        seconds=run.seconds,
        progress=progress(folder),
        past=tuple(_past(state, run.run_id)),
        matching=counted(matches(folder)),
        decisions=found.decided(folder, verdict),
        work=work,
        saved=_saved(state, run, work, city),
        language=city.language if city else "ja",
        region=folder.s3.meta.region_name,
        staff=staff,
        staff_results=_ends(theirs),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """The plan, and what became of everybody in it. ``held`` are pupils by the code by which
    Preprocess held them."""

    plan: PlanHeader
    results: Sequence[Result]
    held: Mapping[str, frozenset[str]]

    @property
    def stopped(self) -> dict[str, frozenset[str]]:
        """Pupils by the code by which the directory held them."""
        return _by_code((r.code, r.pupil) for r in self.results if r.outcome is End.HELD)

    def listed(self, findings: Iterable[Finding]) -> set[str]:
        """Whom the workbook lists one by one, or whose school a finding does not name."""
        lists = [*self.held.values(), *self.plan.held.values(), *self.plan.proposals.values()]
        stopped = {one.pupil for one in self.results if one.outcome is End.HELD}
        told = {one.pupil for one in findings if one.pupil and not one.school}
        return stopped.union(told, *lists)

    def decided(self, folder: Folder, verdict: Verdict) -> tuple[Decided, ...]:
        waiting = self.plan.held.get(NO_PASSWORD.code, ())
        return decided(decisions(folder), {r.pupil: r.outcome for r in self.results}, verdict,
                       waiting)  # fmt: skip


def _read(folder: Folder) -> _Read:
    held = _by_code((row.code, row.pupil) for row in roster.held(folder))
    return _Read(header(folder), list(results(folder)), held)


def _ends(found: Iterable[Result]) -> Counter[tuple[str, str]]:
    return Counter((one.kind, str(one.outcome)) for one in found)


def _done(found: Iterable[Result]) -> frozenset[tuple[str, str]]:
    return frozenset((one.pupil, one.kind) for one in found if one.carried_out)


def remember(night: Night, state: State, now: datetime) -> None:
    """Write down how the run ended. A rehearsal and a repeated drop leave no trace.

    An approval that was refused, or failed in Receive, leaves the plan waiting. What could not
    be applied keeps the drop open: the same file may then be dropped again.
    """
    if night.mode == "rehearse" or night.verdict in _LEAVES_NO_TRACE:
        return
    ended = now.astimezone(UTC).isoformat()
    if night.approval_not_taken:
        codes = tuple(sorted({finding.code for finding in night.findings}))
        state.note_run(night.run_id, last_approval=RefusedApproval(night.verdict, codes, ended))
        return
    serial = state.serial()
    state.note_run(
        night.run_id,
        verdict=str(night.verdict),
        checksum=night.plan.checksum,
        serial=serial,
        as_of=night.as_of.isoformat(),
        ended=ended,
        received=night.drop.received,
        pupils=night.pupils,
        done=night.done,
        held=len(night.held_pupils()),
        failures=night.failures,
        exceptions=night.exceptions,
        **night.work.record(),
    )
    if night.plan and not night.plan.undoes and night.verdict in WENT_WELL:
        state.note_settled(night.run_id)
    if sha256 := night.drop.sha256:
        state.note_drop(
            sha256,
            verdict=str(night.verdict),
            run_id=night.run_id,
            serial=serial,
            failed=night.failures,
        )


def ended(run: Run, night: Night, state: State) -> EndedRun:
    """How the run ended, for the dead letters that it may have healed. A plan that waited begins
    anew with its approval."""
    approved = state.run(run.run_id).approved if run.mode == "apply" else None
    at = datetime.fromisoformat(approved.at) if approved else begun(run.run_id)
    return EndedRun(
        city=run.city,
        run_id=run.run_id,
        mode=run.mode,
        verdict=night.verdict,
        began=at or datetime.min.replace(tzinfo=UTC),
        execution=run.execution,
        drop=night.drop.key,
        undoes=night.undo.run_id,
        tool=run.tools[0] if run.mode == "deliver" and run.tools else "",
    )


def _by_code(pairs: Iterable[tuple[str, str | None]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for code, umi in pairs:
        if umi:
            found.setdefault(code, set()).add(umi)
    return {code: frozenset(ids) for code, ids in found.items()}


def _schools(folder: Folder, listed: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Names of schools, and the schools of the listed pupils; tonight's word is the last."""
    names: dict[str, str] = {}
    school_of: dict[str, str] = {}
    for one in chain(known.at_school(folder), roster.at_school(folder)):
        names[one.school] = one.school_name
        if one.pupil in listed:
            school_of[one.pupil] = one.school
    return names, school_of


def _city(folder: Folder) -> City | None:
    body = folder.get("city.toml")
    try:
        return cities.parse(body.decode()) if body else None
    except cities.BadCity:
        return None


def _work(
    folder: Folder,
    state: State,
    as_of: date,
    city: City | None,
    found: _Read,
    *,
    of_staff: Sequence[Result],
) -> Work:
    """What this run saved, of pupils and of staff."""
    work = _of_pupils(folder, state, as_of, city, found)
    if city is None or not of_staff:
        return work
    return with_staff(work, staff_files.all_actions(folder), _done(of_staff), city)


def _of_pupils(folder: Folder, state: State, as_of: date, city: City | None, found: _Read) -> Work:
    """What this run saved; an undo takes back what the run had saved that it undoes. Actions that
    cannot be read tell nothing: the report must not fail over them."""
    done = _done(found.results)
    if not done or city is None:
        return Work()
    if found.plan.undoes:
        undone = state.run(found.plan.undoes)
        return Work(-undone.transfers, 1 + len(city.tools))
    try:
        return work_of(actions(folder), done, found.plan, city, as_of)
    except UNREADABLE:
        return Work()


def _saved(state: State, run: Run, work: Work, city: City | None) -> Saved | None:
    """The school year's sum: what the state knows of its runs, and this one as it stands now."""
    if city is None:
        return None
    since = school_year(made_on(run.run_id))
    records = state.work_since(f"{run.city}-{since:%Y%m%d}T")
    records[run.run_id] = RunRecord(run.run_id, **work.record())
    return saved(records.values(), city.savings, since)


def _past(state: State, run_id: str) -> Iterator[PastRun]:
    for record in state.runs(NIGHTS):
        if record.run_id < run_id and record.went_well and record.pupils:
            yield PastRun(record.run_id, record.as_of, record.pupils, record.received)
