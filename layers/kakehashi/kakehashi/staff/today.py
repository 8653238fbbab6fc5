"""今朝: how the night went, what waits for me, until when, and what happens if nobody acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from kakehashi.catalogue.staffing import NO_FIRST_PASSWORD
from kakehashi.diff.approval import MOST_DAYS
from kakehashi.diff.header import NO_PLAN, PlanHeader
from kakehashi.diff.staff_plan import NO_STAFF_PLAN, StaffPlanHeader
from kakehashi.report.healed import begun
from kakehashi.report.staff_section import standings
from kakehashi.report.times import minute
from kakehashi.report.words import STAGES, VERDICTS, VerdictWord, Word, word
from kakehashi.run_folder.progress import Progress
from kakehashi.staff import asking, charts, personnel
from kakehashi.staff.asking import Ask
from kakehashi.staff.nights import ending
from kakehashi.staff.roster_arrival import LastRoster, RosterArrival, arrival
from kakehashi.staff.viewer import Viewer, may
from kakehashi.state_records import NO_RECORD, RunRecord
from kakehashi.verdict import Verdict

NIGHTS = 60
REFRESH = 5  # seconds between two looks at a running night


@dataclass(frozen=True, slots=True)
class Running:
    """A run under way: the stage it is in, and how far, None before accounts are begun."""

    run_id: str
    stage: str
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class ApprovalNotTaken:
    """An approval of the plan of ``run_id`` that was given and not taken, at an ISO moment."""

    run_id: str
    at: str


@dataclass(frozen=True, slots=True)
class TodayFacts:
    """``records`` are the city's runs, newest first.

    ``plan`` is that of the run ``plan_run`` which can still be approved, false where none waits.
    ``asked`` counts pupils who wait for a decision, ``passwords`` those who wait for one,
    ``letters`` what lies in the queue of failures. ``staff`` is the header of the staff's plan,
    false for a city that has none. ``now`` is aware.
    """

    now: datetime
    city: str
    records: Sequence[RunRecord] = ()
    plan: PlanHeader = NO_PLAN
    plan_run: str = ""
    asked: int = 0
    passwords: int = 0
    letters: int = 0
    roster: LastRoster = field(default_factory=LastRoster)
    staff: StaffPlanHeader = NO_STAFF_PLAN
    running: Running | None = None
    refused: Sequence[ApprovalNotTaken] = ()


@dataclass(frozen=True, slots=True)
class ProgressShown:
    """``percent`` None before anything can be told."""

    run_id: str
    stage: Word
    percent: int | None
    forecast: str
    refresh: int = REFRESH


@dataclass(frozen=True, slots=True)
class Today:
    """``verdict`` None before the first night."""

    template: ClassVar[str] = "today.html.j2"

    verdict: VerdictWord | None
    run_id: str
    as_of: str
    ended: str
    tiles: Sequence[tuple[Word, int]]
    mine: Sequence[Ask]
    others: Sequence[Ask]
    roster: RosterArrival
    picture: charts.Bars | None
    key: Sequence[VerdictWord]
    running: ProgressShown | None
    refused: Sequence[tuple[str, str]]
    staff: Sequence[tuple[Word, int]]


def today(facts: TodayFacts, viewer: Viewer) -> Today:
    newest = next((r for r in facts.records if r.verdict), NO_RECORD)
    roster = arrival(facts.roster, facts.now)
    asks = list(_asks(facts, newest, roster))
    mine = [ask for ask in asks if may(viewer, ask.action, facts.city)]
    past = [_ended(r) for r in reversed(facts.records[:NIGHTS]) if r.verdict]
    return Today(
        verdict=ending(newest),
        run_id=newest.run_id,
        as_of=newest.as_of,
        ended=minute(newest.ended),
        tiles=list(_tiles(newest)),
        mine=mine,
        others=[ask for ask in asks if ask not in mine],
        roster=roster,
        picture=charts.nights(past) if past else None,
        key=[VERDICTS[v] for v in (Verdict.APPLIED, Verdict.AWAITING, Verdict.REFUSED,
                                   Verdict.FAILED)],
        running=_progress(facts.running) if facts.running else None,
        refused=[(one.run_id, minute(one.at)) for one in facts.refused],
        staff=standings(facts.staff),
    )  # fmt: skip


def _tiles(record: RunRecord) -> Iterator[tuple[Word, int]]:
    if record.pupils is not None:
        yield Word("名簿の児童生徒", "pupils in the roster"), record.pupils
    if record.ended:
        yield Word("反映した変更", "changes applied"), record.done
        yield Word("保留", "held"), record.held
        yield Word("反映できなかった", "could not be applied"), record.exceptions


def _asks(facts: TodayFacts, newest: RunRecord, roster: RosterArrival) -> Iterator[Ask]:
    """The most urgent first."""
    if facts.plan:
        limits = len(facts.plan.breaches)
        made = begun(facts.plan_run)
        until = f"{made + timedelta(days=MOST_DAYS):%Y-%m-%d}" if made else ""
        yield asking.plan_waits(facts.plan_run, limits, until)
    if roster.ask:
        yield roster.ask
    if _again(facts, newest):
        yield asking.run_again(newest.run_id)
    if facts.letters:
        yield asking.letters_wait(facts.letters)
    if facts.asked:
        yield asking.pupils_wait(facts.asked)
    if facts.passwords:
        yield asking.passwords_wait(facts.passwords)
    yield from _of_staff(facts.staff)


def _of_staff(header: StaffPlanHeader) -> Iterator[Ask]:
    if limits := len(header.breaches):
        yield asking.staff_plan_waits(limits)
    if people := personnel.open_questions(header):
        yield asking.staff_wait(people)
    if waiting := header.held.get(NO_FIRST_PASSWORD.code):
        yield asking.staff_passwords_wait(len(waiting))


def _again(facts: TodayFacts, newest: RunRecord) -> bool:
    """Whether running again is of use: a roster that was refused would be refused again."""
    if facts.running:
        return False
    refused = newest.verdict == Verdict.REFUSED and facts.roster.verdict != Verdict.REFUSED
    return refused or newest.verdict == Verdict.FAILED


def _progress(running: Running) -> ProgressShown:
    told = running.progress
    done = sum(told.written.values()) if told else 0
    end = told.forecast_end if told else None
    return ProgressShown(
        running.run_id,
        word(STAGES, running.stage.lower()),
        min(100, round(100 * done / told.writes)) if told and told.writes else None,
        minute(end.isoformat()) if end else "",
    )


def _ended(record: RunRecord) -> charts.EarlierNight:
    at = begun(record.run_id)
    day = record.as_of or (f"{at:%Y-%m-%d}" if at else "")
    return charts.EarlierNight(day, record.verdict, record.done)
