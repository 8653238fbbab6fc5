"""One tool's delivery of one night: select, pack, read back, and hold whom the tool would refuse.

A pupil that pre-flight holds keeps the records the tool has of it, as if nothing had changed; the
rest of the night goes out. Only a file that cannot be read back stops the whole delivery.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from kakehashi.catalogue import deliver as rules
from kakehashi.catalogue.receivers import WOULD_DELETE_STAFF
from kakehashi.deliver import bulk, delta, packing, preflight
from kakehashi.deliver.dialect import Dialect, Mode
from kakehashi.deliver.faults import Fault
from kakehashi.deliver.holding import ToolHolds, concerned, findings_of, kept, still_known
from kakehashi.deliver.list_checks import unwritable
from kakehashi.deliver.list_files import ListFile, packed, parts, written
from kakehashi.deliver.packing import UnreadableZip
from kakehashi.deliver.preflight import Receiver
from kakehashi.deliver.records import Key, RecordLayout, Records
from kakehashi.deliver.selection import Selection, by_school, pupils_at, schools_of
from kakehashi.deliver.tombstones import Tombstones
from kakehashi.findings import Effect, Finding, soften

ROUNDS = 5  # each round holds more pupils; a healthy night needs one

type Verdict = Literal["delivered", "nothing", "refused"]


@dataclass(frozen=True, slots=True)
class Order:
    """What to make: for which tool, in which dialect, on which night.

    ``changed_at`` is dateLastModified of every row: fixed by the run, so that a retry writes the
    same bytes. ``anew`` tells everything again. ``tells`` answers whether a class title tells of a
    disability. ``effects`` are the city's own: a T finding that it made a note holds nobody.
    ``serves``, for lists of accounts switched off or on: of everybody who has one, by the id that
    tools know, whether it is in use.
    """

    tool: str
    dialect: Dialect
    board_code: str
    as_of: date
    changed_at: str
    split: Literal["city", "school"] = "city"
    anew: bool = False
    tells: Callable[[str], bool] = field(default=lambda _title: False)
    effects: Mapping[str, Effect] = field(default_factory=dict)
    serves: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One file, a zip or a flat list. ``rows`` counts data rows per CSV."""

    name: str
    body: bytes
    rows: Mapping[str, int]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What to hand over, and ``records``: what the tool holds once it has taken it.

    ``counted`` are its pupils, ``counted_staff`` its staff, where nothing has moved and no records
    were made.
    """

    tool: str
    verdict: Verdict
    mode: Mode
    records: Records
    files: tuple[Outgoing, ...] = ()
    findings: tuple[Finding, ...] = ()
    counted: int | None = None
    counted_staff: int = 0

    @property
    def pupils(self) -> int:
        """How many the tool holds then."""
        return len(self.records.pupils()) if self.counted is None else self.counted

    @property
    def staff(self) -> int:
        """How many members of staff it holds beside them."""
        return len(self.records.staff()) if self.counted is None else self.counted_staff

    @property
    def rows(self) -> dict[str, int]:
        """Data rows per file, all zips together."""
        names = sorted({file for zipped in self.files for file in zipped.rows})
        return {name: sum(zipped.rows.get(name, 0) for zipped in self.files) for name in names}

    def pupils_at_fault(self) -> set[str]:
        """Pupils of whom pre-flight says something."""
        return {finding.pupil for finding in self.findings if finding.pupil}


def build(order: Order, settled: Records, before: Records | None) -> Delivery:
    """The delivery that brings a tool from ``before`` (None: it has nothing) to ``settled``."""
    night = _Night(order, _mode(order, before), settled, before)
    holds, findings = ToolHolds(), list[Finding]()
    if impossible := list(night.impossible()):
        return night.refused(impossible)
    for _ in range(ROUNDS):
        records = night.kept(holds)
        if night.mode == "bulk" and not night.people(records):
            return night.without_pupils(findings)
        parts = night.parts(records, holds)
        try:
            files = [night.file(code, chosen) for code, chosen in parts.items()]
        except UnreadableZip as exc:
            return night.refused([*findings, night.unreadable(str(exc))])
        faults = [fault for _, found in files for fault in found]
        stopping = [fault for fault in faults if night.stops(fault)]
        findings += night.findings(stopping or faults, parts.values(), holds)
        if not stopping:
            return night.delivered(records, [file for file, _ in files], findings)
        holds = holds.after(stopping, night.whom(stopping, parts.values()))
    return night.refused([*findings, night.unreadable("rounds")])


def same_again(order: Order, settled: Records, before: Records | None) -> bool:
    """Whether a full file would say what the tool's last one said, so that its very bytes will do,
    if nothing else has changed of what they are made from."""
    if order.dialect.lists:  # which may tell what has changed alone
        return False
    full = before is not None and _mode(order, before) == "bulk" and not order.anew
    return full and settled == before and bool(settled.pupils())


def once_more(order: Order, settled: Records, files: Sequence[Outgoing]) -> Delivery:
    """A full file as it was made before, under tonight's name."""
    dated = (replace(file, name=_dated(file.name, order.as_of)) for file in files)
    return Delivery(order.tool, "delivered", "bulk", settled, tuple(dated))


