"""The shapes of the JSON that others read: summary.json, and the receipt beside an upload.

They are published as JSON Schema (docs/schemas), so a key is added, never taken away or renamed.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from kakehashi.report.words import Verdict


class Headline(TypedDict):
    """The night in a line, as the report begins."""

    ja: str
    en: str


class BreachShape(TypedDict):
    """A limit that was passed. ``scope`` is "city" or a school's MEXT code."""

    code: str
    scope: str
    count: int
    bound: float


class DecisionList(TypedDict):
    name: str
    uploaded: str


class Decisions(TypedDict):
    """Decisions of staff: how many pupils, by decision and by what came of it."""

    used: dict[str, dict[str, int]]
    not_used: dict[str, dict[str, int]]
    lists: list[DecisionList]


class DeliveryMade(TypedDict):
    """What one tool got; "" and {} where its stage did not say.

    ``staff`` counts the members of staff that the tool holds, ``still_signed_in`` pupils whose
    account is off and whom the tool lets in all the same.
    """

    tool: str
    file: str | list[str]
    mode: str
    rows: dict[str, int]
    staff: NotRequired[int]
    still_signed_in: NotRequired[int]
    unconfirmed: NotRequired[bool]


class SavedShape(TypedDict, total=False):
    """Person-days of hand work of this school year; {} where nobody can tell."""

    since: str
    person_days: float
    transfers: int
    transfers_in_systems: int
    schools: int


class TimesShape(TypedDict, total=False):
    """When the accounts were begun, forecast to end, and ended; {} where none was touched."""

    started: str
    forecast_end: str
    ended: str
    writes: int


class Paths(TypedDict):
    """Addresses below the run's folder; ``plan`` only where there is one."""

    folder: str
    summary: str
    report: str
    workbook: str
    plan: NotRequired[str]


class StaffInNumbers(TypedDict):
    """The staff's plan: people by how they stand, and by what is asked about them."""

    checksum: str
    stopped: bool
    counts: dict[str, int]
    asked: dict[str, int]
    breaches: list[dict[str, int | str]]


class Summary(TypedDict):
    """summary.json: the run in numbers and keys.

    ``held`` and ``proposed`` list userMasterIdentifiers by code and by situation; nothing else of
    a pupil is in it. ``counts`` are pupils by situation, ``findings`` findings by code,
    ``exceptions`` pupils who should have been changed and were not.
    """

    run_id: str
    city: str
    verdict: Verdict
    headline: Headline
    exceptions: int
    done: int
    cause: str
    checksum: str
    counts: dict[str, int]
    held: dict[str, list[str]]
    proposed: dict[str, list[str]]
    decisions: Decisions
    matching: dict[str, int]
    findings: dict[str, int]
    breaches: list[BreachShape]
    deliveries: list[DeliveryMade]
    seconds: dict[str, float]
    provision: TimesShape
    groups: dict[str, int]
    saved: SavedShape
    schools: list[str]
    paths: Paths
    staff: NotRequired[StaffInNumbers]


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
