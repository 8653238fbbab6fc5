"""What the state table keeps beside people: of runs, of the drops they took, of tools; as values.

RUN#<run id>       RunRecord     what outlives a run
DROP#<sha256>      DropRecord    which run took these bytes in, and what became of it
NEWEST_DROP        NewestDrop    the drop that came last
TOOL#<tool>        ToolRecord    what a tool was given last

Facts are written a few at a time, as they come to be known, under the names that they have here
(``stored.some_of``). What nobody has written yet has its default.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from kakehashi.diff.sums import NightCount
from kakehashi.run_folder.orders import DeliveryOrder
from kakehashi.verdict import RUNNING, WENT_WELL, Verdict


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """Who has approved a plan. ``execution`` is the ARN that applies it, ``at`` an ISO moment,
    ``accept`` are the codes that were accepted, ``checksum`` is the plan's; ``second`` is the
    second person, where two were asked for."""

    execution: str = ""
    by: str = ""
    at: str = ""
    accept: tuple[str, ...] = ()
    checksum: str = ""
    second: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedApproval:
    """An approval that was given and not taken, refused or broken off: its verdict, the codes of
    what was found, and the ISO moment."""

    verdict: str = ""
    codes: tuple[str, ...] = ()
    ended: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What outlives a run; false where there is no record of one.

    ``run_id`` is its sort key. ``as_of`` is an ISO date (Japan), ``received`` and ``ended`` are ISO
    moments. ``drop`` is the SHA-256 of what it took, ``execution`` the ARN that ran it, ``by`` who
    ordered an undo and ``ordered`` what was ordered of a delivery. ``serial`` is the state's at its
    end. ``pupils`` are those of its roster, None before its end or without one; ``held``,
    ``failures`` and ``exceptions`` count pupils, ``done`` what was carried out. ``transfers``,
    ``transfers_in_systems`` and ``rolled_over`` (MEXT codes) are the work it has saved.
    ``counted`` is a ``NightCount`` as canonical JSON.
    """

    run_id: str = ""
    verdict: str = ""
    mode: str = ""
    as_of: str = ""
    execution: str = ""
    drop: str = ""
    undoes: str = ""
    by: str = ""
    ordered: DeliveryOrder | None = None
    approved: ApprovalGiven | None = None
    last_approval: RefusedApproval | None = None
    received: str = ""
    ended: str = ""
    checksum: str = ""
    serial: int = 0
    pupils: int | None = None
    done: int = 0
    held: int = 0
    failures: int = 0
    exceptions: int = 0
    transfers: int = 0
    transfers_in_systems: int = 0
    rolled_over: tuple[str, ...] = ()
    counted: str = ""
    undone_by: str = ""

    def __bool__(self) -> bool:
        return bool(self.run_id)

    @property
    def under_way(self) -> bool:
        return self.verdict == RUNNING

    @property
    def waits(self) -> bool:
        """Whether its plan waits for a person; too old it may be all the same."""
        return self.verdict == Verdict.AWAITING

    @property
    def went_well(self) -> bool:
        return self.verdict in WENT_WELL

    @property
    def complete(self) -> bool:
        """Whether it went well for everybody: whom it left, another run may still reach."""
        return self.went_well and not (self.failures or self.held)

    @property
    def night_count(self) -> NightCount | None:
        """None for a run that applied nothing, or was of an earlier release. Raises TooNew."""
        return NightCount.from_json(json.loads(self.counted)) if self.counted else None


NO_RECORD = RunRecord()


def undone(record: RunRecord, records: Mapping[str, RunRecord]) -> bool:
    """Whether an undo has turned back all of this run, and has not been undone itself."""
    by = records.get(record.undone_by, NO_RECORD)
    return by.complete and not undone(by, records)


@dataclass(frozen=True, slots=True)
class DropRecord:
    """What became of a drop, known by its bytes; all "" for one that nobody has taken in.

    ``run_id`` took it in, as of ``as_of``; ``same_as`` is the earlier run that applied the same
    bytes. ``inputs`` and ``uploads`` are digests of what the run depended on beside it, ``serial``
    is the state's at its end, ``failed`` counts pupils.
    """

    run_id: str = ""
    key: str = ""
    as_of: str = ""
    same_as: str = ""
    inputs: str = ""
    uploads: tuple[str, ...] = ()
    verdict: str = ""
    serial: int | None = None
    failed: int = 0

    @property
    def went_well(self) -> bool:
        """Whether it was taken in to the end."""
        return self.verdict in WENT_WELL and not self.failed


@dataclass(frozen=True, slots=True)
class NewestDrop:
    """The drop that came last: its key in the inbox and the version of that; ``as_of`` the ISO date
    that somebody said of it, "" for none. False before the first."""

    key: str = ""
    version: str = ""
    as_of: str = ""

    def __bool__(self) -> bool:
        return bool(self.key)


@dataclass(frozen=True, slots=True)
class ToolRecord:
    """What a tool was given last; all "" for one that was given nothing.

    ``run_id`` gave it, on the ISO date ``day``, as the ``nth`` of that day, behind the run
    ``follows``. ``baseline`` is the version of what the tool holds since, ``previous`` of what it
    held before. ``anew`` tells the next run to tell everything again, ``made_anew`` says that this
    one did, and ``anew_asked`` who wanted it. ``announced`` is False where the run did not live to
    put its events. ``made_by`` and ``made_of`` are digests of code and data. ``receipts`` are
    digests of the receipts that have been read.
    """

    run_id: str = ""
    day: str = ""
    nth: int = 0
    follows: str = ""
    baseline: str = ""
    previous: str = ""
    anew: bool = False
    made_anew: bool = False
    anew_asked: DeliveryOrder | None = None
    announced: bool = True
    made_by: str = ""
    made_of: str = ""
    receipts: tuple[str, ...] = ()
