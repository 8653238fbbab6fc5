"""What a run's folder holds of one pupil, as plain values: what a child's story is told from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kakehashi.actions import Kind
from kakehashi.diff.consent import DecisionNote
from kakehashi.diff.matching import Match
from kakehashi.findings import Finding
from kakehashi.roster import Desired, Held
from kakehashi.run_folder.actions import Acted
from kakehashi.run_folder.results import Result
from kakehashi.run_folder.roster import PersonLine


@dataclass(frozen=True, slots=True)
class ToolDelivery:
    """What one tool was told of the pupil.

    ``status`` is "active", "tobedeleted" or "suspended" in a row, "absent" where a full file has
    none, "nothing" where no file or no row was needed, "listed" where the file is a list that
    knows no sourcedId, "replaced" where the file is no longer the
    one of that night.
    """

    tool: str
    mode: str
    status: str


@dataclass(frozen=True, slots=True)
class NightPlan:
    """A night's plan as far as it is about one child: ``breaches`` are codes, ``proposals`` and
    ``held`` name the child by every id it has, by situation and by code."""

    as_of: str = ""
    undoes: str = ""
    refused: bool = False
    breaches: tuple[str, ...] = ()
    proposals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """What one run folder holds of one pupil; None where it holds nothing.

    ``line`` is the pupil's in users.csv, None where none is told. ``desired`` is the roster's
    word, ``current`` the state's before that night, ``match`` its row of the first matching.
    ``refusals`` are findings that stopped the whole drop. ``verdict`` is "" for a run that did not
    come to a report.
    """

    run_id: str
    line: int | None
    verdict: str = ""
    plan: NightPlan | None = None
    desired: Desired | None = None
    held: tuple[Held, ...] = ()
    current: PersonLine | None = None
    decision: DecisionNote | None = None
    match: Match | None = None
    action: Acted | None = None
    result: Result | None = None
    findings: tuple[Finding, ...] = ()
    refusals: tuple[Finding, ...] = ()
    delivered: tuple[ToolDelivery, ...] = ()

    def __bool__(self) -> bool:
        """Whether the pupil is in it at all."""
        known = (self.line, self.desired, self.held, self.current, self.decision, self.findings)
        return any(known)

    @property
    def carried_out(self) -> bool:
        return self.result is not None and self.result.carried_out

    @property
    def acted(self) -> bool:
        """Whether an account was to be touched, and not our record alone."""
        return self.action is not None and self.action.kind != Kind.RECORD
