"""All that a report tells, as plain values. Whatever a stage did not live to write is empty here.

A ``Night`` holds userMasterIdentifiers, school codes and school names, and nothing else of a
person: what is not in here cannot slip into a page, a sheet or a mail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from kakehashi.catalogue.provision import NOT_PERMITTED
from kakehashi.catalogue.refusals import DOMAIN_UNVERIFIED
from kakehashi.diff.comparison import SinceRehearsal
from kakehashi.diff.header import NO_PLAN, PlanHeader
from kakehashi.diff.staff_plan import NO_STAFF_PLAN, StaffPlanHeader
from kakehashi.findings import Effect, Finding
from kakehashi.guide import Guide
from kakehashi.report.decided import Decided
from kakehashi.report.savings import Saved, Work
from kakehashi.report.words import PROPOSALS
from kakehashi.run_folder.deliveries import DeliveryNote
from kakehashi.run_folder.drop import NO_DROP, DropNote
from kakehashi.run_folder.orders import UndoNote
from kakehashi.run_folder.progress import Progress
from kakehashi.run_folder.results import CARRIED_OUT
from kakehashi.verdict import Verdict

_OURS_OR_THEIRS = frozenset({NOT_PERMITTED.code, DOMAIN_UNVERIFIED.code})
BOOKKEEPING = frozenset({"record", "vacate"})  # kinds of action that are no change of their own


@dataclass(frozen=True, slots=True)
class Failure:
    """A stage that failed, by name and kind of error; ``tools`` whose delivery failed."""

    stage: str
    error: str
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastRun:
    """An earlier run that ended well: Japan date, pupils in its roster, and when that came (an ISO
    moment, "" where nobody noted it)."""

    run_id: str
    as_of: str
    pupils: int
    received: str = ""


@dataclass(frozen=True, slots=True)
class Night:
    """``verdict`` is final. ``as_of`` is the Japan date the roster is read for, ``made_on`` the one
    on which the run began. ``place`` is the run folder as an address, with a trailing slash.

    ``drop``, ``plan``, ``undo`` and ``staff`` (the staff's plan) are false where there is none.
    ``comparison`` is what has moved since the rehearsal. ``held_rows`` are pupils
    by code as preprocess held them, ``stopped`` as Microsoft 365 did. ``results`` counts by (kind,
    outcome).
    ``schools`` maps MEXT codes to names, ``school_of`` the pupils that are listed to MEXT codes.
    ``progress`` is None where no account was to be touched.
    ``past`` is newest first. ``matching`` counts the rows of the first matching by their fit.
    ``work`` is what this run saved, ``saved`` the school year with it. ``language`` is the one in
    which the page opens, ``region`` the AWS region of its address, "" where there is no AWS.
    ``guide`` says how this stack is typed and where to read on. ``staff_results`` counts like
    ``results``.
    """

    run_id: str
    city: str
    city_name: str
    mode: str
    as_of: date
    made_on: date
    verdict: Verdict
    place: str
    failed: Failure | None = None
    drop: DropNote = NO_DROP
    plan: PlanHeader = NO_PLAN
    undo: UndoNote = field(default_factory=UndoNote)
    comparison: SinceRehearsal | None = None
    findings: tuple[Finding, ...] = ()
    held_rows: Mapping[str, frozenset[str]] = field(default_factory=dict)
    schools: Mapping[str, str] = field(default_factory=dict)
    school_of: Mapping[str, str] = field(default_factory=dict)
    results: Counter[tuple[str, str]] = field(default_factory=Counter)
    stopped: Mapping[str, frozenset[str]] = field(default_factory=dict)
    deliveries: tuple[DeliveryNote, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    progress: Progress | None = None
    past: tuple[PastRun, ...] = ()
    decisions: tuple[Decided, ...] = ()
    matching: Mapping[str, int] = field(default_factory=dict)
    work: Work = field(default_factory=Work)
    saved: Saved | None = None
    language: str = "ja"
    region: str = ""
    guide: Guide = field(default_factory=Guide)
    staff: StaffPlanHeader = NO_STAFF_PLAN
    staff_results: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def pupils(self) -> int | None:
        """Pupils in tonight's roster, held ones included; None if it was not read so far."""
        return self.counts.get("pupils")

    @property
    def refused_approval(self) -> bool:
        return self.mode == "apply" and self.verdict is Verdict.REFUSED

    @property
    def approval_not_taken(self) -> bool:
        """Nobody has begun to apply: refused with reasons, or Receive itself failed."""
        in_receive = self.failed is not None and self.failed.stage == "receive"
        return self.refused_approval or (self.mode == "apply" and in_receive)

    @property
    def failures(self) -> int:
        """Actions that the service, not the pupil's data, kept from succeeding."""
        return sum(n for (_, outcome), n in self._both() if outcome == "failed")

    @property
    def unserved(self) -> int:
        """``failures``, and on a night on which no change went through also those whom Microsoft
        did not permit: of one or two nobody can tell whether the account or the app is to blame."""
        if self.done or self.failures:
            return self.failures
        return sum(len(pupils) for code, pupils in self.stopped.items() if code in _OURS_OR_THEIRS)

    @property
    def exceptions(self) -> int:
        """Pupils whose accounts were to be changed and were not, whatever the reason."""
        return sum(n for (kind, outcome), n in self._both()
                   if kind not in BOOKKEEPING and outcome in {"held", "failed"})  # fmt: skip

    @property
    def done(self) -> int:
        """Account actions that are carried out, now or by an earlier attempt of this run."""
        return sum(n for (kind, outcome), n in self._both()
                   if kind not in BOOKKEEPING and outcome in CARRIED_OUT)  # fmt: skip

    def _both(self) -> Iterable[tuple[tuple[str, str], int]]:
        """Of pupils and of staff."""
        return chain(self.results.items(), self.staff_results.items())

    def held(self) -> dict[str, list[str]]:
        """Held pupils by the code that holds them; a pupil may stand under several.

        The plan knows best whom the roster holds: a finding alone may lie on a row that another
        row of the same pupil made good.
        """
        sources = [self.plan.held if self.plan else self.held_rows, self.stopped]
        found: dict[str, set[str]] = {}
        for source in sources:
            for code, pupils in source.items():
                found.setdefault(code, set()).update(pupils)
        for finding in self.findings:
            if finding.code[0] == "T" and finding.effect is Effect.HOLD_PUPIL and finding.pupil:
                found.setdefault(finding.code, set()).add(finding.pupil)
        return {code: sorted(found[code]) for code in sorted(found) if found[code]}

    def held_pupils(self) -> set[str]:
        return {umi for ids in self.held().values() for umi in ids}

    def proposed(self) -> dict[str, list[str]]:
        """What waits for a person's word, pupil by pupil."""
        found = self.plan.proposals
        return {situation: sorted(found.get(situation, ())) for situation in PROPOSALS}


def final_verdict(
    last: str, failed: Failure | None, plan: PlanHeader, staff: StaffPlanHeader = NO_STAFF_PLAN
) -> Verdict:
    """How a run ended. ``last`` is the word of the last stage, ``staff`` the staff's plan."""
    if failed:
        return Verdict.FAILED
    if last in {Verdict.REFUSED, Verdict.AWAITING, Verdict.REHEARSED, Verdict.ALREADY_DONE,
                Verdict.SUPERSEDED}:  # fmt: skip
        return Verdict(last)
    touched = [count for kind, count in plan.actions.items() if kind not in BOOKKEEPING]
    touched.append(staff.shards)
    return Verdict.APPLIED if any(touched) else Verdict.UNCHANGED
