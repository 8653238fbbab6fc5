"""summary.json: the run in numbers and keys, for machines and for `kakehashi --json`."""

from __future__ import annotations

from collections import Counter
from typing import cast

from kakehashi.diff.header import Breach
from kakehashi.report.decided import in_numbers
from kakehashi.report.headline import headline
from kakehashi.report.night import Night
from kakehashi.report.schools import handouts
from kakehashi.report.shapes import (
    BreachShape,
    DeliveryMade,
    Paths,
    SavedShape,
    StaffInNumbers,
    Summary,
    TimesShape,
)
from kakehashi.report.words import Verdict
from kakehashi.run_folder import RunFiles
from kakehashi.run_folder.deliveries import DeliveryNote
from kakehashi.run_folder.progress import Progress
from kakehashi.stored import written

NAME = "summary.json"


def summary_of(folder: RunFiles) -> Summary | None:
    """None where the run has none; one of an earlier release lacks what came later."""
    return cast("Summary", told) if (told := folder.get_json(NAME)) else None


def was_rehearsed(folder: RunFiles) -> bool:
    """Whether the run was a rehearsal that went well."""
    told = summary_of(folder)
    return told is not None and told["verdict"] == Verdict.REHEARSED


def put_summary(folder: RunFiles, night: Night) -> None:
    folder.put_json(NAME, summary(night))


def summary(night: Night) -> Summary:
    """JSON-ready. ``held`` and ``proposed`` name userMasterIdentifiers, nothing else of a pupil."""
    told = headline(night.verdict, night.done, night.exceptions)
    found: Summary = {
        "run_id": night.run_id,
        "city": night.city,
        "verdict": night.verdict,
        "headline": {"ja": told.ja, "en": told.en},
        "exceptions": night.exceptions,
        "done": night.done,
        "cause": night.failed.error if night.failed else "",
        "checksum": night.plan.checksum,
        "counts": dict(night.plan.counts),
        "held": night.held(),
        "proposed": night.proposed(),
        "decisions": in_numbers(night.decisions),
        "matching": dict(night.matching),
        "findings": dict(sorted(Counter(f.code for f in night.findings).items())),
        "breaches": [_breach(breach) for breach in night.plan.breaches],
        "deliveries": [delivery(one) for one in night.deliveries],
        "seconds": dict(night.seconds),
        "provision": _times(night.progress),
        "groups": groups_of(night),
        "saved": _saved(night),
        "schools": [school.file for school in handouts(night)],
        "paths": _paths(night),
    }
    if night.staff:
        found["staff"] = _staff(night)
    return found


def _staff(night: Night) -> StaffInNumbers:
    """The staff's plan in numbers."""
    plan = night.staff
    return {
        "checksum": plan.checksum,
        "stopped": plan.stopped,
        "counts": dict(plan.counts),
        "asked": {what: len(people) for what, people in plan.asked.items()},
        "breaches": [written(breach) for breach in plan.breaches],
    }


def groups_of(night: Night) -> dict[str, int]:
    """What was done to groups and licences; {} where the city's rules ask for neither."""
    names = (name for name in night.counts if name.startswith("groups_"))
    return {name.removeprefix("groups_"): night.counts[name] for name in names}


def _saved(night: Night) -> SavedShape:
    """Person-days of this school year and what they are made of; {} where nobody can tell."""
    if night.saved is None:
        return {}
    one = night.saved
    return {
        "since": one.since.isoformat(),
        "person_days": one.person_days,
        "transfers": one.transfers,
        "transfers_in_systems": one.transfers_in_systems,
        "schools": one.schools,
    }


def _times(progress: Progress | None) -> TimesShape:
    """When the accounts were begun, forecast to end, and ended; {} where none was touched."""
    if not progress:
        return {}
    return {
        "started": progress.started.isoformat(),
        "forecast_end": progress.forecast_end.isoformat() if progress.forecast_end else "",
        "ended": progress.ended.isoformat() if progress.ended else "",
        "writes": progress.writes,
    }


def _paths(night: Night) -> Paths:
    """Only what is there: a night that stopped early has no plan."""
    paths: Paths = {
        "folder": night.place,
        "summary": f"{night.place}summary.json",
        "report": f"{night.place}report.html",
        "workbook": f"{night.place}report.xlsx",
    }
    if night.plan:
        paths["plan"] = f"{night.place}plan.json"
    return paths


def _breach(breach: Breach) -> BreachShape:
    return {
        "code": breach.code,
        "scope": breach.scope,
        "count": breach.count,
        "bound": breach.bound,
    }


def delivery(note: DeliveryNote) -> DeliveryMade:
    """What one tool got. What there is nothing to say about is left out."""
    made: DeliveryMade = {
        "tool": note.tool, "file": note.file, "mode": note.mode, "rows": dict(note.rows)
    }  # fmt: skip
    if note.staff:
        made["staff"] = note.staff
    if note.still_signed_in:
        made["still_signed_in"] = note.still_signed_in
    if note.unconfirmed:
        made["unconfirmed"] = True
    return made