def unmoved(order: Order, last: Sequence[Outgoing], pupils: int, staff: int = 0) -> Delivery | None:
    """The delivery to a tool that holds so many ``pupils`` and ``staff``, where nothing has moved
    of what its ``last`` files were made of: as ``build`` would make it, and no record is made.
    None where the records are needed all the same."""
    nobody = Records(RecordLayout(order.dialect.header))
    if order.anew or order.dialect.lists or order.dialect.unchanged == "manifest-only":
        return None
    if order.dialect.mode == "delta":
        quiet = Delivery(order.tool, "nothing", "delta", nobody)
    elif last:
        quiet = once_more(order, nobody, last)
    else:
        return None
    return replace(quiet, counted=pupils, counted_staff=staff)


def _dated(name: str, day: date) -> str:
    kind, _, rest = name.split("_", 2)
    return f"{kind}_{day:%Y%m%d}_{rest}"


def _mode(order: Order, before: Records | None) -> Mode:
    dialect = order.dialect
    starts = before is None or order.anew
    return dialect.first if dialect.mode == "delta" and starts else dialect.mode


class _Night:
    """What stays the same through the rounds of one delivery; ``had`` is what the tool has."""

    def __init__(self, order: Order, mode: Mode, settled: Records, before: Records | None) -> None:
        had = before if before is not None else Records(settled.shape)
        if order.dialect.switches:  # nobody is switched off for being told of no more
            settled = still_known(settled, had, order.serves)
        self.order, self.mode, self.settled, self.had = order, mode, settled, had
        self.before = None if order.anew else before  # what a list may take as told
        dialect = order.dialect
        self.shape = settled.shape
        self.schools = schools_of(settled, had)
        self.tombstones = Tombstones(had, dialect, order.tells)
        self.receiver = Receiver(order.tool, dialect, order.tells, mode)
        # the guard against a published disability is not a city's to soften
        self.effects = {c: e for c, e in order.effects.items() if c != rules.TELLING_TITLE.code}

    def impossible(self) -> Iterator[Finding]:
        """Why no delivery in this dialect may go out, whoever stands in it."""
        dialect, tool = self.order.dialect, self.order.tool
        for flat in dialect.lists:
            yield from flat.problems(tool)
        if self.mode == "bulk" and dialect.absence == "delete" and not self._names_everybody():
            yield WOULD_DELETE_STAFF.at(tool=tool)

    def _names_everybody(self) -> bool:
        """Whether staff stand in the full file; a school's own file lacks those of all others."""
        return bool(self.settled.staff()) and self.order.split == "city"

    def people(self, records: Records) -> frozenset[str]:
        """Whom a full file is of: without any of them it is never sent."""
        return records.staff() if self.order.dialect.of_staff_alone else records.pupils()

    def kept(self, holds: ToolHolds) -> Records:
        """What the tool shall hold. In a full file a pupil left out is a pupil removed."""
        if not holds.pupils and not holds.spoilt:
            return self.settled
        stay = holds.pupils - holds.out if self.mode == "bulk" else holds.pupils
        return kept(self.settled, self.had, holds, stay)

    def parts(self, records: Records, holds: ToolHolds) -> dict[str, Selection]:
        """Board or school code → what stands in that file; {} when there is nothing to tell."""
        order, shape = self.order, self.shape
        chosen = self._chosen(records)
        if holds.out:
            chosen = chosen.without(holds.out, shape)
        if not chosen:
            return {order.board_code: chosen} if order.dialect.unchanged == "manifest-only" else {}
        if order.split == "city":
            return {order.board_code: chosen}
        return by_school(chosen, self.schools, shape)

    def _chosen(self, records: Records) -> Selection:
        if self.mode == "bulk":
            return bulk.everything(records)
        chosen = delta.changes(records, self.had, self.tombstones, anew=self.order.anew)
        if self.order.dialect.unchanged == "no-file" and not any(chosen.of("users.csv")):
            return Selection()  # some want a users.csv in each: what is gone waits for one
        return chosen

    def file(self, code: str, chosen: Selection) -> tuple[Outgoing, list[Fault]]:
        """One zip and what its receiver would refuse in it. Raises Unreadable."""
        order = self.order
        data = packing.tables(chosen, order.dialect, order.changed_at)
        body = packing.pack(order.dialect, self.mode, data)
        name = f"RO_{order.as_of:%Y%m%d}_{code}.zip"
        outgoing = Outgoing(name, body, {file: len(rows) for file, rows in data.items()})
        faults = [*preflight.inspect(body, chosen, self.receiver)]
        staff = self.settled.staff() | self.had.staff() if order.dialect.lists else frozenset()
        return outgoing, [*faults, *unwritable(chosen, order.dialect, order.tool, staff)]

    # -- what pre-flight says ------------------------------------------------------------------

    def stops(self, fault: Fault) -> bool:
        code, effect = fault.finding.code, fault.finding.effect
        return self.effects.get(code, effect) is not Effect.NOTE

    def whom(
        self, faults: Iterable[Fault], parts: Iterable[Selection]
    ) -> dict[Key, frozenset[str]]:
        """Faulty record → the pupils who hang on it, in any of the files."""
        keys = frozenset(fault.key for fault in faults)
        who = {key: frozenset[str]() for key in keys}
        for chosen in parts if keys else ():
            for key, pupils in concerned(chosen, keys, self.shape).items():
                who[key] |= pupils
        return who

    def findings(
        self, faults: Sequence[Fault], parts: Iterable[Selection], holds: ToolHolds
    ) -> list[Finding]:
        """One finding for each fault and pupil; see ``findings_of``."""
        if not faults:
            return []
        mext = pupils_at(self.schools, self.had, self.settled)
        return list(findings_of(faults, self.whom(faults, parts), holds, self.order.tool, mext))

    def unreadable(self, reason: str) -> Finding:
        return rules.UNREADABLE.at(tool=self.order.tool, reason=reason)

    # -- how it ends ---------------------------------------------------------------------------

    def delivered(
        self, records: Records, files: Sequence[Outgoing], findings: Sequence[Finding]
    ) -> Delivery:
        dialect = self.order.dialect
        if files and dialect.lists:
            listed = list(self._lists(records))
            files = listed if dialect.lists_instead else [*files, *listed]
        verdict: Verdict = "delivered" if files else "nothing"
        said = tuple(soften(findings, self.effects))
        return Delivery(self.order.tool, verdict, self.mode, records, tuple(files), said)

    def _lists(self, records: Records) -> Iterator[Outgoing]:
        """The flat lists; all in one zip where they go together."""
        order, together = self.order, dict[str, bytes]()
        day, by_school = f"{order.as_of:%Y%m%d}", order.split == "school"
        for flat in order.dialect.lists:
            lines = ListFile(flat, records, self.before, order.as_of).lines()
            if order.dialect.packed:
                together[f"{flat.name}.csv"] = written(flat, [x for _, x in lines], order.as_of)
                continue
            for code, some in parts(lines, flat, by_school=by_school, board=order.board_code):
                name = f"{flat.name}_{day}_{code}.{flat.file}"
                body = written(flat, some, order.as_of)
                yield Outgoing(name, body, {f"{flat.name}.{flat.file}": len(some)})
        if together:
            name = f"{order.dialect.packed}_{day}_{order.board_code}.zip"
            rows = {file: body.count(b"\n") - 1 for file, body in together.items()}
            yield Outgoing(name, packed(together), rows)

    def without_pupils(self, findings: Sequence[Finding]) -> Delivery:
        """A full file without a pupil would clear the tool: never sent."""
        before = len(self.people(self.had))
        if not before and not findings:
            return Delivery(self.order.tool, "nothing", self.mode, self.had)
        empty = rules.WOULD_EMPTY.at(tool=self.order.tool, before=before)
        return self.refused([*findings, empty])

    def refused(self, findings: Sequence[Finding]) -> Delivery:
        said = tuple(soften(findings, self.effects))
        return Delivery(self.order.tool, "refused", self.mode, self.had, (), said)
