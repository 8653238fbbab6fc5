"""The shapes of the JSON that others read: summary.json, and the receipt beside an upload.

They are published as JSON Schema (docs/schemas), so a key is added, never taken away or renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NotRequired, TypedDict

from kakehashi.diff.staff_limits import StaffBreach
from kakehashi.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Headline:
    """The night in a line, as the report begins."""

    ja: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class BreachShape:
    """A limit that was passed. ``scope`` is "city" or a school's MEXT code."""

    code: str
    scope: str
    count: int
    bound: float


@dataclass(frozen=True, slots=True)
class DecisionList:
    name: str
    uploaded: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """Decisions of staff: how many pupils, by decision and by what came of it."""

    used: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    not_used: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    lists: tuple[DecisionList, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryMade:
    """What one tool got; "" and {} where its stage did not say.

    ``staff`` counts the members of staff that the tool holds, ``still_signed_in`` pupils whose
    account is off and whom the tool lets in all the same. ``follows`` is the run that gave the tool
    what it holds, where this one had nothing to give. What there is nothing to say about is left
    out.
    """

    tool: str
    file: str | tuple[str, ...] = ""
    mode: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)
    staff: int | None = None
    still_signed_in: int | None = None
    unconfirmed: bool | None = None
    follows: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Of its files in the outbox: one, or one per school."""
        return (self.file,) * bool(self.file) if isinstance(self.file, str) else self.file


@dataclass(frozen=True, slots=True)
class SavedShape:
    """Person-days of hand work of this school year; {} where nobody can tell."""

    since: str | None = None
    person_days: float | None = None
    transfers: int | None = None
    transfers_in_systems: int | None = None
    schools: int | None = None


@dataclass(frozen=True, slots=True)
class TimesShape:
    """When the accounts were begun, forecast to end, and ended; {} where none was touched."""

    started: str | None = None
    forecast_end: str | None = None
    ended: str | None = None
    writes: int | None = None


@dataclass(frozen=True, slots=True)
class Paths:
    """Addresses below the run's folder; ``plan`` only where there is one."""

    folder: str = ""
    summary: str = ""
    report: str = ""
    workbook: str = ""
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class StaffInNumbers:
    """The staff's plan: people by how they stand, and by what is asked about them."""

    checksum: str
    stopped: bool
    counts: Mapping[str, int]
    asked: Mapping[str, int]
    breaches: tuple[StaffBreach, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """summary.json: the run in numbers and keys.

    ``held`` and ``proposed`` list userMasterIdentifiers by code and by situation; nothing else of
    a pupil is in it. ``counts`` are pupils by situation, ``findings`` findings by code,
    ``exceptions`` pupils who should have been changed and were not.
    """

    run_id: str
    city: str
    verdict: Verdict
    headline: Headline = field(default_factory=Headline)
    exceptions: int = 0
    done: int = 0
    cause: str = ""
    checksum: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    proposed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=Decisions)
    matching: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    breaches: tuple[BreachShape, ...] = ()
    deliveries: tuple[DeliveryMade, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    provision: TimesShape = field(default_factory=TimesShape)
    groups: Mapping[str, int] = field(default_factory=dict)
    saved: SavedShape = field(default_factory=SavedShape)
    schools: tuple[str, ...] = ()
    paths: Paths = field(default_factory=Paths)
    staff: StaffInNumbers | None = None

    @property
    def people_held(self) -> frozenset[str]:
        return frozenset[str]().union(*self.held.values())

    @property
    def limits_passed(self) -> tuple[str, ...]:
        """The codes that an approval of the plan must accept."""
        return tuple(sorted({one.code for one in self.breaches}))


class UploadRefusal(TypedDict):
    """Why an upload was refused: the first finding that refuses it, and what to do."""

    code: str
    file: str
    line: int | None
    column: str | None
    ja: str
    en: str
    todo: str
    todo_en: str


class ReceiptBeside(TypedDict):
    """`<name>.receipt.json` beside an upload, for robots.

    ``received`` is an ISO moment, ``lines`` counts lines below the header by file, ``same_as`` is
    the earlier run that was given the same bytes ("" for none), ``page`` the staff page on which
    it is seen, where there is one.
    """

    file: str
    run_id: str
    received: str
    bytes: int
    sha256: str
    lines: dict[str, int]
    same_as: str
    standing: Literal["received", "accepted", "refused", "already-done", "superseded"]
    refusal: UploadRefusal | None
    page: NotRequired[str]
