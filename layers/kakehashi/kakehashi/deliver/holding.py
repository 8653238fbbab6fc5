"""Whom pre-flight holds out of a tool's file, and what stands in their place.

A hold means *stays as yesterday*: the records the tool has of the pupil take the place of the new
ones. Leaving the pupil out of a full file would make the tool remove it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kakehashi.catalogue import deliver as rules
from kakehashi.deliver.faults import Fault
from kakehashi.deliver.records import Key, RecordLayout, Records, Row
from kakehashi.deliver.selection import Selection, closed
from kakehashi.findings import Effect, Finding, Place
from kakehashi.oneroster import ROSTER


@dataclass(frozen=True, slots=True)
class ToolHolds:
    """``pupils`` stay as the tool has them; so do the shared records ``spoilt``.

    ``out`` are those among the pupils of whom even that is not acceptable: no row of theirs is in
    the file.
    """

    pupils: frozenset[str] = frozenset()
    spoilt: frozenset[Key] = frozenset()
    out: frozenset[str] = frozenset()

    def after(self, faults: Iterable[Fault], concerned: dict[Key, frozenset[str]]) -> ToolHolds:
        """The holds of the next round; ``concerned`` maps faulty records to their pupils."""
        keys = frozenset(f.key for f in faults)
        pupils = frozenset[str]().union(*(concerned[key] for key in keys))
        return replace(
            self,
            pupils=self.pupils | pupils,
            spoilt=self.spoilt | keys,
            out=self.out | (pupils & self.pupils),
        )


def concerned(
    chosen: Selection, faulty: frozenset[Key], shape: RecordLayout
) -> dict[Key, frozenset[str]]:
    """Faulty record → the pupils in ``chosen`` whose own records are it or hang on it."""
    causes: dict[str, dict[str, frozenset[Key]]] = {file: {} for file in ROSTER}
    pupils: dict[Key, set[str]] = {key: set() for key in faulty}
    for file in ROSTER:  # references point backwards: one pass is enough
        here, owner_at = {i: {(f, i)} for f, i in faulty if f == file}, shape.owner_at(file)
        pointers = [(at, causes[to]) for at, to in shape.pointers(file) if causes[to] or to == file]
        for sourced_id, row in chosen.of(file) if here or pointers else ():
            hangs_on = [known[row[at]] for at, known in pointers if row[at] in known]
            if hangs_on or sourced_id in here:
                found = frozenset(here.get(sourced_id, ())).union(*hangs_on)
                causes[file][sourced_id] = found
                if owner_at is not None:
                    for cause in found:
                        pupils[cause].add(row[owner_at])
    return {key: frozenset(who) for key, who in pupils.items()}


def kept(settled: Records, had: Records, holds: ToolHolds, stay: frozenset[str]) -> Records:
    """``settled`` with the pupils ``stay`` as in ``had``, and nothing of other held pupils.

    Shared records are those that somebody left points at.
    """
    own = Records(settled.shape)
    for key, row in _own(settled, lambda pupil: pupil not in holds.pupils):
        own.put(key, row)
    for key, row in _own(had, lambda pupil: pupil in stay):
        own.put(key, row)
    known: dict[str, dict[str, Row]] = {file: {} for file in own.rows}
    for source in (had, settled, own):
        for key, row in source.unordered():
            if source is not settled or key not in holds.spoilt:
                known[key[0]][key[1]] = row
    records = Records(settled.shape)
    for file, held in closed(own.rows, known, {}, settled.shape, "").living.items():
        records.rows[file].update(held)
    return records


def still_known(settled: Records, had: Records, serves: Mapping[str, bool]) -> Records:
    """``settled`` with those of ``had`` whom it lacks and who have an account all the same: they
    are in no grade or school, or at no post, of which the tool is told. ``serves``: whether it is
    in use, by the id that tools know; that alone is made new of them."""
    column, file = "enabledUser", "users.csv"
    outside = frozenset(had.rows[file].keys() - settled.rows[file].keys()) & serves.keys()
    if not outside:
        return settled
    records = kept(settled, had, ToolHolds(pupils=outside), outside)
    at = records.shape.header[file].index(column)
    for one in outside:
        row = records.rows[file][one]
        records.put((file, one), (*row[:at], str(serves[one]).lower(), *row[at + 1 :]))
    return records


def findings_of(
    faults: Iterable[Fault],
    who: Mapping[Key, frozenset[str]],
    holds: ToolHolds,
    tool: str,
    schools: Mapping[str, str],
) -> Iterator[Finding]:
    """One finding for each fault and pupil; where no pupil hangs on the record, one for it alone.
    So with a fault that is but a note: it is the school's, and nobody waits.

    Of a pupil held in an earlier round is only said that it is left out. ``schools`` maps pupils
    to MEXT codes.
    """
    out: set[str] = set()
    for fault in faults:
        if fault.finding.effect is Effect.NOTE or not who[fault.key]:
            at = min((schools[p] for p in who[fault.key] if p in schools), default=None)
            yield replace(fault.finding, school=at)
            continue
        for pupil in sorted(who[fault.key] - holds.pupils):
            yield replace(fault.finding, pupil=pupil, school=schools.get(pupil))
        out |= who[fault.key] & holds.pupils
    for pupil in sorted(out - holds.out):
        place = Place("users.csv")
        yield rules.LEFT_OUT.at(place, pupil=pupil, school=schools.get(pupil), tool=tool)


def _own(records: Records, wanted: Callable[[str], bool]) -> Iterator[tuple[Key, Row]]:
    for key, row in records:
        owner = records.shape.owner(key, row)
        if owner and wanted(owner):
            yield key, row
